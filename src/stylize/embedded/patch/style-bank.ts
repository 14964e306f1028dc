/** A style level in the kernels' memory, and the bank of its patches' features. */
import type { PlanarImage } from "../../../images/plane.ts";
import {
  bankFeatures,
  basisLength,
  FEATURE_BYTES,
  FEATURE_SCALE,
  fillBasis,
  ROW_PLANES,
  splitPlanes,
  transformRows,
} from "../kernels/features.ts";
import { PARTS, type KernelPool } from "../kernels/worker-pool.ts";
import { allocatePicture, blurPicture, writePicture, type Picture } from "./picture.ts";
import type { BankShape } from "./query-grid.ts";

/** What is below this many pixels belongs to the band that is voted by nearly one patch alone. */
export const SHARP_SIGMA = 2.5;

/** Most patches a bank may hold, one variant; beyond, its grid gets coarser. */
const MAXIMUM_PATCHES = 600_000;

/** A style and, below it, its mirror image; and the high band of both. */
export interface StyleLevel {
  readonly width: number;
  readonly height: number;
  readonly pixels: Picture;
  readonly high: Picture;
}

export interface PatchBank extends BankShape {
  readonly features: number;
  /** basis for the features of queries */
  readonly rowBasis: number;
  readonly columnBasis: number;
  /** columns of the mirrored style before its grid begins */
  readonly mirrorOffset: number;
}

export function loadStyleLevel(pool: KernelPool, image: PlanarImage): StyleLevel {
  const { width, height } = image;
  const pixels = allocatePicture(pool, width, 2 * height);
  const high = allocatePicture(pool, width, 2 * height);
  const upper: Picture = { ...pixels, height };
  writePicture(upper, image);
  blurPicture(pool, upper, { ...high, height }, SHARP_SIGMA, PARTS);
  for (let i = 0; i < width * height * 4; i++) {
    high.pixels[i] = (i & 3) === 3 ? 1 : pixels.pixels[i]! - high.pixels[i]!;
  }
  for (const { pixels: data } of [pixels, high]) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = 4 * (y * width + x);
        const to = 4 * ((height + y) * width + (width - 1 - x));
        for (let k = 0; k < 4; k++) data[to + k] = data[from + k]!;
      }
    }
  }
  return { width, height, pixels, high };
}

/** Memory for the row transforms of a picture of up to `pixels` pixels. */
export interface TransformBuffer {
  readonly planes: number;
  readonly target: number;
  readonly planeBytes: number;
}

export function allocateTransform(pool: KernelPool, pixels: number): TransformBuffer {
  const planeBytes = pixels * 4;
  return { planes: pool.allocate(3 * planeBytes), target: pool.allocate(ROW_PLANES * planeBytes), planeBytes };
}

/** Transforms the rows of a picture for patches of side `size` into the buffer. */
export function transformPicture(
  pool: KernelPool,
  buffer: TransformBuffer,
  picture: { readonly address: number; readonly width: number; readonly height: number },
  size: number,
  basis: number,
): void {
  const { width, height } = picture;
  pool.run(splitPlanes, { ...buffer, pixels: picture.address, width, height });
  pool.run(transformRows, { ...buffer, width, height, size, basis });
}

/**
 * The features of all patches of side `size` of a style level.
 *
 * @param guide address of the guidance at its pixels
 */
export function buildBank(
  pool: KernelPool,
  style: StyleLevel,
  size: number,
  buffer: TransformBuffer,
  guide: number,
): PatchBank {
  const { width, height } = style;
  const stride = Math.max(1, Math.ceil(Math.sqrt(((width - size + 1) * (height - size + 1)) / MAXIMUM_PATCHES)));
  const columns = Math.floor((width - size) / stride) + 1;
  const rows = Math.floor((height - size) / stride) + 1;
  const rowBasis = pool.allocate(4 * basisLength(size));
  const columnBasis = pool.allocate(4 * basisLength(size));
  fillBasis(pool.floats(rowBasis, basisLength(size)), size, 1);
  fillBasis(pool.floats(columnBasis, basisLength(size)), size, FEATURE_SCALE / size);
  const features = pool.allocate((columns * rows + 1) * FEATURE_BYTES);
  transformPicture(pool, buffer, { address: style.pixels.address, width, height }, size, rowBasis);
  const { target, planeBytes } = buffer;
  const grid = { size, stride, columns, rows };
  pool.run(bankFeatures, { ...grid, guide, target, planeBytes, width, basis: columnBasis, features }, 64);
  return {
    columns,
    rows,
    stride,
    features,
    rowBasis,
    columnBasis,
    mirrorOffset: width - size - (columns - 1) * stride,
  };
}
