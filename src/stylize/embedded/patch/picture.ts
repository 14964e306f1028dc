/** Interleaved pictures in the kernels' memory: four f32 per pixel, the fourth always 1. */
import type { PlanarImage } from "../../../images/plane.ts";
import { PIXEL_BYTES } from "../kernels/kernel.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { blurAcross, blurDown } from "../kernels/filters.ts";

export interface Picture {
  readonly address: number;
  readonly width: number;
  readonly height: number;
  /** a view of its pixels */
  readonly pixels: Float32Array;
}

/** Memory for a picture; its contents are undefined. */
export function allocatePicture(pool: KernelPool, width: number, height: number): Picture {
  const address = pool.allocate(width * height * PIXEL_BYTES);
  return { address, width, height, pixels: pool.floats(address, width * height * 4) };
}

export function writePicture(picture: Picture, image: PlanarImage): void {
  const { pixels } = picture;
  const [first, second, third] = image.planes;
  for (let i = 0, at = 0; i < first.length; i++, at += 4) {
    pixels[at] = first[i]!;
    pixels[at + 1] = second[i]!;
    pixels[at + 2] = third[i]!;
    pixels[at + 3] = 1;
  }
}

export function readPicture(picture: Picture): PlanarImage {
  const { width, height, pixels } = picture;
  const length = width * height;
  const planes = [new Float32Array(length), new Float32Array(length), new Float32Array(length)] as const;
  for (let i = 0, at = 0; i < length; i++, at += 4) {
    planes[0][i] = pixels[at]!;
    planes[1][i] = pixels[at + 1]!;
    planes[2][i] = pixels[at + 2]!;
  }
  return { width, height, planes };
}

/** A Gaussian blur of `picture` into `out`; `sigma` in pixels. */
export function blurPicture(pool: KernelPool, picture: Picture, out: Picture, sigma: number, parts: number): void {
  pool.scoped(() => {
    const { width, height } = picture;
    const radius = Math.max(1, Math.ceil(3 * sigma));
    const kernel = pool.allocate((radius + 1) * PIXEL_BYTES);
    const weights = Array.from({ length: radius + 1 }, (_, i) => Math.exp((-i * i) / (2 * sigma * sigma)));
    const sum = weights.reduce((total, weight, i) => total + (i === 0 ? 1 : 2) * weight, 0);
    weights.forEach((weight, i) => pool.floats(kernel + i * PIXEL_BYTES, 4).fill(weight / sum));
    const between = pool.allocate(width * height * PIXEL_BYTES);
    const scratch = pool.allocate(parts * (width + 2 * radius) * PIXEL_BYTES);
    const size = { width, height, radius, kernel };
    pool.run(blurAcross, { ...size, pixels: picture.address, out: between, scratch }, parts);
    pool.run(blurDown, { ...size, pixels: between, out: out.address }, parts);
  });
}
