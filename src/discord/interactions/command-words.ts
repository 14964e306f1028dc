/** What commands, their options and choices are called in other languages, laid into the bodies that are registered. */
import type { Locale, RESTPostAPIApplicationCommandsJSONBody } from "discord.js";

/** Null: nothing but the default. */
export type Texts = Readonly<Partial<Record<Locale, string>>> | null;

/**
 * What is said of a part of a command, by Discord's locales. Parts are named by their path: `paint`, `Use as style`,
 * `style/show` (a subcommand), `style/show/name` (an option), `paint/variant=auto` (a choice, by its value).
 */
export interface CommandWords {
  name(path: string): Texts;
  /** Asked of all but choices and the commands of menus, which have none. */
  description(path: string): Texts;
}

/** A command, an option, or a choice. */
interface Part {
  readonly name: string;
  readonly description?: string;
  readonly value?: string | number;
  readonly options?: readonly Part[];
  readonly choices?: readonly Part[];
}

/** The commands with their words in every language. Default names and descriptions stay. */
export const inAllLanguages = (
  bodies: readonly RESTPostAPIApplicationCommandsJSONBody[],
  words: CommandWords,
): RESTPostAPIApplicationCommandsJSONBody[] =>
  bodies.map((body) => worded(body as Part, body.name, words) as typeof body);

function worded(part: Part, path: string, words: CommandWords): Part {
  const { description, options, choices } = part;
  return {
    ...part,
    name_localizations: words.name(path),
    ...(description !== undefined && { description_localizations: words.description(path) }),
    ...(options && { options: options.map((option) => worded(option, `${path}/${option.name}`, words)) }),
    ...(choices && { choices: choices.map((choice) => worded(choice, `${path}=${choice.value}`, words)) }),
  } as Part;
}
