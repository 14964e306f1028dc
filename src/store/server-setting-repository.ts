/** What servers have set beside votes: one row for each setting, read anew by every command. */
import type { Kysely } from "kysely";

import { type ServerSettings, serverSettings } from "../server-settings.ts";
import type { Schema } from "./schema.ts";
import type { SettingRepository } from "./setting-repository.ts";

const FIELDS = serverSettings.shape;
const KEYS = Object.keys(FIELDS) as (keyof ServerSettings)[];

export interface ServerSettingRepository {
  /** The settings of a server; the default where nothing was set, or where it does not fit (written by another version). */
  get(guildId: string): Promise<ServerSettings>;
  /** @returns the settings as they are then */
  change(guildId: string, changes: Partial<ServerSettings>): Promise<ServerSettings>;
}

export function createServerSettingRepository(
  db: Kysely<Schema>,
  settings: SettingRepository,
): ServerSettingRepository {
  return {
    async get(guildId) {
      const rows = await db
        .selectFrom("settings")
        .select(["key", "value"])
        .where("guild_id", "=", guildId)
        .where("key", "in", KEYS)
        .execute();
      const known = rows.flatMap(({ key, value }) => {
        const read = FIELDS[key as keyof ServerSettings].safeParse(JSON.parse(value));
        return read.success ? [[key, read.data] as const] : [];
      });
      return serverSettings.parse(Object.fromEntries(known));
    },

    async change(guildId, changes) {
      for (const [key, value] of Object.entries(changes)) await settings.set(guildId, key, value);
      return this.get(guildId);
    },
  };
}
