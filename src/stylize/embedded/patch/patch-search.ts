/** Finds for every patch of a picture a similar patch of the style. */
import type { Plane } from "../../../images/plane.ts";
import { QUERY_BYTES, queryFeatures } from "../kernels/features.ts";
import { patchMatchSweep } from "../kernels/patch-match.ts";
import { PARTS, type KernelPool } from "../kernels/worker-pool.ts";
import type { Picture } from "./picture.ts";
import type { PatchField, QueryGrid } from "./query-grid.ts";
import { usagePenalties } from "./usage-penalty.ts";
import { transformPicture, type PatchBank, type TransformBuffer } from "./style-bank.ts";

/** Rows of queries per band that is searched independently. */
const ROWS_PER_BAND = 6;

export interface SearchOptions {
  /** address of the guidance at the pixels of the picture */
  readonly guide: number;
  readonly sweeps: number;
  readonly usagePenalty: number;
  /** what squares of the bank's grid cost besides, in squared lightness */
  readonly reserved: Float32Array;
  readonly random: () => number;
}

/** A grid and a field of matches in the kernels' memory. */
export interface PlacedField {
  readonly xs: number;
  readonly ys: number;
  readonly columns: number;
  readonly rows: number;
  readonly matches: number;
  /** of its matches, in the unit of the features */
  readonly costs: number;
}

/** Improves `start` by sweeps of PatchMatch. The field's memory belongs to the caller's scope. */
export function searchPatches(
  pool: KernelPool,
  picture: Picture,
  bank: PatchBank,
  field: PatchField,
  buffer: TransformBuffer,
  options: SearchOptions,
): PlacedField {
  const { grid } = field;
  const columns = grid.xs.length;
  const rows = grid.ys.length;
  const count = columns * rows;
  const place = (values: Int32Array): number => {
    const address = pool.allocate(4 * values.length);
    pool.integers(address, values.length).set(values);
    return address;
  };
  const xs = place(grid.xs);
  const ys = place(grid.ys);
  const matches = place(field.matches);
  const costs = pool.allocate(4 * count);
  pool.scoped(() => {
    const queries = pool.allocate(count * QUERY_BYTES);
    transformPicture(pool, buffer, picture, grid.size, bank.rowBasis);
    const { target, planeBytes } = buffer;
    const shape = { width: picture.width, size: grid.size, columns, rows, guide: options.guide };
    pool.run(queryFeatures, { ...shape, target, planeBytes, basis: bank.columnBasis, xs, ys, features: queries });
    const previous = pool.allocate(4 * count);
    const penalties = usagePenalties(bank, field.matches, options.usagePenalty, options.reserved);
    const inBankSteps = (positions: Int32Array): Int32Array => positions.map((at) => Math.round(at / bank.stride));
    const shared = {
      field: matches,
      previous,
      costs,
      queries,
      bank: bank.features,
      bankColumns: bank.columns,
      bankRows: 2 * bank.rows,
      variantRows: bank.rows,
      penalties: place(penalties.values),
      penaltyColumns: penalties.columns,
      xs: place(inBankSteps(grid.xs)),
      ys: place(inBankSteps(grid.ys)),
      columns,
      rows,
      radius: Math.max(bank.columns, bank.rows) >> 1,
    };
    for (let sweep = 0; sweep < options.sweeps; sweep++) {
      pool.integers(previous, count).set(pool.integers(matches, count));
      const seed = (options.random() * 4294967296) | 0;
      const bands = Math.max(1, Math.min(PARTS, Math.floor(rows / ROWS_PER_BAND)));
      pool.run(patchMatchSweep, { ...shared, backward: sweep & 1, fresh: sweep === 0 ? 1 : 0, seed }, bands);
    }
  });
  return { xs, ys, columns, rows, matches, costs };
}

/** What its matches cost. */
export const readCosts = (pool: KernelPool, { costs, columns, rows }: PlacedField): Plane =>
  Float32Array.from(pool.integers(costs, columns * rows));

/** The field as plain values, to carry it on. */
export const readField = (pool: KernelPool, placed: PlacedField, grid: QueryGrid, bank: PatchBank): PatchField => ({
  grid,
  bank,
  matches: pool.integers(placed.matches, placed.columns * placed.rows).slice(),
});
