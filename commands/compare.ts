/** `/compare` and the button *Compare*: one pair through all three variants, or by some style paths, judged blind. */
import { type Attachment, SlashCommandBuilder } from "discord.js";

import type { ButtonHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { expectPaths, expectPathsKnown, parsePaths, pathChoices } from "../src/discord/interactions/compared-paths.ts";
import { assertOwnerOrModerator } from "../src/discord/interactions/permissions.ts";
import { comparedPaths, comparison as words } from "../src/discord/wording/votes.ts";
import { UserError } from "../src/errors.ts";
import { DEFAULT_SETTINGS } from "../src/painting.ts";
import { PAPER_LABEL, VARIANTS } from "../src/variant.ts";
import type { ComparedPaths } from "../src/votes/comparison.ts";
import { findPainting, subjectOf } from "./job-button.ts";
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
/** Variants that look at the style picture: what it is painted by makes no difference to the other. */
const PATH_VARIANTS = ["image-prompt", "inst"] as const satisfies readonly ComparedPaths["variant"][];

interface CompareInput {
  readonly content: Attachment;
  readonly style: Attachment;
  readonly hours: number;
  readonly strength: number;
  readonly keepColors: boolean;
  readonly seed: number;
  readonly paths: ComparedPaths | null;
}

/** @throws UserError when a variant is chosen without paths, or the paths are none */
function pathsOf(paths: string | null, variant: string | null): ComparedPaths | null {
  if (paths !== null)
    return { paths: parsePaths(paths), variant: (variant as ComparedPaths["variant"] | null) ?? PATH_VARIANTS[0] };
  if (variant !== null) throw new UserError("compared-paths", comparedPaths.variantAlone);
  return null;
}

export const compare: SlashHandler<CompareInput> = {
  kind: "slash",
  data: new SlashCommandBuilder()
    .setName("compare")
    .setDescription("Paint a picture in all three ways, or by some style paths, and let people judge blind")
    .addAttachmentOption(contentOption)
    .addAttachmentOption(styleOption)
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
    .addStringOption((option) =>
      option
        .setName("paths")
        .setDescription("Style paths to compare in place of the variants: attention, adapter (diffusion engine)")
        .setMaxLength(100)
        .setAutocomplete(true),
    )
    .addStringOption((option) =>
      option
        .setName("variant")
        .setDescription(`What the paths are compared in (default: ${PAPER_LABEL[PATH_VARIANTS[0]]})`)
        .setChoices(PATH_VARIANTS.map((value) => ({ name: PAPER_LABEL[value], value }))),
    )
    .toJSON(),
  acknowledge: "public",
  needs: { right: "paint", place: "post", pictures: ({ paths }) => paths?.paths.length ?? VARIANTS.length },
  autocomplete: pathChoices,

  parse: ({ options }) => ({
    content: options.getAttachment("content", true),
    style: options.getAttachment("style", true),
    hours: Math.min(HOURS[1], Math.max(HOURS[0], options.getNumber("hours") ?? DEFAULT_HOURS)),
    strength: options.getNumber("strength") ?? DEFAULT_SETTINGS.strength,
    keepColors: options.getBoolean("keep_colors") ?? DEFAULT_SETTINGS.keepColors,
    seed: options.getInteger("seed") ?? randomSeed(),
    paths: pathsOf(options.getString("paths"), options.getString("variant")),
  }),

  async run({ interaction, bot, reply }, { content, style, hours, paths, ...settings }) {
    if (paths) expectPathsKnown(bot);
    const { guildId } = interaction;
    const userId = interaction.user.id;
    const { steps, guidance, stylePath, speed, loras } = DEFAULT_SETTINGS;
    const room = bot.queue.reserve({ userId, guildId }, paths?.paths.length ?? VARIANTS.length);
    try {
      const pair = await bot.intake.take(userId, reply.channelId, { content, style });
      try {
        if (paths) await expectPaths(bot, paths.paths, { guildId, styleSha256: pair.style.sha256 });
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
        await bot.comparisons.start(request, { hours, paths }, reply, room);
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
  needs: { right: "paint", place: "post", pictures: () => VARIANTS.length },

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    const job = await findPainting(bot, jobId);
    await bot.filter.admit(reply.channelId, [job.request.content, job.request.style]);
    if (job.state !== "done") throw new UserError("unfinished", words.unfinished);
    const { replyTo: _replyTo, variant: _variant, parentId: _parentId, ...settings } = job.request;
    // Ballots are about the style: what is judged is painted by its own words, not by somebody's.
    const own = { description: null, extraPrompt: null };
    // People judge pictures, not drafts of them.
    const speed = settings.speed === "draft" ? DEFAULT_SETTINGS.speed : settings.speed;
    const request = { ...settings, ...own, speed, userId: interaction.user.id, guildId: interaction.guildId };
    const room = bot.queue.reserve(request, VARIANTS.length);
    try {
      await bot.comparisons.start(request, { hours: DEFAULT_HOURS, paths: null }, reply, room);
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
