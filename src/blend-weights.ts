/** The weights of a blend as people write them: `2:1`, `70 30`, `60,30,10`. */
import { UserError } from "./errors.ts";
import type { Sentence, Values } from "./words/say.ts";

/** As many letters as three weights may have. */
export const WEIGHTS_LENGTH = 40;
const MOST = 1000;
/** Share of a picture that can be seen at all. */
const LEAST_SHARE = 0.01;

const NUMBER = /^\d+(?:[.,]\d+)?$/;

/**
 * One weight for each style, each from 0, and not all 0. What stands between numbers is up to the person, as are percent
 * signs; a comma is a decimal one where something else stands between them.
 *
 * @param text `undefined`: all alike
 * @throws UserError `weights` that says what is wrong with them
 */
export function parseWeights(text: string | undefined, styles: number): readonly number[] {
  if (text === undefined || text.trim() === "") return Array.from({ length: styles }, () => 1);
  if (styles === 1) throw refusal("blend.weights-alone");
  const weights = partsOf(text, styles).map(numberOf);
  if (weights.length !== styles) throw refusal(styles === 2 ? "blend.weights-two" : "blend.weights-three");
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) throw refusal("blend.weights-zero");
  if (weights.some((weight) => weight > 0 && weight / sum < LEAST_SHARE)) throw refusal("blend.weights-small");
  return weights;
}

function partsOf(text: string, styles: number): readonly string[] {
  const split = (by: RegExp): string[] => text.split(by).filter((part) => part !== "");
  const byOthers = split(/[\s:;/|+%]+/);
  return byOthers.length === styles && byOthers.every((part) => NUMBER.test(part)) ? byOthers : split(/[\s:;/|+%,]+/);
}

function numberOf(part: string): number {
  if (!NUMBER.test(part)) throw refusal("blend.weights-no-number", { part: harmless(part) });
  const weight = Number(part.replace(",", "."));
  if (weight > MOST) throw refusal("blend.weights-large", { most: MOST });
  return weight;
}

const refusal = (sentence: Sentence, values?: Values): UserError => new UserError("weights", { sentence, values });

/** What was typed, without what would be markup to whoever shows it. */
const harmless = (part: string): string => part.replaceAll(/[^\p{L}\p{N}.,-]/gu, "").slice(0, 20);
