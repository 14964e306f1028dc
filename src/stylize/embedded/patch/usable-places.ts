/** Which places of a style picture may be used as patches, and what the others cost. */
import type { Plane, Size } from "../../../images/plane.ts";
import { PENALTY_SHIFT } from "../kernels/patch-match.ts";
import { faceMask, type FaceBox } from "../subjects/face-masks.ts";
import type { BankShape } from "./query-grid.ts";
import type { Margins } from "../../../images/style-picture/index.ts";

/** At most this share of a style is kept out of its bank: of a style that is one face, only the middle of it is. */
const LARGEST_SHARE = 0.45;

/** What a patch costs that touches such a place, and what is added by the share of it that lies there; squared lightness. */
const TOUCH = 0.3;
const SHARE = 1;

/** 1 everywhere but in faces, which people would know again: 0. */
export function usablePlaces(size: Size, faces: readonly FaceBox[]): Plane {
  const mask = (scale: number): Plane =>
    faceMask(
      size,
      faces.map((face) => shrunk(face, scale)),
    ).map((face) => (face > 0 ? 0 : 1));
  for (let scale = 1; ; scale *= 0.85) {
    const usable = mask(scale);
    const used = usable.reduce((sum, value) => sum + value, 0);
    if (used >= (1 - LARGEST_SHARE) * usable.length) return usable;
  }
}

/** Faces in shares of a picture, as shares of what is left of it between `margins`. */
export const facesWithin = (
  faces: readonly FaceBox[],
  whole: Size,
  { image, margins }: { readonly image: Size; readonly margins: Margins },
): FaceBox[] =>
  faces.map(({ x, y, width, height }) => ({
    x: (x * whole.width - margins.left) / image.width,
    y: (y * whole.height - margins.top) / image.height,
    width: (width * whole.width) / image.width,
    height: (height * whole.height) / image.height,
  }));

const shrunk = ({ x, y, width, height }: FaceBox, scale: number): FaceBox => ({
  x: x + ((1 - scale) / 2) * width,
  y: y + ((1 - scale) / 2) * height,
  width: scale * width,
  height: scale * height,
});

/**
 * What the patches of a bank cost for touching places that may not be used, in squared lightness: the highest of each
 * square of the penalty map and of those around it, as places of the mirrored style fall beside the squares.
 *
 * @param usable at the size of the style's level; 1 where patches may be taken
 */
export function reservedCosts(bank: BankShape, patch: number, usable: Plane, { width, height }: Size): Float32Array {
  const columns = ((bank.columns - 1) >> PENALTY_SHIFT) + 1;
  const rows = ((bank.rows - 1) >> PENALTY_SHIFT) + 1;
  const costs = new Float32Array(columns * rows);
  const sums = new Int32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0, line = 0; x < width; x++) {
      // Resampling blurs the plane's edges.
      if (usable[y * width + x]! < 0.95) line++;
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1]! + line;
    }
  }
  if (sums.at(-1) === 0) return costs;
  const step = bank.stride << PENALTY_SHIFT;
  for (let row = 0; row < rows; row++) {
    const top = Math.max(0, (row - 1) * step);
    const bottom = Math.min(height, (row + 2) * step + patch);
    for (let column = 0; column < columns; column++) {
      const left = Math.max(0, (column - 1) * step);
      const right = Math.min(width, (column + 2) * step + patch);
      const at = (y: number, x: number): number => sums[y * (width + 1) + x]!;
      const touched = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left);
      if (touched > 0) costs[row * columns + column] = TOUCH + (SHARE * touched) / ((bottom - top) * (right - left));
    }
  }
  return costs;
}
