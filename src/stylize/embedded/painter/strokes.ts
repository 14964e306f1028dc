/** Curved brush strokes along the field, coarse to fine (Hertzmann 1998, "Painterly rendering with curved brush strokes of multiple sizes"). */
import { hypotenuse } from "../../../hypotenuse.ts";
import { blurPlanar } from "../../../images/gaussian-blur.ts";
import type { PlanarImage, Plane } from "../../../images/plane.ts";
import type { Random } from "../../../random.ts";
import type { Brush, Canvas, Stroke } from "./canvas.ts";
import type { Easel } from "./easel.ts";
import { signed } from "./value-noise.ts";

export interface Layer {
  /** Brush radius, pixels. */
  readonly radius: number;
  /** Strokes stand this many radii apart. */
  readonly spacing: number;
  /** A cell is painted where it differs more than this from its aim (OKLab); below 0: everywhere. */
  readonly threshold: number;
  /** Longest and shortest stroke, in radii. */
  readonly longest: number;
  readonly shortest: number;
  readonly brush: Brush;
}

export interface StrokeRule {
  /** Angle jitter, radians. */
  readonly disorder: number;
  /** Lightness and chroma jitter from stroke to stroke. */
  readonly liveliness: number;
  /** How far a stroke leans to one pure colour of the palette, 0 to 1. */
  readonly purity: number;
}

/** Strokes between two looks at the clock of others. */
const BATCH = 80;

/** Paints one layer onto the canvas. `onPart` is called at half of it. */
export async function paintLayer(
  easel: Easel,
  canvas: Canvas,
  layer: Layer,
  rule: StrokeRule,
  onPart: () => Promise<void>,
): Promise<void> {
  const { radius } = layer;
  const aim = blurPlanar(easel.target, 0.45 * radius);
  await easel.breathe();
  const starts = strokeStarts(easel, canvas.image, aim, layer);
  await easel.breathe();
  darkToLight(starts, aim.planes[0], easel.random);
  const tracer = new Tracer(easel, aim, layer, rule);
  for (let k = 0; k < starts.length; k++) {
    canvas.paint(tracer.trace(starts[k]!, canvas.image), layer.brush);
    if (k === starts.length >> 1) await onPart();
    else if (k % BATCH === BATCH - 1) await easel.breathe();
  }
}

/** Spread of the order by lightness: neighbouring strokes still overlap at random. */
const UNTIDINESS = 0.25;

/** Covering paint goes on from dark to light, so that the lights lie on top. */
function darkToLight(starts: Int32Array, lightness: Plane, random: Random): void {
  const turn = new Map<number, number>();
  for (const start of starts) turn.set(start, lightness[start]! + UNTIDINESS * random());
  starts.sort((one, other) => turn.get(one)! - turn.get(other)!);
}

/** In every cell of a jittered grid the pixel that differs most, where the cell differs enough. */
function strokeStarts(
  { width, height, random, detail }: Easel,
  now: PlanarImage,
  aim: PlanarImage,
  layer: Layer,
): Int32Array {
  const cell = Math.max(2, Math.round(layer.radius * layer.spacing));
  const shiftX = Math.floor(random() * cell);
  const shiftY = Math.floor(random() * cell);
  const starts: number[] = [];
  for (let top = -shiftY; top < height; top += cell) {
    for (let left = -shiftX; left < width; left += cell) {
      let sum = 0;
      let count = 0;
      let most = -1;
      let worst = 0;
      let busy = 0;
      for (let y = Math.max(0, top); y < Math.min(height, top + cell); y++) {
        for (let x = Math.max(0, left); x < Math.min(width, left + cell); x++) {
          const i = y * width + x;
          const difference = colourDifference(now, aim, i);
          sum += difference;
          busy += detail[i]!;
          count += 1;
          if (difference > most) {
            most = difference;
            worst = i;
          }
        }
      }
      if (count === 0) continue;
      if (layer.threshold < 0) {
        const x = Math.min(width - 1, Math.max(0, left + Math.floor(random() * cell)));
        const y = Math.min(height - 1, Math.max(0, top + Math.floor(random() * cell)));
        starts.push(y * width + x);
      } else if (sum / count > layer.threshold * (1.9 - 1.5 * (busy / count))) {
        starts.push(worst);
      }
    }
  }
  return Int32Array.from(starts);
}

function colourDifference(one: PlanarImage, other: PlanarImage, i: number): number {
  const dL = one.planes[0][i]! - other.planes[0][i]!;
  const da = one.planes[1][i]! - other.planes[1][i]!;
  const db = one.planes[2][i]! - other.planes[2][i]!;
  return Math.sqrt(dL * dL + 2 * (da * da + db * db));
}

class Tracer {
  readonly #easel: Easel;
  readonly #aim: PlanarImage;
  readonly #layer: Layer;
  readonly #rule: StrokeRule;
  readonly #random: Random;
  readonly #xs: Float32Array;
  readonly #ys: Float32Array;

  constructor(easel: Easel, aim: PlanarImage, layer: Layer, rule: StrokeRule) {
    this.#easel = easel;
    this.#aim = aim;
    this.#layer = layer;
    this.#rule = rule;
    this.#random = easel.random;
    const points = 2 * Math.ceil(layer.longest / STEP) + 3;
    this.#xs = new Float32Array(points);
    this.#ys = new Float32Array(points);
  }

  /** A stroke through a pixel: both ways along the field, as long as it suits the picture better than what is there. */
  trace(start: number, now: PlanarImage): Stroke {
    const { width } = this.#easel;
    const { radius } = this.#layer;
    const x = start % width;
    const y = Math.floor(start / width);
    const turn = signed(this.#random) * this.#rule.disorder;
    const cos = Math.cos(turn);
    const sin = Math.sin(turn);
    const back = this.#walk(start, x, y, -1, cos, sin, now);
    const end = this.#walk(start, x, y, 1, cos, sin, now) + 1;
    const colour = this.#colourOf(start);
    return {
      xs: this.#xs.subarray(back, end),
      ys: this.#ys.subarray(back, end),
      count: end - back,
      radius: radius * (0.82 + 0.36 * this.#random()),
      ...colour,
      phase: Math.floor(this.#random() * 4096),
    };
  }

  /** Writes points from the middle of the buffers outwards, and gives the index of the last. */
  #walk(start: number, x0: number, y0: number, way: 1 | -1, cos: number, sin: number, now: PlanarImage): number {
    const { width, height, field } = this.#easel;
    const { radius, shortest } = this.#layer;
    const centre = Math.ceil(this.#layer.longest / STEP / 2);
    let x = x0;
    let y = y0;
    let at = centre;
    this.#xs[at] = x;
    this.#ys[at] = y;
    let px = way * (field.tx[start]! * cos - field.ty[start]! * sin);
    let py = way * (field.tx[start]! * sin + field.ty[start]! * cos);
    for (let step = 0; step < centre; step++) {
      const i = Math.round(y) * width + Math.round(x);
      let dx = field.tx[i]! * cos - field.ty[i]! * sin;
      let dy = field.tx[i]! * sin + field.ty[i]! * cos;
      if (dx * px + dy * py < 0) {
        dx = -dx;
        dy = -dy;
      }
      // Some inertia keeps a stroke from trembling
      px = 0.6 * dx + 0.4 * px;
      py = 0.6 * dy + 0.4 * py;
      const norm = hypotenuse(px, py) || 1;
      x += (STEP * radius * px) / norm;
      y += (STEP * radius * py) / norm;
      const rx = Math.round(x);
      const ry = Math.round(y);
      if (rx < 0 || ry < 0 || rx >= width || ry >= height) break;
      const j = ry * width + rx;
      if (step * STEP * 2 >= shortest && this.#misfit(start, j) > colourDifference(now, this.#aim, j) + 0.012) break;
      at += way;
      this.#xs[at] = x;
      this.#ys[at] = y;
    }
    return at;
  }

  #misfit(start: number, at: number): number {
    const [L, a, b] = this.#aim.planes;
    const dL = L[start]! - L[at]!;
    const da = a[start]! - a[at]!;
    const db = b[start]! - b[at]!;
    return Math.sqrt(dL * dL + 2 * (da * da + db * db));
  }

  /** The aim's colour, livened up: a little lighter or darker, and leaning to one colour of the palette (broken colour). */
  #colourOf(start: number): { L: number; a: number; b: number } {
    const { liveliness, purity } = this.#rule;
    const random = this.#random;
    const planes: readonly Plane[] = this.#aim.planes;
    let L = planes[0]![start]!;
    let a = planes[1]![start]!;
    let b = planes[2]![start]!;
    const { palette } = this.#easel;
    if (palette && purity > 0) {
      const pure = palette.drawAt(start, random);
      const lean = purity * (0.4 + 0.6 * random());
      a += lean * (pure.a - a);
      b += lean * (pure.b - b);
      L += 0.25 * lean * (pure.L - L);
    }
    L += 0.5 * liveliness * signed(random);
    const gain = 1 + 2.5 * liveliness * signed(random);
    const turn = 3 * liveliness * signed(random);
    const cos = Math.cos(turn) * gain;
    const sin = Math.sin(turn) * gain;
    return { L, a: a * cos - b * sin, b: a * sin + b * cos };
  }
}

/** Length of a step of a stroke, in radii. */
const STEP = 0.9;
