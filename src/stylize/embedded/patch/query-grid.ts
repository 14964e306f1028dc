/** Where patches of a picture are compared and laid down, and how a field of matches moves from one grid to another. */
import { COLUMN_MASK, ROW_SHIFT } from "../kernels/patch-match.ts";

/** Top left corners of patches: all crossings of `xs` and `ys`, for patches of side `size`. */
export interface QueryGrid {
  readonly xs: Int32Array;
  readonly ys: Int32Array;
  readonly size: number;
}

/** A regular grid of a picture with the given gap, begun at a random offset so that no seam stays in place. */
export function createGrid(
  picture: { readonly width: number; readonly height: number },
  size: number,
  gap: number,
  random: () => number,
): QueryGrid {
  const xs = axis(picture.width - size, gap, 1 + Math.floor(random() * gap));
  const ys = axis(picture.height - size, gap, 1 + Math.floor(random() * gap));
  return { xs, ys, size };
}

/** Positions 0, offset, offset + gap, … and the last one. */
function axis(last: number, gap: number, offset: number): Int32Array {
  const positions = [0];
  for (let at = offset; at < last; at += gap) positions.push(at);
  if (last > 0) positions.push(last);
  return Int32Array.from(positions);
}

/** Positions in the style on a grid of `stride`: `rows` of the style itself and as many of its mirror image below. */
export interface BankShape {
  readonly columns: number;
  readonly rows: number;
  readonly stride: number;
}

/** A match for every crossing of a grid, packed as the kernels do. */
export interface PatchField {
  readonly grid: QueryGrid;
  readonly bank: BankShape;
  readonly matches: Int32Array;
}

export function randomMatches(count: number, bank: BankShape, random: () => number): Int32Array {
  return Int32Array.from(
    { length: count },
    () => (Math.floor(random() * 2 * bank.rows) << ROW_SHIFT) | Math.floor(random() * bank.columns),
  );
}

/**
 * The matches of `field` for another grid and bank: each new patch asks the nearest old one where it would continue.
 *
 * @param scale how much larger picture and style are now (2 from level to level, else 1)
 */
export function carryField(field: PatchField, grid: QueryGrid, bank: BankShape, scale: number): Int32Array {
  const old = field.grid;
  const matches = new Int32Array(grid.xs.length * grid.ys.length);
  const nearestX = nearest(old.xs, old.size, grid.xs, grid.size, scale);
  const nearestY = nearest(old.ys, old.size, grid.ys, grid.size, scale);
  const clamp = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
  for (let j = 0; j < grid.ys.length; j++) {
    for (let i = 0; i < grid.xs.length; i++) {
      const match = field.matches[nearestY[j]! * old.xs.length + nearestX[i]!]!;
      const packedRow = match >>> ROW_SHIFT;
      const variant = packedRow >= field.bank.rows ? 1 : 0;
      const styleX = (match & COLUMN_MASK) * field.bank.stride;
      const styleY = (packedRow - variant * field.bank.rows) * field.bank.stride;
      const x = scale * (styleX - old.xs[nearestX[i]!]!) + grid.xs[i]!;
      const y = scale * (styleY - old.ys[nearestY[j]!]!) + grid.ys[j]!;
      const column = clamp(Math.round(x / bank.stride), bank.columns);
      const row = clamp(Math.round(y / bank.stride), bank.rows) + variant * bank.rows;
      matches[j * grid.xs.length + i] = (row << ROW_SHIFT) | column;
    }
  }
  return matches;
}

/** For each new position the index of the old patch whose centre is nearest. */
function nearest(old: Int32Array, oldSize: number, now: Int32Array, size: number, scale: number): Int32Array {
  let index = 0;
  return now.map((at) => {
    const centre = (at + size / 2) / scale - oldSize / 2;
    while (index + 1 < old.length && Math.abs(old[index + 1]! - centre) <= Math.abs(old[index]! - centre)) index++;
    return index;
  });
}
