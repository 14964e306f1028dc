/** What commands, their options and choices are called and described by, in every language. */
import type { APIApplicationCommandOptionChoice } from "discord.js";

import { inOtherLanguages, say, type Sentence, type Values } from "../../words/say.ts";

type Localisations = ReturnType<typeof inOtherLanguages>;

interface Described {
  setDescription(text: string): this;
  setDescriptionLocalizations(texts: Localisations): this;
}

interface Named {
  setName(name: string): this;
  setNameLocalizations(names: Localisations): this;
}

/** A command that has the same name in every language, as people tell it to each other. */
export const described = <Builder extends Described>(builder: Builder, sentence: Sentence, values?: Values): Builder =>
  builder.setDescription(say(sentence, values)).setDescriptionLocalizations(inOtherLanguages(sentence, values));

/** What has a name in each language: an option, an entry of a menu. */
export const named = <Builder extends Named>(builder: Builder, sentence: Sentence): Builder =>
  builder.setName(say(sentence)).setNameLocalizations(inOtherLanguages(sentence));

/** A value that can be chosen. */
export const choice = <Value extends string | number>(
  sentence: Sentence,
  value: Value,
): APIApplicationCommandOptionChoice<Value> => ({
  name: say(sentence),
  name_localizations: inOtherLanguages(sentence),
  value,
});
