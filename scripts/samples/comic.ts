/** Style: a comic, bold ink over flat colours and printed dots: a rocket above a city at dusk. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, filter, hex, times } from "./color.ts";
import { clamp, fractal2, hash, noise2, smoothstep } from "./noise.ts";
import { print } from "./print.ts";

const PAPER = hex("#f6ecd6");
const INK = hex("#191622");
const CYAN = hex("#4cb5e0");
const MAGENTA = hex("#e8467c");
const YELLOW = hex("#ffd23c");
const RED = hex("#e63c2e");
const PURPLE = hex("#5b3f9a");

/** Dots of one ink on a turned grid: the darker the tone, 0 to 1, the larger. */
function dots(x: number, y: number, tone: number, angle: number, pitch = 0.0135): boolean {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [u, v] = [(x * c + y * s) / pitch, (y * c - x * s) / pitch];
  return Math.hypot(u - Math.round(u), v - Math.round(v)) < Math.sqrt(clamp(tone) / Math.PI) * 1.08;
}

/** What a place shows: its flat colour, an ink of dots over it, and whether the pen was there. */
interface Mark {
  readonly flat: Color;
  readonly dot?: readonly [ink: Color, tone: number];
  readonly ink?: boolean;
}

const SUN = { x: 0.84, y: 0.55 } as const;

function sky(x: number, y: number): Mark {
  const [dx, dy] = [x - SUN.x, y - SUN.y];
  const [far, angle] = [Math.hypot(dx, dy), Math.atan2(dy, dx)];
  if (far < 0.19) return { flat: YELLOW, dot: [MAGENTA, smoothstep(0.05, 0.32, dy + 0.16)], ink: far > 0.186 };
  const ray = Math.sin(angle * 17 + 0.4) > 0.05;
  const flat = ray ? hex("#ffc46b") : hex("#ff9a76");
  const night = smoothstep(0.25, 0.85, far);
  return { flat, dot: [night > 0.55 ? PURPLE : MAGENTA, 0.05 + night * 0.8] };
}

interface Puff {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}
/** The trail of the rocket: balls of smoke along a bow. */
const SMOKE: readonly Puff[] = Array.from({ length: 26 }, (_, i) => {
  const t = i / 25;
  return {
    x: 0.02 + 0.42 * t + 0.025 * (hash(i, 61) - 0.5),
    y: 0.78 - 0.33 * t ** 0.72 + 0.035 * (hash(i, 62) - 0.5),
    r: (0.088 - 0.058 * t) * (0.75 + 0.5 * hash(i, 63)),
  };
});

function smoke(x: number, y: number): Mark | null {
  let nearest = 9;
  let top: Puff | null = null;
  for (const puff of SMOKE) {
    const d = Math.hypot(x - puff.x, y - puff.y) - puff.r;
    if (d < nearest) nearest = d;
    if (d < 0) top = puff;
  }
  if (nearest > 0 || top === null) return null;
  if (nearest > -0.006) return { flat: PAPER, ink: true };
  const rim = Math.hypot(x - top.x, y - top.y) / top.r;
  const below = (y - top.y) / top.r;
  const shade = smoothstep(-0.1, 0.9, below * 0.8 + ((x - top.x) / top.r) * 0.3);
  const arc = rim > 0.86 && below > 0.1 && hash(Math.floor(top.x * 900), 64) > 0.35;
  return { flat: PAPER, dot: [CYAN, shade * 0.75], ink: arc };
}

const ROCKET = { x: 0.565, y: 0.33, angle: -0.62, size: 0.17 } as const;

function rocket(px: number, py: number): Mark | null {
  const [dx, dy] = [(px - ROCKET.x) / ROCKET.size, (py - ROCKET.y) / ROCKET.size];
  const [c, s] = [Math.cos(ROCKET.angle), Math.sin(ROCKET.angle)];
  const [u, v] = [dx * c + dy * s, dy * c - dx * s];
  const line = 0.042;
  const half =
    u > 1 || u < -0.72
      ? -1
      : 0.3 * Math.sqrt(Math.max(0, 1 - ((u + 0.08) / 1.09) ** 2)) * (u < -0.4 ? 1 + (u + 0.4) * 0.7 : 1);
  // Fins behind, on either side.
  const fin =
    u > -0.95 && u < -0.2 ? 0.26 + 0.34 * smoothstep(-0.2, -0.85, u) - (u < -0.72 ? (-0.72 - u) * 0.9 : 0) : -1;
  const flame = u < -0.66 ? 0.2 * smoothstep(-1.75, -0.7, u) * (0.75 + 0.25 * Math.sin(u * 23 + Math.abs(v) * 9)) : -1;
  if (Math.abs(v) < half) {
    const edge = half - Math.abs(v) < line || u > 0.95;
    const port = Math.hypot(u - 0.25, v);
    if (port < 0.155)
      return {
        flat: port < 0.105 ? hex("#bfe9f7") : YELLOW,
        ink: (port > 0.1 && port < 0.122) || port > 0.135 || (port < 0.085 && port > 0.068 && v < -0.01 && u < 0.24),
      };
    const seam = Math.abs(u - 0.56) < 0.02 || Math.abs(u + 0.52) < 0.018;
    const red = u > 0.56 || u < -0.52;
    return {
      flat: red ? RED : PAPER,
      dot: [red ? PURPLE : CYAN, smoothstep(-0.02, half, v) * 0.7],
      ink: edge || seam || (v > half * 0.72 && v < half * 0.8 && u < 0.5),
    };
  }
  if (fin > 0 && Math.abs(v) < fin && Math.abs(v) > half - line) {
    const edge = fin - Math.abs(v) < line * 1.1 || Math.abs(v) < half + line * 0.2 || u > -0.26 || u < -0.9;
    return { flat: RED, dot: [PURPLE, v > 0 ? 0.45 : 0.05], ink: edge };
  }
  if (Math.abs(v) < flame) {
    const inner = Math.abs(v) / flame;
    return { flat: inner < 0.45 ? PAPER : YELLOW, dot: [RED, smoothstep(0.5, 1, inner) * 0.8], ink: inner > 0.86 };
  }
  return null;
}

interface House {
  readonly x: number;
  readonly w: number;
  readonly top: number;
  readonly seed: number;
  readonly near: boolean;
}
const HOUSES: readonly House[] = [false, true].flatMap((near) => {
  const found: House[] = [];
  let x = near ? -0.05 : -0.02;
  for (let i = 0; x < 1.35; i++) {
    const seed = i * 7 + (near ? 200 : 100);
    const w = near ? 0.13 + 0.11 * hash(seed, 1) : 0.07 + 0.07 * hash(seed, 2);
    const dip = near ? 0.1 * Math.sin((x / 1.27) * Math.PI) : 0;
    found.push({ x, w, top: (near ? 0.74 : 0.56) + dip + (near ? 0.12 : 0.14) * hash(seed, 3), seed, near });
    x += w + (near ? 0.012 : 0.002) * hash(seed, 4);
  }
  return found;
});

function city(x: number, y: number): Mark | null {
  for (let i = HOUSES.length - 1; i >= 0; i--) {
    const { x: left, w, top, seed, near } = HOUSES[i]!;
    const kind = Math.floor(hash(seed, 5) * 3);
    const u = (x - left) / w;
    if (u < 0 || u > 1) continue;
    const roof =
      kind === 0 ? 0.35 * w * Math.max(0, 0.5 - Math.abs(u - 0.5)) : kind === 1 && Math.abs(u - 0.5) < 0.3 ? 0.035 : 0;
    const mast = kind === 2 && Math.abs(u - 0.5) * w < 0.0028 && y > top - 0.07 && y < top;
    if (mast) return { flat: INK, ink: true };
    const depth = y - top + roof;
    if (depth < 0) continue;
    const line = near ? 0.0058 : 0.0038;
    if (depth < line || Math.min(u, 1 - u) * w < line * 0.8) return { flat: INK, ink: true };
    const [cols, step] = [Math.max(2, Math.round(w / (near ? 0.036 : 0.026))), near ? 0.05 : 0.037];
    const [wu, wv] = [(u * cols) % 1, ((y - top - 0.02) / step) % 1];
    const floor = Math.floor((y - top - 0.02) / step);
    if (y > top + 0.02 && Math.abs(wu - 0.5) < 0.3 && Math.abs(wv - 0.5) < 0.32) {
      const lit = hash(Math.floor(u * cols), floor, seed) > (near ? 0.52 : 0.6);
      const rim = Math.abs(wu - 0.5) > 0.235 || Math.abs(wv - 0.5) > 0.26;
      return { flat: lit ? YELLOW : INK, dot: [RED, lit ? 0.12 : 0], ink: rim || !lit };
    }
    // The side away from the sun is in black, feathered with the pen.
    const away = left + w / 2 < SUN.x ? u : 1 - u;
    const feather =
      0.26 + 0.1 * Math.abs(((y * 62 + seed * 0.37) % 1) - 0.5) * 2 * hash(Math.floor(y * 62 + seed * 0.37), seed);
    if (away < feather) return { flat: INK, ink: near || away < feather * 0.8 };
    const base = [CYAN, hex("#f3a24c"), MAGENTA, hex("#7fd0c0"), hex("#8a6fd0")][Math.floor(hash(seed, 6) * 5)]!;
    return {
      flat: near ? base : blend(base, hex("#ff9a76"), 0.35),
      dot: [PURPLE, near ? 0.18 + 0.3 * (y - top) : 0.3],
    };
  }
  return null;
}

/** Lines that show how fast something goes, along the rocket's way. */
function speed(x: number, y: number): boolean {
  const [c, s] = [Math.cos(ROCKET.angle), Math.sin(ROCKET.angle)];
  const [u, v] = [(x - ROCKET.x) * c + (y - ROCKET.y) * s, (y - ROCKET.y) * c - (x - ROCKET.x) * s];
  const lane = Math.round(v / 0.026);
  if (Math.abs(lane) < 4 || Math.abs(lane) > 9) return false;
  const [from, to] = [-0.12 - 0.3 * hash(lane, 71), 0.02 + 0.16 * hash(lane, 72)];
  return u > from && u < to && Math.abs(v / 0.026 - lane) < 0.1 * smoothstep(from, to, u);
}

export const comic = (width: number, height: number): RgbImage =>
  print(width, height, (x, y) => printed(x, y, width / height));

function printed(x: number, y: number, aspect: number): Color {
  const paper = times(PAPER, 1 + 0.03 * fractal2(x * 60, y * 60, 3, 81) + 0.015 * noise2(x * 240, y * 240, 82));
  const edge = Math.min(x, y, aspect - x, 1 - y) + 0.0008 * noise2(x * 40, y * 40, 83);
  if (edge < 0.024) return paper;
  if (edge < 0.031) return INK;
  const wobble = 0.0012 * noise2(x * 45, y * 45, 84);
  const at = (px: number, py: number): Mark => rocket(px, py) ?? city(px, py) ?? smoke(px, py) ?? sky(px, py);
  // Colours lie a hair beside the pen's lines.
  const key = at(x + wobble, y + wobble);
  if (key.ink || (key.dot?.[0] !== CYAN && speed(x, y) && rocket(x, y) === null && city(x, y) === null))
    return times(INK, 1 + 0.3 * Math.max(0, fractal2(x * 50, y * 50, 2, 85)));
  const tint = at(x + 0.0022, y - 0.0016);
  let color = filter(paper, tint.flat === INK ? key.flat : tint.flat);
  if (key.dot && dots(x, y, key.dot[1], 0.42)) color = filter(color, blend([1, 1, 1], key.dot[0], 0.78));
  return color;
}
