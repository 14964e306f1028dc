/** Style: watercolour on rough paper, hydrangeas and leaves in washes that pool at their edges and run into each other. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, hex } from "./color.ts";
import { clamp, fractal2, hash, mix, noise2, random, smoothstep } from "./noise.ts";

const FINER = 2;
const PAPER = hex("#f7f2e6");

const BLUES = [hex("#3f6fc0"), hex("#5a86d6"), hex("#6f6cc8"), hex("#8f7fd0"), hex("#4f9ac8")];
const PINKS = [hex("#c85a9a"), hex("#d87fb0"), hex("#a56cc0"), hex("#e08aa0"), hex("#b94f7f")];
const GREENS = [hex("#3f7a4f"), hex("#5a9a5a"), hex("#2f6a5f"), hex("#86a84f"), hex("#4a8f7a")];

interface Wash {
  readonly x: number;
  readonly y: number;
  /** Half its length and half its width; which way it points, radians. */
  readonly long: number;
  readonly wide: number;
  readonly angle: number;
  readonly color: Color;
  /** Pigment in it, 0 to 1. */
  readonly load: number;
  /** 0: a leaf with two points, 1: a petal, rounder at its far end. */
  readonly round: number;
  /** How far its edge runs out. */
  readonly ragged: number;
  /** How much more lies at the edge than within. */
  readonly pool: number;
}

/** Paint in layers: what each lets through of the layers below is multiplied. */
class Paper {
  readonly width: number;
  readonly height: number;
  readonly #color: Float32Array;

  constructor(width: number, height: number) {
    this.width = width * FINER;
    this.height = height * FINER;
    this.#color = new Float32Array(this.width * this.height * 3).map((_, i) => PAPER[i % 3]!);
  }

  glaze(x: number, y: number, color: Color, amount: number): void {
    // Pigment settles in the hollows of the paper.
    const grain = 1 + 0.34 * tooth(x / this.height, y / this.height);
    const dense = Math.max(0, amount * grain);
    for (let c = 0; c < 3; c++) {
      const at = (y * this.width + x) * 3 + c;
      this.#color[at] = this.#color[at]! * Math.max(0.02, color[c]!) ** dense;
    }
  }

  wash({ x: cx, y: cy, long, wide, angle, color, load, round, ragged, pool }: Wash, seed: number): void {
    const reach = Math.max(long, wide) * (1.15 + ragged);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const h = this.height;
    const range = (middle: number, most: number): [number, number] => [
      Math.max(0, Math.floor((middle - reach) * h)),
      Math.min(most, Math.ceil((middle + reach) * h)),
    ];
    const [fromX, toX] = range(cx, this.width);
    const [fromY, toY] = range(cy, this.height);
    for (let py = fromY; py < toY; py++) {
      for (let px = fromX; px < toX; px++) {
        const [dx, dy] = [px / h - cx, py / h - cy];
        const [u, v] = [(dx * c + dy * s) / long, (dy * c - dx * s) / wide];
        const run =
          ragged *
          (fractal2(px / h / 0.03, py / h / 0.03, 3, seed) + 0.5 * noise2(px / h / 0.11, py / h / 0.11, seed + 5));
        const leaf = Math.abs(v) - (1 - u * u) * (0.9 + 0.25 * u);
        const petal = Math.hypot(u, v / (1 + 0.35 * u)) - 1;
        const edge = mix(leaf, petal, round) + run;
        if (edge > 0) continue;
        const rim = smoothstep(-0.16, -0.015, edge) * smoothstep(0, -0.02, edge);
        const bloom = fractal2(px / h / 0.07, py / h / 0.07, 3, seed + 9);
        const within = smoothstep(0, -0.06, edge) * (0.62 + 0.5 * bloom + 0.22 * u);
        this.glaze(px, py, color, load * Math.max(0.06, within + pool * rim));
      }
    }
  }

  /** Soft paint in wet paper, without an edge. */
  bleed(cx: number, cy: number, r: number, color: Color, load: number, seed: number): void {
    const h = this.height;
    for (let py = Math.max(0, Math.floor((cy - 1.4 * r) * h)); py < Math.min(this.height, (cy + 1.4 * r) * h); py++) {
      for (let px = Math.max(0, Math.floor((cx - 1.4 * r) * h)); px < Math.min(this.width, (cx + 1.4 * r) * h); px++) {
        const far = Math.hypot(px / h - cx, py / h - cy) / r + 0.55 * fractal2(px / h / 0.16, py / h / 0.16, 4, seed);
        const amount =
          smoothstep(1, 0.15, far) +
          0.35 *
            smoothstep(0.06, 0, Math.abs(far - 0.9)) *
            smoothstep(-0.1, 0.4, noise2(px / h / 0.2, py / h / 0.2, seed + 3));
        if (amount > 0)
          this.glaze(px, py, color, load * amount * (0.8 + 0.4 * fractal2(px / h / 0.05, py / h / 0.05, 3, seed + 2)));
      }
    }
  }

  finish(): RgbImage {
    const [width, height] = [this.width / FINER, this.height / FINER];
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < 3; c++) {
          let sum = 0;
          for (let k = 0; k < FINER * FINER; k++) {
            const [fx, fy] = [x * FINER + (k % FINER), y * FINER + Math.floor(k / FINER)];
            const lit =
              1 +
              0.05 *
                (tooth(fx / this.height, fy / this.height) - tooth((fx + 2) / this.height, (fy + 2) / this.height));
            sum += this.#color[(fy * this.width + fx) * 3 + c]! * lit;
          }
          data[(y * width + x) * 3 + c] = Math.round(255 * clamp(sum / FINER ** 2));
        }
    return { width, height, data };
  }
}

/** Hollows (above 0) and hills of rough paper. */
const tooth = (x: number, y: number): number => fractal2(x * 95, y * 95, 3, 7) + 0.4 * noise2(x * 260, y * 260, 8);

interface Head {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly colors: readonly Color[];
}
const HEADS: readonly Head[] = [
  { x: 0.4, y: 0.38, r: 0.215, colors: BLUES },
  { x: 0.83, y: 0.46, r: 0.205, colors: PINKS },
  { x: 0.6, y: 0.72, r: 0.165, colors: [...BLUES.slice(1, 4), PINKS[2]!] },
  { x: 1.08, y: 0.2, r: 0.105, colors: [BLUES[4]!, BLUES[1]!, GREENS[4]!] },
  { x: 0.17, y: 0.7, r: 0.1, colors: [PINKS[1]!, PINKS[3]!, GREENS[3]!] },
];

export function watercolour(width: number, height: number): RgbImage {
  const rng = random(77);
  const paper = new Paper(width, height);
  const pick = (colors: readonly Color[]): Color => colors[Math.floor(rng() * colors.length)]!;
  for (const [x, y, r, color, load] of [
    [0.3, 0.25, 0.42, hex("#a9c8e0"), 0.4],
    [0.95, 0.3, 0.4, hex("#f0c8b8"), 0.42],
    [0.65, 0.8, 0.42, hex("#bcd8b8"), 0.5],
    [0.12, 0.8, 0.28, hex("#f2dca0"), 0.4],
    [1.15, 0.75, 0.26, hex("#b8c0e4"), 0.42],
  ] as const)
    paper.bleed(x, y, r, color, load, Math.floor(rng() * 1e4));
  const grown: [number, number][] = [];
  for (const { x, y, r, colors } of HEADS) {
    leaves(grown, paper, x, y, r, rng, pick);
    paper.bleed(x, y, r * 1.05, pick(colors), 0.4, Math.floor(rng() * 1e4));
  }
  for (const head of HEADS) blossoms(paper, head, rng, pick);
  for (let i = 0; i < 46; i++) {
    const [x, y] = [1.26 * hash(i, 91), hash(i, 92)];
    const r = 0.0025 + 0.007 * hash(i, 93) ** 3;
    const color = pick([...BLUES, ...PINKS, GREENS[1]!]);
    paper.wash({ x, y, long: r, wide: r, angle: 0, color, load: 0.7, round: 1, ragged: 0.1, pool: 0.9 }, i);
  }
  return paper.finish();
}

function leaves(
  grown: [number, number][],
  paper: Paper,
  x: number,
  y: number,
  r: number,
  rng: () => number,
  pick: (colors: readonly Color[]) => Color,
): void {
  const count = Math.round(5 + r * 22);
  for (let i = 0; i < count; i++) {
    const angle = ((i + 0.7 * rng()) / count) * 2 * Math.PI;
    const [long, far] = [r * (0.5 + 0.25 * rng()), r * (1.02 + 0.22 * rng())];
    const [lx, ly] = [x + Math.cos(angle) * far, y + Math.sin(angle) * far];
    const turn = angle + 0.5 * (rng() - 0.5);
    const color = pick(GREENS);
    // Green over green over flowers turns to mud.
    if (HEADS.some((head) => Math.hypot(head.x - lx, head.y - ly) < head.r * 0.93)) continue;
    if (grown.some(([gx, gy]) => Math.hypot(gx - lx, gy - ly) < r * 0.42)) continue;
    grown.push([lx, ly]);
    const seed = Math.floor(rng() * 1e5);
    const leaf = { x: lx, y: ly, angle: turn, color, round: 0, ragged: 0.07 };
    paper.wash({ ...leaf, long, wide: long * 0.42, load: 0.55, pool: 0.75 }, seed);
    // A second layer on one side of the vein, when the first was dry.
    const [ox, oy] = [-Math.sin(turn) * long * 0.17, Math.cos(turn) * long * 0.17];
    paper.wash(
      {
        ...leaf,
        x: lx + ox,
        y: ly + oy,
        long: long * 0.88,
        wide: long * 0.2,
        color: blend(color, hex("#1f4a5a"), 0.4),
        load: 0.5,
        pool: 0.8,
      },
      seed + 3,
    );
    for (let k = -2; k <= 2; k++) {
      const at = k * 0.28 * long;
      const side = k % 2 === 0 ? 1 : -1;
      paper.wash(
        {
          ...leaf,
          x: lx + Math.cos(turn) * at - (ox / 0.17) * 0.12 * -side,
          y: ly + Math.sin(turn) * at - (oy / 0.17) * 0.12 * -side,
          angle: turn + side * 0.7,
          long: long * 0.2,
          wide: long * 0.012,
          load: 0.6,
          pool: 0.2,
        },
        seed + k + 9,
      );
    }
  }
}

/** A head of flowers with four petals each, small at the rim, darker away from the light. */
function blossoms(
  paper: Paper,
  { x, y, r, colors }: Head,
  rng: () => number,
  pick: (colors: readonly Color[]) => Color,
): void {
  const count = Math.round(14 + r * 170);
  for (let i = 0; i < count; i++) {
    const far = Math.sqrt((i + 0.5) / count);
    const angle = i * 2.39996 + 0.3 * rng();
    const [fx, fy] = [x + Math.cos(angle) * far * r, y + Math.sin(angle) * far * r * 0.92];
    const size = 0.036 * (1 - 0.3 * far ** 2) * (0.85 + 0.3 * rng()) * (r > 0.12 ? 1 : 0.8);
    const shade = smoothstep(-0.6, 1, (fx - x) / r + (fy - y) / r);
    const color = blend(pick(colors), hex("#2f2f7a"), 0.3 * shade);
    const turn = rng() * 1.6;
    for (let k = 0; k < 4; k++) {
      const direction = turn + (k * Math.PI) / 2 + 0.2 * (rng() - 0.5);
      const [px, py] = [fx + Math.cos(direction) * size * 0.55, fy + Math.sin(direction) * size * 0.55];
      const load = 0.26 + 0.34 * rng() * (0.5 + shade);
      paper.wash(
        {
          x: px,
          y: py,
          long: size * 0.58,
          wide: size * 0.5,
          angle: direction,
          color,
          load,
          round: 1,
          ragged: 0.16,
          pool: 0.85,
        },
        Math.floor(rng() * 1e5),
      );
    }
    paper.wash(
      {
        x: fx,
        y: fy,
        long: 0.0042,
        wide: 0.0042,
        angle: 0,
        color: hex("#6a5a2a"),
        load: 0.7,
        round: 1,
        ragged: 0.2,
        pool: 0.5,
      },
      i,
    );
  }
}
