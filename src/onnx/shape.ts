/** Shapes: sizes known when the graph is built, or names of sizes that are known only when it runs. */

/** A size, or the name of a size (`"sequence"`). Equal names are equal sizes. */
export type Dim = number | string;
export type Shape = readonly Dim[];

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** The sizes of a shape without names. @throws TypeError when a size is not known */
export function staticShape(shape: Shape): readonly number[] {
  for (const dim of shape)
    if (typeof dim !== "number") throw new TypeError(`${showShape(shape)} is not a static shape`);
  return shape as readonly number[];
}

/** Number of elements. @throws TypeError when a size is not known */
export const elementCount = (shape: Shape): number => staticShape(shape).reduce((product, dim) => product * dim, 1);

/** An axis counted from the front; negative ones count from the back. */
export function axisOf(shape: Shape, axis: number): number {
  const index = axis < 0 ? axis + shape.length : axis;
  if (index < 0 || index >= shape.length) throw new RangeError(`${showShape(shape)} has no axis ${axis}`);
  return index;
}

/** The shape of an elementwise operation (numpy's rule). @throws RangeError when the shapes do not go together */
export function broadcast(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new RangeError(`shapes ${showShape(a)} and ${showShape(b)} do not broadcast`);
  });
}

/** A size computed from another; of a name, the new name says how. */
export const mapDim = (dim: Dim, size: (n: number) => number, label: string): Dim =>
  typeof dim === "number" ? size(dim) : `${label}(${dim})`;

/** The sum of sizes; of names, a name that says so. */
export const sumDims = (dims: readonly Dim[]): Dim =>
  dims.every((dim) => typeof dim === "number") ? dims.reduce((sum, dim) => sum + dim, 0) : dims.join(" + ");
