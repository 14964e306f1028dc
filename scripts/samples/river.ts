/** Style: dots of pure colour side by side, a river bank on a summer evening. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { Canvas } from "./brush.ts";
import { blend, type Color, hex, ramp } from "./color.ts";
import { clamp, fractal2, hash, noise2, random, smoothstep } from "./noise.ts";

const SUN = { x: 0.42, y: 0.27 } as const;
const WATER = 0.5;
const bank = (x: number): number => 0.86 - 0.24 * smoothstep(0.62, 1.3, x) + 0.02 * Math.sin(x * 12);

/** Rounded crowns along the far bank. */
function farTrees(x: number): number {
  let top = WATER - 0.035;
  for (let i = 0; i < 16; i++) {
    const centre = -0.05 + i * 0.09 + 0.03 * hash(i, 1);
    const radius = 0.045 + 0.045 * hash(i, 2);
    const high = radius * 1.15 * Math.sqrt(Math.max(0, 1 - ((x - centre) / radius) ** 2));
    top = Math.min(top, WATER - 0.02 - high - 0.03 * hash(i, 3));
  }
  return top;
}

const POPLARS = [
  [0.98, 0.06, 0.05],
  [1.1, 0.02, 0.055],
  [1.21, 0.09, 0.05],
] as const;

function poplar(x: number, y: number): number {
  for (const [centre, top, breadth] of POPLARS) {
    const t = (y - top) / (bank(centre) + 0.04 - top);
    if (t < 0 || t > 1) continue;
    const half =
      breadth *
      Math.sin(Math.PI * Math.min(0.93, 0.06 + 0.9 * t)) ** 0.6 *
      (0.85 + 0.2 * noise2(y * 30, centre * 50, 3));
    if (Math.abs(x - centre) < half) return clamp(0.4 - (x - centre) / half / 2);
  }
  return -1;
}

function sky(x: number, y: number): Color {
  const r = Math.hypot(x - SUN.x, (y - SUN.y) * 1.1);
  const base = ramp(
    [hex("#fff3b0"), hex("#ffd98a"), hex("#f9b58a"), hex("#d9a0b8"), hex("#9fb0d9"), hex("#7fa8d9")],
    r * 1.25 + 0.1 * fractal2(x * 3, y * 8, 3, 5),
  );
  const cloud = smoothstep(0.08, 0.4, fractal2(x * 2 + 3, y * 8, 4, 7)) * smoothstep(0.03, 0.14, WATER - y);
  return blend(base, hex("#ffe9d9"), 0.6 * cloud);
}

function land(x: number, y: number): Color {
  const light = 0.5 + 0.5 * noise2(x * 26, y * 26, 9) + 0.8 * (WATER - 0.05 - y);
  return ramp([hex("#2f4a6b"), hex("#3f7a5a"), hex("#8fae4a"), hex("#e0c85a")], clamp(light));
}

function boat(x: number, y: number): Color | null {
  const [u, v] = [(x - 0.6) / 0.1, (y - 0.63) / 0.1];
  if (v > -0.05 && v < 0.2 && Math.abs(u) < 1 - v * 1.6) return v < 0.03 ? hex("#f2dfb0") : hex("#a83a2a");
  if (u > -0.02 && u < 0.02 && v < 0 && v > -1.7) return hex("#5a3a2a");
  if (u > 0.02 && u < 0.62 * (1 + (v + 0.12) / 1.5) && v < -0.12 && v > -1.6) return hex("#fff6e0");
  if (u < -0.04 && u > -0.45 * (1 + (v + 0.12) / 1.3) && v < -0.12 && v > -1.4) return hex("#ffe2c0");
  return null;
}

function scene(x: number, y: number): Color {
  const shade = poplar(x, y);
  if (shade >= 0 && y < bank(x) + 0.05)
    return ramp(
      [hex("#1f3a4f"), hex("#2f6b4a"), hex("#7a9a3a"), hex("#d9c04a")],
      clamp(shade + 0.3 * noise2(x * 40, y * 30, 11)),
    );
  if (y > bank(x)) {
    const meadow = ramp(
      [hex("#2f5a4a"), hex("#5a8f3f"), hex("#a8b84a"), hex("#e8d96a")],
      clamp(0.45 + 0.5 * fractal2(x * 9, y * 16, 3, 13) + 0.6 * (bank(x) + 0.1 - y)),
    );
    const flower = hash(Math.floor(x * 70), Math.floor(y * 70), 5);
    return flower > 0.93
      ? [hex("#e8413a"), hex("#f2f0e0"), hex("#c85aa0"), hex("#ffd23a")][Math.floor(flower * 997) % 4]!
      : meadow;
  }
  const sail = boat(x, y);
  if (sail) return sail;
  if (y > WATER) {
    const ripple = 0.018 * noise2(x * 8, y * 70, 15) + 0.008 * Math.sin(y * 160);
    const mirrored = 2 * WATER - y + ripple;
    const shine =
      Math.exp(-(((x - SUN.x) / (0.03 + 0.13 * (y - WATER))) ** 2)) *
      smoothstep(-0.3, 0.5, Math.sin(y * 190 + 6 * noise2(x * 12, y * 30, 17)));
    const reflected =
      boat(x + ripple, 1.3 - y + ripple) ??
      (mirrored < farTrees(x + ripple) ? sky(x, mirrored * 0.9) : land(x, mirrored));
    return blend(blend(reflected, hex("#3f6fae"), 0.32), hex("#fff0b0"), 0.85 * shine);
  }
  if (y > farTrees(x)) return land(x, y);
  return Math.hypot(x - SUN.x, y - SUN.y) < 0.04 ? hex("#fffbe6") : sky(x, y);
}

/** Colours of the palette a dot may have: never mixed, only set side by side. */
function divide(color: Color, rng: () => number): Color {
  const roll = rng();
  const [r, g, b] = color;
  if (roll < 0.06) return [0.95 - 0.4 * r, 0.9 - 0.35 * g, 1.05 - 0.35 * b];
  if (roll < 0.34) return [r * 1.14 + 0.07, g * 1.03, b * 0.72];
  if (roll < 0.56) return [r * 0.76, g * 0.92, b * 1.12 + 0.09];
  const bright = 0.92 + 0.24 * rng();
  const grey = (r + g + b) / 3;
  return [grey + (r - grey) * 1.4 * bright, grey + (g - grey) * 1.4 * bright, grey + (b - grey) * 1.4 * bright];
}

export function river(width: number, height: number): RgbImage {
  const rng = random(31);
  const canvas = new Canvas(width, height, (x, y) => blend(hex("#f2e6cc"), scene(x, y), 0.5), rng);
  for (const { spacing, size, share } of [
    { spacing: 0.0125, size: 11.5, share: 1 },
    { spacing: 0.0076, size: 7.5, share: 1 },
    { spacing: 0.0062, size: 5.5, share: 0.75 },
  ]) {
    const dots: [number, number][] = [];
    for (let y = -spacing; y < 1 + spacing; y += spacing)
      for (let x = -spacing; x < canvas.aspect + spacing; x += spacing)
        if (rng() < share) dots.push([x + (rng() - 0.5) * spacing * 1.5, y + (rng() - 0.5) * spacing * 1.5]);
    for (const [x, y] of shuffled(dots, rng)) {
      const color = divide(scene(x, y), rng);
      const flat = y > WATER && y < bank(x);
      const angle = flat ? (rng() - 0.5) * 0.3 : rng() * Math.PI;
      canvas.dab(x, y, color, size * (0.75 + 0.5 * rng()), angle, {
        length: size * (flat ? 0.9 : 0.5),
        body: 1.5,
        dry: 0,
        streaks: 0.1,
        taper: 0.25,
      });
    }
  }
  return canvas.finish({ depth: 0.9, gloss: 0.06, weave: 0.02 });
}

function shuffled<T>(items: T[], rng: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
