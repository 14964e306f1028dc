/** What servers have set about the filter and their log. */
import { type ServerSettings, serverSettings } from "../server-settings.ts";
import type { SettingRepository } from "./setting-repository.ts";

const KEY = "server";

export interface ServerSettingRepository {
  /** The settings of a server; the defaults where nothing was set. */
  get(guildId: string): Promise<ServerSettings>;
  change(guildId: string, changes: Partial<ServerSettings>): Promise<ServerSettings>;
}

export function createServerSettingRepository(settings: SettingRepository): ServerSettingRepository {
  return {
    get: async (guildId) => (await settings.get(guildId, KEY, serverSettings)) ?? serverSettings.parse({}),

    async change(guildId, changes) {
      const next = { ...(await this.get(guildId)), ...changes };
      await settings.set(guildId, KEY, next);
      return next;
    },
  };
}
