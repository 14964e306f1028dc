/** `/compare` and the button *Compare*: one pair through all three variants, or by some style paths, judged blind. */
import type { ChatInputCommandInteraction, ModalSubmitInteraction } from "discord.js";

import { filledIn, type FilledForm } from "../src/discord/interactions/filled-form.ts";
import type { ButtonHandler, Call, ModalHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { choice, localised, slashCommand } from "../src/discord/interactions/localised.ts";
import { expectPaths, expectPathsKnown, parsePaths, pathChoices } from "../src/discord/interactions/compared-paths.ts";
import type { Held } from "../src/discord/intake/intake.ts";
import { assertOwnerOrModerator } from "../src/discord/interactions/permissions.ts";
import { comparedPaths, comparison as words } from "../src/discord/wording/votes.ts";
import { paperSentence } from "../src/discord/wording/labels.ts";
import { UserError } from "../src/errors.ts";
import { inDescribersWords, stylesOf } from "../src/jobs/request-styles.ts";
import { DEFAULT_SETTINGS } from "../src/painting.ts";
import { VARIANTS } from "../src/variant.ts";
import type { ComparedPaths } from "../src/votes/comparison.ts";
import { formAgain, offerAgain, sentAgain } from "./again.ts";
import { findPainting, subjectOf } from "./job-button.ts";
import {
  contentOption,
  keepColorsOption,
  PATHS_LENGTH,
  plainSettings,
  seedOption,
  strengthOption,
  styleOption,
} from "./painting-options.ts";

const DEFAULT_HOURS = 24;
const HOURS = [0.1, 168] as const;
/** Variants that look at the style picture: what it is painted by makes no difference to the other. */
const PATH_VARIANTS = ["image-prompt", "inst"] as const satisfies readonly ComparedPaths["variant"][];

interface CompareInput {
  readonly content: Held;
  readonly style: Held;
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

function compareInput({ values, uploads }: FilledForm): CompareInput {
  const given = values as Readonly<Record<string, never>>;
  const { content, style } = uploads;
  // Of a client that asks for less than it was told to.
  if (!content || !style) throw new UserError("no-pair", words.noPair);
  return {
    content,
    style,
    hours: Math.min(HOURS[1], Math.max(HOURS[0], given["hours"] ?? DEFAULT_HOURS)),
    ...plainSettings(values),
    paths: pathsOf(given["paths"] ?? null, given["variant"] ?? null),
  };
}

async function compareGiven(
  { interaction, bot, reply }: Call<ChatInputCommandInteraction<"cached"> | ModalSubmitInteraction<"cached">>,
  { content, style, hours, paths, ...settings }: CompareInput,
): Promise<void> {
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
}

export const compare: SlashHandler<CompareInput> = {
  kind: "slash",
  data: slashCommand("compare")
    .addAttachmentOption(contentOption)
    .addAttachmentOption(styleOption)
    .addNumberOption((option) =>
      localised(option, "hours", { hours: DEFAULT_HOURS }).setMinValue(HOURS[0]).setMaxValue(HOURS[1]),
    )
    .addNumberOption(strengthOption)
    .addBooleanOption(keepColorsOption)
    .addIntegerOption(seedOption)
    .addStringOption((option) => localised(option, "paths").setMaxLength(PATHS_LENGTH).setAutocomplete(true))
    .addStringOption((option) =>
      localised(option, "variant.compared", { variant: { sentence: paperSentence(PATH_VARIANTS[0]) } }).setChoices(
        PATH_VARIANTS.map((value) => choice(paperSentence(value), value)),
      ),
    )
    .toJSON(),
  acknowledge: "public",
  needs: { right: "paint", place: "post", pictures: ({ paths }) => paths?.paths.length ?? VARIANTS.length },
  autocomplete: pathChoices,
  offerAgain: offerAgain("compare-again", filledIn),

  parse: (interaction) => compareInput(filledIn(interaction)),

  run: compareGiven,
};

/** *Try again* when it was refused. */
export const compareAgain: ModalHandler<readonly unknown[]> = {
  kind: "modal",
  acknowledge: "public",
  needs: { right: "paint", place: "post", pictures: ({ length }) => length },
  offerAgain: offerAgain("compare-again", sentAgain),

  parse({ fields }) {
    const paths = fields.getTextInputValue("paths");
    return paths === "" ? VARIANTS : parsePaths(paths);
  },

  run(call) {
    const { values, uploads } = formAgain(call.interaction, call.bot);
    const { variant: _variant, ...others } = values;
    // Without paths there is nothing that a variant could be chosen for.
    return compareGiven(call, compareInput({ values: others["paths"] === undefined ? others : values, uploads }));
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
    const styles = stylesOf(job.request).map(({ picture }) => picture);
    await bot.filter.admit(reply.channelId, [job.request.content, ...styles]);
    if (job.state !== "done") throw new UserError("unfinished", words.unfinished);
    const { replyTo: _replyTo, variant: _variant, parentId: _parentId, locale: _locale, ...settings } = job.request;
    // People judge pictures, not drafts of them.
    const speed = settings.speed === "draft" ? DEFAULT_SETTINGS.speed : settings.speed;
    const asker = { userId: interaction.user.id, guildId: interaction.guildId };
    // Ballots are about the style: what is judged is painted by its own words, not by somebody's.
    const request = { ...inDescribersWords(settings), extraPrompt: null, speed, ...asker };
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
