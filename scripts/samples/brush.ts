/** Paint on a canvas: bristle strokes that leave ridges, lit from the upper left. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import type { Color } from "./color.ts";
import { clamp, fractal2, mix, noise2, smoothstep } from "./noise.ts";

/** Everything is painted this many times larger and averaged down. */
const FINER = 2;

export interface Brush {
  /** Pixels of the finished picture. */
  readonly width: number;
  readonly length: number;
  /** 0 to 1. */
  readonly opacity?: number;
  /** How thick the paint lies. */
  readonly body?: number;
  /** How soon the bristles run dry, 0 never to 1 at once. */
  readonly dry?: number;
  /** How much the colour differs from bristle to bristle. */
  readonly streaks?: number;
  /** 0: blunt ends, 1: tapers to a point at both ends. */
  readonly taper?: number;
}

/** Direction of the paint at a place, radians. Coordinates are 0 to 1 of the picture's height. */
export type Direction = (x: number, y: number) => number;

/** Coordinates of strokes are in units of the picture's height: y is 0 to 1, x is 0 to the aspect ratio. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly aspect: number;
  readonly #w: number;
  readonly #h: number;
  readonly #color: Float32Array;
  readonly #relief: Float32Array;
  /** Which stroke painted a pixel last: one stroke paints it once. */
  readonly #stamp: Int32Array;
  readonly #random: () => number;
  #strokes = 0;

  constructor(width: number, height: number, ground: (x: number, y: number) => Color, random: () => number) {
    this.width = width;
    this.height = height;
    this.aspect = width / height;
    this.#w = width * FINER;
    this.#h = height * FINER;
    this.#color = new Float32Array(this.#w * this.#h * 3);
    this.#relief = new Float32Array(this.#w * this.#h);
    this.#stamp = new Int32Array(this.#w * this.#h);
    this.#random = random;
    for (let y = 0; y < this.#h; y++)
      for (let x = 0; x < this.#w; x++) this.#color.set(ground(x / this.#h, y / this.#h), (y * this.#w + x) * 3);
  }

  /** Lays colours without a brush; `null` leaves what is there. */
  lay(colorAt: (x: number, y: number) => Color | null): void {
    for (let y = 0; y < this.#h; y++) {
      for (let x = 0; x < this.#w; x++) {
        const color = colorAt((x + 0.5) / this.#h, (y + 0.5) / this.#h);
        if (!color) continue;
        this.#color.set(color, (y * this.#w + x) * 3);
        this.#relief[y * this.#w + x] = 0;
      }
    }
  }

  /** A stroke through a place, as long before it as after it, along `direction`. */
  stroke(x: number, y: number, color: Color, brush: Brush, direction: Direction): void {
    const steps = Math.max(1, Math.round((brush.length * FINER) / 2));
    const walk = (step: 1 | -1) => {
      const path: [number, number, number][] = [];
      let [px, py] = [x * this.#h, y * this.#h];
      for (let i = 0; i <= steps; i++) {
        const angle = direction(px / this.#h, py / this.#h);
        path.push([px, py, angle]);
        px += step * Math.cos(angle);
        py += step * Math.sin(angle);
      }
      return path;
    };
    this.#paint([...walk(-1).reverse(), ...walk(1).slice(1)], color, brush);
  }

  /** A stroke along a line of points. */
  line(points: readonly (readonly [number, number])[], color: Color, brush: Omit<Brush, "length">): void {
    const path: [number, number, number][] = [];
    for (let i = 0; i + 1 < points.length; i++) {
      const [ax, ay] = [points[i]![0] * this.#h, points[i]![1] * this.#h];
      const [bx, by] = [points[i + 1]![0] * this.#h, points[i + 1]![1] * this.#h];
      const steps = Math.max(1, Math.round(Math.hypot(bx - ax, by - ay)));
      const angle = Math.atan2(by - ay, bx - ax);
      for (let s = 0; s < steps; s++) path.push([mix(ax, bx, s / steps), mix(ay, by, s / steps), angle]);
    }
    if (path.length > 1) this.#paint(path, color, { ...brush, length: path.length / FINER });
  }

  /** A dab: a short fat stroke. */
  dab(x: number, y: number, color: Color, width: number, angle: number, brush: Partial<Brush> = {}): void {
    this.stroke(x, y, color, { width, length: width * 0.5, taper: 0.4, ...brush }, () => angle);
  }

  #paint(path: readonly (readonly [number, number, number])[], color: Color, brush: Brush): void {
    const { opacity = 1, body = 1, dry = 0.2, streaks = 0.08, taper = 0.3 } = brush;
    const id = ++this.#strokes;
    const half = (brush.width * FINER) / 2;
    const hairs = Math.max(3, Math.round(brush.width * 1.1));
    const seed = Math.floor(this.#random() * 1e6);
    const lateral = Math.max(2, Math.ceil(half * 1.6));
    for (const [i, [cx, cy, angle]] of path.entries()) {
      const s = i / (path.length - 1);
      const ends = Math.min(s, 1 - s) * 2;
      const breadth =
        half *
        mix(Math.min(1, Math.sqrt(Math.min(1, (ends * path.length) / (2 * half + 1)) + 0.02)), Math.sqrt(ends), taper);
      const [nx, ny] = [-Math.sin(angle), Math.cos(angle)];
      for (let j = -lateral; j <= lateral; j++) {
        const u = j / lateral;
        const x = Math.round(cx + nx * u * breadth);
        const y = Math.round(cy + ny * u * breadth);
        if (x < 0 || y < 0 || x >= this.#w || y >= this.#h) continue;
        const at = y * this.#w + x;
        if (this.#stamp[at] === id) continue;
        this.#stamp[at] = id;
        const hair = noise2(u * hairs, s * 1.3, seed);
        const paint = smoothstep(dry * 1.6 - 0.85, dry * 1.6 - 0.35, 0.55 - s * dry * 1.9 + hair * 0.75) * opacity;
        if (paint < 0.02) continue;
        const streak = 1 + streaks * noise2(u * hairs * 0.8, s * 0.8, seed + 7);
        for (let c = 0; c < 3; c++) {
          const k = at * 3 + c;
          this.#color[k] = mix(this.#color[k]!, color[c]! * streak, paint);
        }
        // Paint heaps up at the sides of a stroke and where it ends.
        const ridge = 0.55 * smoothstep(0.6, 0.95, Math.abs(u)) + 0.5 * smoothstep(0.85, 1, s);
        const thick = body * (0.5 + 0.34 * hair + ridge) * Math.min(1, half / 9 + 0.25);
        this.#relief[at] = mix(this.#relief[at]!, this.#relief[at]! * 0.35 + thick, paint);
      }
    }
  }

  /**
   * Lights the paint and averages it down to the picture's size.
   *
   * @param gloss strength of highlights on wet ridges
   * @param weave how much of the cloth shows
   */
  finish({ depth = 1, gloss = 0.25, weave = 0.03 } = {}): RgbImage {
    const data = new Uint8Array(this.width * this.height * 3);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const sum: [number, number, number] = [0, 0, 0];
        for (let s = 0; s < FINER * FINER; s++) {
          const fx = x * FINER + (s % FINER);
          const fy = y * FINER + Math.floor(s / FINER);
          const slope = this.#slope(fx, fy) * depth;
          const threads = weave * (Math.sin(fx * 1.3) * Math.sin(fy * 1.3) + fractal2(fx * 0.2, fy * 0.2, 2, 91));
          const lit = 1 + clamp(slope * 0.32, -0.4, 0.45) + threads;
          const shine = gloss * smoothstep(0.55, 1.7, slope);
          const at = (fy * this.#w + fx) * 3;
          for (let c = 0; c < 3; c++) sum[c] = sum[c]! + this.#color[at + c]! * lit + shine;
        }
        for (let c = 0; c < 3; c++)
          data[(y * this.width + x) * 3 + c] = Math.round(255 * clamp(sum[c]! / (FINER * FINER)));
      }
    }
    return { width: this.width, height: this.height, data };
  }

  /** Slope of the paint towards the light. */
  #slope(x: number, y: number): number {
    const at = (px: number, py: number) =>
      this.#relief[Math.min(this.#h - 1, Math.max(0, py)) * this.#w + Math.min(this.#w - 1, Math.max(0, px))]!;
    return 0.6 * (at(x + 1, y) - at(x - 1, y)) + 0.8 * (at(x, y + 1) - at(x, y - 1));
  }
}
