/** Commands, options and choices in the language of the person at the keyboard. */
import { inLocale } from "./locales.js";
import { language, state } from "./store.js";

/** @import { PageDescribed, PageNamed } from "../src/live/page-types.ts" */

/** @param {PageNamed} item */
export const labelOf = ({ name, name_localizations: names }) => inLocale(names, language()) ?? name;

/** @param {PageDescribed} item */
export const descriptionOf = ({ description, description_localizations: descriptions }) =>
  inLocale(descriptions, language()) ?? description;

/**
 * What a command is called that somebody used.
 * @param {string} name the default one, with that of its subcommand
 * @param {number} type
 */
export function usedLabel(name, type) {
  /** @type {readonly (PageNamed & { options?: readonly PageNamed[] })[]} */
  let level = state.commands.filter((command) => (command.type ?? 1) === type);
  const labels = (type === 1 ? name.split(" ") : [name]).map((word) => {
    const item = level.find((candidate) => candidate.name === word);
    level = item?.options ?? [];
    return item ? labelOf(item) : word;
  });
  return labels.join(" ");
}
