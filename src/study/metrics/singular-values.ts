/** Singular values of a matrix, small ones as exact as large ones: one-sided Jacobi rotations (Hestenes 1958). */
import { dot } from "./feature-set.ts";

/** Columns whose cosine is below this count as orthogonal. */
const ORTHOGONAL = 1e-15;
/** Ten are usual. */
const MOST_SWEEPS = 60;

/** @param columns of one length; they are changed: at the end each is orthogonal to all others. In no order. */
export function singularValues(columns: readonly Float64Array[]): number[] {
  const squares = columns.map((column) => dot(column, column));
  for (let sweep = 0, isTurned = true; isTurned && sweep < MOST_SWEEPS; sweep++) {
    isTurned = false;
    for (let p = 0; p < columns.length; p++)
      for (let q = p + 1; q < columns.length; q++) isTurned = turn(columns, squares, p, q) || isTurned;
  }
  return columns.map((column) => Math.sqrt(dot(column, column)));
}

/** Makes two columns orthogonal. @returns whether they were not */
function turn(columns: readonly Float64Array[], squares: number[], p: number, q: number): boolean {
  const [u, v] = [columns[p]!, columns[q]!];
  const shared = dot(u, v);
  if (Math.abs(shared) <= ORTHOGONAL * Math.sqrt(squares[p]! * squares[q]!)) return false;
  const zeta = (squares[q]! - squares[p]!) / (2 * shared);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  const sine = cosine * tangent;
  for (let k = 0; k < u.length; k++) {
    const [a, b] = [u[k]!, v[k]!];
    u[k] = cosine * a - sine * b;
    v[k] = sine * a + cosine * b;
  }
  squares[p] = dot(u, u);
  squares[q] = dot(v, v);
  return true;
}
