/** Strengths from pairwise preferences: the Bradley-Terry model, fitted by minorisation-maximisation. */

/** `wins[i][j]`: how often i was preferred to j. */
export type WinMatrix = readonly (readonly number[])[];

/**
 * Maximum-likelihood log strengths of the Bradley-Terry model, P(i beats j) = 1 / (1 + exp(s_j - s_i)), centred on 0
 * (Hunter, "MM algorithms for generalized Bradley-Terry models", Annals of Statistics 2004, equation 3).
 *
 * @param prior virtual wins added to both sides of each pair, which keeps strengths finite where somebody never lost;
 *   0 for the plain likelihood
 */
export function bradleyTerry(wins: WinMatrix, prior = 0.5): number[] {
  const size = wins.length;
  const won = (i: number, j: number): number => (i === j ? 0 : wins[i]![j]! + prior);
  const indices = Array.from({ length: size }, (_, i) => i);
  const total = indices.map((i) => indices.reduce((sum, j) => sum + won(i, j), 0));
  let strength = indices.map(() => 1);
  for (let round = 0; round < 10_000; round++) {
    const next = indices.map((i) => {
      const weight = indices.reduce(
        (sum, j) => (i === j ? sum : sum + (won(i, j) + won(j, i)) / (strength[i]! + strength[j]!)),
        0,
      );
      return weight > 0 ? total[i]! / weight : strength[i]!;
    });
    const mean = Math.exp(next.reduce((sum, value) => sum + Math.log(value), 0) / size);
    const scaled = next.map((value) => value / mean);
    const change = Math.max(...scaled.map((value, i) => Math.abs(Math.log(value / strength[i]!))));
    strength = scaled;
    if (change < 1e-10) break;
  }
  return strength.map(Math.log);
}
