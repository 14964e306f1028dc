/** Gaussian blur of planes: a truncated kernel for small sigmas, three extended box blurs for large ones. */
import { mapPlanes, type PlanarImage, type Plane, type Size } from "./plane.ts";

/** Above this sigma (pixels) boxes are faster than the kernel; their shape differs from it by less than the eye sees. */
const BOX_FROM_SIGMA = 2.2;

/** A blurred copy; `sigma` in pixels, borders repeat. `sigma <= 0` copies. */
export function blurPlane(plane: Plane, size: Size, sigma: number): Plane {
  if (sigma <= 0) return plane.slice();
  const { width, height } = size;
  const across = new Float32Array(width * height);
  const out = new Float32Array(width * height);
  if (sigma < BOX_FROM_SIGMA) {
    const kernel = halfKernel(sigma);
    kernelRows(plane, across, width, height, kernel);
    kernelColumns(across, out, width, height, kernel);
    return out;
  }
  const box = extendedBox(sigma);
  boxRows(plane, across, width, height, box);
  boxRows(across, out, width, height, box);
  boxRows(out, across, width, height, box);
  boxColumns(across, out, width, height, box);
  boxColumns(out, across, width, height, box);
  boxColumns(across, out, width, height, box);
  return out;
}

/** The three planes blurred. */
export const blurPlanar = (image: PlanarImage, sigma: number): PlanarImage =>
  mapPlanes(image, (plane) => blurPlane(plane, image, sigma));

/** Weights of offsets 0, 1, … `ceil(3 sigma)`; the whole symmetric kernel sums to 1. */
function halfKernel(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float32Array.from({ length: radius + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)));
  const sum = kernel.reduce((total, weight, i) => total + (i === 0 ? weight : 2 * weight), 0);
  return kernel.map((weight) => weight / sum);
}

/** Pairs of samples are added two at a time, so that sums are in the same order everywhere. */
function kernelRows(plane: Plane, out: Plane, width: number, height: number, kernel: Float32Array): void {
  const radius = kernel.length - 1;
  const padded = new Float32Array(width + 2 * radius);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    padded.fill(plane[row]!, 0, radius);
    padded.set(plane.subarray(row, row + width), radius);
    padded.fill(plane[row + width - 1]!, radius + width);
    for (let x = 0; x < width; x++) {
      const at = x + radius;
      let sum = kernel[0]! * padded[at]!;
      for (let i = 1; i <= radius; i++) sum += kernel[i]! * (padded[at - i]! + padded[at + i]!);
      out[row + x] = sum;
    }
  }
}

/** Rows are added in pairs above and below, rounded after each pair; two pairs at a time. */
function kernelColumns(plane: Plane, out: Plane, width: number, height: number, kernel: Float32Array): void {
  const last = height - 1;
  const centre = kernel[0]!;
  const near = kernel[1]!;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const up = Math.max(0, y - 1) * width;
    const down = Math.min(last, y + 1) * width;
    for (let x = 0; x < width; x++) {
      out[row + x] = Math.fround(centre * plane[row + x]!) + near * (plane[up + x]! + plane[down + x]!);
    }
    for (let i = 2; i < kernel.length; i += 2) {
      const weight = kernel[i]!;
      const above = Math.max(0, y - i) * width;
      const below = Math.min(last, y + i) * width;
      // Beyond the kernel there is no weight
      const farther = i + 1 < kernel.length ? kernel[i + 1]! : 0;
      const top = Math.max(0, y - i - 1) * width;
      const bottom = Math.min(last, y + i + 1) * width;
      for (let x = 0; x < width; x++) {
        const sum = Math.fround(out[row + x]! + weight * (plane[above + x]! + plane[below + x]!));
        out[row + x] = sum + farther * (plane[top + x]! + plane[bottom + x]!);
      }
    }
  }
}

/** A box of radius `radius` whose two outermost samples count `edge` each, divided by `total`. */
interface ExtendedBox {
  readonly radius: number;
  readonly edge: number;
  readonly total: number;
}

/** The box whose threefold application has exactly the variance `sigma²` (Gwosdek et al. 2011, eq. 10). */
function extendedBox(sigma: number): ExtendedBox {
  const variance = (sigma * sigma) / 3;
  const radius = Math.floor(0.5 * Math.sqrt(12 * variance + 1) - 0.5);
  const edge =
    ((2 * radius + 1) * (radius * (radius + 1) - 3 * variance)) / (6 * (variance - (radius + 1) * (radius + 1)));
  return { radius, edge, total: 2 * radius + 1 + 2 * edge };
}

/** Four rows at a time: no running sum waits for another. */
function boxRows(plane: Plane, out: Plane, width: number, height: number, box: ExtendedBox): void {
  const { radius, edge } = box;
  const scale = 1 / box.total;
  const last = width - 1;
  let y = 0;
  for (; y + 3 < height; y += 4) {
    const r0 = y * width;
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = -radius; i <= radius; i++) {
      const at = Math.min(last, Math.max(0, i));
      s0 += plane[r0 + at]!;
      s1 += plane[r1 + at]!;
      s2 += plane[r2 + at]!;
      s3 += plane[r3 + at]!;
    }
    for (let x = 0; x < width; x++) {
      const before = Math.max(0, x - radius - 1);
      const leaving = Math.max(0, x - radius);
      const after = Math.min(last, x + radius + 1);
      const n0 = plane[r0 + after]!;
      const n1 = plane[r1 + after]!;
      const n2 = plane[r2 + after]!;
      const n3 = plane[r3 + after]!;
      out[r0 + x] = scale * (s0 + edge * (plane[r0 + before]! + n0));
      out[r1 + x] = scale * (s1 + edge * (plane[r1 + before]! + n1));
      out[r2 + x] = scale * (s2 + edge * (plane[r2 + before]! + n2));
      out[r3 + x] = scale * (s3 + edge * (plane[r3 + before]! + n3));
      s0 += n0 - plane[r0 + leaving]!;
      s1 += n1 - plane[r1 + leaving]!;
      s2 += n2 - plane[r2 + leaving]!;
      s3 += n3 - plane[r3 + leaving]!;
    }
  }
  for (; y < height; y++) {
    const row = y * width;
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += plane[row + Math.min(last, Math.max(0, i))]!;
    for (let x = 0; x < width; x++) {
      const after = plane[row + Math.min(last, x + radius + 1)]!;
      out[row + x] = scale * (sum + edge * (plane[row + Math.max(0, x - radius - 1)]! + after));
      sum += after - plane[row + Math.max(0, x - radius)]!;
    }
  }
}

/** Column sums are kept for a whole row at a time, so that memory is walked in order. */
function boxColumns(plane: Plane, out: Plane, width: number, height: number, box: ExtendedBox): void {
  const { radius, edge } = box;
  const scale = 1 / box.total;
  const rowAt = (y: number): number => Math.min(height - 1, Math.max(0, y)) * width;
  const sums = new Float64Array(width);
  for (let i = -radius; i <= radius; i++) {
    const row = rowAt(i);
    for (let x = 0; x < width; x++) sums[x]! += plane[row + x]!;
  }
  for (let y = 0; y < height; y++) {
    const before = rowAt(y - radius - 1);
    const after = rowAt(y + radius + 1);
    const leaving = rowAt(y - radius);
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const sum = sums[x]!;
      out[row + x] = scale * (sum + edge * (plane[before + x]! + plane[after + x]!));
      sums[x] = sum + plane[after + x]! - plane[leaving + x]!;
    }
  }
}
