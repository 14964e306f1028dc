/** What servers have set about votes, and the salt that hides voters, servers and pairs in exports. */
import { randomBytes } from "node:crypto";

import { z } from "zod";

import { DEFAULT_VOTE_SETTINGS, type VoteSettings, voteSettings } from "../votes/voters.ts";
import { INSTALLATION, type SettingRepository } from "./setting-repository.ts";

const KEY = "votes";

export interface VoteSettingRepository {
  /** The settings of a server; the defaults where nothing was set. */
  get(guildId: string): Promise<VoteSettings>;
  change(guildId: string, changes: Partial<VoteSettings>): Promise<VoteSettings>;
  /** The same for this installation for ever, made at the first call. Never shown to anybody: with it an export can be traced back. */
  exportSalt(): Promise<string>;
}

export function createVoteSettingRepository(settings: SettingRepository): VoteSettingRepository {
  let salt: Promise<string> | undefined;
  return {
    get: async (guildId) => (await settings.get(guildId, KEY, voteSettings)) ?? DEFAULT_VOTE_SETTINGS,

    async change(guildId, changes) {
      const next = { ...(await this.get(guildId)), ...changes };
      await settings.set(guildId, KEY, next);
      return next;
    },

    exportSalt() {
      // Two first exports at once must not make two salts; after a fault the next one tries again.
      salt ??= findSalt(settings).catch((error: unknown) => {
        salt = undefined;
        throw error;
      });
      return salt;
    },
  };
}

async function findSalt(settings: SettingRepository): Promise<string> {
  const known = await settings.get(INSTALLATION, "export-salt", z.string());
  if (known !== null) return known;
  const salt = randomBytes(32).toString("base64url");
  await settings.set(INSTALLATION, "export-salt", salt);
  return salt;
}
