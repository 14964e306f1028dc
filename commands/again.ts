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
import { type FilledForm, refilled, type Values } from "../src/discord/interactions/filled-form.ts";
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import type { Held } from "../src/discord/intake/intake.ts";
import { press } from "../src/discord/messages/components.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { namedStyleChoices, type StyleChoice } from "../src/discord/styles/named-styles.ts";
import { againWords as words, SPEED_NAME } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { SPEEDS } from "../src/painting.ts";
import { subjectOf } from "./job-button.ts";
import { LORA_LENGTH, PATHS_LENGTH } from "./painting-options.ts";
import { PROMPT_LENGTH } from "./prompt.ts";

/** What was filled in, or `null` where that is not known any more. */
type FormOf<I> = (interaction: I, bot: Bot) => FilledForm | null;

/** Keeps what was sent, and has it offered by a button; the form that this shows is of the same family. */
export const offerAgain =
  <I extends BaseInteraction>(family: "compare-again" | "paint-again", formOf: FormOf<I>) =>
  (interaction: I, bot: Bot): ButtonBuilder | null => {
    const form = formOf(interaction, bot);
    if (!form) return null;
    bot.keptForms.keep(interaction, form);
    return press(family, words.again, ButtonStyle.Primary, interaction.id);
  };

/** What was sent first, with what the form changes. @throws UserError `form-gone` */
export function formAgain(interaction: ModalSubmitInteraction, bot: Bot): FilledForm {
  return sentAgain(interaction, bot) ?? gone();
}

/** What the form of `showAgain` was sent in with. */
export const sentAgain: FormOf<ModalSubmitInteraction> = (interaction, { keptForms }) => {
  const before = keptForms.find(interaction.user.id, subjectOf(interaction));
  return before && refilled(interaction, before);
};

function gone(): never {
  throw new UserError("form-gone", words.gone);
}

export const showAgain: ButtonHandler<string, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "none",

  parse: subjectOf,

  async run({ interaction, bot, reply }, key) {
    const form = bot.keptForms.find(interaction.user.id, key) ?? gone();
    const scope = { guildId: serverIdOf(interaction), userId: interaction.user.id };
    const named = form.values["with"];
    const styles =
      named === undefined ? [] : await stylesFor(String(named), (text) => namedStyleChoices(bot, scope, text));
    const { family } = parseCustomId(interaction.customId);
    const wishes = family === "paint-again" ? paintingFields(form, styles) : [pathsField(form)];
    await reply.showModal(
      new ModalBuilder()
        .setCustomId(interaction.customId)
        .setTitle(words.again)
        .addLabelComponents(...Object.entries(form.uploads).map(uploadField), ...wishes),
    );
  },
};

/** As many as a menu holds: those that are called like what was asked for, then all others. */
async function stylesFor(
  named: string,
  choices: (text: string) => Promise<readonly StyleChoice[]>,
): Promise<readonly StyleChoice[]> {
  const found = [...(await choices(named)), ...(await choices(""))];
  return [...new Map(found.map((choice) => [choice.value, choice])).values()].slice(0, MENU);
}

const MENU = 25;

/** Empty where it is as it was sent: forms take no files in advance. */
const uploadField = ([name, { upload }]: [string, Held]): LabelBuilder =>
  new LabelBuilder()
    .setLabel(name === "style" ? words.style : words.content)
    .setDescription(upload ? words.asSent(upload.name) : words.asItWas)
    .setFileUploadComponent(
      new FileUploadBuilder().setCustomId(name).setFileTypes("image").setRequired(false).setMinValues(0),
    );

/** For what can be wrong; what was not given can not be, but for words. With two pictures these are five fields, as many as fit. */
const paintingFields = ({ values }: FilledForm, styles: readonly StyleChoice[]): readonly LabelBuilder[] => [
  ...(styles.length === 0 ? [] : [menuField("with", words.with, styles, values["with"])]),
  textField("prompt", words.prompt, TextInputStyle.Paragraph, PROMPT_LENGTH, values["prompt"]),
  ...(values["speed"] === undefined ? [] : [menuField("speed", words.speed, speedChoices(), values["speed"])]),
  ...(values["lora"] === undefined
    ? []
    : [textField("lora", words.lora, TextInputStyle.Short, LORA_LENGTH, values["lora"])]),
];

const pathsField = ({ values }: FilledForm): LabelBuilder =>
  textField("paths", words.paths, TextInputStyle.Short, PATHS_LENGTH, values["paths"]);

const speedChoices = (): StyleChoice[] => SPEEDS.map((value) => ({ name: SPEED_NAME[value], value }));

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
): LabelBuilder =>
  new LabelBuilder()
    .setLabel(label)
    .setStringSelectMenuComponent(
      new StringSelectMenuBuilder()
        .setCustomId(name)
        .setOptions(
          choices.map((choice) => ({ label: choice.name, value: choice.value, default: choice.value === chosen })),
        ),
    );
