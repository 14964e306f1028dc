/** Style: soft pastel on dark toned paper, poppies before hills in evening light; chalk that catches on the tooth. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, hex, ramp, times } from "./color.ts";
import { clamp, fractal2, hash, mix, noise2, random, smoothstep } from "./noise.ts";

const FINER = 2;
const PAPER = hex("#6b5a63");

/** Chalk on paper: it stays on the hills of the tooth, and fills the hollows when it is pressed or rubbed. */
class Ground {
  readonly width: number;
  readonly height: number;
  readonly #color: Float32Array;
  readonly #tooth: Float32Array;

  constructor(width: number, height: number) {
    this.width = width * FINER;
    this.height = height * FINER;
    this.#color = new Float32Array(this.width * this.height * 3);
    this.#tooth = new Float32Array(this.width * this.height);
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++) {
        const [px, py] = [x / this.height, y / this.height];
        const tooth =
          0.62 * noise2(px * 330, py * 330, 3) +
          0.5 * fractal2(px * 150, py * 150, 2, 4) +
          0.16 * Math.sin(px * 1400 + py * 250);
        this.#tooth[y * this.width + x] = tooth;
        this.#color.set(times(PAPER, 1 + 0.06 * tooth), (y * this.width + x) * 3);
      }
  }

  /** @param press 0: a touch, 1: nothing of the paper is left */
  stroke(
    x: number,
    y: number,
    angle: number,
    length: number,
    breadth: number,
    color: Color,
    press: number,
    seed: number,
    bow = 0,
  ): void {
    const h = this.height;
    const reach = (length / 2 + breadth) * 1.05 + Math.abs(bow) * length;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    for (let py = Math.max(0, Math.floor((y - reach) * h)); py < Math.min(this.height, (y + reach) * h); py++) {
      for (let px = Math.max(0, Math.floor((x - reach) * h)); px < Math.min(this.width, (x + reach) * h); px++) {
        const [dx, dy] = [px / h - x, py / h - y];
        const u = (dx * c + dy * s) / (length / 2);
        if (Math.abs(u) > 1) continue;
        const v = (dy * c - dx * s - bow * length * (1 - u * u)) / (breadth / 2);
        if (Math.abs(v) > 1) continue;
        const ends = smoothstep(1, 0.8, Math.abs(u)) * smoothstep(1, 0.7, Math.abs(v));
        const groove = 0.3 * noise2(v * 5 + seed, u * 1.4, seed);
        const at = py * this.width + px;
        const stays =
          smoothstep(-0.12, 0.3, this.#tooth[at]! + groove + (press * 2.2 - 1.15) - 0.9 * (1 - ends)) * 0.94;
        if (stays <= 0) continue;
        for (let k = 0; k < 3; k++) this.#color[at * 3 + k] = mix(this.#color[at * 3 + k]!, color[k]!, stays);
      }
    }
  }

  finish(): RgbImage {
    const [width, height] = [this.width / FINER, this.height / FINER];
    const data = new Uint8Array(width * height * 3);
    for (let i = 0; i < data.length; i++) {
      const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      let sum = 0;
      for (let k = 0; k < FINER * FINER; k++)
        sum += this.#color[((y * FINER + Math.floor(k / FINER)) * this.width + x * FINER + (k % FINER)) * 3 + c]!;
      data[i] = Math.round(255 * clamp(sum / FINER ** 2));
    }
    return { width, height, data };
  }
}

const SUN = { x: 0.92, y: 0.33 } as const;
const far = (x: number): number => 0.42 - 0.05 * Math.sin(x * 3.1 + 0.4) - 0.03 * Math.sin(x * 7.3);
const middle = (x: number): number => 0.5 + 0.045 * Math.sin(x * 4.1 + 2) + 0.012 * noise2(x * 9, 0, 5);
const near = (x: number): number => 0.6 - 0.04 * Math.sin(x * 2.6);

function sky(x: number, y: number): Color {
  const glow = Math.exp(-((Math.hypot(x - SUN.x, (y - SUN.y) * 1.5) / 0.34) ** 2));
  const base = ramp(
    [hex("#6a86c4"), hex("#93a3d6"), hex("#c9aed6"), hex("#f2b9b4"), hex("#f8d6a4")],
    y / 0.46 + 0.12 * fractal2(x * 3, y * 9, 3, 6),
  );
  const clouds = smoothstep(0.08, 0.42, fractal2(x * 2.4, y * 8.5, 4, 7));
  return blend(blend(base, hex("#f6cfd0"), clouds * 0.75), hex("#fff0b8"), glow * 0.85);
}

function land(x: number, y: number): Color {
  const light = Math.exp(-(((x - SUN.x) / 0.5) ** 2));
  if (y < middle(x))
    return blend(ramp([hex("#8f86bc"), hex("#7b84b4")], (y - far(x)) * 9), hex("#f0b6a4"), 0.45 * light);
  if (y < near(x)) {
    const fields = noise2(x * 5 + y * 9, y * 22, 8);
    return blend(fields > 0.1 ? hex("#8fae84") : hex("#b6b878"), hex("#f6d08a"), 0.45 * light);
  }
  const depth = (y - near(x)) / (1 - near(x));
  return ramp(
    [hex("#8fae6c"), hex("#5f8f62"), hex("#3a6a5a"), hex("#28485a")],
    depth + 0.28 * fractal2(x * 7, y * 7, 3, 9),
  );
}

const sceneAt = (x: number, y: number): Color => (y < far(x) ? sky(x, y) : land(x, y));

export function pastel(width: number, height: number): RgbImage {
  const rng = random(41);
  const ground = new Ground(width, height);
  const aspect = width / height;
  for (const [count, length, breadth, press, jitter] of [
    [2600, 0.13, 0.032, 0.86, 0.05],
    [5200, 0.07, 0.015, 0.5, 0.12],
    [4200, 0.05, 0.009, 0.44, 0.2],
  ] as const) {
    for (let i = 0; i < count; i++) {
      const [x, y] = [rng() * aspect, rng()];
      const grass = y > near(x);
      const angle =
        y < far(x)
          ? -0.42 + 0.35 * (rng() - 0.5)
          : grass
            ? -Math.PI / 2 + 0.55 * (rng() - 0.5)
            : -0.12 + 0.5 * (rng() - 0.5);
      const [r, g, b] = sceneAt(x + 0.012 * (rng() - 0.5), y + 0.012 * (rng() - 0.5));
      const shift = (): number => jitter * (rng() - 0.5);
      const color: Color = [clamp(r + shift()), clamp(g + shift()), clamp(b + shift())];
      ground.stroke(
        x,
        y,
        angle,
        length * (0.6 + 0.6 * rng()),
        breadth,
        color,
        press * (0.8 + 0.35 * rng()),
        i % 997,
        grass ? 0.06 * (rng() - 0.5) : 0.03,
      );
    }
  }
  sun(ground, rng);
  trees(ground, rng);
  poppies(ground, rng, aspect);
  return ground.finish();
}

function sun(ground: Ground, rng: () => number): void {
  for (let i = 0; i < 46; i++) {
    const angle = rng() * 7;
    const r = 0.034 * Math.sqrt(rng());
    ground.stroke(
      SUN.x + r * Math.cos(angle),
      SUN.y + r * Math.sin(angle),
      angle + 1.57,
      0.03,
      0.01,
      hex(i % 3 ? "#fff6d2" : "#ffe08a"),
      0.85,
      i,
    );
  }
}

/** A row of poplars on the middle hills. */
function trees(ground: Ground, rng: () => number): void {
  for (let t = 0; t < 11; t++) {
    const x = 0.08 + 0.05 * t + 0.03 * hash(t, 21) + (t > 6 ? 0.3 : 0);
    const foot = middle(x) + 0.035;
    const tall = 0.1 + 0.06 * hash(t, 22);
    for (let i = 0; i < 46; i++) {
      const v = rng();
      const side = rng() - 0.5;
      const color = blend(hex(side > 0.1 ? "#c9a86a" : "#3f5a6a"), hex("#5f8468"), rng() * 0.8);
      ground.stroke(
        x + side * 0.034 * Math.sin(Math.PI * (0.12 + 0.85 * v)),
        foot - v * tall,
        -1.57 + 0.3 * side,
        0.03,
        0.006,
        color,
        0.66,
        i,
      );
    }
  }
}

/** Poppies, larger the nearer they are; each a few petals of strokes laid round a dark heart. */
function poppies(ground: Ground, rng: () => number, aspect: number): void {
  const reds = [hex("#d8402f"), hex("#ec5a3c"), hex("#f4845a"), hex("#c22f3a"), hex("#f6a48a")];
  const flowers = Array.from({ length: 56 }, (_, i) => ({
    x: ((i * 0.618 + 0.12 * rng()) % 1) * aspect,
    t: ((i * 0.755 + 0.1 * rng()) % 1) ** 0.8,
  })).sort((a, b) => a.t - b.t);
  for (const [n, { x, t }] of flowers.entries()) {
    const y = near(x) + 0.02 + t * 0.3;
    const size = mix(0.007, 0.062, t ** 1.4);
    ground.stroke(
      x + 0.2 * size,
      y + size * 1.6,
      -1.5 + 0.2 * (rng() - 0.5),
      size * 3,
      Math.max(0.003, size * 0.1),
      hex("#7fa06a"),
      0.75,
      n,
      0.05,
    );
    const count = Math.round(mix(5, 34, t));
    for (let i = 0; i < count; i++) {
      const angle = (i / count) * 6.28 + 0.5 * rng();
      const out = size * (0.3 + 0.32 * rng());
      const [px, py] = [x + Math.cos(angle) * out * 1.15, y + Math.sin(angle) * out * 0.72];
      const lit = Math.sin(angle) < -0.1 ? 2 : 0;
      const color = reds[Math.min(4, Math.floor(rng() * 2.6) + lit)]!;
      ground.stroke(
        px,
        py,
        angle + 1.57 + 0.5 * (rng() - 0.5),
        size * 0.75,
        size * 0.3,
        Math.sin(angle) > 0.6 ? reds[3]! : color,
        0.78,
        n + i,
        0.12,
      );
    }
    if (t < 0.35) continue;
    for (let i = 0; i < 9; i++)
      ground.stroke(
        x + size * 0.2 * (rng() - 0.5),
        y + size * 0.14 * (rng() - 0.5),
        rng() * 3,
        size * 0.24,
        size * 0.09,
        hex(i < 7 ? "#2a2034" : "#d8c46a"),
        0.8,
        i,
      );
  }
}
