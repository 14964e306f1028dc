/** Style: a blueprint, white lines on Prussian blue: a clockwork with its wheels in plan and its tower in elevation. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, hex } from "./color.ts";
import { clamp, fractal2, hash, noise2, smoothstep } from "./noise.ts";
import { print } from "./print.ts";

const BLUE = hex("#1a4a8c");
const DEEP = hex("#123a75");
const FADED = hex("#4b80b8");
const LINE = hex("#eaf2f6");

/** Width of lines, in heights of the picture: outlines, what is behind, construction. */
const [HEAVY, LIGHT, FINE] = [0.0026, 0.0016, 0.0009];

interface Wheel {
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly teeth: number;
  readonly spokes: number;
  readonly turned: number;
}
const WHEELS: readonly Wheel[] = [
  { x: 0.37, y: 0.4, r: 0.235, teeth: 48, spokes: 6, turned: 0.1 },
  { x: 0.655, y: 0.245, r: 0.088, teeth: 18, spokes: 4, turned: 0.28 },
  { x: 0.63, y: 0.63, r: 0.112, teeth: 23, spokes: 5, turned: 0.2 },
  { x: 0.19, y: 0.76, r: 0.135, teeth: 28, spokes: 5, turned: 0.02 },
];

const ring = (far: number, r: number, width: number): number => cover(Math.abs(far - r), width);
const cover = (d: number, width: number): number => smoothstep(width, width * 0.45, d);
/** A line from one place to another. */
function segment(x: number, y: number, ax: number, ay: number, bx: number, by: number, width: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy));
  return cover(Math.hypot(x - ax - dx * t, y - ay - dy * t), width);
}
/** Dashes and dots along a centre line. */
const dashed = (along: number): boolean => {
  const t = (((along / 0.034) % 1) + 1) % 1;
  return t < 0.6 || (t > 0.76 && t < 0.84);
};

function wheel(x: number, y: number, { x: cx, y: cy, r, teeth, spokes, turned }: Wheel): number {
  const [dx, dy] = [x - cx, y - cy];
  const far = Math.hypot(dx, dy);
  if (far > r * 1.32) return 0;
  const angle = Math.atan2(dy, dx) + turned;
  const tooth = Math.cos(angle * teeth);
  const rim = r + 0.0105 * smoothstep(-0.45, 0.45, tooth) - 0.005;
  // On a tooth's flank the rim runs steeply, so the line is drawn as thick as it looks.
  const flank = 1 + 3.2 * (1 - tooth ** 2);
  let ink = cover(Math.abs(far - rim), HEAVY * (0.55 + 0.45 * flank));
  ink = Math.max(ink, ring(far, r * 0.86, HEAVY * 0.8), ring(far, r * 0.24, HEAVY), ring(far, r * 0.1, HEAVY));
  ink = Math.max(ink, Math.floor((angle + 7) * 26) % 2 === 0 ? ring(far, r - 0.002, FINE) : 0);
  const sector = ((((angle * spokes) / (2 * Math.PI)) % 1) + 1.5) % 1;
  const across = Math.abs(sector - 0.5) * ((2 * Math.PI) / spokes) * far;
  const spoke = r * (0.09 - 0.05 * (far / r));
  if (far > r * 0.24 && far < r * 0.86) {
    ink = Math.max(ink, cover(Math.abs(across - spoke), LIGHT));
    // The rim between two circles is hatched where it is cut.
    if (across < spoke * 0.95 && Math.abs((((x + y) * 105) % 1) - 0.5) < 0.09) ink = Math.max(ink, 0.55);
  }
  if (far < r * 0.24 && far > r * 0.1 && Math.abs((((x - y) * 130 + 50) % 1) - 0.5) < 0.1) ink = Math.max(ink, 0.6);
  if (far < r * 1.3) {
    if (dashed(dx)) ink = Math.max(ink, cover(Math.abs(dy), FINE) * 0.8);
    if (dashed(dy)) ink = Math.max(ink, cover(Math.abs(dx), FINE) * 0.8);
  }
  return ink;
}

const TOWER = { x: 1.01, foot: 0.86, top: 0.13 } as const;

/** The tower, the same left and right of its axis. */
function tower(px: number, y: number): number {
  const x = Math.abs(px - TOWER.x);
  if (x > 0.2) return 0;
  const line = (ax: number, ay: number, bx: number, by: number, width = HEAVY): number =>
    segment(x, y, ax, ay, bx, by, width);
  let ink = Math.max(
    line(0.13, 0.86, 0.1, 0.42),
    line(0, 0.86, 0.175, 0.86),
    line(0.13, 0.835, 0.165, 0.86),
    line(0, 0.835, 0.13, 0.835, LIGHT),
    line(0, 0.42, 0.125, 0.42),
    line(0.125, 0.42, 0.125, 0.4),
    line(0, 0.4, 0.125, 0.4),
    line(0.095, 0.4, 0.095, 0.29),
    line(0, 0.29, 0.12, 0.29),
    line(0.12, 0.29, 0.085, 0.262),
    line(0, 0.262, 0.085, 0.262, LIGHT),
    line(0.085, 0.262, 0.012, 0.13),
    line(0, 0.13, 0.012, 0.13),
    line(0, 0.13, 0, 0.09, LIGHT),
  );
  const clock = Math.hypot(x, y - 0.345);
  ink = Math.max(ink, ring(clock, 0.044, HEAVY), ring(clock, 0.036, FINE));
  const hour = Math.atan2(y - 0.345, px - TOWER.x) * (12 / (2 * Math.PI));
  if (clock > 0.031 && clock < 0.041 && Math.abs(hour - Math.round(hour)) < 0.07) ink = 1;
  ink = Math.max(
    ink,
    segment(px, y, TOWER.x, 0.345, TOWER.x + 0.019, 0.327, LIGHT),
    segment(px, y, TOWER.x, 0.345, TOWER.x - 0.004, 0.316, LIGHT),
  );
  // Windows with round heads, one above the other, and a door.
  for (const [foot, half] of [
    [0.52, 0.02],
    [0.62, 0.022],
    [0.72, 0.024],
  ] as const) {
    const head = Math.hypot(x, y - foot + 0.035);
    if (y < foot - 0.035) ink = Math.max(ink, ring(head, half, LIGHT));
    else
      ink = Math.max(
        ink,
        segment(x, y, half, foot - 0.035, half, foot, LIGHT),
        segment(x, y, 0, foot, half, foot, LIGHT),
      );
    if (head < half || (x < half && y > foot - 0.035 && y < foot))
      if (Math.abs((((px + y) * 90) % 1) - 0.5) < 0.1) ink = Math.max(ink, 0.5);
  }
  // Courses of stone to the left of the axis: the right is cut open and shows the stairs.
  const wall = 0.13 - (0.86 - y) * 0.068;
  if (y > 0.42 && y < 0.835 && x < wall) {
    if (px < TOWER.x && x > 0.03) {
      const course = Math.floor(y / 0.0207);
      ink = Math.max(ink, 0.65 * cover(Math.abs(y - Math.round(y / 0.0207) * 0.0207), FINE));
      const joint = Math.abs((((x + (course % 2) * 0.02) / 0.04) % 1) - 0.5) * 0.04;
      ink = Math.max(ink, 0.55 * cover(joint, FINE));
    }
    if (px > TOWER.x && x > 0.032 && x < wall - 0.016) {
      const climb = (y + 0.62 * (x - 0.03)) % 0.08;
      const tread = Math.round(x / 0.0125) * 0.0125;
      ink = Math.max(
        ink,
        0.8 * cover(Math.abs(climb - 0.04 + 0.62 * (tread - x)), LIGHT),
        0.5 * cover(Math.abs(x - wall + 0.018), LIGHT),
      );
    }
    if (px > TOWER.x && x > wall - 0.016 && Math.abs((((px - y) * 110 + 90) % 1) - 0.5) < 0.12)
      ink = Math.max(ink, 0.6);
  }
  return ink;
}

/** Lines with arrows that say how large something is, and strokes in place of figures. */
const SIZES: readonly (readonly [number, number, number, number])[] = [
  [0.135, 0.085, 0.605, 0.085],
  [0.835, 0.925, 1.185, 0.925],
  [1.222, 0.13, 1.222, 0.86],
  [0.51, 0.8, 0.75, 0.8],
];
function sizes(x: number, y: number): number {
  let ink = 0;
  for (const [i, [ax, ay, bx, by]] of SIZES.entries()) {
    const level = ay === by;
    const [u, v, from, to] = level ? [x, y - ay, ax, bx] : [y, x - ax, ay, by];
    const middle = (from + to) / 2;
    if (u > from && u < to && Math.abs(u - middle) > 0.035) ink = Math.max(ink, cover(Math.abs(v), FINE));
    for (const [end, way] of [
      [from, 1],
      [to, -1],
    ] as const) {
      ink = Math.max(ink, Math.abs(v) < 0.02 ? cover(Math.abs(u - end), FINE) : 0);
      const back = (u - end) * way;
      if (back > 0 && back < 0.016 && Math.abs(v) < back * 0.24) ink = 1;
    }
    const letter = Math.floor((u - middle + 0.03) / 0.012);
    if (letter >= 0 && letter < 5 && Math.abs(v) < 0.008) {
      const within = ((u - middle + 0.03) % 0.012) / 0.012;
      const slant = within - 0.45 - v * 12;
      if (
        hash(letter, i, 41) > 0.4
          ? Math.abs(slant) < 0.09
          : Math.abs(Math.hypot(slant * 0.012, v * 0.6) - 0.0038) < 0.0009
      )
        ink = 1;
    }
  }
  return ink;
}

/** Frame, title block, grid. */
function sheet(x: number, y: number, aspect: number): number {
  const edge = Math.min(x, y, aspect - x, 1 - y);
  let ink = Math.max(cover(Math.abs(edge - 0.026), HEAVY), cover(Math.abs(edge - 0.036), FINE));
  if (edge < 0.036) return ink;
  const minor = 0.0305;
  const grid = Math.min(Math.abs(x - Math.round(x / minor) * minor), Math.abs(y - Math.round(y / minor) * minor));
  const major = Math.min(
    Math.abs(x - Math.round(x / (5 * minor)) * 5 * minor),
    Math.abs(y - Math.round(y / (5 * minor)) * 5 * minor),
  );
  ink = Math.max(ink, 0.13 * cover(grid, FINE), 0.24 * cover(major, FINE));
  // Circles of the compass that were left standing, and the lines on which the wheels lie.
  const [a, b, c, d] = WHEELS as readonly [Wheel, Wheel, Wheel, Wheel];
  for (const [one, other] of [
    [a, b],
    [a, c],
    [a, d],
  ] as const)
    ink = Math.max(ink, 0.5 * segment(x, y, one.x, one.y, other.x, other.y, FINE));
  ink = Math.max(
    ink,
    0.45 * ring(Math.hypot(x - a.x, y - a.y), 0.335, FINE),
    0.4 * ring(Math.hypot(x - c.x, y - c.y), 0.2, FINE),
  );
  return ink;
}

export const blueprint = (width: number, height: number): RgbImage =>
  print(width, height, (x, y) => printed(x, y, width / height));

function printed(x: number, y: number, aspect: number): Color {
  // The emulsion was brushed on, and the sheet was folded in four.
  const cloudy = fractal2(x * 3, y * 3, 4, 51) + 0.5 * fractal2(x * 1.5, y * 26, 3, 52);
  const fold = Math.min(
    Math.abs(x - aspect / 2 - 0.002 * noise2(y * 9, 1, 53)),
    Math.abs(y - 0.5 - 0.002 * noise2(x * 9, 2, 53)),
  );
  const worn =
    0.35 * smoothstep(0.006, 0, fold) * (0.6 + 0.4 * noise2(x * 60, y * 60, 54)) + 0.12 * smoothstep(0.03, 0, fold);
  const tooth = 0.5 * fractal2(x * 120, y * 120, 3, 55);
  let color = blend(BLUE, DEEP, clamp(0.45 + 0.7 * cloudy));
  color = blend(color, FADED, clamp(worn + 0.1 * tooth + 0.16 * smoothstep(0.45, 0.75, cloudy)));
  const [wx, wy] = [x + 0.0005 * noise2(x * 80, y * 80, 56), y + 0.0005 * noise2(x * 80, y * 80, 57)];
  const drawn = Math.max(
    sheet(wx, wy, aspect),
    tower(wx, wy),
    sizes(wx, wy),
    ...WHEELS.map((one) => wheel(wx, wy, one)),
  );
  return blend(color, LINE, clamp(drawn * (0.88 + 0.3 * tooth)));
}
