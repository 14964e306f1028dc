/** Pictures as published metrics read them: channel by channel, sRGB from 0 to 1. */
import type { Size } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { floatTensor, type Tensor } from "../../onnx/index.ts";

/** [3, height, width] */
export function unitPlanes({ width, height, data }: RgbImage): Float32Array {
  const area = width * height;
  const planes = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) planes[c * area + i] = data[3 * i + c]! / 255;
  return planes;
}

/** As a batch of one for a network: [1, 3, height, width]. @param planes of this size */
export const planesTensor = (planes: Float32Array, { width, height }: Size): Tensor =>
  floatTensor("float32", { data: planes, shape: [1, 3, height, width] });

/**
 * The same resampled between the four nearest pixels however much it shrinks, centres of pixels meeting:
 * `torch.nn.functional.interpolate` with `bilinear`, which FID and the histograms of colours are defined with.
 */
export function bilinearPlanes(image: RgbImage, size: Size): Float32Array {
  const planes = unitPlanes(image);
  const [across, down] = [tapsOf(image.width, size.width), tapsOf(image.height, size.height)];
  const out = new Float32Array(3 * size.width * size.height);
  let at = 0;
  for (let c = 0; c < 3; c++) {
    const plane = planes.subarray(c * image.width * image.height, (c + 1) * image.width * image.height);
    for (const row of down)
      for (const column of across) {
        const along = (line: number): number => {
          const start = line * image.width;
          return plane[start + column.first]! * (1 - column.share) + plane[start + column.second]! * column.share;
        };
        out[at++] = along(row.first) * (1 - row.share) + along(row.second) * row.share;
      }
  }
  return out;
}

interface Taps {
  readonly first: number;
  readonly second: number;
  /** Of the second. */
  readonly share: number;
}

const tapsOf = (from: number, to: number): Taps[] =>
  Array.from({ length: to }, (_, i) => {
    const place = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const first = Math.min(from - 1, Math.floor(place));
    return { first, second: Math.min(from - 1, first + 1), share: place - first };
  });
