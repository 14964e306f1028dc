/** How long what is kept in each server; when people were told that it goes; which servers the bot has left. */
import { randomUUID } from "node:crypto";

import { z } from "zod";

import type { ServerSettingRepository } from "./server-setting-repository.ts";
import { INSTALLATION, type SettingRepository } from "./setting-repository.ts";

/** When the bot was found to be no longer in it, Unix milliseconds. */
const LEFT_AT = "left-at";
/** When people were told that old pictures will go: for the owner under this name in place of a server's id. */
const TOLD_AT = "retention-told-at";

export interface RetentionRepository {
  /** What a server chose, days; `null`: as the owner says. */
  days(guildId: string): Promise<number | null>;
  /** The channel in which a server's managers are told things. */
  logChannel(guildId: string): Promise<string | null>;
  /** When the managers of a server (`null`: the owner) were told of the first sweep, Unix milliseconds. */
  toldAt(guildId: string | null): Promise<number | null>;
  noteTold(guildId: string | null, at: number): Promise<void>;
  /** When the bot was found to have left a server, Unix milliseconds. */
  leftAt(guildId: string): Promise<number | null>;
  /** @param at `null`: it is back */
  noteLeft(guildId: string, at: number | null): Promise<void>;
  /** An id of this database, which goes with it wherever it is moved or restored. */
  installation(): Promise<string>;
}

/** @param chosen days and channel are chosen in `/settings` */
export function createRetentionRepository(
  settings: SettingRepository,
  chosen: ServerSettingRepository,
): RetentionRepository {
  const time = z.number();
  const put = (guildId: string, key: string, value: unknown): Promise<void> =>
    value === null ? settings.remove(guildId, key) : settings.set(guildId, key, value);
  return {
    days: async (guildId) => (await chosen.get(guildId)).retentionDays,
    logChannel: async (guildId) => (await chosen.get(guildId)).logChannelId,
    toldAt: (guildId) => settings.get(guildId ?? INSTALLATION, TOLD_AT, time),
    noteTold: (guildId, at) => put(guildId ?? INSTALLATION, TOLD_AT, at),
    leftAt: (guildId) => settings.get(guildId, LEFT_AT, time),
    noteLeft: (guildId, at) => put(guildId, LEFT_AT, at),
    async installation() {
      const known = await settings.get(INSTALLATION, "id", z.string());
      const id = known ?? randomUUID();
      if (known === null) await put(INSTALLATION, "id", id);
      return id;
    },
  };
}
