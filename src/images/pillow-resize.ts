/** Resizing as Pillow does it, byte by byte: what networks were trained on whose pictures went through it. */
import type { RgbImage } from "./rgb-image.ts";

/** How much a pixel counts by its distance from the middle, in pixels of the larger grid. */
interface Kernel {
  /** Beyond this it counts nothing. */
  readonly reach: number;
  readonly weight: (distance: number) => number;
}

/** Cubic with a = -0.5. */
export const BICUBIC: Kernel = { reach: 2, weight: cubic };
export const BILINEAR: Kernel = { reach: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) };

/**
 * A kernel that is widened when shrinking, taps outside the picture left out, and whole bytes between the two passes, weights in
 * whole parts of `ONE`. Other implementations (`images/plane.ts`) repeat the border and keep fractions, which differs by
 * several levels near edges.
 */
export function resizeAsPillow(image: RgbImage, width: number, height: number, kernel: Kernel): RgbImage {
  const across = resample(image.data, image.width, image.height, width, 3, image.width * 3, kernel);
  const down = resample(across, image.height, width, height, width * 3, 3, kernel);
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
  { reach, weight }: Kernel,
): Uint8Array {
  if (from === to) return data;
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const out = new Uint8Array(to * lines * 3);
  const outLine = step === 3 ? to * 3 : 3;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach * stretch + 0.5));
    const last = Math.min(from, Math.trunc(centre + reach * stretch + 0.5));
    const taps = Array.from({ length: last - first }, (_, k) => weight((first + k - centre + 0.5) / stretch));
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
