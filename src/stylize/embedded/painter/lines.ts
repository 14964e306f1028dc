/** Contour lines and engraved lines that run along the field. */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { Plane, Size } from "../../../images/plane.ts";
import type { Random } from "../../../random.ts";
import { smoothNoise, standardised } from "./value-noise.ts";
import type { Orientation } from "./orientation.ts";

/**
 * Averages a plane along the field, `reach` steps of one pixel each way (line integral convolution, Cabral & Leedom
 * 1993). `turn` rotates the field, radians.
 */
function smearAlong(plane: Plane, { width, height }: Size, field: Orientation, reach: number, turn = 0): Plane {
  const out = new Float32Array(plane.length);
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const { tx, ty } = field;
  for (let y0 = 0; y0 < height; y0++) {
    for (let x0 = 0; x0 < width; x0++) {
      const start = y0 * width + x0;
      let sum = plane[start]!;
      let count = 1;
      for (let way = -1; way <= 1; way += 2) {
        let x = x0;
        let y = y0;
        let px = way * (tx[start]! * cos - ty[start]! * sin);
        let py = way * (tx[start]! * sin + ty[start]! * cos);
        for (let step = 0; step < reach; step++) {
          x += px;
          y += py;
          const rx = (x + 0.5) | 0;
          const ry = (y + 0.5) | 0;
          if (x < 0 || y < 0 || rx >= width || ry >= height) break;
          const i = ry * width + rx;
          sum += plane[i]!;
          count += 1;
          const dx = tx[i]! * cos - ty[i]! * sin;
          const dy = tx[i]! * sin + ty[i]! * cos;
          const sign = dx * px + dy * py < 0 ? -1 : 1;
          px = sign * dx;
          py = sign * dy;
        }
      }
      out[start] = sum / count;
    }
  }
  return out;
}

/**
 * Ink of contour lines, 0 to 1: difference of Gaussians smoothed along the field, softly thresholded (flow-based XDoG,
 * Winnemöller, Kyprianidis & Olsen 2012).
 *
 * @param sigma half the width of a line, pixels
 * @param sensitivity 0 only the strongest edges, 1 every crease
 */
export function contourInk(L: Plane, size: Size, field: Orientation, sigma: number, sensitivity: number): Plane {
  const narrow = blurPlane(L, size, sigma);
  const wide = blurPlane(L, size, 1.6 * sigma);
  const difference = narrow.map((value, i) => wide[i]! - value);
  const smeared = smearAlong(difference, size, field, Math.max(2, Math.round(3.2 * sigma)));
  const threshold = 0.03 - 0.022 * sensitivity;
  return smeared.map((value) => {
    const over = (value - threshold) * 95;
    return over <= -1 ? 0 : over >= 1 ? 1 : (over + 1) / 2;
  });
}

/**
 * Lines side by side along the field, like a fingerprint or an engraver's cuts: noise, again and again smeared along the
 * field and band-passed across it. Mean 0, standard deviation 1; positive on a line.
 *
 * @param pitch distance of lines, pixels
 */
export async function engravedLines(
  size: Size,
  field: Orientation,
  pitch: number,
  random: Random,
  breathe: () => Promise<void>,
  turn = 0,
): Promise<Plane> {
  const sigma = pitch / 4.2;
  let pattern = smoothNoise(size, sigma, random);
  for (let round = 0; round < 4; round++) {
    pattern = smearAlong(pattern, size, field, Math.round(1.6 * pitch), turn);
    await breathe();
    const narrow = blurPlane(pattern, size, 0.6 * sigma);
    const wide = blurPlane(pattern, size, 1.9 * sigma);
    pattern = standardised(narrow.map((value, i) => value - wide[i]!)).map((value) => Math.tanh(1.3 * value));
    await breathe();
  }
  return standardised(pattern);
}
