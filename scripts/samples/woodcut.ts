/** Style: a woodcut in five blocks, a mountain at dawn above a running sea, colours wiped from dark to pale. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, filter, hex, times } from "./color.ts";
import { clamp, fractal2, hash, noise2, smoothstep } from "./noise.ts";
import { print } from "./print.ts";

const PAPER = hex("#efe3c8");
const INDIGO = hex("#1d3f6e");
const NAVY = hex("#14223f");
const DAWN = hex("#e58a63");
const PINE = hex("#4d6b57");
const WAVE = hex("#7fb0bd");

const PEAK = { x: 0.78, y: 0.2 } as const;

/** The mountain's outline: steep at the top, running out wide, one shoulder lower than the other. */
const mountain = (x: number): number => {
  const far = Math.abs(x - PEAK.x);
  const crater = far < 0.06 ? 0.008 * Math.sin(x * 120) : 0;
  return PEAK.y + crater + 0.5 * (1 - Math.exp(-Math.max(0, far - 0.05) * 2.1)) + 0.004 * noise2(x * 40, 0, 2);
};
/** Below this the snow has melted; it runs down in tongues. */
const snowline = (x: number): number =>
  PEAK.y + 0.11 + 0.055 * Math.abs(((x * 17 + 0.3 * noise2(x * 9, 1, 3)) % 1) - 0.5) * 2 + 0.03 * noise2(x * 22, 4, 3);

interface Roll {
  readonly base: number;
  readonly height: number;
  readonly length: number;
  readonly shift: number;
}
/** Rolls of the sea, the farthest first. */
const ROLLS: readonly Roll[] = [
  { base: 0.66, height: 0.02, length: 0.2, shift: 0.03 },
  { base: 0.72, height: 0.035, length: 0.31, shift: 0.17 },
  { base: 0.8, height: 0.055, length: 0.45, shift: 0.02 },
  { base: 0.91, height: 0.08, length: 0.62, shift: 0.36 },
];
/** A crest leans over: steep before, long behind. */
function roll(x: number, { base, height, length, shift }: Roll): number {
  const phase = (((x + shift) / length) % 1) + (x + shift < 0 ? 1 : 0);
  const rise = phase < 0.72 ? smoothstep(0, 0.72, phase) : smoothstep(1, 0.72, phase) ** 1.6;
  return base - height * rise;
}

/** Clouds: bands with round ends, as far apart as the knife likes. */
const BANDS = [
  { x: 0.02, y: 0.42, w: 0.42, h: 0.022 },
  { x: 0.22, y: 0.462, w: 0.4, h: 0.018 },
  { x: 0.96, y: 0.5, w: 0.4, h: 0.02 },
  { x: 1.1, y: 0.34, w: 0.24, h: 0.016 },
  { x: 0.46, y: 0.535, w: 0.36, h: 0.016 },
] as const;
const cloud = (x: number, y: number): number =>
  Math.min(
    ...BANDS.map(({ x: left, y: middle, w, h }) => {
      const over = Math.max(left - x, 0, x - left - w);
      return Math.hypot(over, y - middle) - h;
    }),
  );

interface Pad {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}
/** The pads of a pine at the left, on a trunk that bends. */
const PADS: readonly Pad[] = Array.from({ length: 15 }, (_, i) => ({
  x: -0.03 + 0.4 * hash(i, 31) * (1 - 0.45 * (i / 15)),
  y: 0.06 + 0.035 * i + 0.03 * hash(i, 32),
  r: 0.05 + 0.035 * hash(i, 33),
}));
const pad = (x: number, y: number, { x: cx, y: cy, r }: Pad): number => {
  const flat = y > cy ? 2.6 : 1.35;
  return Math.hypot(x - cx, (y - cy) * flat) - r * (1 + 0.1 * Math.sin(Math.atan2(y - cy, x - cx) * 9));
};
const bend = (y: number): number => 0.05 + 0.05 * Math.sin(y * 6.5) - 0.05 * y;
/** Distance to trunk and branches, which rise a little towards the pads; negative inside. */
function trunk(x: number, y: number): number {
  let nearest = Math.abs(x - bend(y)) - 0.014 - 0.02 * y ** 2;
  for (const { x: cx, y: cy } of PADS) {
    const foot = cy + 0.05;
    const t = clamp((x - bend(foot)) / (cx - bend(foot) || 1));
    const [bx, by] = [bend(foot) + t * (cx - bend(foot)), foot - 0.05 * t * t + 0.012 * Math.sin(t * 7)];
    nearest = Math.min(nearest, Math.hypot(x - bx, y - by) - 0.0075 * (1.2 - 0.7 * t));
  }
  return nearest;
}

/** Nearness of the sea's lines to a place: black outlines of the block. */
function keyBlock(x: number, y: number): boolean {
  const w = 0.0017 + 0.0008 * noise2(x * 30, y * 30, 5);
  for (const one of PADS) {
    const d = pad(x, y, one);
    if (Math.abs(d) < w) return true;
    // Needles: strokes that fan out from below.
    if (d < 0) {
      const angle = Math.atan2(y - one.y - one.r * 0.45, x - one.x);
      const far = Math.hypot(x - one.x, y - one.y - one.r * 0.45) / one.r;
      return (
        far > 0.25 && Math.abs(((angle * 7.5) % 1) - 0.5 * Math.sign(angle)) < 0.1 + 0.08 * noise2(x * 90, y * 90, 6)
      );
    }
  }
  const stem = y < 0.7 ? trunk(x, y) : 1;
  if (Math.abs(stem) < w) return true;
  if (stem < 0) return Math.abs(Math.sin(y * 90 + 3 * noise2(x * 60, y * 20, 7))) < 0.22;
  for (let i = ROLLS.length - 1; i >= 0; i--) {
    const one = ROLLS[i]!;
    const below = y - roll(x, one) + 0.0015 * noise2(x * 50, y * 50, 8);
    if (below < -w) continue;
    if (below < w) return true;
    // Lines that run with the roll, closer below its crest, broken where the knife was lifted.
    const step = one.height * 0.21;
    const line = Math.abs(((below / step) % 1) - 0.5);
    const lifted = noise2(x * 9 + i * 7, Math.floor(below / step) * 3.1, 9) > 0.18;
    return below < one.height * 1.5 && line < 0.075 + 0.04 * (1 - below / one.height) && !lifted;
  }
  if (Math.abs(cloud(x, y)) < w * 0.8) return true;
  if (cloud(x, y) < 0) return false;
  const slope = y - mountain(x);
  if (Math.abs(slope) < w) return true;
  if (slope > 0) {
    const snow = y - snowline(x);
    if (Math.abs(snow) < w * 0.7) return true;
    // Ridges run down from the top.
    const ridge = Math.abs((((x - PEAK.x) / (0.06 + (y - PEAK.y) * 1.4)) * 7 + 0.35 * noise2(x * 12, y * 12, 10)) % 1);
    return ridge < 0.07 && noise2(x * 16, y * 16, 11) > (snow < 0 ? 0.35 : -0.1);
  }
  return false;
}

/** Ink of the colour blocks at a place, wiped from dark to pale where the printer wiped it. */
function inked(x: number, y: number, paper: Color): Color {
  const glaze = (ink: Color, amount: number): Color => filter(paper, blend([1, 1, 1], ink, clamp(amount)));
  if (PADS.some((one) => pad(x, y, one) < 0)) return glaze(PINE, 0.95);
  if (y < 0.7 && trunk(x, y) < 0) return glaze(hex("#8a5a3c"), 0.85);
  for (let i = ROLLS.length - 1; i >= 0; i--) {
    const one = ROLLS[i]!;
    const below = y - roll(x, one);
    if (below < 0) continue;
    // The crest is left white.
    if (below < one.height * 0.16 + 0.003 * noise2(x * 60, i, 12)) return paper;
    const deep = smoothstep(0, one.height * 2.2, below);
    return glaze(blend(WAVE, INDIGO, clamp(deep * 0.85 + i * 0.1)), 1);
  }
  if (cloud(x, y) < 0) return paper;
  const slope = y - mountain(x);
  if (slope > 0) {
    if (y < snowline(x)) return paper;
    const foot = smoothstep(0.3, 0.62, y);
    return glaze(blend(hex("#a5503f"), PINE, foot), 0.9 - 0.25 * foot);
  }
  const top = smoothstep(0.2, 0.0, y);
  const low = smoothstep(0.2, 0.62, y);
  return filter(glaze(INDIGO, top * 0.95), blend([1, 1, 1], DAWN, low * 0.8));
}

export const woodcut = (width: number, height: number): RgbImage =>
  print(width, height, (x, y) => printed(x, y, width / height));

function printed(x: number, y: number, aspect: number): Color {
  const fibre = 1 + 0.03 * fractal2(x * 50, y * 50, 3, 13) + 0.02 * noise2(x * 22, y * 240, 14);
  const paper = times(PAPER, fibre);
  const margin = 0.022 + 0.0015 * noise2(x * 20, y * 20, 15);
  if (x < margin || y < margin || x > aspect - margin || y > 1 - margin) return paper;
  // The plank's grain prints along with the ink.
  const grain = 0.5 + 0.5 * Math.sin(y * 150 + 9 * fractal2(x * 1.3, y * 5, 3, 16));
  const worn =
    0.1 * grain * (0.4 + 0.6 * smoothstep(-0.3, 0.4, noise2(x * 3, y * 9, 17))) + 0.05 * noise2(x * 180, y * 180, 18);
  const color = blend(inked(x + 0.0016, y - 0.001, paper), paper, clamp(worn + 0.03));
  if (!keyBlock(x, y) || noise2(x * 200, y * 200, 19) > 0.82) return color;
  return times(NAVY, 1 + 0.25 * worn);
}
