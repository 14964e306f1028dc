/** What a server decides about this bot: who paints, where and how much, what is shown, kept and told. */
import { z } from "zod";

import { LOCALES } from "./words/locale.ts";

/** What becomes of a picture that the filter flags: nothing, a cover that members lift themselves, or it is not taken or shown. */
export const FILTERS = ["off", "blur", "refuse"] as const;
export type Filter = (typeof FILTERS)[number];

const ids = z.array(z.string()).default([]);
const count = z.number().int().min(0).nullable().default(null);

/**
 * Each is stored by itself under its name, so that two that are changed at once are both changed. Votes have a record of
 * their own (`src/votes/voters.ts`).
 */
export const serverSettings = z.object({
  /** Whether `channels` are those that are left out, or the only ones. */
  channelRule: z.enum(["all-but", "only"]).default("all-but"),
  /** Channels and categories, by id. */
  channels: ids,
  /** Roles that may paint, and that may have styles learned; none: everybody may. */
  paintRoles: ids,
  learnRoles: ids,
  /** Roles that may take styles and ballots away as files; none: styles everybody, ballots whoever manages the server. */
  exportRoles: ids,
  /** Pictures that a member may ask for in 24 hours; `null`: no limit. */
  dailyPictures: count,
  /** The same for those who have a role, by its id. Of several the highest role counts, and stands above `dailyPictures`. */
  dailyByRole: z.record(z.string(), z.number().int().min(0).nullable()).default({}),
  /** Pictures of a member that may wait or be painted at once in this server; `null`: as many as everywhere. */
  waitingPictures: count,
  /** What becomes of pictures that the safety filter finds unfit. */
  filter: z.enum(FILTERS).default("blur"),
  /** The same in age-restricted channels. */
  ageRestrictedFilter: z.enum(FILTERS).default("off"),
  /** Whether results are hidden until somebody clicks them. */
  spoilers: z.boolean().default(false),
  /** Days after which pictures are erased; `null`: as whoever runs the bot has set. */
  retentionDays: z.number().int().min(1).nullable().default(null),
  /** What the bot speaks where everybody reads it; `null`: the language that Discord knows the server by. */
  language: z.enum(LOCALES).nullable().default(null),
  /** The channel that is told of deletions, blocks, reports and refusals. */
  logChannelId: z.string().nullable().default(null),
});

export type ServerSettings = z.infer<typeof serverSettings>;
