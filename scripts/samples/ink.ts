/** Style: ink and water on rice paper, bamboo before mountains in the mist. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { type Color, hex } from "./color.ts";
import { clamp, fractal2, hash, mix, noise2, random, smoothstep } from "./noise.ts";

const FINER = 2;
const PAPER = hex("#ece3cf");
const INK = hex("#17181c");
const SEAL = hex("#b5271f");

/** Ink on paper: how much lies at each place, 0 to 1, washes in layers. Coordinates as units of the height. */
class Sheet {
  readonly width: number;
  readonly height: number;
  readonly aspect: number;
  readonly #ink: Float32Array;
  readonly #random: () => number;

  constructor(width: number, height: number, random: () => number) {
    this.width = width * FINER;
    this.height = height * FINER;
    this.aspect = width / height;
    this.#ink = new Float32Array(this.width * this.height);
    this.#random = random;
  }

  at(x: number, y: number): number {
    return this.#ink[y * this.width + x]!;
  }

  wash(amount: (x: number, y: number) => number): void {
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++) this.#add(x, y, amount(x / this.height, y / this.height));
  }

  #add(x: number, y: number, amount: number): void {
    const at = y * this.width + x;
    if (amount > 0) this.#ink[at] = 1 - (1 - this.#ink[at]!) * (1 - Math.min(1, amount));
  }

  /**
   * One stroke of a soft brush along `points` [x, y, width]. Wet ink gathers at the edge, a dry brush leaves the paper
   * white between its hairs.
   */
  stroke(
    points: readonly (readonly [number, number, number])[],
    { ink, dry = 0.2, fade = 0.3 }: { ink: number; dry?: number; fade?: number },
  ): void {
    const seed = Math.floor(this.#random() * 1e6);
    const marks = new Map<number, number>();
    const reach = points.slice(1).map(([x, y], i) => Math.hypot(x - points[i]![0], y - points[i]![1]));
    const steps = Math.max(12, Math.ceil(Math.max(...reach) * this.height * 1.6));
    const total = (points.length - 1) * steps;
    for (let i = 0; i <= total; i++) {
      const segment = Math.min(points.length - 2, Math.floor(i / steps));
      const t = i / steps - segment;
      const [a, b, c, d] = [-1, 0, 1, 2].map((k) => points[clamp(segment + k, 0, points.length - 1)]!) as [P, P, P, P];
      const [x, y, w] = [0, 1, 2].map((k) => spline(a[k]!, b[k]!, c[k]!, d[k]!, t)) as [number, number, number];
      const [nx, ny] = unitNormal(
        spline(a[0], b[0], c[0], d[0], t + 0.01) - x,
        spline(a[1], b[1], c[1], d[1], t + 0.01) - y,
      );
      const s = i / total;
      const half = Math.max(0.0004, w / 2) * (1 + 0.12 * noise2(s * 14, 1, seed));
      const lateral = Math.max(2, Math.ceil(half * this.height * 2.4));
      for (let j = -lateral; j <= lateral; j++) {
        const u = j / lateral;
        const px = Math.round((x + nx * u * half) * this.height);
        const py = Math.round((y + ny * u * half) * this.height);
        if (px < 0 || py < 0 || px >= this.width || py >= this.height) continue;
        const hair = noise2(u * (6 + half * 420), s * 2.2, seed + 1);
        const grain = noise2(px * 0.16, py * 0.16, 3) * 0.35;
        const wet = smoothstep(dry * 2 - 1.1, dry * 2 - 0.5, 0.62 - s * dry * 1.7 + hair * 0.6 + grain);
        const edge = 0.82 + 0.18 * Math.abs(u) ** 3 - 0.25 * smoothstep(0.94, 1, Math.abs(u));
        const amount = ink * (1 - fade * s) * wet * edge * (0.92 + 0.16 * hair);
        const at = py * this.width + px;
        marks.set(at, Math.max(marks.get(at) ?? 0, amount));
      }
    }
    for (const [at, amount] of marks) this.#ink[at] = 1 - (1 - this.#ink[at]!) * (1 - clamp(amount));
  }
}

type P = readonly [number, number, number];

/** Catmull-Rom. */
const spline = (a: number, b: number, c: number, d: number, t: number): number =>
  0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t ** 3);

const unitNormal = (dx: number, dy: number): [number, number] => {
  const length = Math.hypot(dx, dy) || 1;
  return [-dy / length, dx / length];
};

/** One range of mountains: dark along its ridge, dissolving into mist below. */
function range(sheet: Sheet, base: number, height: number, seed: number, ink: number): void {
  const peaks = Array.from({ length: 5 }, (_, i) => ({
    x: sheet.aspect * hash(i, seed, 1),
    h: height * (0.35 + 0.65 * hash(i, seed, 2)),
    w: 0.1 + 0.16 * hash(i, seed, 3),
  }));
  const ridge = (x: number) => {
    let top = 0;
    for (const { x: centre, h, w } of peaks) top = Math.max(top, h * Math.exp(-(Math.abs((x - centre) / w) ** 1.5)));
    return base - top - 0.018 * fractal2(x * 9, seed, 4, seed) - 0.006 * noise2(x * 60, seed, seed);
  };
  sheet.wash((x, y) => {
    const below = y - ridge(x);
    if (below < 0) return 0;
    const folds = fractal2(x * 14 + below * 9, below * 6, 4, seed + 5);
    const wash = Math.exp(-below / (0.05 + height * 0.32)) * (0.75 + 0.7 * folds);
    const crest = 0.5 * Math.exp(-below / 0.008) * smoothstep(-0.2, 0.5, noise2(x * 24, 2, seed + 6));
    return ink * clamp(wash + crest) * (0.9 + 0.25 * noise2(x * 150, y * 150, 8));
  });
}

/** A bamboo stem: joints apart, each section one pull of a broad brush. */
function bamboo(
  sheet: Sheet,
  rng: () => number,
  foot: number,
  lean: number,
  width: number,
  ink: number,
  top: number,
): void {
  let y = 1.04;
  while (y > top) {
    const length = 0.12 + 0.07 * rng();
    const x = (at: number) => foot + lean * (1.04 - at) + 0.012 * Math.sin(at * 7);
    const end = y - length;
    sheet.stroke(
      [
        [x(y), y, width * 1.12],
        [x(y - length * 0.2), y - length * 0.2, width * 0.95],
        [x(end + length * 0.2), end + length * 0.2, width * 0.95],
        [x(end), end + 0.006, width * 1.1],
      ],
      { ink, dry: 0.34, fade: 0.25 },
    );
    sheet.stroke(
      [
        [x(end) - width * 0.62, end + 0.004, 0.006],
        [x(end), end - 0.003, 0.009],
        [x(end) + width * 0.66, end + 0.005, 0.004],
      ],
      { ink: Math.min(1, ink * 1.5), dry: 0.05, fade: 0 },
    );
    if (rng() < 0.75) twig(sheet, rng, x(end), end, rng() < 0.5 ? -1 : 1, ink);
    y = end - 0.006;
  }
}

function twig(sheet: Sheet, rng: () => number, x: number, y: number, side: number, ink: number): void {
  const [ex, ey] = [x + side * (0.09 + 0.08 * rng()), y - 0.05 - 0.06 * rng()];
  sheet.stroke(
    [
      [x, y, 0.007],
      [mix(x, ex, 0.5), mix(y, ey, 0.6), 0.005],
      [ex, ey, 0.003],
    ],
    { ink: ink * 0.95, dry: 0.2 },
  );
  const leaves = 3 + Math.floor(rng() * 4);
  for (let i = 0; i < leaves; i++)
    leaf(
      sheet,
      mix(x, ex, 0.55 + 0.45 * rng()),
      mix(y, ey, 0.55 + 0.45 * rng()),
      0.55 + side * (rng() - 0.35) * 1.5 + (side < 0 ? 2.1 : 0.1),
      0.09 + 0.07 * rng(),
      ink * (0.7 + 0.5 * rng()),
    );
}

/** A leaf: press, pull, lift. */
function leaf(sheet: Sheet, x: number, y: number, angle: number, length: number, ink: number): void {
  const at = (t: number, width: number): P => [
    x + Math.cos(angle) * length * t,
    y + Math.sin(angle) * length * t + 0.02 * t * t,
    width,
  ];
  sheet.stroke([at(0, 0.002), at(0.25, length * 0.15), at(0.55, length * 0.13), at(1, 0.0006)], {
    ink: Math.min(1, ink),
    dry: 0.16,
    fade: 0.2,
  });
}

function birds(sheet: Sheet): void {
  for (const [x, y, size] of [
    [0.86, 0.2, 0.03],
    [0.95, 0.16, 0.024],
    [0.93, 0.25, 0.02],
    [1.03, 0.21, 0.017],
  ] as const) {
    sheet.stroke(
      [
        [x - size, y - size * 0.25, 0.001],
        [x - size * 0.45, y - size * 0.42, 0.005],
        [x, y, 0.004],
      ],
      { ink: 0.85, dry: 0 },
    );
    sheet.stroke(
      [
        [x, y, 0.004],
        [x + size * 0.5, y - size * 0.5, 0.005],
        [x + size * 1.05, y - size * 0.38, 0.001],
      ],
      { ink: 0.85, dry: 0 },
    );
  }
}

function fisherman(sheet: Sheet): void {
  const [x, y] = [0.86, 0.83];
  sheet.stroke(
    [
      [x - 0.11, y - 0.012, 0.003],
      [x - 0.06, y + 0.008, 0.012],
      [x + 0.05, y + 0.008, 0.012],
      [x + 0.11, y - 0.016, 0.003],
    ],
    { ink: 0.95, dry: 0.1, fade: 0 },
  );
  sheet.stroke(
    [
      [x + 0.02, y, 0.022],
      [x + 0.02, y - 0.03, 0.02],
      [x + 0.024, y - 0.05, 0.01],
    ],
    { ink: 0.8, dry: 0.15 },
  );
  sheet.stroke(
    [
      [x - 0.002, y - 0.05, 0.003],
      [x + 0.024, y - 0.064, 0.012],
      [x + 0.05, y - 0.05, 0.003],
    ],
    { ink: 0.95, dry: 0 },
  );
  sheet.stroke(
    [
      [x + 0.03, y - 0.035, 0.003],
      [x + 0.1, y - 0.1, 0.002],
      [x + 0.17, y - 0.12, 0.001],
    ],
    { ink: 0.9, dry: 0 },
  );
  for (let i = 0; i < 16; i++) {
    const [cx, cy] = [0.5 + 0.75 * hash(i, 31), 0.8 + 0.17 * hash(i, 32)];
    sheet.stroke(
      [
        [cx, cy, 0.001],
        [cx + 0.05, cy + 0.002, 0.004],
        [cx + 0.1 + 0.1 * hash(i, 33), cy, 0.001],
      ],
      { ink: 0.2 + 0.2 * hash(i, 34), dry: 0.4 },
    );
  }
}

/** A square red seal: strokes left white in the stone. */
function seal(x: number, y: number): number {
  const [u, v] = [(x - 1.17) / 0.034, (y - 0.9) / 0.034];
  const edge = Math.max(Math.abs(u), Math.abs(v)) + 0.06 * noise2(x * 120, y * 120, 41);
  if (edge > 1) return 0;
  const cut = Math.min(
    Math.abs(v + 0.45),
    Math.abs(v - 0.1),
    Math.abs(u + 0.1) + (v > 0.4 ? 1 : 0),
    Math.abs(v - 0.6) + (u < 0 ? 0.1 : 0),
  );
  return smoothstep(0.09, 0.16, cut) + smoothstep(0.8, 0.86, edge) > 0.5
    ? 0.85 + 0.3 * noise2(x * 300, y * 300, 42)
    : 0.06;
}

export function ink(width: number, height: number): RgbImage {
  const rng = random(5);
  const sheet = new Sheet(width, height, rng);
  range(sheet, 0.52, 0.3, 61, 0.22);
  range(sheet, 0.62, 0.34, 64, 0.42);
  range(sheet, 0.74, 0.26, 68, 0.92);
  const sun = { x: 0.6, y: 0.2, r: 0.07 };
  sheet.wash(
    (x, y) =>
      0.16 *
      smoothstep(0.13, 0, Math.hypot(x - sun.x, y - sun.y) - sun.r) *
      (Math.hypot(x - sun.x, y - sun.y) > sun.r ? 1 : 0),
  );
  fisherman(sheet);
  birds(sheet);
  bamboo(sheet, rng, 0.3, -0.03, 0.03, 0.4, 0.1);
  bamboo(sheet, rng, 0.08, 0.06, 0.045, 0.88, -0.05);
  bamboo(sheet, rng, 0.19, 0.1, 0.038, 1, -0.05);
  for (let i = 0; i < 34; i++)
    leaf(
      sheet,
      0.02 + 0.5 * rng(),
      -0.02 + 0.34 * rng() ** 1.4,
      0.7 + 1.5 * rng(),
      0.1 + 0.1 * rng(),
      0.5 + 0.6 * rng(),
    );
  return develop(sheet, width, height);
}

function develop(sheet: Sheet, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      let sum: Color = [0, 0, 0];
      for (let s = 0; s < FINER * FINER; s++) {
        const [fx, fy] = [px * FINER + (s % FINER), py * FINER + Math.floor(s / FINER)];
        const [x, y] = [fx / sheet.height, fy / sheet.height];
        const fibre =
          1 +
          0.03 * fractal2(x * 30, y * 90, 3, 43) +
          0.03 * fractal2(x * 160, y * 160, 2, 44) -
          0.05 * smoothstep(0.75, 0.9, noise2(x * 24, y * 210, 45));
        const amount = clamp(sheet.at(fx, fy));
        const red = seal(x, y);
        const [r, g, b] = [0, 1, 2].map((c) => mix(mix(PAPER[c]! * fibre, INK[c]!, amount), SEAL[c]!, clamp(red))) as [
          number,
          number,
          number,
        ];
        sum = [sum[0] + r, sum[1] + g, sum[2] + b];
      }
      for (let c = 0; c < 3; c++) data[(py * width + px) * 3 + c] = Math.round(255 * clamp(sum[c]! / FINER ** 2));
    }
  }
  return { width, height, data };
}
