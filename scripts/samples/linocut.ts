/** Style: a linocut in two inks, a heron in the reeds before a red sun. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { type Color, filter, hex } from "./color.ts";
import { clamp, fractal2, hash, noise2, smoothstep } from "./noise.ts";
import { print } from "./print.ts";

const PAPER = hex("#efe4cc");
/** Inks are glazes: what they let through of the paper. */
const BLACK = hex("#1f2024");
const RED = hex("#e0512f");

const SUN = { x: 0.78, y: 0.34, radius: 0.22 } as const;
const SHORE = 0.66;

/** Distance to a chain of points whose thickness changes; negative inside. */
function limb(x: number, y: number, points: readonly (readonly [number, number, number])[]): number {
  let nearest = 9;
  for (let i = 0; i + 1 < points.length; i++) {
    const [ax, ay, ar] = points[i]!;
    const [bx, by, br] = points[i + 1]!;
    const [dx, dy] = [bx - ax, by - ay];
    const t = clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy));
    nearest = Math.min(nearest, Math.hypot(x - ax - dx * t, y - ay - dy * t) - (ar + (br - ar) * t));
  }
  return nearest;
}

const NECK = [
  [0.47, 0.55, 0.05],
  [0.41, 0.475, 0.033],
  [0.4, 0.4, 0.024],
  [0.445, 0.34, 0.021],
  [0.45, 0.27, 0.022],
  [0.41, 0.225, 0.028],
] as const;
const BEAK = [
  [0.4, 0.225, 0.016],
  [0.27, 0.25, 0.002],
] as const;
const CREST = [
  [0.42, 0.212, 0.014],
  [0.54, 0.2, 0.002],
] as const;
const BODY = [
  [0.47, 0.56, 0.052],
  [0.56, 0.6, 0.085],
  [0.66, 0.67, 0.055],
  [0.75, 0.735, 0.006],
] as const;
const LEGS = [
  [
    [0.56, 0.66, 0.012],
    [0.545, 0.79, 0.008],
    [0.555, 0.93, 0.007],
  ],
  [
    [0.6, 0.67, 0.012],
    [0.625, 0.77, 0.009],
    [0.59, 0.9, 0.007],
  ],
] as const;

const bird = (x: number, y: number): number =>
  Math.min(limb(x, y, NECK), limb(x, y, BEAK), limb(x, y, CREST), limb(x, y, BODY));
const legs = (x: number, y: number): number => Math.min(limb(x, y, LEGS[0]), limb(x, y, LEGS[1]));

const hills = (x: number): number =>
  0.5 + 0.06 * Math.sin(x * 4.4 + 1) + 0.035 * Math.sin(x * 9.7) - 0.07 * smoothstep(0.4, 0, x);
const nearHills = (x: number): number => 0.585 + 0.04 * Math.sin(x * 6.1 + 3) + 0.01 * Math.sin(x * 21);

/** A gouge cuts lines along `phase`; `share` of the ink is left standing. Lines swell and end as a hand leads them. */
function gouge(phase: number, along: number, share: number, seed: number): boolean {
  const line = Math.floor(phase);
  const across = Math.abs(phase - line - 0.5) * 2;
  const stop = hash(Math.floor(along + hash(line, seed) * 3), line, seed);
  const swell = 0.78 + 0.34 * noise2(along * 1.7, line * 5.3, seed) - (stop < 0.13 ? 0.5 : 0);
  return across > (1 - share) * swell;
}

/** Stalks of reed: [foot, lean, top]. */
const REEDS = Array.from({ length: 30 }, (_, i) => {
  const left = i % 3 !== 0;
  return {
    x: left ? 0.02 + 0.3 * hash(i, 11) : 0.88 + 0.36 * hash(i, 12),
    lean: 0.16 * (hash(i, 13) - 0.5),
    top: 0.36 + 0.34 * hash(i, 14),
    head: hash(i, 15) > 0.5,
  };
});

function reeds(x: number, y: number): number {
  let nearest = 9;
  for (const [i, { x: foot, lean, top, head }] of REEDS.entries()) {
    const t = clamp((1.02 - y) / (1.02 - top));
    const centre = foot + lean * t * t;
    if (y < top - 0.02) continue;
    nearest = Math.min(nearest, Math.abs(x - centre) - 0.0085 * (1 - 0.75 * t));
    if (head) nearest = Math.min(nearest, Math.hypot((x - centre) * 3.6, y - top - 0.06) - 0.055);
    const side = hash(i, 16) > 0.5 ? 1 : -1;
    const leaf = y - (top + 0.16);
    if (leaf > -0.1 && leaf < 0.3) {
      const bow = side * (0.09 * Math.sqrt(Math.max(0, 0.3 - leaf)) - 0.05);
      nearest = Math.min(
        nearest,
        Math.abs(x - centre - bow) - 0.013 * clamp((leaf + 0.1) * 4) * clamp((0.3 - leaf) * 6),
      );
    }
  }
  return nearest;
}

/** Whether the black block prints here. */
function blackBlock(x: number, y: number): boolean {
  const wobble = 0.0028 * noise2(x * 34, y * 34, 1) + 0.0016 * noise2(x * 90, y * 90, 2);
  const heron = bird(x, y) + wobble;
  if (heron < 0) return plumage(x, y, heron);
  if (heron < 0.0095) return false;
  const leg = legs(x, y) + wobble;
  if (leg < 0) return true;
  if (leg < 0.005) return false;
  const reed = reeds(x, y) + wobble;
  if (reed < 0) return reed < -0.0022;
  if (reed < 0.006) return false;
  if (y + wobble > SHORE) return water(x, y);
  if (y + wobble > nearHills(x))
    return gouge((y - nearHills(x) + 0.3 * x) * 62, x * 14 + y * 8, 0.74, 5) || y - nearHills(x) < 0.006;
  if (y + wobble > hills(x))
    return gouge((y - hills(x)) * 70 + 9 * Math.sin(x * 5), x * 11, 0.46, 6) || y - hills(x) < 0.005;
  return sky(x, y);
}

function plumage(x: number, y: number, depth: number): boolean {
  if (depth > -0.0075) return true;
  const eye = Math.hypot(x - 0.402, y - 0.217);
  if (eye < 0.0125) return eye < 0.0065;
  if (limb(x, y, BEAK) < 0) return Math.abs(y - 0.237 - (0.4 - x) * 0.08) < 0.0022;
  if (y < 0.245) return y < 0.212;
  if (limb(x, y, NECK) < 0 && x < 0.49) return gouge(x * 60 + y * 22, y * 22, 0.26, 7) && x > 0.425;
  const [u, v] = [x - 0.5, y - 0.54];
  const row = u * 0.85 + v * 0.55;
  const across = v * 0.85 - u * 0.55;
  const scallop = row * 26 + 0.42 * Math.cos(across * 150);
  const edge = scallop - Math.floor(scallop);
  return edge < 0.3 + 0.35 * smoothstep(0.05, 0.2, row) || gouge(across * 95, row * 16, 0.3, 8);
}

/** Level ripples, broken by the sun's path. */
function water(x: number, y: number): boolean {
  const depth = (y - SHORE) / (1 - SHORE);
  const path = Math.exp(-(((x - SUN.x) / (0.1 + 0.14 * depth)) ** 2));
  const phase = (y - SHORE) ** 0.8 * 52 + 0.45 * Math.sin(x * 19 + y * 40) + 0.5 * noise2(x * 6, y * 14, 9);
  return gouge(phase, x * 6 + y * 20, 0.72 - 0.42 * path, 10);
}

/** Rays around the sun, clouds left standing as outlines. */
function sky(x: number, y: number): boolean {
  const [dx, dy] = [x - SUN.x, y - SUN.y];
  const r = Math.hypot(dx, dy);
  if (r < SUN.radius + 0.02) return false;
  for (const [cx, cy, size] of [
    [0.2, 0.16, 0.15],
    [1.08, 0.1, 0.12],
    [0.05, 0.33, 0.11],
  ] as const) {
    const u = (x - cx) / size;
    if (Math.abs(u) > 1.04) continue;
    const puff = 0.3 + 0.16 * Math.abs(Math.sin(u * 4.2 + cx * 9));
    const v = (cy - y) / size;
    const inside = Math.min(v + 0.12, puff * Math.sqrt(Math.max(0, 1 - u * u)) - v);
    if (inside > 0.05) return v < 0.06 && gouge(v * 26, x * 12, 0.3, 12);
    if (inside > -0.02) return inside > 0.012;
  }
  // Measured from straight below, where the hills hide the seam.
  const angle = Math.atan2(dx, -dy);
  const rings = (angle * 34) / Math.PI + 0.12 * noise2(r * 9, angle * 5, 13);
  return gouge(rings * (r > 0.52 ? 2 : 1), r * 9, 0.42 + 0.5 * smoothstep(0.25, 0.95, r), 14);
}

/** The red block: sun, its path on the water, a glow at the foot of the sky. Printed a hair out of place. */
function redBlock(x: number, y: number): boolean {
  const [rx, ry] = [x + 0.0035, y - 0.003];
  if (bird(rx, ry) < 0.004) return limb(rx, ry, BEAK) < 0.001 || limb(rx, ry, CREST) < -0.001;
  if (Math.hypot(rx - SUN.x, ry - SUN.y) < SUN.radius + 0.002 * noise2(x * 40, y * 40, 15)) return ry < nearHills(rx);
  if (ry > SHORE) {
    const depth = (ry - SHORE) / (1 - SHORE);
    return Math.abs(rx - SUN.x) < (0.13 + 0.12 * depth) * (0.8 + 0.5 * noise2(3, ry * 70, 16));
  }
  return ry > hills(rx) && ry < nearHills(rx);
}

export const linocut = (width: number, height: number): RgbImage =>
  print(width, height, (x, y) => printed(x, y, width / height));

function printed(x: number, y: number, aspect: number): Color {
  const fibre = 1 + 0.035 * fractal2(x * 50, y * 60, 3, 17) + 0.02 * noise2(x * 300, y * 300, 18);
  let color: Color = [PAPER[0] * fibre, PAPER[1] * fibre, PAPER[2] * fibre];
  const margin = 0.028 + 0.002 * noise2(x * 20, y * 20, 19);
  if (x < margin || y < margin || x > aspect - margin || y > 1 - margin) return chatter(x, y, color);
  // Ink lies unevenly: it skips where the roller or the paper dips.
  const pressure = fractal2(x * 5, y * 5, 3, 21) * 0.5 + fractal2(x * 140, y * 140, 3, 22);
  if (redBlock(x, y) && pressure < 0.44) color = filter(color, [RED[0], RED[1] + 0.05 * pressure, RED[2]]);
  if (blackBlock(x, y) && pressure > -0.47) {
    const thin = 0.06 * Math.max(0, pressure + 0.2);
    color = [BLACK[0] + thin, BLACK[1] + thin, BLACK[2] + thin];
  }
  return color;
}

/** Specks of ink that the margin of the block picked up. */
const chatter = (x: number, y: number, paper: Color): Color =>
  noise2(x * 70, y * 70, 23) + 0.5 * noise2(x * 190, y * 190, 24) > 1.08 ? BLACK : paper;
