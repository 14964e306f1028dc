/** Turns a field of matches into a picture: robust averages, the high band of the best patches, the content's pull. */
import type { Plane, PlanarImage } from "../../../images/plane.ts";
import { PIXEL_BYTES } from "../kernels/kernel.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { fuseContent, locatePatches, votePatches, weighPatches } from "../kernels/voting.ts";
import type { PlacedField } from "./patch-search.ts";
import { allocatePicture, blurPicture, writePicture, type Picture } from "./picture.ts";
import { SHARP_SIGMA, type PatchBank, type StyleLevel } from "./style-bank.ts";

/** Rounds of re-weighting and averaging. */
const ROUNDS = 3;

/** Width of the window over a patch, in halves of its side. */
const WINDOW_SIGMA = 0.45;

const ROW_PARTS = 32;

/** What is above this many pixels of a level is the tone of a place; strokes are finer. */
const BROAD_SIGMA = 8;

export interface Fusion {
  readonly content: Picture;
  readonly broadContent: Picture;
  /** addresses of one number per pixel: the content's weight, and the share of the drift of broad tones to undo */
  readonly weights: number;
  readonly holds: number;
}

/** The content and how strongly it pulls, in the kernels' memory. */
export function loadFusion(pool: KernelPool, target: PlanarImage, pull: Plane, hold: Plane): Fusion {
  const { width, height } = target;
  const content = allocatePicture(pool, width, height);
  writePicture(content, target);
  const broadContent = allocatePicture(pool, width, height);
  blurPicture(pool, content, broadContent, BROAD_SIGMA, ROW_PARTS);
  const place = (plane: Plane): number => {
    const address = pool.allocate(4 * plane.length);
    pool.floats(address, plane.length).set(plane);
    return address;
  };
  return { content, broadContent, weights: place(pull), holds: place(hold) };
}

/** What was found in one style. */
export interface FoundPatches {
  readonly style: StyleLevel;
  readonly bank: PatchBank;
  readonly field: PlacedField;
}

/**
 * Votes with patches of side `size` and writes the result over `picture`.
 *
 * @param found over one grid, in styles of one size
 * @param chosen which of them each patch is taken from; `null` where there is one
 */
export function votePicture(
  pool: KernelPool,
  picture: Picture,
  size: number,
  found: readonly FoundPatches[],
  chosen: Uint8Array | null,
  fusion: Fusion,
): void {
  const { width, height } = picture;
  const [{ style, field }] = found as readonly [FoundPatches, ...FoundPatches[]];
  const { xs, ys, columns, rows } = field;
  const grid = { xs, ys, columns, rows, size };
  pool.scoped(() => {
    const count = columns * rows;
    const located = found.map(() => pool.allocate(4 * count));
    const weights = pool.allocate(4 * count);
    const window = pool.allocate(size * size * PIXEL_BYTES);
    const sharpWindow = pool.allocate(size * size * PIXEL_BYTES);
    fillWindow(pool.floats(window, size * size * 4), size, 1);
    fillWindow(pool.floats(sharpWindow, size * size * 4), size, 4);
    const average = allocatePicture(pool, width, height);
    const high = allocatePicture(pool, width, height);
    const low = allocatePicture(pool, width, height);

    for (const [i, { style: from, bank, field: matched }] of found.entries())
      pool.run(locatePatches, {
        field: matched.matches,
        sources: located[i]!,
        count,
        pixels: from.pixels.address,
        styleWidth: from.width,
        styleHeight: from.height,
        variantRows: bank.rows,
        stride: bank.stride,
        mirrorOffset: bank.mirrorOffset,
      });
    const sources = located[0]!;
    if (chosen) {
      const places = located.map((address) => pool.integers(address, count));
      for (let i = 0; i < count; i++) places[0]![i] = places[chosen[i]!]![i]!;
    }
    const vote = { ...grid, width, height, sources, styleWidth: style.width, weights };
    for (let round = 0; round < ROUNDS; round++) {
      const current = round === 0 ? picture.address : average.address;
      pool.run(weighPatches, { ...grid, current, width, sources, styleWidth: style.width, weights });
      pool.run(votePatches, { ...vote, out: average.address, reach: 0, sharp: 0, window }, ROW_PARTS);
    }
    const reach = style.high.address - style.pixels.address;
    pool.run(votePatches, { ...vote, out: high.address, reach, sharp: 1, window: sharpWindow }, ROW_PARTS);
    blurPicture(pool, average, low, SHARP_SIGMA, ROW_PARTS);
    // In place: the average itself is not needed any more.
    blurPicture(pool, average, average, BROAD_SIGMA, ROW_PARTS);
    pool.run(fuseContent, {
      low: low.address,
      high: high.address,
      content: fusion.content.address,
      weights: fusion.weights,
      broad: average.address,
      broadContent: fusion.broadContent.address,
      holds: fusion.holds,
      out: picture.address,
      width,
      height,
    });
  });
}

function fillWindow(window: Float32Array, size: number, power: number): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = (2 * x + 1 - size) / size;
      const v = (2 * y + 1 - size) / size;
      const value = Math.exp((-power * (u * u + v * v)) / (2 * WINDOW_SIGMA * WINDOW_SIGMA));
      window.fill(value, 4 * (y * size + x), 4 * (y * size + x + 1));
    }
  }
}
