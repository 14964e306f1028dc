/** Options that several commands share: numbers within stated bounds. */
import { InvalidArgumentError } from "commander";

/** A parser for commander: a number from `low` to `high`, whole if `whole`. */
export function numberBetween(low: number, high: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const fits = text.trim() !== "" && value >= low && value <= high && (!whole || Number.isInteger(value));
    if (!fits) throw new InvalidArgumentError(`Expected ${whole ? "a whole" : "a"} number from ${low} to ${high}.`);
    return value;
  };
}

/** A parser for commander: what `parse` takes, several times, divided by commas. */
export const listOf =
  <T>(parse: (text: string) => T) =>
  (text: string): readonly T[] =>
    text.split(",").map((word) => parse(word.trim()));

/** A parser for commander: numbers from `low` to `high`, divided by commas. */
export const numbersBetween = (low: number, high: number): ((text: string) => readonly number[]) =>
  listOf(numberBetween(low, high));

/** A parser for commander: one of a few words. */
export function oneOf<const T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found === undefined) throw new InvalidArgumentError(`Expected one of ${values.join(", ")}.`);
    return found;
  };
}
