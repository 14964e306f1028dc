/** Three-by-three matrices as rows of numbers. */

export type Vector3 = readonly [number, number, number];
export type Matrix3 = readonly [Vector3, Vector3, Vector3];

const AXES = [0, 1, 2] as const;

export const build = (entry: (row: 0 | 1 | 2, column: 0 | 1 | 2) => number): Matrix3 => [
  [entry(0, 0), entry(0, 1), entry(0, 2)],
  [entry(1, 0), entry(1, 1), entry(1, 2)],
  [entry(2, 0), entry(2, 1), entry(2, 2)],
];

export const IDENTITY: Matrix3 = build((row, column) => (row === column ? 1 : 0));

export const multiply = (a: Matrix3, b: Matrix3): Matrix3 =>
  build((row, column) => a[row][0] * b[0][column] + a[row][1] * b[1][column] + a[row][2] * b[2][column]);

const transpose = (a: Matrix3): Matrix3 => build((row, column) => a[column][row]);

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix by Jacobi rotations. */
function eigen(matrix: Matrix3): { values: Vector3; vectors: Matrix3 } {
  let a = matrix;
  let vectors = IDENTITY;
  for (let sweep = 0; sweep < 16; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      if (Math.abs(a[p][q]) < 1e-14) continue;
      const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      const rotation = build((row, column) => {
        if (row === column) return row === p || row === q ? c : 1;
        if (row === p && column === q) return s;
        return row === q && column === p ? -s : 0;
      });
      a = multiply(multiply(transpose(rotation), a), rotation);
      vectors = multiply(vectors, rotation);
    }
  }
  return { values: [a[0][0], a[1][1], a[2][2]], vectors };
}

/** A symmetric matrix with each of its eigenvalues changed. */
function withEigenvalues(matrix: Matrix3, change: (value: number) => number): Matrix3 {
  const { values, vectors } = eigen(matrix);
  return build((row, column) =>
    AXES.reduce<number>((sum, k) => sum + vectors[row][k] * change(values[k]) * vectors[column][k], 0),
  );
}

/** A real power of a symmetric positive matrix; eigenvalues below 1e-6 count as 1e-6. */
export const power = (matrix: Matrix3, exponent: number): Matrix3 =>
  withEigenvalues(matrix, (value) => Math.max(value, 1e-6) ** exponent);

/** A symmetric matrix without eigenvalues above `most`. */
export const bounded = (matrix: Matrix3, most: number): Matrix3 =>
  withEigenvalues(matrix, (value) => Math.min(value, most));

/** Makes the rows orthonormal (Gram-Schmidt). */
export function orthonormal(rows: Matrix3): Matrix3 {
  const done: Vector3[] = [];
  for (const row of rows) {
    let [x, y, z] = row;
    for (const [u, v, w] of done) {
      const along = x * u + y * v + z * w;
      x -= along * u;
      y -= along * v;
      z -= along * w;
    }
    const length = Math.hypot(x, y, z) || 1;
    done.push([x / length, y / length, z / length]);
  }
  return [done[0]!, done[1]!, done[2]!];
}
