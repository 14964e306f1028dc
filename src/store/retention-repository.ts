/** How long what is kept in each server; when people were told that it goes; which servers the bot has left. */
import { z } from "zod";

import type { SettingRepository } from "./setting-repository.ts";

/** Settings of a server: days that its pictures are kept; the channel that its managers are told in. */
const DAYS = "retention-days";
const LOG_CHANNEL = "log-channel";
/** When the bot was found to be no longer in it, Unix milliseconds. */
const LEFT_AT = "left-at";
/** When people were told that old pictures will go: for the owner under this name in place of a server's id. */
const TOLD_AT = "retention-told-at";
const INSTALLATION = "installation";

export interface RetentionRepository {
  /** What a server chose, days; `null`: as the owner says. */
  days(guildId: string): Promise<number | null>;
  choose(guildId: string, days: number | null): Promise<void>;
  /** The channel in which a server's managers are told things. */
  logChannel(guildId: string): Promise<string | null>;
  /** When the managers of a server (`null`: the owner) were told of the first sweep, Unix milliseconds. */
  toldAt(guildId: string | null): Promise<number | null>;
  noteTold(guildId: string | null, at: number): Promise<void>;
  /** When the bot was found to have left a server, Unix milliseconds. */
  leftAt(guildId: string): Promise<number | null>;
  /** @param at `null`: it is back */
  noteLeft(guildId: string, at: number | null): Promise<void>;
}

export function createRetentionRepository(settings: SettingRepository): RetentionRepository {
  const time = z.number();
  const put = (guildId: string, key: string, value: unknown): Promise<void> =>
    value === null ? settings.remove(guildId, key) : settings.set(guildId, key, value);
  return {
    days: (guildId) => settings.get(guildId, DAYS, z.number().int().min(1)),
    choose: (guildId, days) => put(guildId, DAYS, days),
    logChannel: (guildId) => settings.get(guildId, LOG_CHANNEL, z.string()),
    toldAt: (guildId) => settings.get(guildId ?? INSTALLATION, TOLD_AT, time),
    noteTold: (guildId, at) => put(guildId ?? INSTALLATION, TOLD_AT, at),
    leftAt: (guildId) => settings.get(guildId, LEFT_AT, time),
    noteLeft: (guildId, at) => put(guildId, LEFT_AT, at),
  };
}
