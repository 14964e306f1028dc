/** How far two lists of numbers go together, by their ranks alone. */

/** Ranks from 1 for the smallest; equal values share the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => {
    const first = sorted.indexOf(value);
    const last = sorted.lastIndexOf(value);
    return (first + last) / 2 + 1;
  });
}

/** Pearson's correlation; of ranks it is Spearman's. @returns `null` where one list does not vary */
export function correlation(xs: readonly number[], ys: readonly number[]): number | null {
  const [meanX, meanY] = [meanOf(xs), meanOf(ys)];
  let [both, ofX, ofY] = [0, 0, 0];
  xs.forEach((x, i) => {
    const [dx, dy] = [x - meanX, ys[i]! - meanY];
    both += dx * dy;
    ofX += dx * dx;
    ofY += dy * dy;
  });
  return ofX > 0 && ofY > 0 ? both / Math.sqrt(ofX * ofY) : null;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
