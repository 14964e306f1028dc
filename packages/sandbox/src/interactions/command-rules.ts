/** Discord's rules for a command: its names, descriptions, options and choices, in every language, and its size. */
import { OPTION } from "../../page/numbers.js";
import type { FormFaults, Path } from "../api-error.ts";
import { type Json, asArray, asObject, textOf } from "../json.ts";
import { checkDictionary, dictionaryOf, longest } from "./localizations.ts";

const CHAT_INPUT_NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
/** Characters of a name, of the name of a choice, of a description, and of a command with all that is in it. */
const [NAME, CHOICE_NAME, DESCRIPTION, COMMAND] = [32, 100, 100, 8000];

/** Adds the faults of a command that stands at `path` of the body. */
export function checkCommand(command: Json, path: Path, faults: FormFaults): void {
  const type = command["type"] ?? 1;
  if (type !== 1) {
    checkText(command, "name", NAME, path, faults);
    if (command["description"] || Object.keys(dictionaryOf(command, "description")).length > 0)
      faults.add(
        [...path, "description"],
        "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_DISALLOWED",
        "Context menu commands cannot have description",
      );
    return;
  }
  checkTyped(command, path, faults);
  checkOptions(command, path, faults);
  if (countCharacters(command) > COMMAND)
    faults.add(path, "APPLICATION_COMMAND_TOO_LARGE", `Command exceeds maximum size (${COMMAND})`);
}

function checkText(item: Json, field: "name" | "description", most: number, path: Path, faults: FormFaults): void {
  faults.text([...path, field], item[field], 1, most, true);
  checkDictionary(item, field, most, path, faults);
}

/** Name and description of what is typed: a slash command or one of its options. */
function checkTyped(item: Json, path: Path, faults: FormFaults): void {
  checkText(item, "name", NAME, path, faults);
  checkName(item["name"], [...path, "name"], faults);
  for (const [locale, name] of Object.entries(dictionaryOf(item, "name")))
    checkName(name, [...path, "name_localizations", locale], faults);
  checkText(item, "description", DESCRIPTION, path, faults);
}

function checkName(name: unknown, path: Path, faults: FormFaults): void {
  if (typeof name === "string" && (!CHAT_INPUT_NAME.test(name) || name !== name.toLowerCase()))
    faults.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
}

function checkOptions(parent: Json, path: Path, faults: FormFaults): void {
  const options = asArray(parent["options"]).map(asObject);
  faults.count([...path, "options"], options.length, 0, 25);
  let optional = false;
  for (const [index, option] of options.entries()) {
    const at = [...path, "options", index];
    const type = Number(option["type"]);
    if (!Object.values<number>(OPTION).includes(type)) faults.choice([...at, "type"], Object.values(OPTION));
    checkTyped(option, at, faults);
    checkDistinct(option, options.slice(0, index), at, faults);
    if (option["required"] !== true) optional = true;
    else if (optional)
      faults.add(
        at,
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        "Required options must be placed before non-required options",
      );
    checkOptionExtras(option, type, at, faults);
    checkOptions(option, at, faults);
  }
}

/** No two options of a level may have the same name, whatever the language. */
function checkDistinct(option: Json, others: readonly Json[], at: Path, faults: FormFaults): void {
  const taken = (name: unknown): void =>
    faults.add(
      at,
      "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
      `Option name ${textOf(name)} is already used in these options`,
    );
  const names = dictionaryOf(option, "name");
  for (const other of others) {
    const theirs = dictionaryOf(other, "name");
    if (other["name"] === option["name"]) taken(option["name"]);
    for (const [locale, name] of Object.entries(names))
      if (name === other["name"] || name === theirs[locale]) taken(name);
    for (const name of Object.values(theirs)) if (name === option["name"]) taken(name);
  }
}

function checkOptionExtras(option: Json, type: number, at: Path, faults: FormFaults): void {
  const choices = asArray(option["choices"]).map(asObject);
  faults.count([...at, "choices"], choices.length, 0, 25);
  for (const [index, choice] of choices.entries()) {
    checkText(choice, "name", CHOICE_NAME, [...at, "choices", index], faults);
    if (type === OPTION.string) faults.text([...at, "choices", index, "value"], choice["value"], 1, 100, true);
  }
  if (option["autocomplete"] === true && choices.length > 0)
    faults.add(
      [...at, "autocomplete"],
      "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
      "Autocomplete and choices are mutually exclusive",
    );
  if (option["file_types"] !== undefined && type !== OPTION.attachment)
    faults.add(
      [...at, "file_types"],
      "APPLICATION_COMMAND_OPTION_FILE_TYPES_INVALID",
      "file_types is for attachment options only",
    );
}

/** Names, descriptions and values of a command and its options together, each in the language where it is longest. */
function countCharacters(command: Json): number {
  const own = [longest(command, "name"), longest(command, "description"), textOf(command["value"]).length];
  const nested = [...asArray(command["options"]), ...asArray(command["choices"])].map((item) =>
    countCharacters(asObject(item)),
  );
  return [...own, ...nested].reduce((sum, length) => sum + length, 0);
}
