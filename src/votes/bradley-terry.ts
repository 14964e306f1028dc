/** Strengths from pairwise preferences: the Bradley-Terry model. */
import { plackettLuce } from "./plackett-luce.ts";

/** `wins[i][j]`: how often i was preferred to j. */
export type WinMatrix = readonly (readonly number[])[];

/**
 * Maximum-likelihood log strengths of the Bradley-Terry model, P(i beats j) = 1 / (1 + exp(s_j - s_i)), centred on 0: the
 * Plackett-Luce model of rankings of two.
 *
 * @param prior virtual wins added to both sides of each pair, which keeps strengths finite where somebody never lost;
 *   0 for the plain likelihood
 */
export const bradleyTerry = (wins: WinMatrix, prior = 0.5): number[] =>
  plackettLuce(
    wins.flatMap((row, i) => row.flatMap((count, j) => (i === j ? [] : { order: [i, j], weight: count + prior }))),
    wins.length,
  );
