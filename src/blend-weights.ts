/** The weights of a blend as people write them: `2:1`, `70 30`, `60,30,10`. */
import { UserError } from "../../errors.ts";
import { blendWords as words } from "../wording/blends.ts";

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
  if (styles === 1) throw new UserError("weights", words.weightsAlone);
  const weights = partsOf(text, styles).map(numberOf);
  if (weights.length !== styles) throw new UserError("weights", words.howMany(styles));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) throw new UserError("weights", words.allZero);
  if (weights.some((weight) => weight > 0 && weight / sum < LEAST_SHARE))
    throw new UserError("weights", words.tooSmall);
  return weights;
}

function partsOf(text: string, styles: number): readonly string[] {
  const split = (by: RegExp): string[] => text.split(by).filter((part) => part !== "");
  const byOthers = split(/[\s:;/|+%]+/);
  return byOthers.length === styles && byOthers.every((part) => NUMBER.test(part)) ? byOthers : split(/[\s:;/|+%,]+/);
}

function numberOf(part: string): number {
  if (!NUMBER.test(part)) throw new UserError("weights", words.noNumber(part));
  const weight = Number(part.replace(",", "."));
  if (weight > MOST) throw new UserError("weights", words.tooLarge(MOST));
  return weight;
}
