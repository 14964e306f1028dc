/** Content: a young woman in a beret and a knitted scarf, in a park on a golden afternoon. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, light, plus, ramp, times } from "./color.ts";
import { clamp, fractal2, hash, mix, noise2, noise3, smoothstep } from "./noise.ts";
import { render, type Scene, type Surface, type Vector } from "./raymarch.ts";
import { carve, ellipsoid, join, rod, sphere, torus, turn } from "./shapes.ts";

const EYE = { x: 0.31, y: 0.06, z: 0.7, radius: 0.175 } as const;
/** The head is turned to its left and tilted a little. */
const YAW = 0.15;
const TILT = 0.08;
/** Where the eyes look, in the head's frame. */
const GAZE_X = -0.17;
const GAZE_Y = 0.02;

const SKIN = light("#e8ac86");
const LIPS = light("#b8433f");
const HAIR = light("#6b2f14");
const BERET = light("#c2282c");
const WOOL = light("#2c6a73");
const WOOL_STRIPE = light("#e9c46a");
const COAT = light("#c08a4a");

function toHead(x: number, y: number, z: number): Vector {
  const [hx, hz] = turn(x, z, YAW);
  const [tx, ty] = turn(hx, y + 0.9, TILT);
  return [tx, ty - 0.9, hz];
}

/** Mouth height follows a smile: the corners are higher. */
const smile = (x: number): number => -0.645 + 1.1 * x * x;

function skin(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  let d = ellipsoid(x, y - 0.3, z + 0.08, 0.8, 0.9, 0.92);
  d = join(d, ellipsoid(x, y + 0.34, z - 0.2, 0.63, 0.74, 0.62), 0.35);
  d = join(d, sphere(x, y + 0.95, z - 0.55, 0.17), 0.28);
  d = join(d, sphere(side - 0.37, y + 0.24, z - 0.52, 0.23), 0.25);
  d = join(d, sphere(side - 0.34, y + 0.74, z - 0.3, 0.2), 0.3);
  d = join(d, rod(side, y, z, [0, 0.27, 0.76], [0.45, 0.27, 0.63], 0.07), 0.18);
  d = carve(d, sphere(side - EYE.x, y - 0.09, z - 0.95, 0.19), 0.18);
  // Nose: bridge, tip, wings, nostrils.
  d = join(d, rod(x, y, z, [0, 0.18, 0.78], [0, -0.24, 1.01], 0.042, 0.062), 0.1);
  d = join(d, sphere(x, y + 0.265, z - 1.02, 0.086), 0.07);
  d = join(d, ellipsoid(side - 0.098, y + 0.3, z - 0.91, 0.06, 0.056, 0.085), 0.05);
  d = carve(d, ellipsoid(side - 0.058, y + 0.36, z - 0.965, 0.032, 0.03, 0.04), 0.025);
  // Mouth: the bed, the two lips, the line between, the groove above.
  const m = smile(x);
  d = join(d, ellipsoid(x, y + 0.64, z - 0.7, 0.3, 0.2, 0.17), 0.15);
  d = join(d, ellipsoid(side - 0.075, y - m - 0.042, z - 0.845, 0.15, 0.048, 0.07), 0.03);
  d = join(d, ellipsoid(x, y - m + 0.058, z - 0.84, 0.17, 0.062, 0.085), 0.035);
  d = carve(d, ellipsoid(x, y - m, z - 0.93, 0.25, 0.011, 0.09), 0.03);
  d = carve(d, rod(x, y, z, [0, -0.4, 0.98], [0, -0.55, 0.95], 0.022), 0.06);
  // Ears and neck.
  d = join(d, ellipsoid(side - 0.8, y + 0.02, z + 0.05, 0.07, 0.2, 0.13), 0.05);
  d = join(d, rod(x, y, z, [0, -0.7, -0.12], [0, -1.9, -0.3], 0.38, 0.42), 0.2);
  return d;
}

/** Lids: a shell over the eyeball, open in an almond. */
function lids(side: number, y: number, z: number): number {
  const [ex, ey, ez] = [side - EYE.x, y - EYE.y, z - EYE.z];
  const shell = sphere(ex, ey, ez, EYE.radius + (ey > 0 ? 0.03 : 0.03 - 0.22 * ey * ey));
  const upper = ey - 0.075 + 2.4 * ex * ex;
  const lower = -ey - 0.062 + 1.8 * ex * ex;
  const opening = Math.max(upper, lower, -ez) * 0.85;
  return Math.max(shell, -opening);
}

function hair(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  const run = Math.atan2(z + 0.1, x) + 0.22 * Math.sin(y * 3.1 + side) + 0.12 * noise2(y * 2.2, x * 1.7, 5);
  const strand =
    0.011 * Math.sin(34 * run) + 0.007 * Math.sin(83 * run + 4 * y) + 0.022 * noise3(x * 8, y * 1.2, z * 8);
  let cap = ellipsoid(x, y - 0.32, z + 0.14, 0.9, 0.94, 0.98);
  // The face looks out of a window in the hair, parted on one side.
  const window = ellipsoid(x - 0.06, y + 0.28, z - 1.0, 0.62 + 0.04 * Math.sin(y * 4), 0.82, 0.9);
  cap = carve(cap, window, 0.08);
  const wave = 0.07 * Math.sin(y * 5.2 + side * 2) * smoothstep(0, -1, y);
  const lock = rod(side, y, z + wave, [0.8, 0.25, -0.02], [0.86, -1.25, 0.1], 0.19, 0.24);
  const inner = rod(side, y, z - wave * 0.6, [0.74, 0.4, 0.3], [0.74, -1.05, 0.36], 0.1, 0.14);
  const back = ellipsoid(x, y + 0.55, z + 0.5, 0.95, 0.95, 0.55);
  const fringe = rod(x, y, z, [0.2, 0.78, 0.72], [-0.62, 0.36, 0.62], 0.09, 0.07);
  return join(join(join(cap, join(lock, inner, 0.1), 0.14), back, 0.2), fringe, 0.08) + strand;
}

function beret(x: number, y: number, z: number): number {
  const [tx, ty] = turn(x, y, -0.2);
  const [uz, uy] = turn(z, ty, 0.22);
  const fold = 0.012 * Math.sin(9 * Math.atan2(tx, uz)) * smoothstep(0.4, 1, Math.hypot(tx, uz));
  const crown = ellipsoid(tx + 0.1, uy - 1.02, uz + 0.12, 1.12, 0.36, 1.12) + fold;
  const band = torus(tx, uy - 0.8, uz + 0.1, 0.83, 0.075);
  const stalk = rod(tx, uy, uz, [-0.1, 1.35, -0.12], [-0.07, 1.48, -0.12], 0.035);
  return join(join(crown, band, 0.12), stalk, 0.06);
}

/** The knit: ribs that run around the loops of the scarf. */
const knit = (angle: number, around: number): number =>
  0.014 * Math.abs(Math.sin(angle * 30)) + 0.008 * Math.sin(around * 22);

function scarf(x: number, y: number, z: number): number {
  const angle = Math.atan2(x, z + 0.2);
  const lift = 0.06 * Math.sin(angle * 2 + 0.6);
  const lower = torus(x, (y + 1.75 - lift) * 0.85, z + 0.2, 0.62, 0.25);
  const upper = torus(x * 1.02, (y + 1.42 + lift) * 0.9, z + 0.22, 0.5, 0.19);
  const end = rod(x, y, z, [0.32, -1.75, 0.6], [0.42, -2.7, 0.78], 0.2, 0.25);
  return join(join(lower, upper, 0.05), end, 0.06) - knit(angle, y * 2 + z);
}

const coat = (x: number, y: number, z: number): number =>
  join(
    rod(Math.abs(x), y, z, [0.25, -2.2, -0.3], [1.25, -2.55, -0.35], 0.5, 0.46),
    rod(Math.abs(x), y, z, [1.25, -2.55, -0.35], [1.5, -4, -0.2], 0.46, 0.42),
    0.3,
  ) -
  0.008 * noise3(x * 20, y * 20, z * 20);

type Part = "skin" | "lid" | "eye" | "hair" | "beret" | "scarf" | "coat";

function parts(x: number, y: number, z: number): Record<Part, number> {
  const [hx, hy, hz] = toHead(x, y, z);
  const side = Math.abs(hx);
  return {
    skin: skin(hx, hy, hz),
    lid: lids(side, hy, hz),
    eye: sphere(side - EYE.x, hy - EYE.y, hz - EYE.z, EYE.radius),
    hair: hair(hx, hy, hz),
    beret: beret(hx, hy, hz),
    scarf: scarf(x, y, z),
    coat: coat(x, y, z),
  };
}

function distance(x: number, y: number, z: number): number {
  // Far from the figure a ball around it is near enough.
  const far = Math.sqrt(x * x + (y + 1) ** 2 + z * z) - 3.2;
  if (far > 1) return far;
  const [hx, hy, hz] = toHead(x, y, z);
  const side = Math.abs(hx);
  let d = Math.min(scarf(x, y, z), coat(x, y, z));
  const headBall = sphere(hx, hy + 0.2, hz, 1.9);
  if (headBall > 0.3) return Math.min(d, headBall);
  const face = join(skin(hx, hy, hz), lids(side, hy, hz), 0.075);
  d = Math.min(d, face, sphere(side - EYE.x, hy - EYE.y, hz - EYE.z, EYE.radius));
  return Math.min(d, hair(hx, hy, hz), beret(hx, hy, hz)) * 0.9;
}

function surface(x: number, y: number, z: number, normal: Vector): Surface {
  const all = parts(x, y, z);
  const part = (Object.keys(all) as Part[]).reduce((a, b) => (all[a] <= all[b] ? a : b));
  const [hx, hy, hz] = toHead(x, y, z);
  switch (part) {
    case "eye":
      return eyeSurface(hx, hy, hz);
    case "hair":
      return hairSurface(hx, hy, hz, normal);
    case "beret": {
      const felt = fractal2(hx * 30 + hz * 13, hy * 30 + hz * 17, 3, 3);
      return {
        color: times(BERET, 0.9 + 0.35 * felt),
        roughness: 0.9,
        gloss: 0.12,
        bump: [felt * 0.12, felt * 0.1, 0],
      };
    }
    case "scarf": {
      const stripe = smoothstep(0.75, 0.8, Math.sin(y * 11 + x * 1.3));
      const fibre = noise3(x * 45, y * 45, z * 45);
      return {
        color: times(blend(WOOL, WOOL_STRIPE, stripe), 0.9 + 0.3 * fibre),
        roughness: 0.95,
        gloss: 0.06,
        bump: [fibre * 0.2, 0, fibre * 0.2],
      };
    }
    case "coat":
      return { color: times(COAT, 0.85 + 0.2 * fractal2(x * 24, y * 24 + z * 24, 3)), roughness: 0.9, gloss: 0.06 };
    case "skin":
    case "lid":
    default:
      return skinSurface(hx, hy, hz, part);
  }
}

function skinSurface(x: number, y: number, z: number, part: "skin" | "lid"): Surface {
  const side = Math.abs(x);
  const crease =
    part === "skin" && z > 0.5
      ? Math.exp(-(((y - EYE.y - 0.15 + 1.2 * (side - EYE.x) ** 2) / 0.022) ** 2)) *
        smoothstep(0.2, 0.1, Math.abs(side - EYE.x))
      : 0;
  const pores = noise3(x * 38, y * 38, z * 38);
  let color: Color = times(SKIN, 1 + 0.05 * fractal2(x * 5, y * 5, 3));
  const flush = (cx: number, cy: number, size: number) => Math.exp(-((side - cx) ** 2 + (y - cy) ** 2) / size);
  color = blend(color, light("#d8694f"), 0.42 * flush(0.42, -0.28, 0.05) + 0.25 * flush(0, -0.27, 0.012));
  // Freckles over nose and cheeks.
  const freckle = freckles(x, y) * (flush(0.3, -0.16, 0.06) + flush(0, -0.1, 0.03));
  color = blend(color, light("#a05a35"), clamp(0.6 * freckle));
  color = blend(color, light("#8a4a3a"), 0.45 * crease);
  let gloss = 0.28;
  let roughness = 0.52;
  if (z > 0.5) {
    const m = smile(x);
    const upper = y - m;
    const edge = 0.21 - 0.02 * noise2(x * 30, 1);
    const height =
      upper > 0
        ? 0.082 * (1 - (side / edge) ** 2) - 0.018 * Math.exp(-((side / 0.035) ** 2))
        : 0.115 * (1 - (side / edge) ** 2);
    const lip = smoothstep(0.02, -0.012, Math.abs(upper) - height);
    color = blend(color, LIPS, lip * (side < edge ? 0.85 : 0));
    gloss = mix(gloss, 0.5, lip);
    roughness = mix(roughness, 0.32, lip);
    color = times(color, 1 - 0.7 * smoothstep(0.018, 0.004, Math.abs(upper)) * smoothstep(0.24, 0.2, side));
    color = brows(color, x, side, y);
  }
  if (part === "lid") {
    const ex = side - EYE.x;
    const upper = y - EYE.y - 0.075 + 2.4 * ex * ex;
    const shadow = smoothstep(0.11, 0, upper) * (upper > -0.02 ? 1 : 0);
    color = blend(color, light("#8a4a3a"), 0.4 * shadow);
    if (z > EYE.z + 0.04)
      color = blend(color, light("#1d0f0a"), smoothstep(0.032, 0.012, Math.abs(upper - 0.004)) * 0.95);
  }
  return { color, roughness, gloss, translucent: 1, bump: [pores * 0.022, pores * 0.022, 0] };
}

/** Small round spots, one in most cells of a grid. */
function freckles(x: number, y: number): number {
  const [u, v] = [x * 17, y * 17];
  const [i, j] = [Math.floor(u), Math.floor(v)];
  const [cx, cy] = [i + 0.25 + 0.5 * hash(i, j, 1), j + 0.25 + 0.5 * hash(i, j, 2)];
  const radius = 0.22 * hash(i, j, 3);
  return smoothstep(radius, radius * 0.4, Math.hypot(u - cx, v - cy)) * smoothstep(0.06, 0.1, radius);
}

/** Eyebrows: hairs drawn along an arch. */
function brows(color: Color, x: number, side: number, y: number): Color {
  const t = clamp((side - 0.12) / 0.42);
  const arch = 0.315 + 0.075 * Math.sin(t * 2.3) - 0.05 * t * t;
  const thickness = 0.05 * (1 - 0.6 * t) * smoothstep(0.09, 0.15, side) * smoothstep(0.57, 0.46, side);
  const hairs = 0.88 + 0.12 * noise2(x * 70 + y * 40, y * 22, 2);
  return blend(
    color,
    light("#35170a"),
    0.95 * smoothstep(thickness, thickness * 0.35, Math.abs(y - arch)) * (thickness > 0.004 ? hairs : 0),
  );
}

function eyeSurface(x: number, y: number, z: number): Surface {
  const sign = x < 0 ? -1 : 1;
  const ex = (x - sign * EYE.x) / EYE.radius - GAZE_X;
  const ey = (y - EYE.y) / EYE.radius - GAZE_Y;
  const r = Math.hypot(ex, ey);
  let color = light("#efe6df");
  const angle = Math.atan2(ey, ex);
  const fibres = 0.5 + 0.5 * noise2(angle * 9, r * 5, 3);
  const iris = blend(light("#2f6b4f"), light("#8fb86a"), fibres * smoothstep(0.5, 0.22, r));
  color = blend(color, blend(iris, light("#12301f"), smoothstep(0.4, 0.53, r)), smoothstep(0.56, 0.51, r));
  color = blend(color, [0.004, 0.004, 0.005], smoothstep(0.24, 0.2, r));
  // The lid's shadow, and the reflected sky.
  color = times(color, mix(1, 0.4, smoothstep(0.05, 0.4, ey)));
  const glint =
    smoothstep(0.13, 0.08, Math.hypot(ex + 0.16, ey - 0.2)) +
    0.35 * smoothstep(0.07, 0.03, Math.hypot(ex - 0.18, ey + 0.18));
  const glow = times([1.6, 1.5, 1.3], clamp(glint));
  return { color, roughness: 0.12, gloss: 0.7, glow: z > 0 ? glow : [0, 0, 0] };
}

/** Strands catch the light in bands across their run (after Kajiya and Kay 1989). */
function hairSurface(x: number, y: number, z: number, normal: Vector): Surface {
  const run =
    90 * (Math.atan2(z + 0.1, x) + 0.22 * Math.sin(y * 3.1 + Math.abs(x)) + 0.12 * noise2(y * 2.2, x * 1.7, 5));
  const strand = clamp(0.5 + 0.35 * noise2(run, y * 1.5, 4) + 0.3 * noise2(run * 0.33, y * 0.8, 6));
  const band = Math.exp(-(((normal[1] - 0.25 + 0.12 * noise2(run, 2, 8)) / 0.22) ** 2));
  const color = plus(times(HAIR, 0.45 + 0.9 * strand), times(light("#d98a4a"), 0.25 * band * strand));
  return {
    color,
    roughness: 0.55,
    gloss: 0.16,
    bump: [0.35 * (strand - 0.5), 0, 0.35 * (strand - 0.5)],
    translucent: 0.5,
  };
}

/** Autumn trees and low sun, far out of focus: soft fields of colour and round lights. */
function background(_direction: Vector, pixel: { readonly u: number; readonly v: number } | null): Color {
  if (!pixel) return [0.5, 0.45, 0.4];
  const { u, v } = pixel;
  const sky = ramp(
    [light("#f6d9a0"), light("#e9b872"), light("#a9a058"), light("#6f8250"), light("#7a6a3a")],
    v * 0.95 + 0.18 * fractal2(u * 2.6, v * 2.2, 3, 4),
  );
  let color = plus(sky, times(light("#ffb347"), 0.55 * Math.exp(-((u - 0.12) ** 2 + (v - 0.16) ** 2) / 0.05)));
  for (let i = 0; i < 46; i++) {
    const cx = hash(i, 1);
    const cy = hash(i, 2) * 0.85;
    const radius = 0.02 + 0.05 * hash(i, 3);
    const inside = smoothstep(radius, radius * 0.9, Math.hypot(u - cx, (v - cy) * 1.2));
    const tint = ramp([light("#ffd27a"), light("#ff9d4d"), light("#c9d07a"), light("#fff0c9")], hash(i, 4));
    color = blend(color, plus(color, tint), inside * (0.1 + 0.22 * hash(i, 5)));
  }
  return color;
}

const scene: Scene = {
  distance,
  surface,
  background,
  lights: [
    { direction: [-0.95, 0.75, 0.75], color: [2.6, 2.2, 1.75], hardness: 6 },
    { direction: [0.9, 0.25, 0.5], color: [0.35, 0.4, 0.5], hardness: 0 },
    { direction: [0.7, 0.6, -0.75], color: [2.2, 1.5, 0.8], hardness: 8 },
  ],
  skyLight: [0.33, 0.34, 0.4],
  groundLight: [0.2, 0.14, 0.1],
};

export const portrait = (width: number, height: number, quality: number): RgbImage =>
  render(
    scene,
    { from: [0.1, -0.05, 9], to: [0.02, -0.16, 0], angle: 22 },
    { width, height, quality, farthest: 14, exposure: 0.62, vignette: 0.3 },
  );
