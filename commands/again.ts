/** *Try again* under a refusal of a command that paints: what was sent, in a form that asks for what may be wrong with it. */
import {
  type BaseInteraction,
  ButtonStyle,
  type ButtonBuilder,
  type CacheType,
  FileUploadBuilder,
  LabelBuilder,
  ModalBuilder,
  type ModalSubmitInteraction,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import { type FilledForm, refilled, type Sent, type Values } from "../src/discord/interactions/filled-form.ts";
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { WEIGHTS_LENGTH } from "../src/blend-weights.ts";
import { serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import { press } from "../src/discord/messages/components.ts";
import { type ButtonFamily, parseCustomId } from "../src/discord/messages/custom-id.ts";
import {
  findNamedStyle,
  namedStyleChoices,
  type StyleChoice,
  type StyleScope,
} from "../src/discord/styles/named-styles.ts";
import { blendWords } from "../src/discord/wording/blends.ts";
import { againWords as words, pairModalWords, speedName } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { SPEEDS } from "../src/painting.ts";
import { LORA_LENGTH, PATHS_LENGTH, STYLE_FIELDS } from "./painting-options.ts";
import { PROMPT_LENGTH } from "./prompt.ts";

/** What was filled in, or `null` where that is not known any more. */
type FormOf<I> = (interaction: I, bot: Bot) => FilledForm | null;

/** Keeps what was sent, and has it offered by a button; the form that this shows is of the same family. */
export const offerAgain =
  <I extends BaseInteraction>(family: "compare-again" | "paint-again", formOf: FormOf<I>) =>
  (interaction: I, bot: Bot, refusal: UserError): ButtonBuilder | null => {
    const form = formOf(interaction, bot);
    return form && keptAs(family, interaction, bot, refusedBy(refusal, form));
  };

/** The form, with what is known now of its files. */
export const refusedBy = ({ useless }: UserError, { values, uploads }: FilledForm): FilledForm => ({
  values,
  uploads: Object.fromEntries(
    Object.entries(uploads).map(([name, sent]) => [name, { ...sent, useless: useless.includes(name) }]),
  ),
});

/** Keeps a form, and has it offered by a button of its own. @param parts of the button's id, before what tells the form */
export function keptAs(
  family: ButtonFamily,
  interaction: BaseInteraction,
  { keptForms }: Bot,
  form: FilledForm,
  ...parts: readonly string[]
): ButtonBuilder {
  keptForms.keep(interaction, form);
  return press(family, words.again, ButtonStyle.Primary, ...parts, interaction.id);
}

/** What was sent first, with what the form changes. @throws UserError `form-gone` */
export function formAgain(interaction: ModalSubmitInteraction, bot: Bot): FilledForm {
  return sentAgain(interaction, bot) ?? gone();
}

/** What the form of `showAgain` was sent in with. */
export const sentAgain: FormOf<ModalSubmitInteraction> = (interaction, bot) => {
  const before = keptForm(interaction, bot);
  return before && refilled(interaction, before);
};

interface Identified {
  readonly customId: string;
  readonly user: { readonly id: string };
}

/**
 * What was refused before, by the button that offers it or by the form that this shows; `null` where nothing was, or where
 * it is not known any more. The last part of the id tells which.
 */
export const keptForm = ({ customId, user }: Identified, { keptForms }: Bot): FilledForm | null =>
  keptForms.find(user.id, parseCustomId(customId).parts.at(-1));

/** A form as it was sent in, with the pictures that were sent in with it before. */
export const formSent = (interaction: ModalSubmitInteraction, bot: Bot): FilledForm =>
  refilled(interaction, keptForm(interaction, bot) ?? undefined);

/** @throws UserError `form-gone` */
export function gone(): never {
  throw new UserError("form-gone", words.gone);
}

export const showAgain: ButtonHandler<null, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "none",

  parse: () => null,

  async run({ interaction, bot, reply }) {
    const form = keptForm(interaction, bot) ?? gone();
    const { family } = parseCustomId(interaction.customId);
    const uploads = Object.entries(form.uploads).map(uploadField);
    const scope = { guildId: serverIdOf(interaction), userId: interaction.user.id };
    const wishes =
      family === "paint-again"
        ? mostLikely([...(await styleFields(form, bot, scope)), ...paintingFields(form)], MOST_FIELDS - uploads.length)
        : [pathsField(form)];
    await reply.showModal(
      new ModalBuilder()
        .setCustomId(interaction.customId)
        .setTitle(words.again)
        .addLabelComponents(...uploads, ...wishes),
    );
  },
};

/** Fields that a form may have. */
const MOST_FIELDS = 5;

/** How likely what a field holds is what was wrong. */
const DOUBT = { wrong: 3, given: 2, known: 1, empty: 0 } as const;

interface DoubtfulField {
  readonly label: LabelBuilder;
  readonly doubt: (typeof DOUBT)[keyof typeof DOUBT];
}

/** As many as fit, in their order; what is left out stays as it was sent. */
function mostLikely(fields: readonly DoubtfulField[], most: number): readonly LabelBuilder[] {
  const kept = new Set(fields.toSorted((a, b) => b.doubt - a.doubt).slice(0, most));
  return fields.filter((field) => kept.has(field)).map(({ label }) => label);
}

/** One for each style that was named, and their weights where there are several. */
async function styleFields(
  { values }: FilledForm,
  bot: Pick<Bot, "store">,
  scope: StyleScope,
): Promise<readonly DoubtfulField[]> {
  const fields: DoubtfulField[] = [];
  const weights = values["weights"];
  for (const field of STYLE_FIELDS) {
    const named = String(values[field] ?? "").trim();
    // Weights of one style alone want a second.
    const isMissing = named === "" && field === "and" && fields.length === 1 && weights !== undefined;
    if (named === "" && !isMissing) continue;
    const styles = await stylesFor(named, (text) => namedStyleChoices(bot, scope, text));
    const chosen = await choiceOf(bot, scope, named);
    const label = menuField(field, styleLabel(field), styles, chosen ?? undefined, field === "with");
    fields.push({ label, doubt: chosen === null ? DOUBT.wrong : DOUBT.known });
  }
  if (fields.length < 2) return fields;
  const label = textField("weights", blendWords.formWeights, TextInputStyle.Short, WEIGHTS_LENGTH, weights);
  return [...fields, { label, doubt: weights === undefined ? DOUBT.empty : DOUBT.given }];
}

/** The value of the choice that a name stands for, however it was typed; `null`: for none. */
async function choiceOf(bot: Pick<Bot, "store">, scope: StyleScope, named: string): Promise<string | null> {
  try {
    const { from, name } = await findNamedStyle(bot, scope, named);
    return from === "recent" ? named : name;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

const styleLabel = (field: (typeof STYLE_FIELDS)[number]): string =>
  ({ with: words.with, and: blendWords.formAnd, and_too: blendWords.formAndToo })[field];

/** As many as a menu holds: those that are called like what was asked for, then all others. */
async function stylesFor(
  named: string,
  choices: (text: string) => Promise<readonly StyleChoice[]>,
): Promise<readonly StyleChoice[]> {
  const found = [...(await choices(named)), ...(await choices(""))];
  return [...new Map(found.map((choice) => [choice.value, choice])).values()].slice(0, MENU);
}

const MENU = 25;

/** Empty where it is as it was sent, as forms take no files in advance; where that was of no use, another is asked for. */
export function uploadField([name, { upload, useless = false }]: [string, Sent]): LabelBuilder {
  const files = new FileUploadBuilder().setCustomId(name).setFileTypes("image");
  const role = name === "style" ? "style" : "content";
  if (useless)
    return new LabelBuilder()
      .setLabel(pairModalWords.label[role])
      .setDescription(pairModalWords.hint[role])
      .setFileUploadComponent(files);
  return new LabelBuilder()
    .setLabel(words[role])
    .setDescription(upload ? words.asSent(upload.name) : words.asItWas)
    .setFileUploadComponent(files.setRequired(false).setMinValues(0));
}

/** For what can be wrong; what was not given can not be, but for words. */
const paintingFields = ({ values }: FilledForm): readonly DoubtfulField[] => [
  {
    label: textField("prompt", words.prompt, TextInputStyle.Paragraph, PROMPT_LENGTH, values["prompt"]),
    doubt: values["prompt"] === undefined ? DOUBT.empty : DOUBT.given,
  },
  ...(values["speed"] === undefined
    ? []
    : [{ label: menuField("speed", words.speed, speedChoices(), values["speed"]), doubt: DOUBT.given }]),
  ...(values["lora"] === undefined
    ? []
    : [
        {
          label: textField("lora", words.lora, TextInputStyle.Short, LORA_LENGTH, values["lora"]),
          doubt: DOUBT.given,
        },
      ]),
];

const pathsField = ({ values }: FilledForm): LabelBuilder =>
  textField("paths", words.paths, TextInputStyle.Short, PATHS_LENGTH, values["paths"]);

const speedChoices = (): StyleChoice[] => SPEEDS.map((value) => ({ name: speedName(value), value }));

function textField(
  name: string,
  label: string,
  style: TextInputStyle,
  longest: number,
  value: Values[string] = "",
): LabelBuilder {
  const input = new TextInputBuilder().setCustomId(name).setStyle(style).setMaxLength(longest).setRequired(false);
  if (value !== "") input.setValue(String(value).slice(0, longest));
  return new LabelBuilder().setLabel(label).setTextInputComponent(input);
}

const menuField = (
  name: string,
  label: string,
  choices: readonly StyleChoice[],
  chosen: Values[string] | undefined,
  isRequired = true,
): LabelBuilder =>
  new LabelBuilder().setLabel(label).setStringSelectMenuComponent(
    new StringSelectMenuBuilder()
      .setCustomId(name)
      .setRequired(isRequired)
      .setMinValues(Number(isRequired))
      .setOptions(
        choices.map((choice) => ({ label: choice.name, value: choice.value, default: choice.value === chosen })),
      ),
  );
