/** Style: hot colours in broad knife strokes, a village under a low sun. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { Canvas, type Direction } from "./brush.ts";
import { blend, type Color, hex, ramp, times } from "./color.ts";
import { clamp, fractal2, mix, noise2, random, smoothstep } from "./noise.ts";

const SUN = { x: 0.93, y: 0.2, size: 0.075 } as const;

const far = (x: number): number => 0.4 + 0.045 * Math.sin(x * 5.2 + 2) + 0.02 * Math.sin(x * 13);
const middle = (x: number): number => 0.52 + 0.06 * Math.sin(x * 3.3 + 0.4) - 0.04 * Math.sin(x * 7.1);
const near = (x: number): number => 0.74 + 0.05 * Math.sin(x * 4.1 + 3.4);

interface House {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly wall: Color;
  readonly roof: Color;
}
const HOUSES: readonly House[] = [
  { x: 0.36, y: 0.53, size: 0.085, wall: hex("#f4d9a0"), roof: hex("#c8321f") },
  { x: 0.5, y: 0.575, size: 0.1, wall: hex("#e8a04a"), roof: hex("#8f1f2c") },
  { x: 0.65, y: 0.54, size: 0.08, wall: hex("#f2e3c2"), roof: hex("#d9541e") },
  { x: 0.24, y: 0.59, size: 0.09, wall: hex("#d97a4a"), roof: hex("#5a2a5e") },
  { x: 0.77, y: 0.6, size: 0.095, wall: hex("#f0b860"), roof: hex("#b3261f") },
];

interface Tree {
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly colors: readonly Color[];
}
const TREES: readonly Tree[] = [
  { x: 0.08, y: 0.84, height: 0.52, colors: [hex("#1f3d3a"), hex("#3f6b3a"), hex("#a8842a"), hex("#d9542a")] },
  { x: 1.08, y: 0.86, height: 0.42, colors: [hex("#26324f"), hex("#4a5f2f"), hex("#c98f2a"), hex("#e8b83a")] },
  { x: 0.96, y: 0.8, height: 0.26, colors: [hex("#3a2350"), hex("#6b3a5a"), hex("#c2452a"), hex("#e88a3a")] },
];

/** What is at a place: its colour and how the knife goes there. */
function place(x: number, y: number): { color: Color; angle: number } {
  for (const house of HOUSES.toReversed()) {
    const [u, v] = [(x - house.x) / house.size, (y - house.y) / house.size];
    if (Math.abs(u) < 0.62 && v > -0.5 && v < 0.5) {
      const lit = u > 0.1 ? house.wall : blend(house.wall, hex("#5a4a8f"), 0.62);
      return { color: lit, angle: Math.PI / 2 };
    }
    if (v <= -0.5 && v > -1.15 && Math.abs(u) < 0.78 * ((v + 1.15) / 0.65) + 0.04)
      return { color: u > 0.05 ? house.roof : blend(house.roof, hex("#3a1f4f"), 0.55), angle: u > 0 ? 0.9 : -0.9 };
  }
  if (y > near(x)) {
    const furrow = Math.sin((x - 0.6) * 34 * (0.35 / (y - 0.42)) + 1.5 * noise2(x * 4, y * 4, 3));
    const rows = ramp([hex("#8a2a1f"), hex("#d9621f"), hex("#f0a52a"), hex("#f7d35a")], 0.5 + 0.5 * furrow);
    return {
      color: blend(rows, hex("#4a2f5e"), 0.4 * smoothstep(0.85, 1.05, y)),
      angle: Math.atan2(0.62, (x - 0.6) * 1.5),
    };
  }
  if (y > middle(x)) {
    const field = 0.5 + 0.5 * Math.sin(x * 9 + Math.floor(y * 14 + x * 3) * 2.1);
    const tone = ramp([hex("#4f7a3a"), hex("#a8a03a"), hex("#e8b93a"), hex("#e07a2a")], field);
    return { color: tone, angle: Math.atan2(middle(x + 0.02) - middle(x - 0.02), 0.04) + 0.3 * (field - 0.5) };
  }
  if (y > far(x)) {
    const depth = (y - far(x)) / (middle(x) - far(x));
    return {
      color: ramp([hex("#5a4a9a"), hex("#8a4a7a"), hex("#c8623a")], depth + 0.3 * noise2(x * 12, y * 12, 5)),
      angle: -0.5 + 0.6 * Math.sin(x * 8),
    };
  }
  return sky(x, y);
}

function sky(x: number, y: number): { color: Color; angle: number } {
  const r = Math.hypot(x - SUN.x, y - SUN.y);
  if (r < SUN.size)
    return {
      color: ramp([hex("#fffbe0"), hex("#fff0a0"), hex("#ffd23a")], r / SUN.size),
      angle: Math.atan2(y - SUN.y, x - SUN.x) + 1.57,
    };
  const bands = 0.5 + 0.5 * Math.sin(r * 30 + 2.5 * fractal2(x * 3, y * 5, 3, 7));
  const warm = ramp(
    [hex("#ffe27a"), hex("#ffb13a"), hex("#f2772a"), hex("#d9412f"), hex("#a32a4f"), hex("#5f2a6b")],
    r * 1.05 + 0.1 * (bands - 0.5),
  );
  const cloud = smoothstep(0.12, 0.4, fractal2(x * 2.6 + 5, y * 7, 3, 9));
  const color = blend(warm, blend(hex("#ffd9a0"), hex("#e86a7a"), bands), 0.75 * cloud);
  return {
    color: blend(color, hex("#3a8f9a"), 0.22 * smoothstep(0.35, 0.55, noise2(x * 3, y * 6, 11))),
    angle: mix(Math.atan2(y - SUN.y, x - SUN.x) + 1.57, 0.1, clamp(r * 0.7)),
  };
}

const direction: Direction = (x, y) => place(x, y).angle;

export function village(width: number, height: number): RgbImage {
  const rng = random(7);
  const canvas = new Canvas(width, height, () => hex("#7a2f1f"), rng);
  for (const { count, size, length, spread } of [
    { count: 1500, size: 32, length: 70, spread: 0.02 },
    { count: 3600, size: 19, length: 42, spread: 0.012 },
    { count: 5200, size: 11, length: 26, spread: 0.006 },
  ]) {
    for (let i = 0; i < count; i++) {
      const [x, y] = [rng() * (canvas.aspect + 0.06) - 0.03, rng() * 1.06 - 0.03];
      const { color } = place(x + (rng() - 0.5) * spread, y + (rng() - 0.5) * spread);
      const bright = 0.86 + 0.28 * rng();
      const hue = (rng() - 0.5) * 0.12;
      const tinted: Color = [color[0] * bright + hue, color[1] * bright, color[2] * bright - hue];
      const tilt = (rng() - 0.5) * 0.45;
      canvas.stroke(
        x,
        y,
        tinted,
        {
          width: size * (0.7 + 0.6 * rng()),
          length: length * (0.6 + 0.7 * rng()),
          body: 1.5,
          dry: 0.22,
          streaks: 0.2,
          taper: 0.1,
        },
        (px, py) => direction(px, py) + tilt,
      );
    }
  }
  outlines(canvas, rng);
  for (const tree of TREES) paintTree(canvas, tree, rng);
  return canvas.finish({ depth: 1.15, gloss: 0.14, weave: 0.04 });
}

/** Dark, broken contours, drawn with a loaded brush. */
function outlines(canvas: Canvas, rng: () => number): void {
  const ink = hex("#1c1a3a");
  const brush = { width: 5.5, body: 1.2, dry: 0.45, streaks: 0.3, taper: 0.6 };
  for (const edge of [far, middle, near]) {
    for (let x = -0.05; x < canvas.aspect; x += 0.16) {
      const points = Array.from(
        { length: 12 },
        (_, i) => [x + i * 0.016, edge(x + i * 0.016) + (rng() - 0.5) * 0.004] as const,
      );
      const hidden = edge === middle && HOUSES.some((house) => Math.abs(x + 0.09 - house.x) < 0.15);
      if (!hidden) canvas.line(points, times(ink, 0.9 + 0.4 * rng()), brush);
    }
  }
  for (const { x, y, size } of HOUSES) {
    const at = (u: number, v: number) =>
      [x + u * size + (rng() - 0.5) * 0.004, y + v * size + (rng() - 0.5) * 0.004] as const;
    canvas.line([at(-0.62, 0.5), at(-0.62, -0.5)], ink, brush);
    canvas.line([at(0.62, 0.5), at(0.62, -0.5)], ink, brush);
    canvas.line([at(-0.84, -0.46), at(0, -1.17), at(0.84, -0.46)], ink, brush);
    canvas.line([at(-0.8, -0.48), at(0.8, -0.5)], ink, { ...brush, width: 4 });
    canvas.line([at(-0.62, 0.52), at(0.62, 0.5)], ink, { ...brush, width: 4 });
    canvas.line([at(-0.3, -0.16), at(-0.3, 0.16)], hex("#1f2a5a"), { width: 13, body: 1.4, dry: 0, taper: 0 });
    canvas.line([at(0.24, -0.12), at(0.24, 0.48)], hex("#7a1f24"), { width: 13, body: 1.4, dry: 0, taper: 0 });
  }
}

function paintTree(canvas: Canvas, { x, y, height, colors }: Tree, rng: () => number): void {
  canvas.line(
    [
      [x, y + 0.04],
      [x + 0.01, y - height * 0.4],
      [x - 0.008, y - height * 0.75],
    ],
    hex("#1f1430"),
    { width: 11, body: 1.5, dry: 0.2, taper: 0.5 },
  );
  for (let i = 0; i < 620; i++) {
    const t = rng();
    const crown = y - height * (0.24 + 0.76 * t);
    const wide = height * 0.25 * Math.sin(Math.PI * (0.12 + 0.85 * (1 - t))) ** 0.8;
    const side = 2 * rng() - 1;
    const tone = clamp(0.5 + 0.35 * side + 0.25 * (t - 0.5) + 0.35 * (rng() - 0.5)) * (i / 620 + 0.5);
    canvas.stroke(
      x + side * wide,
      crown,
      ramp(colors, clamp(tone)),
      { width: 10, length: 17, body: 1.6, dry: 0.15, streaks: 0.22, taper: 0.35 },
      () => -1.2 + side * 0.9 + 0.5 * (rng() - 0.5),
    );
  }
}
