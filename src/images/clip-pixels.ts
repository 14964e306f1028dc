/** A picture as CLIP's vision tower wants it, equal to the reference's Pillow-based processing. */
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
  const resized = resizeBicubic(framed, scaled(framed.width), scaled(framed.height));
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

/**
 * Pillow's bicubic: cubic kernel with a = -0.5, widened when shrinking, taps outside the picture left out, and whole
 * bytes between the two passes, weights in whole parts of `ONE`. Other implementations (`images/plane.ts`) repeat the border and keep fractions, which
 * differs by several levels near edges; the tower was trained on these pixels.
 */
function resizeBicubic(image: RgbImage, width: number, height: number): RgbImage {
  const across = resample(image.data, image.width, image.height, width, 3, image.width * 3);
  const down = resample(across, image.height, width, height, width * 3, 3);
  return { width, height, data: down };
}

const ONE = 2 ** 22;

/** Resamples along one axis: `lines` lines of `from` pixels that lie `step` apart become lines of `to` pixels. */
function resample(
  data: Uint8Array,
  from: number,
  lines: number,
  to: number,
  step: number,
  lineStep: number,
): Uint8Array {
  if (from === to) return data;
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const out = new Uint8Array(to * lines * 3);
  const outLine = step === 3 ? to * 3 : 3;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - 2 * stretch + 0.5));
    const last = Math.min(from, Math.trunc(centre + 2 * stretch + 0.5));
    const taps = Array.from({ length: last - first }, (_, k) => cubic((first + k - centre + 0.5) / stretch));
    const sum = taps.reduce((total, tap) => total + tap, 0);
    const weights = taps.map((tap) => Math.sign(tap) * Math.trunc((Math.abs(tap) / sum) * ONE + 0.5));
    for (let line = 0; line < lines; line++)
      for (let c = 0; c < 3; c++) {
        let value = 0;
        for (let k = 0; k < weights.length; k++) value += weights[k]! * data[(first + k) * step + line * lineStep + c]!;
        out[i * step + line * outLine + c] = Math.min(255, Math.max(0, Math.floor(value / ONE + 0.5)));
      }
  }
  return out;
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
