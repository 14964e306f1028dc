/** How people rank the three variants, as a model whose numbers are the paper's: what studies are simulated with. */
import { type Random, standardNormal } from "../random.ts";
import { VARIANTS } from "../variant.ts";
import { bradleyTerry } from "./bradley-terry.ts";
import { PAPER_SCORES } from "./paper.ts";

/** In the order of `VARIANTS`. */
type ByVariant = readonly number[];

/**
 * Log strengths, and how much they differ, as standard deviations, from pair to pair and from person to person. A ballot is
 * drawn from them by the Plackett-Luce model (Plackett 1975): who is strongest after Gumbel noise is first.
 */
export interface Taste {
  readonly strengths: ByVariant;
  readonly betweenPairs: number;
  readonly betweenPeople: number;
}

/**
 * The log strengths by which a ballot of the Plackett-Luce model has these mean points. There a variant beats another as
 * often as in the Bradley-Terry model, and has a point more for each that it beats.
 *
 * @param means between 1 and 3, 6 in all
 */
export function strengthsOf([first = 0, second = 0]: ByVariant): number[] {
  // Any wins will do that add up to the points: the fit looks at no more.
  const half = (first - 1) / 2;
  const third = second - 2 + half;
  const wins = [
    [0, half, half],
    [1 - half, 0, third],
    [1 - half, 1 - third, 0],
  ];
  return bradleyTerry(wins, 0);
}

const meansOf = (row: keyof typeof PAPER_SCORES): number[] => VARIANTS.map((variant) => PAPER_SCORES[row][variant]);

/**
 * How much strengths differ from pair to pair, as far as the paper says: between its two kinds, as log strengths. The
 * spread within a kind, and between people, it does not give.
 */
export function paperSpread(): number {
  const [face, other] = [strengthsOf(meansOf("face")), strengthsOf(meansOf("non-face"))];
  // Two kinds, half of the pairs each: half their difference is the deviation.
  const squares = face.map((strength, i) => ((strength - other[i]!) / 2) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

/** Draws that a taste is fitted with, the same for every try. */
const FITTING_DRAWS = 20_000;

/**
 * A taste in which, over many people and pairs, `image-prompt` is `difference` ahead of `prompt` in mean points, and
 * `inst` where the paper has it.
 *
 * @param draw the source of the same numbers every time it is called
 */
export function tasteOf(difference: number, spreads: Omit<Taste, "strengths">, draw: () => Random): Taste {
  const last = PAPER_SCORES.overall.inst;
  let strengths = strengthsOf([last, (6 - last + difference) / 2, (6 - last - difference) / 2]);
  // Spreads pull means together, so strengths are pulled apart until the means are right again.
  for (let round = 0; round < 6; round++) {
    const [inst = 0, both = 0, words = 0] = meanPoints({ strengths, ...spreads }, draw());
    const wanted = strengthsOf([last, (6 - last + difference) / 2, (6 - last - difference) / 2]);
    const found = strengthsOf([inst, both, words]);
    strengths = strengths.map((strength, i) => strength + wanted[i]! - found[i]!);
  }
  return { strengths, ...spreads };
}

function meanPoints(taste: Taste, random: Random): number[] {
  const sums = VARIANTS.map(() => 0);
  for (let i = 0; i < FITTING_DRAWS; i++)
    addBallot(sums, taste.strengths, drawOwn(taste.betweenPairs, random), drawOwn(taste.betweenPeople, random), random);
  return sums.map((sum) => sum / FITTING_DRAWS);
}

/** How a pair, or a person, differs from the rest. */
export const drawOwn = (deviation: number, random: Random): number[] =>
  VARIANTS.map(() => deviation * standardNormal(random));

/** Adds the points of a ballot that is drawn: 3 for the first, 2, 1. */
export function addBallot(
  points: number[],
  strengths: ByVariant,
  ofPair: ByVariant,
  ofPerson: ByVariant,
  random: Random,
): void {
  const noisy = strengths.map(
    (strength, i) => strength + ofPair[i]! + ofPerson[i]! - Math.log(-Math.log(1 - random())),
  );
  for (const [i, value] of noisy.entries()) points[i]! += 1 + noisy.filter((other) => other < value).length;
}
