/** A picture as CLIP's vision tower wants it, equal to the reference's Pillow-based processing. */
import { BICUBIC, resizeAsPillow } from "./pillow-resize.ts";
import type { RgbImage } from "./rgb-image.ts";

/** What the tower wants: its side in pixels, and each colour less its mean in parts of its deviation. */
export interface ClipPixels {
  readonly size: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** How the pictures were normalised that CLIP was trained on. */
export const CLIP_PIXELS: Omit<ClipPixels, "size"> = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/**
 * LLaVA-1.5's processing: padded to a square with the mean colour, resized, normalised. With `pad` off, what
 * ShareGPT4V's own inference script does: the short side to size, the middle cut out, borders lost.
 *
 * @returns pixel values [3, size, size]
 */
export function preprocess(image: RgbImage, config: ClipPixels, { pad = true } = {}): Float32Array {
  const { size, mean, std } = config;
  const framed = pad ? padToSquare(image, mean) : image;
  const short = Math.min(framed.width, framed.height);
  const scaled = (length: number): number => (length === short ? size : Math.floor((size * length) / short));
  const resized = resizeAsPillow(framed, scaled(framed.width), scaled(framed.height), BICUBIC);
  const left = Math.floor((resized.width - size) / 2);
  const top = Math.floor((resized.height - size) / 2);
  const pixels = new Float32Array(3 * size * size);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const value = resized.data[((top + y) * resized.width + left + x) * 3 + c]! / 255;
        pixels[(c * size + y) * size + x] = (value - mean[c]!) / std[c]!;
      }
  return pixels;
}

function padToSquare(image: RgbImage, mean: readonly number[]): RgbImage {
  const { width, height } = image;
  const side = Math.max(width, height);
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i++) data[i] = Math.trunc(255 * mean[i % 3]!);
  const [left, top] = [Math.floor((side - width) / 2), Math.floor((side - height) / 2)];
  for (let y = 0; y < height; y++)
    data.set(image.data.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * side + left) * 3);
  return { width: side, height: side, data };
}
