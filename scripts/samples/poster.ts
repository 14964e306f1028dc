/** Style: a flat poster of circles, bars and arcs, screen-printed in five colours. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { type Color, hex, times } from "./color.ts";
import { clamp, fractal2, hash, noise2 } from "./noise.ts";
import { print } from "./print.ts";

const PAPER = hex("#efe6d3");
const RED = hex("#d63a2a");
const BLUE = hex("#1f4f8f");
const YELLOW = hex("#f0b429");
const BLACK = hex("#23211f");
const TEAL = hex("#5aa39a");

/** A shape tells whether it covers a place; the later covers the earlier. */
type Shape = (x: number, y: number) => boolean;
const disc =
  (cx: number, cy: number, r: number): Shape =>
  (x, y) =>
    (x - cx) ** 2 + (y - cy) ** 2 < r * r;
const arc =
  (cx: number, cy: number, r: number, thick: number, from: number, to: number): Shape =>
  (x, y) => {
    const angle = (Math.atan2(y - cy, x - cx) + 2 * Math.PI) % (2 * Math.PI);
    return Math.abs(Math.hypot(x - cx, y - cy) - r) < thick / 2 && angle >= from && angle <= to;
  };
const half =
  (shape: Shape, angle: number, cx: number, cy: number): Shape =>
  (x, y) =>
    shape(x, y) && (x - cx) * Math.cos(angle) + (y - cy) * Math.sin(angle) > 0;
const block =
  (cx: number, cy: number, w: number, h: number, angle = 0): Shape =>
  (x, y) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const [u, v] = [(x - cx) * c + (y - cy) * s, (y - cy) * c - (x - cx) * s];
    return Math.abs(u) < w / 2 && Math.abs(v) < h / 2;
  };
const bars =
  (cx: number, cy: number, w: number, h: number, count: number, angle: number): Shape =>
  (x, y) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const [u, v] = [(x - cx) * c + (y - cy) * s, (y - cy) * c - (x - cx) * s];
    return Math.abs(u) < w / 2 && Math.abs(v) < h / 2 && Math.floor((v / h + 0.5) * (2 * count - 1)) % 2 === 0;
  };
const dots =
  (cx: number, cy: number, w: number, h: number, step: number): Shape =>
  (x, y) => {
    if (Math.abs(x - cx) > w / 2 || Math.abs(y - cy) > h / 2) return false;
    const [i, j] = [Math.round((x - cx) / step), Math.round((y - cy) / step)];
    return Math.hypot(x - cx - i * step, y - cy - j * step) < step * (0.12 + 0.3 * clamp((x - cx) / w + 0.5));
  };
const triangle =
  (ax: number, ay: number, bx: number, by: number, cx: number, cy: number): Shape =>
  (x, y) => {
    const side = (px: number, py: number, qx: number, qy: number) => (x - qx) * (py - qy) - (px - qx) * (y - qy) < 0;
    const [one, two, three] = [side(ax, ay, bx, by), side(bx, by, cx, cy), side(cx, cy, ax, ay)];
    return one === two && two === three;
  };

const INKS: readonly (readonly [Color, readonly Shape[]])[] = [
  [TEAL, [block(0.22, 0.8, 0.46, 0.42), half(disc(0.95, 0.72, 0.3), Math.PI / 2, 0.95, 0.72)]],
  [
    YELLOW,
    [
      disc(0.42, 0.36, 0.27),
      block(1.12, 0.16, 0.34, 0.2),
      triangle(0.62, 1, 0.95, 0.62, 1.28, 1),
      arc(0.22, 0.8, 0.12, 0.05, 0, 6.3),
    ],
  ],
  [
    RED,
    [
      half(disc(0.42, 0.36, 0.27), 0.5, 0.42, 0.36),
      disc(0.95, 0.4, 0.13),
      block(0.62, 0.66, 1.1, 0.035, -0.62),
      arc(0.95, 0.72, 0.23, 0.04, Math.PI, 2 * Math.PI),
      block(0.07, 0.2, 0.08, 0.4),
    ],
  ],
  [
    BLUE,
    [
      arc(0.42, 0.36, 0.34, 0.045, 2.2, 5.2),
      half(disc(0.22, 0.8, 0.16), Math.PI, 0.22, 0.8),
      block(0.78, 0.2, 0.1, 0.4),
      arc(0.95, 0.72, 0.3, 0.05, Math.PI, 2 * Math.PI),
      triangle(1.02, 0.5, 1.27, 0.5, 1.27, 0.28),
    ],
  ],
  [
    BLACK,
    [
      bars(1.12, 0.16, 0.26, 0.14, 5, 0),
      block(0.6, 0.52, 1.5, 0.012, -0.62),
      disc(0.42, 0.36, 0.075),
      bars(0.6, 0.86, 0.2, 0.2, 6, 0.785),
      dots(0.18, 0.5, 0.3, 0.16, 0.026),
      disc(0.95, 0.4, 0.05),
      arc(0.95, 0.72, 0.16, 0.022, Math.PI, 2 * Math.PI),
      block(1.245, 0.8, 0.014, 0.4),
      arc(0.42, 0.36, 0.4, 0.008, 2, 5.4),
    ],
  ],
];

export const poster = (width: number, height: number): RgbImage =>
  print(width, height, printed, (px, py) => 1 + 0.03 * (hash(px, py, 3) - 0.5));

/** Each ink is pressed through its own screen: a hair out of place, thinner where the mesh clogged. */
function printed(x: number, y: number): Color {
  let color = times(PAPER, 1 + 0.03 * fractal2(x * 40, y * 40, 3, 5) + 0.015 * noise2(x * 260, y * 260, 6));
  for (const [i, [ink, shapes]] of INKS.entries()) {
    const [sx, sy] = [
      x + 0.003 * (hash(i, 1) - 0.5) + 0.0009 * noise2(x * 60, y * 60, i),
      y + 0.003 * (hash(i, 2) - 0.5) + 0.0009 * noise2(x * 60, y * 60, i + 9),
    ];
    const odd = shapes.some((shape) => shape(sx, sy));
    if (!odd) continue;
    const mesh = fractal2(x * 90, y * 90, 3, 20 + i) + 0.45 * fractal2(x * 4, y * 4, 2, 30 + i);
    if (mesh > 0.56) continue;
    const tone = 1 + 0.07 * fractal2(x * 12, y * 12, 3, 40 + i) + 0.05 * noise2(x * 200, y * 200, 50 + i);
    color = times(ink, tone);
  }
  return color;
}
