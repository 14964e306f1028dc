/** `/compare` and the button *Compare*: one pair through all three variants, judged blind. */
import { type Attachment, SlashCommandBuilder } from "discord.js";

import type { ButtonHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { assertOwnerOrModerator } from "../src/discord/interactions/permissions.ts";
import { comparison as words } from "../src/discord/wording/votes.ts";
import { UserError } from "../src/errors.ts";
import { DEFAULT_SETTINGS } from "../src/painting.ts";
import { VARIANTS } from "../src/variant.ts";
import { findJob, subjectOf } from "./job-button.ts";
import {
  contentOption,
  keepColorsOption,
  randomSeed,
  seedOption,
  strengthOption,
  styleOption,
} from "./painting-options.ts";

const DEFAULT_HOURS = 24;
const HOURS = [0.1, 168] as const;

interface CompareInput {
  readonly content: Attachment;
  readonly style: Attachment;
  readonly hours: number;
  readonly strength: number;
  readonly keepColors: boolean;
  readonly seed: number;
}

export const compare: SlashHandler<CompareInput> = {
  kind: "slash",
  data: new SlashCommandBuilder()
    .setName("compare")
    .setDescription("Paint a picture in all three ways, and let people judge blind")
    .addAttachmentOption(contentOption)
    .addAttachmentOption(styleOption(true))
    .addNumberOption((option) =>
      option
        .setName("hours")
        .setDescription(`How long people may vote before it is revealed (default: ${DEFAULT_HOURS})`)
        .setMinValue(HOURS[0])
        .setMaxValue(HOURS[1]),
    )
    .addNumberOption(strengthOption)
    .addBooleanOption(keepColorsOption)
    .addIntegerOption(seedOption)
    .toJSON(),
  acknowledge: "public",
  needs: { right: "paint", place: "post", pictures: VARIANTS.length },

  parse: ({ options }) => ({
    content: options.getAttachment("content", true),
    style: options.getAttachment("style", true),
    hours: Math.min(HOURS[1], Math.max(HOURS[0], options.getNumber("hours") ?? DEFAULT_HOURS)),
    strength: options.getNumber("strength") ?? DEFAULT_SETTINGS.strength,
    keepColors: options.getBoolean("keep_colors") ?? DEFAULT_SETTINGS.keepColors,
    seed: options.getInteger("seed") ?? randomSeed(),
  }),

  async run({ interaction, bot, reply }, { content, style, hours, ...settings }) {
    const { guildId } = interaction;
    const userId = interaction.user.id;
    const { steps, guidance, stylePath, speed, loras } = DEFAULT_SETTINGS;
    const room = bot.queue.reserve({ userId, guildId }, VARIANTS.length);
    try {
      const pair = await bot.intake.take(userId, { content, style });
      try {
        const request = {
          ...settings,
          steps,
          guidance,
          stylePath,
          speed,
          loras,
          userId,
          guildId,
          content: pair.content,
          style: pair.style,
          description: null,
          extraPrompt: null,
          size: bot.config.RESULT_SIZE,
        };
        await bot.comparisons.start(request, hours, reply, room);
      } finally {
        await pair.release();
      }
    } finally {
      room.release();
    }
  },
};

/** The pair, seed and settings of a result, for whoever presses. */
export const compareResult: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "public",
  needs: { right: "paint", place: "post", pictures: VARIANTS.length },

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    const job = await findJob(bot, jobId);
    if (job.state !== "done") throw new UserError("unfinished", words.unfinished);
    const { replyTo: _replyTo, variant: _variant, parentId: _parentId, ...settings } = job.request;
    // Ballots are about the style: what is judged is painted by its own words, not by somebody's.
    const own = { description: null, extraPrompt: null };
    // People judge pictures, not drafts of them.
    const speed = settings.speed === "draft" ? DEFAULT_SETTINGS.speed : settings.speed;
    const request = { ...settings, ...own, speed, userId: interaction.user.id, guildId: interaction.guildId };
    const room = bot.queue.reserve(request, VARIANTS.length);
    try {
      await bot.comparisons.start(request, DEFAULT_HOURS, reply, room);
    } finally {
      room.release();
    }
  },
};

/** *Cancel* while it is painted, *Reveal now* while people vote. */
export const endComparison: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "silent",

  parse: subjectOf,

  async run({ interaction, bot }, id) {
    const comparison = await bot.store.comparisons.get(id);
    if (!comparison) throw new UserError("comparison-gone", words.gone);
    assertOwnerOrModerator(interaction, comparison.userId, words.notYours(comparison.userId));
    if (!(await bot.comparisons.end(id))) throw new UserError("comparison-over", words.over);
  },
};
