/**
 * What places of the style cost that are used more often than the average, so that one eye or mask is not pasted all over
 * the picture (after the occurrence map of Kaspar et al., Self Tuning Texture Optimization, 2015, section 4.2).
 */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { FEATURE_SCALE } from "../kernels/features.ts";
import { COLUMN_MASK, PENALTY_SHIFT, ROW_SHIFT } from "../kernels/patch-match.ts";
import type { BankShape } from "./query-grid.ts";

/** Beyond this many times the average a place gets no dearer. */
const HIGHEST_RATIO = 12;

export interface PenaltyMap {
  /** one entry per square of the bank's grid, in the unit of the kernels' costs */
  readonly values: Int32Array;
  readonly columns: number;
}

/**
 * @param weight cost of twice the average use, in squared lightness; mirrored uses count for the same place
 * @param reserved what squares of the bank's grid cost besides, in squared lightness
 */
export function usagePenalties(
  bank: BankShape,
  matches: Int32Array,
  weight: number,
  reserved: Float32Array,
): PenaltyMap {
  const columns = ((bank.columns - 1) >> PENALTY_SHIFT) + 1;
  const stackedRows = ((2 * bank.rows - 1) >> PENALTY_SHIFT) + 1;
  const values = new Int32Array(columns * stackedRows);
  const rows = ((bank.rows - 1) >> PENALTY_SHIFT) + 1;
  const uses = new Float32Array(columns * rows);
  for (const match of matches) {
    const row = match >>> ROW_SHIFT;
    const column = match & COLUMN_MASK;
    const mirrored = row >= bank.rows;
    const x = mirrored ? bank.columns - 1 - column : column;
    const y = mirrored ? row - bank.rows : row;
    uses[(y >> PENALTY_SHIFT) * columns + (x >> PENALTY_SHIFT)]! += 1;
  }
  const average = matches.length / uses.length;
  const spread = blurPlane(uses, { width: columns, height: rows }, 1.5);
  const half = (1 << PENALTY_SHIFT) >> 1;
  for (let i = 0; i < stackedRows; i++) {
    const row = Math.min(2 * bank.rows - 1, (i << PENALTY_SHIFT) + half);
    const mirrored = row >= bank.rows;
    const y = (mirrored ? row - bank.rows : row) >> PENALTY_SHIFT;
    for (let j = 0; j < columns; j++) {
      const column = Math.min(bank.columns - 1, (j << PENALTY_SHIFT) + half);
      const x = (mirrored ? bank.columns - 1 - column : column) >> PENALTY_SHIFT;
      const excess = Math.min(HIGHEST_RATIO, Math.max(0, spread[y * columns + x]! / average - 1));
      const cost = excess * weight + reserved[y * columns + x]!;
      values[i * columns + j] = Math.round(cost * FEATURE_SCALE * FEATURE_SCALE);
    }
  }
  return { values, columns };
}
