/** *Tweak*: the settings of a result in a modal, then the same content with what was changed. */
import {
  type CacheType,
  FileUploadBuilder,
  LabelBuilder,
  ModalBuilder,
  type ModalSubmitInteraction,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";

import { type FilledForm, refilled } from "../src/discord/interactions/filled-form.ts";
import type { ButtonHandler, ModalHandler } from "../src/discord/interactions/handler.ts";
import { serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import { submitAgain, submitPair } from "../src/discord/interactions/submit.ts";
import type { Held } from "../src/discord/intake/intake.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { findNamedStyle, namedStyleChoices, type StyleChoice } from "../src/discord/styles/named-styles.ts";
import { blendWords } from "../src/discord/wording/blends.ts";
import { tweakWords as words } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import type { Job } from "../src/jobs/job.ts";
import { SETTING_BOUNDS } from "../src/painting.ts";
import { formSent, gone, keptAs, keptForm } from "./again.ts";
import { findPainting, subjectOf } from "./job-button.ts";
import { randomSeed } from "./painting-options.ts";
import { checkedPrompt, PROMPT_LENGTH } from "./prompt.ts";

/** By the custom ids of the fields. */
type Answers = Readonly<Record<string, string>>;

const STRENGTHS = [0.2, 0.4, 0.6, 0.8, 1] as const;
const [LEAST_SEED, LARGEST_SEED] = SETTING_BOUNDS.seed;
const LONGEST_SEED = String(LARGEST_SEED).length;

/** How far it goes and in whose colours, as one choice: a modal has five fields. */
const lookOf = (strength: number, keepColors: boolean): string => `${strength} ${keepColors ? "own" : "style"}`;

export const tweak: ButtonHandler<string, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "none",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    const job = await findPainting(bot, jobId);
    const kept = keptForm(interaction, bot) ?? (sentPicture(interaction) ? gone() : null);
    const scope = { guildId: serverIdOf(interaction), userId: interaction.user.id };
    await reply.showModal(tweakModal(interaction.customId, job, kept, await namedStyleChoices(bot, scope, "")));
  },
};

/** @param form what was filled in before, in place of the job's own settings */
function tweakModal(
  id: string,
  { request }: Job,
  form: FilledForm | null,
  styles: readonly StyleChoice[],
): ModalBuilder {
  const kept = form && (form.values as Answers);
  const look = kept?.["look"] ?? lookOf(request.strength, request.keepColors);
  const own = kept?.["words"] ?? request.extraPrompt ?? "";
  const seedText = kept?.["seed"] ?? String(request.seed);
  const seed = new TextInputBuilder()
    .setCustomId("seed")
    .setStyle(TextInputStyle.Short)
    .setMaxLength(LONGEST_SEED)
    .setRequired(false);
  const ownWords = new TextInputBuilder()
    .setCustomId("words")
    .setStyle(TextInputStyle.Paragraph)
    .setMaxLength(PROMPT_LENGTH)
    .setRequired(false);
  // What is empty is left to the form.
  if (seedText !== "") seed.setValue(seedText);
  if (own !== "") ownWords.setValue(own);
  return new ModalBuilder()
    .setCustomId(id)
    .setTitle(words.title)
    .addLabelComponents(
      new LabelBuilder()
        .setLabel(words.look)
        .setStringSelectMenuComponent(
          new StringSelectMenuBuilder().setCustomId("look").setOptions(lookOptions(request, look)),
        ),
      new LabelBuilder().setLabel(words.seed).setDescription(words.seedHint).setTextInputComponent(seed),
      new LabelBuilder().setLabel(words.words).setTextInputComponent(ownWords),
      styleLabel(styles, kept?.["style"], request),
      uploadLabel(form?.uploads["upload"]),
    );
}

function uploadLabel(kept: Held | undefined): LabelBuilder {
  const label = new LabelBuilder()
    .setLabel(words.upload)
    .setFileUploadComponent(
      new FileUploadBuilder().setCustomId("upload").setFileTypes("image").setRequired(false).setMinValues(0),
    );
  return kept?.upload ? label.setDescription(words.uploadAsSent(kept.upload.name)) : label;
}

/** Kept with what was refused, as the id of the button says that offers it again. */
const PICTURE = "picture";
const sentPicture = ({ customId }: { readonly customId: string }): boolean =>
  parseCustomId(customId).parts[1] === PICTURE;

/** The usual strengths and the picture's own, each in the style's colours and in the content's. */
const lookOptions = (request: Job["request"], chosen: string) =>
  [...new Set([...STRENGTHS, request.strength])]
    .toSorted((a, b) => a - b)
    .flatMap((strength) =>
      [false, true].map((keepColors) => ({
        label: (keepColors ? words.kept : words.strength)(strength),
        value: lookOf(strength, keepColors),
        default: lookOf(strength, keepColors) === chosen,
      })),
    );

function styleLabel(
  styles: readonly StyleChoice[],
  chosen: string | undefined,
  { blend }: Job["request"],
): LabelBuilder {
  const menu = new StringSelectMenuBuilder()
    .setCustomId("style")
    .setPlaceholder(blend ? blendWords.tweakAsItIs : words.stylePlaceholder)
    .setRequired(false)
    .setMinValues(0)
    .setOptions(styles.map(({ name: label, value }) => ({ label, value, default: value === chosen })));
  const label = new LabelBuilder().setLabel(words.style).setStringSelectMenuComponent(menu);
  return blend ? label.setDescription(blendWords.tweakHint) : label;
}

interface TweakInput {
  readonly jobId: string;
  readonly strength: number;
  readonly keepColors: boolean;
  readonly seed: number;
  readonly extraPrompt: string | null;
  /** A picture, a style that has a name, or the style as it is; also one that was sent before. */
  readonly style: Held | string | null;
}

export const tweaked: ModalHandler<TweakInput, CacheType> = {
  kind: "modal",
  everywhere: true,
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse(interaction) {
    const { look = "", seed = "", words: own = "", style: name } = answersOf(interaction);
    const [strength, colours] = look.split(" ");
    const picture = refilled(interaction).uploads["upload"];
    if (picture && name !== undefined) throw new UserError("two-styles", words.twoStyles);
    return {
      jobId: subjectOf(interaction),
      // A client of one's own can send any.
      strength: Math.min(1, Math.max(0, Number(strength) || 0)),
      keepColors: colours === "own",
      seed: seedOf(seed),
      extraPrompt: checkedPrompt(own),
      style: picture ?? name ?? null,
    };
  },

  offerAgain(interaction, bot, { useless }) {
    // Here it need not be replaced: there are other styles.
    const uploads = useless.includes("style") ? {} : formSent(interaction, bot).uploads;
    // What was emptied stays empty.
    const form = { values: answersOf(interaction), uploads };
    const parts = [subjectOf(interaction), ...(uploads["upload"] ? [PICTURE] : [])];
    return keptAs("tweak", interaction, bot, form, ...parts);
  },

  async run({ interaction, bot, reply }, { jobId, style: given, ...changes }) {
    // A style that was chosen since goes before the picture that was sent first.
    const style =
      given ?? (sentPicture(interaction) ? (keptForm(interaction, bot)?.uploads["upload"] ?? gone()) : null);
    const parent = await findPainting(bot, jobId);
    const { replyTo: _, ...request } = parent.request;
    const variant = parent.variant ?? request.variant;
    const { user, guildId } = interaction;
    const changed = { ...request, ...changes, variant, userId: user.id, guildId, parentId: parent.id };
    if (style === null) await submitAgain(bot, reply, changed);
    else {
      const scope = { guildId: serverIdOf(interaction), userId: user.id };
      const { picture, description } =
        typeof style === "string" ? await findNamedStyle(bot, scope, style) : { picture: style, description: null };
      // Another style takes the place of all that were blended.
      const { blend: _blend, ...alone } = changed;
      await submitPair(bot, reply, { ...alone, description }, { content: request.content, style: picture });
    }
  },
};

/** @throws UserError `seed` */
function seedOf(text: string): number {
  const digits = text.trim();
  if (digits === "") return randomSeed();
  const seed = Number(digits);
  if (/^\d+$/.test(digits) && seed >= LEAST_SEED && seed <= LARGEST_SEED) return seed;
  throw new UserError("seed", words.wrongSeed(LARGEST_SEED));
}

/** What was filled in, but for the file. */
function answersOf({ fields }: ModalSubmitInteraction): Answers {
  const style = fields.fields.has("style") ? fields.getStringSelectValues("style")[0] : undefined;
  return {
    look: fields.getStringSelectValues("look")[0] ?? "",
    seed: fields.getTextInputValue("seed"),
    words: fields.getTextInputValue("words"),
    ...(style !== undefined && { style }),
  };
}
