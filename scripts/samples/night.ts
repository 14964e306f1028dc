/** Style: thick paint in whirls, a night of wind and stars over a lake. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { type Brush, Canvas } from "./brush.ts";
import { blend, type Color, hex, ramp, times } from "./color.ts";
import { clamp, fractal2, noise2, random, smoothstep } from "./noise.ts";

interface Whirl {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly strength: number;
}

const WHIRLS: readonly Whirl[] = [
  { x: 0.36, y: 0.3, radius: 0.17, strength: 1.9 },
  { x: 0.66, y: 0.42, radius: 0.12, strength: -1.7 },
  { x: 0.12, y: 0.13, radius: 0.1, strength: -1.3 },
  { x: 1.17, y: 0.38, radius: 0.12, strength: 1.4 },
];

interface Star {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}
const MOON: Star = { x: 1.0, y: 0.16, size: 0.062 };
const STARS: readonly Star[] = [
  { x: 0.2, y: 0.43, size: 0.022 },
  { x: 0.62, y: 0.11, size: 0.026 },
  { x: 0.82, y: 0.29, size: 0.018 },
  { x: 0.3, y: 0.08, size: 0.018 },
  { x: 1.22, y: 0.1, size: 0.02 },
  { x: 0.06, y: 0.28, size: 0.015 },
  { x: 0.49, y: 0.52, size: 0.014 },
  { x: 0.95, y: 0.47, size: 0.014 },
];

const SHORE = 0.7;
const ridge = (x: number): number =>
  0.6 + 0.05 * Math.sin(x * 5 + 0.6) + 0.035 * Math.sin(x * 11.3) - 0.05 * smoothstep(0.9, 1.3, x);

/** The wind: a drift to the right and whirls that turn it. Stars draw circles around themselves. */
function wind(x: number, y: number): number {
  let [vx, vy] = [0.55, 0.22 * Math.sin(x * 5.5 + y * 3)];
  for (const whirl of WHIRLS) {
    const [dx, dy] = [(x - whirl.x) / whirl.radius, (y - whirl.y) / whirl.radius];
    const pull = whirl.strength * Math.exp(-(dx * dx + dy * dy) * 0.55);
    vx += -dy * pull;
    vy += dx * pull;
  }
  for (const star of [MOON, ...STARS]) {
    const [dx, dy] = [(x - star.x) / star.size, (y - star.y) / star.size];
    const pull = 0.5 * Math.exp(-(dx * dx + dy * dy) * 0.09);
    vx += -dy * pull;
    vy += dx * pull;
  }
  return Math.atan2(vy, vx);
}

/** Bands that run with the wind: distance from the whirls' centres, told apart by noise. */
function band(x: number, y: number): number {
  let phase = y * 9 + 1.4 * Math.sin(x * 5.5);
  for (const whirl of WHIRLS) {
    const r = Math.hypot(x - whirl.x, y - whirl.y) / whirl.radius;
    phase += whirl.strength * 3.2 * Math.exp(-r * r * 0.5);
  }
  return phase;
}

const SKY = [hex("#0d1a4a"), hex("#163a86"), hex("#1f5fae"), hex("#3f8fc4"), hex("#86bdd0"), hex("#d9dfb8")];
const GLOW = [hex("#fff6c8"), hex("#ffdf6a"), hex("#f2b632"), hex("#8fae7a"), hex("#3f8fb0")];

function sky(x: number, y: number): Color {
  const waves = 0.5 + 0.5 * Math.sin(band(x, y) * 2.2);
  let tone = 0.12 + 0.5 * waves * waves + 0.14 * fractal2(x * 6, y * 6, 3, 3);
  for (const whirl of WHIRLS)
    tone += 0.3 * Math.exp(-((Math.hypot(x - whirl.x, y - whirl.y) / whirl.radius) ** 2) * 2.2);
  let color = ramp(SKY, clamp(tone));
  color = blend(color, hex("#2f8f8a"), 0.25 * smoothstep(0.1, 0.6, noise2(x * 4, y * 4, 5)));
  for (const star of [MOON, ...STARS]) {
    const r = Math.hypot(x - star.x, y - star.y) / star.size;
    const rings = r + 0.35 * Math.sin(r * 6);
    const reach = star === MOON ? 3.4 : 3.8;
    color = blend(color, ramp(GLOW, rings / reach), smoothstep(reach, reach * 0.55, r) * 0.95);
  }
  return color;
}

function hills(x: number, y: number): Color {
  const depth = (y - ridge(x)) / (SHORE - ridge(x));
  const fields = 0.5 + 0.5 * Math.sin(x * 34 + y * 60 + 2 * noise2(x * 7, y * 7, 7));
  return blend(
    ramp([hex("#2f6f9a"), hex("#1c4a78"), hex("#12305a"), hex("#0b1e3e")], depth),
    hex("#3f8a6a"),
    0.35 * fields,
  );
}

function lake(x: number, y: number): Color {
  const depth = (y - SHORE) / (1 - SHORE);
  let color = ramp(
    [hex("#3f86b4"), hex("#1d5596"), hex("#12387a"), hex("#0c2358")],
    depth + 0.25 * noise2(x * 6, y * 40, 9),
  );
  for (const star of [MOON, ...STARS]) {
    const spread = star.size * (0.5 + 1.2 * depth);
    const path = Math.exp(-(((x - star.x) / spread) ** 2)) * (star === MOON ? 1 : 0.6) * smoothstep(1.05, 0.2, depth);
    color = blend(
      color,
      ramp([hex("#ffe9a0"), hex("#f0b63a")], depth),
      path * smoothstep(-0.2, 0.35, Math.sin(y * 210 + 5 * noise2(x * 9, y * 20, 11))),
    );
  }
  return color;
}

const scene = (x: number, y: number): Color => (y < ridge(x) ? sky(x, y) : y < SHORE ? hills(x, y) : lake(x, y));

function direction(x: number, y: number): number {
  if (y < ridge(x)) return wind(x, y);
  if (y < SHORE) return Math.atan2(ridge(x + 0.02) - ridge(x - 0.02), 0.04) + 0.35 * noise2(x * 9, y * 9, 13);
  return 0.12 * Math.sin(x * 20 + y * 40);
}

export function night(width: number, height: number): RgbImage {
  const rng = random(20);
  const canvas = new Canvas(width, height, () => hex("#101c48"), rng);
  const layers: (Brush & { count: number; jitter: number })[] = [
    { count: 2200, width: 24, length: 90, body: 1.1, dry: 0.12, streaks: 0.16, jitter: 0.06 },
    { count: 7500, width: 12, length: 52, body: 1.25, dry: 0.2, streaks: 0.22, jitter: 0.1 },
    { count: 12_000, width: 6.5, length: 30, body: 1.35, dry: 0.25, streaks: 0.2, jitter: 0.15, taper: 0.5 },
  ];
  for (const layer of layers) {
    for (let i = 0; i < layer.count; i++) {
      const [x, y] = [rng() * (canvas.aspect + 0.06) - 0.03, rng() * 1.06 - 0.03];
      const shift = () => (rng() - 0.5) * layer.jitter;
      const [r, g, b] = scene(x + shift() * 0.12, y + shift() * 0.12);
      const bright = 1 + shift() * 1.2;
      const color: Color = [r * bright + shift() * 0.4, g * bright + shift() * 0.3, b * bright + shift() * 0.4];
      canvas.stroke(x, y, color, { ...layer, length: layer.length * (0.6 + 0.8 * rng()) }, direction);
    }
  }
  heads(canvas, rng);
  pines(canvas, rng);
  return canvas.finish({ depth: 1.1, gloss: 0.16 });
}

/** Moon and stars: thick dabs, ring by ring, almost white in the middle. */
function heads(canvas: Canvas, rng: () => number): void {
  for (const star of [MOON, ...STARS]) {
    for (let r = 1.9; r >= 0; r -= 0.24) {
      const count = Math.max(1, Math.round(r * 15));
      for (let i = 0; i < count; i++) {
        const angle = (i / count) * 2 * Math.PI + rng();
        const [x, y] = [star.x + Math.cos(angle) * r * star.size, star.y + Math.sin(angle) * r * star.size];
        const color = times(ramp(GLOW, r * 0.19), 0.95 + 0.1 * rng());
        canvas.dab(x, y, color, 4 + star.size * 130, angle + Math.PI / 2, {
          length: 9 + star.size * 200,
          body: 1.7,
          streaks: 0.12,
        });
      }
    }
  }
}

/** Dark pines at the left, flames of upward strokes. */
function pines(canvas: Canvas, rng: () => number): void {
  const shades = [hex("#08152a"), hex("#0e2a30"), hex("#1c4438"), hex("#2a3a1c"), hex("#3f5f4a")];
  for (const [foot, top, breadth] of [
    [0.09, 0.36, 0.075],
    [0.2, 0.52, 0.055],
    [-0.01, 0.5, 0.06],
    [1.28, 0.5, 0.06],
  ] as const) {
    for (let i = 0; i < 520; i++) {
      const t = i / 520;
      const y = 1.02 - t * (1.02 - top);
      const wide = breadth * (1 - t) ** 0.8 * (0.75 + 0.25 * Math.sin(t * 26));
      const side = 2 * rng() - 1;
      const x = foot + side * wide + 0.012 * Math.sin(t * 9);
      const color = times(shades[Math.min(4, Math.floor(rng() * 4.4 + (side < -0.4 ? 0.6 : 0)))]!, 0.8 + 0.4 * rng());
      canvas.stroke(
        x,
        y,
        color,
        { width: 7, length: 24 + 18 * rng(), body: 1.3, taper: 0.8, dry: 0.2, streaks: 0.25 },
        (px, py) => -Math.PI / 2 + side * 0.5 + 0.5 * Math.sin(py * 34 + px * 12),
      );
    }
  }
}
