/** What commands, their options and choices are called and described by, in every language. */
import {
  type APIApplicationCommandOptionChoice,
  ContextMenuCommandBuilder,
  type ContextMenuCommandType,
  type RESTPostAPIContextMenuApplicationCommandsJSONBody,
  SlashCommandBuilder,
  SlashCommandSubcommandBuilder,
} from "discord.js";

import { inOtherLanguages, say, type Sentence, type Values } from "../../words/say.ts";

/** How the names of sentences in a part of the catalogue go on. */
export type NameIn<Part extends string, Name = Sentence> = Name extends `${Part}.${infer Rest}` ? Rest : never;

type OptionName<Name = Sentence> = Name extends `option.${infer Option}.name` ? Option : never;
/** An option's name and, where it asks for something else from command to command, for what: `seed`, `name.new`. */
export type OptionKey = Exclude<NameIn<"option">, `${string}.name`>;

type Localisations = ReturnType<typeof inOtherLanguages>;

interface Described {
  setDescription(text: string): this;
  setDescriptionLocalizations(texts: Localisations): this;
}

interface Named {
  setName(name: string): this;
  setNameLocalizations(names: Localisations): this;
}

const described = <Builder extends Described>(builder: Builder, sentence: Sentence, values?: Values): Builder =>
  builder.setDescription(say(sentence, values)).setDescriptionLocalizations(inOtherLanguages(sentence, values));

/** Of a command that is typed, or of a group of subcommands. */
export type CommandName = Exclude<NameIn<"command">, `${string}.${string}`>;

/** A command that is typed. It has the same name in every language, as people tell it to each other. */
export const slashCommand = (name: CommandName): SlashCommandBuilder =>
  described(new SlashCommandBuilder().setName(name), `command.${name}`);

/** A subcommand, of the same name in every language. @param path with its group: `style.show` */
export const subcommand = (path: Extract<NameIn<"command">, `${string}.${string}`>): SlashCommandSubcommandBuilder =>
  described(new SlashCommandSubcommandBuilder().setName(path.slice(path.indexOf(".") + 1)), `command.${path}`);

/** A command in the menu of a message or a person. Interactions come with its English name. */
export const menuCommand = (
  key: NameIn<"menu">,
  type: ContextMenuCommandType,
): RESTPostAPIContextMenuApplicationCommandsJSONBody =>
  new ContextMenuCommandBuilder()
    .setName(say(`menu.${key}`))
    .setNameLocalizations(inOtherLanguages(`menu.${key}`))
    .setType(type)
    .toJSON();

/** An option: what it is called and asks for in each language. Interactions come with the English name, as code reads it. */
export function localised<Option extends Described & Named>(option: Option, key: OptionKey, values?: Values): Option {
  const name = key.split(".")[0] as OptionName;
  option.setName(name).setNameLocalizations(inOtherLanguages(`option.${name}.name`));
  return described(option, `option.${key}`, values);
}

/** A value that can be chosen. */
export const choice = <Value extends string | number>(
  sentence: Sentence,
  value: Value,
): APIApplicationCommandOptionChoice<Value> => ({
  name: say(sentence),
  name_localizations: inOtherLanguages(sentence),
  value,
});
