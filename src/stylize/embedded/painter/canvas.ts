/** A canvas that takes textured brush strokes: colour in OKLab, and the height of the paint. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { createPlanar, type PlanarImage, type Plane } from "../../../images/plane.ts";

/** How a brush leaves paint. */
export interface Brush {
  /** Bristle noise, `BRISTLES * BRISTLES` values 0 to 1, streaked along rows. */
  readonly bristles: Plane;
  /** Covering power, 0 to 1. */
  readonly opacity: number;
  /** Width of the fading rim as a share of the radius. */
  readonly softness: number;
  /** How soon bristles run dry along the stroke, 0 never to 1. */
  readonly dryness: number;
  /** Lightness difference between bristles. */
  readonly streaks: number;
  /** Paper tooth that the paint catches on (pastel), per pixel 0 to 1, or `null`. */
  readonly tooth: Plane | null;
}

export interface Stroke {
  /** Points along the middle, pixels. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly count: number;
  readonly radius: number;
  readonly L: number;
  readonly a: number;
  readonly b: number;
  /** Where in the bristle noise this stroke begins. */
  readonly phase: number;
}

/** Side of the bristle noise, a power of two. */
export const BRISTLES = 256;

export class Canvas {
  readonly image: PlanarImage;
  /** Height of the paint, in pixels of relief. */
  readonly height: Plane;
  readonly #distance: Plane;
  readonly #along: Plane;
  readonly #side: Plane;
  /** The stroke that last wrote the three planes above at a pixel. */
  readonly #owner: Int32Array;
  #touched: Int32Array;
  #strokes = 0;

  constructor(width: number, height: number) {
    const length = width * height;
    this.image = createPlanar(width, height);
    this.height = new Float32Array(length);
    this.#distance = new Float32Array(length);
    this.#along = new Float32Array(length);
    this.#side = new Float32Array(length);
    this.#owner = new Int32Array(length);
    this.#touched = new Int32Array(4096);
  }

  /** Lays a stroke: first finds, for each pixel, the nearest point of its middle line, then the paint there. */
  paint(stroke: Stroke, brush: Brush): void {
    this.#strokes += 1;
    let count = 0;
    let length = 0;
    for (let k = 1; k < stroke.count; k++) {
      const dx = stroke.xs[k]! - stroke.xs[k - 1]!;
      const dy = stroke.ys[k]! - stroke.ys[k - 1]!;
      const step = hypotenuse(dx, dy);
      if (step < 1e-6) continue;
      count = this.#sweep(stroke, k, length, step, count);
      length += step;
    }
    if (length === 0) count = this.#sweep(stroke, 0, 0, 0, count);
    this.#blend(stroke, brush, count, length);
  }

  #sweep(stroke: Stroke, k: number, before: number, step: number, touched: number): number {
    const { width, height } = this.image;
    const { radius } = stroke;
    const x1 = stroke.xs[k]!;
    const y1 = stroke.ys[k]!;
    const x0 = step > 0 ? stroke.xs[k - 1]! : x1;
    const y0 = step > 0 ? stroke.ys[k - 1]! : y1;
    const ux = step > 0 ? (x1 - x0) / step : 1;
    const uy = step > 0 ? (y1 - y0) / step : 0;
    const left = Math.max(0, Math.ceil(Math.min(x0, x1) - radius));
    const right = Math.min(width - 1, Math.floor(Math.max(x0, x1) + radius));
    const top = Math.max(0, Math.ceil(Math.min(y0, y1) - radius));
    const bottom = Math.min(height - 1, Math.floor(Math.max(y0, y1) + radius));
    const id = this.#strokes;
    const limit = radius * radius;
    let count = touched;
    const room = count + Math.max(0, right - left + 1) * Math.max(0, bottom - top + 1);
    if (room > this.#touched.length) this.#grow(room);
    const [owner, distances, sides, alongs, touchedPixels] = [
      this.#owner,
      this.#distance,
      this.#side,
      this.#along,
      this.#touched,
    ];
    for (let y = top; y <= bottom; y++) {
      const py = y - y0;
      for (let x = left; x <= right; x++) {
        const px = x - x0;
        const run = px * ux + py * uy;
        const side = py * ux - px * uy;
        const over = run < 0 ? run : run > step ? run - step : 0;
        const squared = side * side + over * over;
        if (squared > limit) continue;
        const i = y * width + x;
        if (owner[i] !== id) {
          owner[i] = id;
          touchedPixels[count++] = i;
        } else if (squared >= distances[i]!) {
          continue;
        }
        distances[i] = squared;
        sides[i] = side;
        alongs[i] = before + run;
      }
    }
    return count;
  }

  #grow(room: number): void {
    const wider = new Int32Array(2 * room);
    wider.set(this.#touched);
    this.#touched = wider;
  }

  #blend(stroke: Stroke, brush: Brush, count: number, length: number): void {
    const [L, a, b] = this.image.planes;
    const [heights, distances, sides, alongs, touched] = [
      this.height,
      this.#distance,
      this.#side,
      this.#along,
      this.#touched,
    ];
    const { radius, phase, L: paintL, a: paintA, b: paintB } = stroke;
    const { bristles, opacity, dryness, streaks, tooth } = brush;
    const rim = Math.max(brush.softness, 1.1 / radius);
    const total = length + 2 * radius;
    const mask = BRISTLES - 1;
    const hairs = Math.min(BRISTLES, 1.1 * radius + 5);
    const relief = 0.55 * Math.sqrt(radius);
    for (let t = 0; t < count; t++) {
      const i = touched[t]!;
      const u = Math.sqrt(distances[i]!) / radius;
      const s = (alongs[i]! + radius) / total;
      const row = (Math.floor((sides[i]! / radius + 1) * 0.5 * hairs) + phase) & mask;
      const column = (Math.floor(alongs[i]! * 0.9) + phase * 7) & mask;
      const hair = bristles[row * BRISTLES + column]!;
      let alpha = (1 - u) / rim;
      if (alpha > 1) alpha = 1;
      // The brush runs dry towards the end, its outer hairs first
      const dry = dryness * (0.25 * u * u + s * s * (0.55 + 0.5 * u)) - hair + 0.28;
      if (dry > 0) alpha *= Math.max(0, 1 - 4 * dry);
      if (tooth) alpha *= Math.min(1, Math.max(0.12, 2.4 * (tooth[i]! - 0.28)));
      alpha *= opacity;
      if (alpha <= 0.003) continue;
      L[i]! += alpha * (paintL + streaks * (hair - 0.5) - L[i]!);
      a[i]! += alpha * (paintA - a[i]!);
      b[i]! += alpha * (paintB - b[i]!);
      // Paint piles up at the rim, where the brush pushes it aside
      const ridge = 0.35 * u * u * u;
      heights[i]! += alpha * (relief * (0.35 + 0.75 * hair + ridge) - heights[i]!);
    }
  }
}
