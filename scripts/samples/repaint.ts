/** Turns a lit picture into brushwork: strokes from broad to fine that follow its forms. */
import type { Canvas } from "./brush.ts";
import type { Color } from "./color.ts";
import { clamp, mix } from "./noise.ts";

/** A picture in sRGB colours from 0 to 1, row by row. */
export interface Lit {
  readonly width: number;
  readonly height: number;
  readonly colors: readonly Color[];
}

/** The colour at a place, in heights of the picture. */
export function colorAt({ width, height, colors }: Lit, x: number, y: number): Color {
  const px = clamp(Math.floor(x * height), 0, width - 1);
  const py = clamp(Math.floor(y * height), 0, height - 1);
  return colors[py * width + px]!;
}

const brightness = ([r, g, b]: Color): number => 0.3 * r + 0.6 * g + 0.1 * b;

/** Along the edges and round the forms of a picture, radians; `level` where it is flat. */
function formAt(lit: Lit, x: number, y: number, level: number): number {
  const reach = 0.012;
  const at = (dx: number, dy: number): number => brightness(colorAt(lit, x + dx * reach, y + dy * reach));
  const gx = at(1, 0) - at(-1, 0) + 0.5 * (at(1, 1) - at(-1, -1) + at(1, -1) - at(-1, 1));
  const gy = at(0, 1) - at(0, -1) + 0.5 * (at(1, 1) - at(-1, -1) + at(-1, 1) - at(1, -1));
  return Math.hypot(gx, gy) < 0.03 ? level : Math.atan2(gy, gx) + Math.PI / 2;
}

export interface Layer {
  /** Width of the strokes, pixels of the finished picture. */
  readonly width: number;
  /** Strokes per area of the picture's height squared. */
  readonly density: number;
  readonly opacity: number;
}

/**
 * @param fineness 0: any stroke may lie here, 1: none, as the picture beneath is finer
 */
export function repaint(
  canvas: Canvas,
  lit: Lit,
  layers: readonly Layer[],
  fineness: (x: number, y: number) => number,
  chance: () => number,
): void {
  for (const { width, density, opacity } of layers) {
    for (let i = 0; i < density * canvas.aspect; i++) {
      const [x, y] = [chance() * canvas.aspect, chance()];
      const [drawn, lean, tint] = [chance(), chance(), chance()];
      if (drawn < fineness(x, y) * clamp(width / 4)) continue;
      const fresh = colorAt(lit, x, y).map((c) => c * mix(0.965, 1.035, tint)) as unknown as Color;
      const brush = { width, length: width * 2.6, opacity, body: 0.5, dry: 0.35, streaks: 0.05, taper: 0.5 };
      canvas.stroke(x, y, fresh, brush, (px, py) => formAt(lit, px, py, -0.7 + 0.8 * lean));
    }
  }
}
