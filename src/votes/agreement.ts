/** How far people agree: Kendall's W over those who ranked the same, Krippendorff's alpha over all of them. */

/**
 * Kendall's coefficient of concordance, corrected for ties (Kendall and Babington Smith 1939; Siegel and Castellan,
 * "Nonparametric Statistics", 1988, section 9.7): 1 where all rank alike, 1 / raters on average where all rank by chance.
 *
 * @param ranks of each rater, over the same things; ties share the mean of their ranks
 * @returns `null` with fewer than two raters, or where nobody tells anything apart
 */
export function kendallW(ranks: readonly (readonly number[])[]): number | null {
  const raters = ranks.length;
  const things = ranks[0]?.length ?? 0;
  if (raters < 2 || things < 2) return null;
  const sums = Array.from({ length: things }, (_, i) => ranks.reduce((sum, row) => sum + row[i]!, 0));
  const mean = sums.reduce((sum, value) => sum + value, 0) / things;
  const spread = sums.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const ties = ranks.flatMap((row) => [...countsOf(row).values()]).reduce((sum, count) => sum + count ** 3 - count, 0);
  const most = raters ** 2 * (things ** 3 - things) - raters * ties;
  return most > 0 ? (12 * spread) / most : null;
}

/**
 * Krippendorff's alpha for ordinal values ("Computing Krippendorff's Alpha-Reliability", 2011, sections D and E): 1 where
 * all agree, 0 where they agree as by chance, below where they agree less.
 *
 * @param units for each thing that was judged, the values that people gave it, whole numbers; with fewer than two it is
 *   left out
 * @returns `null` where there is nothing to compare, or all values are one
 */
export function krippendorffAlpha(units: readonly (readonly number[])[]): number | null {
  const judged = units.filter(({ length }) => length > 1);
  const values = [...new Set(judged.flat())].toSorted((a, b) => a - b);
  const index = new Map(values.map((value, i) => [value, i]));
  const coincidences = values.map(() => values.map(() => 0));
  for (const unit of judged)
    unit.forEach((a, i) =>
      unit.forEach((b, j) => {
        if (i !== j) coincidences[index.get(a)!]![index.get(b)!]! += 1 / (unit.length - 1);
      }),
    );
  const totals = coincidences.map((row) => row.reduce((sum, count) => sum + count, 0));
  const all = totals.reduce((sum, count) => sum + count, 0);
  let [seen, expected] = [0, 0];
  for (let c = 0; c < values.length; c++)
    for (let k = 0; k < values.length; k++) {
      const difference = ordinalDifference(totals, c, k);
      seen += coincidences[c]![k]! * difference;
      expected += totals[c]! * totals[k]! * difference;
    }
  return expected > 0 ? 1 - ((all - 1) * seen) / expected : null;
}

function ordinalDifference(totals: readonly number[], c: number, k: number): number {
  const between = totals.slice(Math.min(c, k), Math.max(c, k) + 1).reduce((sum, count) => sum + count, 0);
  return (between - (totals[c]! + totals[k]!) / 2) ** 2;
}

function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
