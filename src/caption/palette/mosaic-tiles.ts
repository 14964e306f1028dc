/** Finds the tiles of a mosaic: small, compact, even areas of much the same size. */
import type { Plane, Size } from "../../images/plane.ts";

/** A gradient per pixel above which there is an edge. */
const EDGE = 0.03;
/** Areas of tiles in pixels at 512; compact ones fill this much of the box around them. */
const SMALLEST = 24;
const LARGEST = 1500;
const COMPACT = 0.45;

/** Tiles of a mosaic differ in area by less than this (standard deviation over mean); paint between lines by more. */
const EVEN = 0.8;

function isEven(areas: readonly number[]): boolean {
  const mean = areas.reduce((sum, area) => sum + area, 0) / areas.length;
  const variance = areas.reduce((sum, area) => sum + (area - mean) ** 2, 0) / areas.length;
  return Math.sqrt(variance) < EVEN * mean;
}

/** The share of the picture that is tiles of one size, 0 to 1. @param steepness gradient of a picture whose long side is about 512 */
export function tileShare(steepness: Plane, { width }: Size): number {
  const taken = steepness.map((value) => (value > EDGE ? 1 : 0));
  const stack = new Int32Array(taken.length);
  const areas: number[] = [];
  for (let start = 0; start < taken.length; start++) {
    if (taken[start]) continue;
    let [left, right, bottom] = [width, 0, 0];
    let area = 0;
    let depth = 0;
    stack[depth++] = start;
    taken[start] = 1;
    const visit = (i: number): void => {
      if (taken[i] !== 0) return;
      taken[i] = 1;
      stack[depth++] = i;
    };
    while (depth > 0) {
      const i = stack[--depth]!;
      const x = i % width;
      area += 1;
      left = Math.min(left, x);
      right = Math.max(right, x);
      bottom = Math.max(bottom, i);
      if (x > 0) visit(i - 1);
      if (x < width - 1) visit(i + 1);
      if (i >= width) visit(i - width);
      if (i + width < taken.length) visit(i + width);
    }
    // Rows are scanned from the top, so the start lies in the first
    const rows = Math.floor(bottom / width) - Math.floor(start / width) + 1;
    const box = (right - left + 1) * rows;
    if (area >= SMALLEST && area < LARGEST && area > COMPACT * box) areas.push(area);
  }
  return isEven(areas) ? areas.reduce((sum, area) => sum + area, 0) / taken.length : 0;
}
