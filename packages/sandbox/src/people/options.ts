/** What a person fills into a slash command, checked against its definition as Discord's own client does. */
import { OPTION } from "../../page/numbers.js";
import { type Json, asArray, asObject } from "../json.ts";
import type { UploadedFile } from "../messages/uploads.ts";
import { isFileTypeAllowed } from "./file-types.ts";

/** A file, a text, a number, a yes or no; a user, role or channel is given by id. */
type OptionValue = string | number | boolean | UploadedFile;
export type OptionValues = Readonly<Record<string, OptionValue | undefined>>;

export const isFile = (value: unknown): value is UploadedFile =>
  typeof value === "object" && value !== null && "bytes" in value;

export interface FoundCommand {
  readonly command: Json;
  /** The options of the command, or of the subcommand that was named. */
  readonly options: readonly Json[];
  /** Puts the filled options where the subcommand has them. */
  readonly wrap: (options: readonly Json[]) => readonly Json[];
}

/** Finds `"stylize"` or `"style describe"`. @throws Error naming what there is */
export function findCommand(commands: readonly Json[], name: string): FoundCommand {
  const [first, ...rest] = name.split(" ");
  const slash = commands.filter((command) => (command["type"] ?? 1) === 1);
  const command = slash.find((command) => command["name"] === first);
  if (!command)
    throw new Error(
      `There is no command /${name}; there are: ${slash.map(({ name }) => `/${String(name)}`).join(", ") || "none"}.`,
    );
  let options = asArray(command["options"]).map(asObject);
  const steps: Json[] = [];
  for (const word of rest) {
    const step = options.find((option) => option["name"] === word && Number(option["type"]) <= OPTION.subcommandGroup);
    if (!step) throw new Error(`/${String(command["name"])} has no subcommand "${word}".`);
    steps.push(step);
    options = asArray(step["options"]).map(asObject);
  }
  if (options.some((option) => Number(option["type"]) <= OPTION.subcommandGroup))
    throw new Error(`/${name} needs one of its subcommands.`);
  const wrap = (filled: readonly Json[]): readonly Json[] =>
    steps.reduceRight<readonly Json[]>((inner, { name, type }) => [{ name, type, options: inner }], filled);
  return { command, options, wrap };
}

/**
 * Checks what was filled in: known options only, the required ones there, each value within its rules.
 *
 * @throws Error with the words Discord's client would show
 */
export function checkOptions(command: string, options: readonly Json[], values: OptionValues): void {
  const known = options.map((option) => String(option["name"]));
  for (const key of Object.keys(values))
    if (!known.includes(key))
      throw new Error(`/${command} has no option "${key}"; it has ${known.join(", ") || "none"}.`);
  for (const option of options) {
    const value = values[String(option["name"])];
    if (value !== undefined) checkOption(option, value);
    else if (option["required"] === true) throw new Error(`/${command}: option ${String(option["name"])} is required.`);
  }
}

function checkOption(option: Json, value: OptionValue): void {
  const type = Number(option["type"]);
  const name = String(option["name"]);
  if (type === OPTION.attachment) {
    if (!isFile(value)) throw new Error(`Option ${name} takes a file.`);
    if (!isFileTypeAllowed(value.name, option["file_types"]))
      throw new Error(`Option ${name} does not take ${value.name}: only ${asArray(option["file_types"]).join(", ")}.`);
    return;
  }
  const choices = asArray(option["choices"]).map(asObject);
  if (choices.length > 0 && !choices.some((choice) => choice["value"] === value))
    throw new Error(`Option ${name} must be one of ${choices.map((choice) => String(choice["value"])).join(", ")}.`);
  if (type === OPTION.boolean && typeof value !== "boolean") throw new Error(`Option ${name} is true or false.`);
  if (type === OPTION.integer || type === OPTION.number) checkNumber(option, name, value, type === OPTION.integer);
  if (type === OPTION.string) {
    if (typeof value !== "string") throw new Error(`Option ${name} takes text.`);
    const low = Number(option["min_length"] ?? 0);
    const high = Number(option["max_length"] ?? 6000);
    if (value.length < low || value.length > high)
      throw new Error(`Option ${name} must have ${low} to ${high} characters, not ${value.length}.`);
  }
}

function checkNumber(option: Json, name: string, value: OptionValue, whole: boolean): void {
  if (typeof value !== "number" || (whole && !Number.isInteger(value)))
    throw new Error(`Option ${name} takes a ${whole ? "whole " : ""}number.`);
  const low = Number(option["min_value"] ?? Number.NEGATIVE_INFINITY);
  const high = Number(option["max_value"] ?? Number.POSITIVE_INFINITY);
  if (value < low || value > high) throw new Error(`Option ${name} must be between ${low} and ${high}, not ${value}.`);
}
