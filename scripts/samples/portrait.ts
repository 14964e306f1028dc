/** Content: a young woman with chestnut hair, painted in oil, light from a window at the left. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { Canvas } from "./brush.ts";
import { blend, type Color, light, plus, ramp, times } from "./color.ts";
import { bell, insideOf, type Place } from "./curves.ts";
import { clamp, fractal2, mix, noise2, random, smoothstep } from "./noise.ts";
import { HEAD, toHead } from "./portrait-frame.ts";
import { BEHIND, comb, hairMass, hairline, IN_FRONT } from "./portrait-hair.ts";
import { lightRelief, type ReliefLight, type Spot, spotsOf } from "./relief.ts";
import { colorAt, repaint } from "./repaint.ts";
import { turn } from "./shapes.ts";

/** The picture beneath the strokes is that many times larger. */
const FINER = 2;

const face = insideOf([
  [-0.58, -0.72],
  [-0.655, -0.4],
  [-0.66, -0.18],
  [-0.635, 0],
  [-0.645, 0.16],
  [-0.615, 0.36],
  [-0.545, 0.58],
  [-0.44, 0.79],
  [-0.31, 0.94],
  [-0.17, 0.995],
  [-0.03, 0.975],
  [0.16, 0.87],
  [0.38, 0.68],
  [0.52, 0.46],
  [0.6, 0.2],
  [0.65, -0.1],
  [0.67, -0.5],
  [0.5, -0.85],
  [0, -1],
  [-0.4, -0.92],
]);
const ear = insideOf([
  [0.6, -0.1],
  [0.68, -0.17],
  [0.75, -0.12],
  [0.765, 0.02],
  [0.73, 0.16],
  [0.68, 0.27],
  [0.63, 0.31],
  [0.595, 0.25],
  [0.58, 0.08],
]);
const neck = insideOf([
  [-0.34, 0.6],
  [-0.3, 1],
  [-0.32, 1.28],
  [-0.62, 1.5],
  [-0.5, 2],
  [0.5, 2],
  [0.9, 1.5],
  [0.52, 1.24],
  [0.46, 0.9],
  [0.52, 0.5],
  [0, 0.4],
]);
const dress = insideOf([
  [-0.5, 1.36],
  [-0.86, 1.5],
  [-1.3, 1.72],
  [-1.6, 2.1],
  [-1.7, 2.8],
  [1.9, 2.8],
  [1.8, 2.1],
  [1.5, 1.7],
  [1.02, 1.46],
  [0.66, 1.32],
  [0.5, 1.5],
  [0.2, 1.68],
  [-0.06, 1.74],
  [-0.3, 1.6],
]);

interface Eye {
  readonly u: number;
  readonly v: number;
  readonly half: number;
  /** The outer corner lies to the right (1) or to the left (-1). */
  readonly outer: 1 | -1;
}
const EYES: readonly Eye[] = [
  { u: -0.435, v: 0.0, half: 0.128, outer: -1 },
  { u: 0.125, v: 0.0, half: 0.15, outer: 1 },
];
const IRIS = 0.074;
const GAZE: Place = [0.008, -0.012];

/** Where the lids meet the eye, below and above; `t` is -1 at the inner corner, 1 at the outer. */
const lidAbove = (t: number): number => -0.074 * (1 - Math.abs(t) ** 2.3) ** 0.75 * (1 - 0.08 * t) - 0.016 * t;
const lidBelow = (t: number): number => 0.05 * (1 - t * t) ** 0.85 * (1 + 0.25 * t) - 0.016 * t;

const MOUTH = { u: -0.19, v: 0.615, half: 0.205 } as const;
const mouthLine = (t: number): number => MOUTH.v - 0.056 * t * t + 0.012 * Math.exp(-((t / 0.22) ** 2));
const NOSE = { top: -0.08, base: 0.375 } as const;
const noseMiddle = (v: number): number => mix(-0.168, -0.232, clamp((v - NOSE.top) / (NOSE.base - NOSE.top)));

const PEARL: Place = [0.655, 0.345];
const PEARL_RADIUS = 0.036;

const SKIN = light("#e8b596");
const BLUSH = light("#d9766a");
const LIPS = light("#b9514f");
const DRESS = light("#27566b");
const LINEN = light("#e9e1d0");
const LASH = light("#2a1712");

/** Height of the head over its rim, in its own unit. */
function headHeight(u: number, v: number, inside: number): number {
  const ball = Math.sqrt(Math.max(0, 1 - ((u + 0.02) / 0.86) ** 2 - ((v - 0.02) / 1.22) ** 2)) * 0.82;
  const rim = 0.16;
  let z = ball - 0.14 * (1 - Math.sqrt(1 - (1 - clamp(inside / rim)) ** 2));
  for (const eye of EYES) {
    z -= 0.095 * bell(u, v, eye.u - 0.03 * eye.outer, eye.v - 0.03, 0.19, 0.13);
    z += 0.04 * bell(u, v, eye.u + 0.02 * eye.outer, -0.22, 0.2, 0.075);
    z += 0.068 * bell(u, v, eye.u, eye.v - 0.01, 0.12, 0.1);
  }
  const t = clamp((v - NOSE.top) / (NOSE.base - NOSE.top));
  const along = smoothstep(-0.26, 0.1, v) * smoothstep(NOSE.base + 0.075, NOSE.base - 0.07, v);
  const middle = noseMiddle(v);
  z += (0.055 + 0.105 * t ** 1.3) * along * Math.exp(-(((u - middle) / (0.06 + 0.032 * t)) ** 2));
  z += 0.05 * bell(u, v, middle, 0.3, 0.075, 0.065);
  for (const side of [-1, 1]) z += 0.034 * bell(u, v, middle + side * 0.092 + 0.012, 0.338, 0.042, 0.046);
  z += 0.05 * bell(u, v, -0.46, 0.27, 0.17, 0.17) + 0.055 * bell(u, v, 0.19, 0.29, 0.2, 0.18);
  z += 0.06 * bell(u, v, MOUTH.u, 0.6, 0.27, 0.17);
  z += 0.034 * bell(u, v, MOUTH.u, 0.675, 0.13, 0.042) + 0.018 * bell(u, v, MOUTH.u, 0.577, 0.15, 0.034);
  const m = (u - MOUTH.u) / MOUTH.half;
  z -= 0.022 * Math.exp(-(((v - mouthLine(m)) / 0.014) ** 2)) * smoothstep(1.1, 0.8, Math.abs(m));
  for (const side of [-1, 1]) z -= 0.02 * bell(u, v, MOUTH.u + side * (MOUTH.half + 0.02), MOUTH.v - 0.025, 0.04, 0.04);
  z -= 0.028 * bell(u, v, MOUTH.u + 0.01, 0.765, 0.13, 0.04);
  z += 0.075 * bell(u, v, -0.17, 0.9, 0.15, 0.1);
  z -= 0.014 * bell(u, v, noseMiddle(0.45) + 0.02, 0.475, 0.022, 0.05);
  return z;
}

function skinColor(u: number, v: number): Color {
  let color = times(SKIN, 1 + 0.05 * fractal2(u * 4, v * 4, 3, 11));
  const flush =
    0.42 * bell(u, v, -0.47, 0.3, 0.15, 0.14) +
    0.42 * bell(u, v, 0.22, 0.31, 0.19, 0.15) +
    0.28 * bell(u, v, noseMiddle(0.3), 0.31, 0.1, 0.08) +
    0.15 * bell(u, v, -0.17, 0.92, 0.14, 0.09);
  color = blend(color, BLUSH, flush);
  for (const eye of EYES) {
    color = blend(color, light("#b27a66"), 0.4 * bell(u, v, eye.u + 0.03 * eye.outer, eye.v - 0.1, 0.15, 0.055));
    color = blend(color, light("#b98a80"), 0.35 * bell(u, v, eye.u, eye.v + 0.1, 0.14, 0.045));
  }
  return color;
}

function lips(color: Color, u: number, v: number): Color {
  const t = (u - MOUTH.u) / MOUTH.half;
  const side = Math.abs(t);
  if (side > 1.08) return color;
  const middle = mouthLine(t);
  const bow = 0.016 * Math.exp(-((t / 0.13) ** 2));
  const top = middle - (0.068 * (1 - side ** 1.7) - bow);
  const bottom = middle + 0.092 * Math.max(0, 1 - side * side) ** 0.8;
  const on = smoothstep(top - 0.012, top + 0.01, v) * smoothstep(bottom + 0.016, bottom - 0.016, v);
  const fullness = v < middle ? 0.86 : 1.12;
  const creases = 1 + 0.08 * noise2(t * 22, v * 6, 5);
  let painted = blend(color, times(LIPS, fullness * creases), 0.82 * on * smoothstep(1.05, 0.9, side));
  const line = Math.exp(-(((v - middle) / 0.011) ** 2)) * smoothstep(1.06, 0.92, side);
  painted = blend(painted, light("#4a1a1c"), 0.85 * line);
  return painted;
}

/** An eye and the shadows of its lids; how much of the skin is left beneath. */
function eyeOver(color: Color, eye: Eye, u: number, v: number): { color: Color; eye: number } {
  const t = ((u - eye.u) / eye.half) * eye.outer;
  const [du, dv] = [u - eye.u - GAZE[0], v - eye.v - GAZE[1]];
  if (Math.abs(t) > 1.5 || Math.abs(dv) > 0.3) return { color, eye: 0 };
  const inT = clamp(t, -1, 1);
  const [above, below] = [eye.v + lidAbove(inT), eye.v + lidBelow(inT)];
  const on =
    Math.abs(t) < 1 ? smoothstep(above - 0.006, above + 0.006, v) * smoothstep(below + 0.006, below - 0.006, v) : 0;
  let painted = color;
  // The fold of the upper lid, and the soft edge of the lower.
  const fold = eye.v + 1.0 * lidAbove(clamp(t * 0.86, -1, 1)) - 0.05;
  painted = blend(
    painted,
    light("#7c4a3c"),
    0.62 * Math.exp(-(((v - fold) / 0.013) ** 2)) * smoothstep(1.2, 0.7, Math.abs(t)) * smoothstep(-1.1, -0.3, t),
  );
  painted = blend(
    painted,
    light("#a86a5c"),
    0.55 * Math.exp(-(((v - below - 0.008) / 0.012) ** 2)) * smoothstep(1.1, 0.6, Math.abs(t)),
  );
  if (on > 0) {
    const r = Math.hypot(du, dv);
    let ball = blend(light("#d8cfc6"), light("#a8928a"), smoothstep(0.3, 1, Math.abs(t)));
    ball = blend(ball, light("#cf8f84"), 0.7 * bell(t, 0, -0.97, 0, 0.13));
    const angle = Math.atan2(dv, du);
    const fibre = 0.5 + 0.5 * noise2(angle * 7, r * 30, 9);
    const lower = smoothstep(-0.06, 0.06, dv + 0.3 * du);
    const iris = blend(light("#33200f"), light("#94622c"), clamp(0.25 + 0.5 * lower + 0.35 * (fibre - 0.5)));
    const ring = blend(iris, light("#1d130c"), smoothstep(0.72, 0.98, r / IRIS));
    ball = blend(ball, ring, smoothstep(IRIS + 0.006, IRIS - 0.006, r));
    ball = blend(ball, light("#0b0706"), smoothstep(0.036, 0.029, r));
    ball = times(ball, mix(0.42, 1, smoothstep(0, 0.062, v - above)));
    const glint = smoothstep(0.018, 0.011, Math.hypot(du + 0.026, (dv + 0.032) * 1.05));
    const second = 0.35 * smoothstep(0.018, 0.004, Math.hypot(du - 0.03, dv - 0.034));
    ball = plus(ball, times([0.85, 0.88, 0.92], glint + second));
    painted = blend(painted, ball, on);
  }
  // The upper lashes: a line that swells outwards and ends in a small wing.
  const wing = t > 1 ? 0.03 * (t - 1) : 0;
  const thick = (0.011 + 0.01 * smoothstep(-1, 0.7, t)) * smoothstep(-1.06, -0.8, t) * smoothstep(1.14, 0.98, t);
  const lash = thick > 0.001 ? smoothstep(thick, thick * 0.45, Math.abs(v - above - wing + 0.006)) : 0;
  painted = blend(painted, LASH, 0.94 * lash);
  const rim =
    smoothstep(0.008, 0.003, Math.abs(v - below - 0.001)) * smoothstep(1, 0.7, Math.abs(t)) * smoothstep(-0.6, 0.6, t);
  painted = blend(painted, light("#5a3228"), 0.5 * rim);
  return { color: painted, eye: on };
}

function brow(color: Color, eye: Eye, u: number, v: number): Color {
  const t = (((u - eye.u) / eye.half) * eye.outer + 1.12) / 2.5;
  if (t < -0.05 || t > 1.05) return color;
  const arch = eye.v - 0.21 - 0.04 * Math.sin(clamp(t) * 2.5) + 0.05 * t * t;
  const thick = 0.04 * (1 - 0.62 * t) * smoothstep(-0.03, 0.14, t) * smoothstep(1.04, 0.8, t);
  const hairs = 0.9 + 0.1 * noise2(u * 90 + v * 60 * eye.outer, v * 18, 3);
  const on = thick > 0.002 ? smoothstep(thick * 1.25, thick * 0.35, Math.abs(v - arch)) : 0;
  return blend(color, light("#2c160c"), 0.96 * on * hairs);
}

function nostrils(color: Color, u: number, v: number): Color {
  const middle = noseMiddle(0.38);
  let on = 0;
  for (const side of [-1, 1]) {
    const [a, b] = turn(u - middle - side * 0.055 - 0.01, v - 0.383, -side * 0.35);
    on += Math.exp(-((a / 0.03) ** 2) - (b / 0.012) ** 2) * (side < 0 ? 0.7 : 1);
    on += 0.4 * bell(u, v, middle + side * 0.145 + 0.012, 0.345, 0.016, 0.04);
  }
  const under = 0.1 * bell(u, v, middle + 0.02, 0.405, 0.1, 0.016);
  return blend(color, light("#6b2f26"), clamp(0.5 * on + under));
}

function faceSpot(u: number, v: number, inside: number): Spot {
  let color = nostrils(lips(skinColor(u, v), u, v), u, v);
  let wet = 0;
  for (const eye of EYES) {
    color = brow(color, eye, u, v);
    const over = eyeOver(color, eye, u, v);
    color = over.color;
    wet += over.eye;
  }
  // Hair lies around the face and keeps light from it.
  const below = v - hairline(u);
  color = blend(light("#2a150c"), color, smoothstep(-0.05, 0.03, below + 0.03 * noise2(u * 40, v * 8, 37)));
  const side = smoothstep(0, 0.1, 0.66 - u) * smoothstep(-0.68, -0.58, u);
  const open = mix(0.55, 1, smoothstep(0, 0.24, below)) * mix(0.7, 1, side);
  const lip = bell(u, v, MOUTH.u - 0.03, 0.668, 0.1, 0.03);
  const tip = bell(u, v, noseMiddle(0.3) - 0.02, 0.29, 0.05, 0.05);
  const soft = wet > 0.5 ? 0.2 : 1;
  return {
    height: 0.1 + HEAD.unit * headHeight(u, v, inside),
    color,
    soft,
    gloss: (1 - wet) * 0.05 + 0.13 * lip + 0.2 * tip + 0.03 * bell(u, v, -0.3, -0.5, 0.3, 0.2),
    open,
  };
}

function earSpot(v: number, inside: number): Spot {
  const helix = smoothstep(0.06, 0.03, inside) - 0.7 * smoothstep(0.02, 0.08, inside) * smoothstep(0.22, 0.14, v);
  return {
    height: 0.16 + HEAD.unit * (0.05 * helix + 0.06 * smoothstep(0, 0.05, inside)),
    color: blend(times(SKIN, 0.92), BLUSH, 0.4 + 0.25 * smoothstep(0.03, 0.09, inside)),
    soft: 1,
    gloss: 0.04,
    open: 0.85,
  };
}

const pearlSpot = (r: number): Spot => ({
  height: 0.2 + HEAD.unit * PEARL_RADIUS * Math.sqrt(1 - r * r),
  color: light("#efe6dc"),
  soft: 0.6,
  gloss: 0.8,
});

function neckSpot(u: number, v: number): Spot {
  const round = Math.sqrt(Math.max(0, 1 - ((u - 0.08) / 0.62) ** 2)) * 0.5;
  const chest = smoothstep(1.1, 1.6, v);
  let z = mix(round, 0.42 - 0.12 * (u - 0.05) ** 2, chest) - 0.06;
  // The strand of muscle from ear to breastbone, the collarbones, the hollow between.
  const muscle = u - mix(0.42, 0.0, clamp((v - 0.6) / 0.85));
  z += 0.045 * Math.exp(-((muscle / 0.06) ** 2)) * smoothstep(1.55, 1.3, v);
  z +=
    0.03 *
    Math.exp(-(((v - 1.42 + 0.12 * Math.abs(u + 0.02)) / 0.04) ** 2)) *
    smoothstep(0.03, 0.12, Math.abs(u + 0.02));
  z -= 0.04 * bell(u, v, -0.02, 1.42, 0.07, 0.06);
  const color = blend(times(SKIN, 0.95), BLUSH, 0.16 + 0.08 * fractal2(u * 3, v * 3, 2, 19));
  const under = mix(0.6, 1, smoothstep(0.8, 1.25, v));
  return { height: -0.06 + HEAD.unit * z, color, soft: 1, gloss: 0.03, open: under };
}

function dressSpot(u: number, v: number, inside: number): Spot {
  const [fu, fv] = [u - 0.1, v - 1.1];
  const spread = Math.atan2(fu, fv);
  const folds =
    0.06 * Math.sin(spread * 15 + 1.6 * noise2(u * 1.5, v * 1.5, 7)) * smoothstep(0.35, 1.1, Math.hypot(fu, fv));
  const round = Math.sqrt(Math.max(0, 1 - (u / 2.1) ** 2)) * 0.7;
  const edge = 0.012 * Math.sin(spread * 60);
  const collar = smoothstep(0.075 + edge, 0.06 + edge, inside) * smoothstep(0.95, 0.75, Math.abs(u - 0.1));
  const z = round + folds + 0.05 * collar + 0.06 * smoothstep(0, 0.06, inside) + 0.025 * fractal2(u * 5, v * 5, 3, 23);
  const weave = 1 + 0.1 * fractal2(u * 9, v * 9, 3, 29);
  return {
    height: -0.13 + HEAD.unit * z,
    color: times(blend(DRESS, LINEN, collar), weave),
    soft: 0.15,
    gloss: 0.015,
  };
}

function wall(x: number, y: number): Spot {
  const glow = Math.exp(-(((x - 0.06) / 0.55) ** 2) - ((y - 0.3) / 0.6) ** 2);
  const tone = clamp(0.18 + 0.75 * glow + 0.22 * fractal2(x * 2.6, y * 2.6, 4, 31));
  const color = ramp([light("#3d443c"), light("#69725f"), light("#a3a283"), light("#c9c19c")], tone);
  return { height: -0.6, color: times(color, 0.62), far: true };
}

const LIGHT: ReliefLight = {
  direction: [-0.62, -0.5, 0.72],
  key: [1.6, 1.46, 1.24],
  fill: [0.25, 0.28, 0.33],
  bounce: [0.23, 0.16, 0.12],
};

/** What lies at a place, the nearest first; `before` is what the hair falls behind. */
function spotAt(x: number, y: number): Spot & { readonly before: boolean } {
  const [u, v] = toHead(x, y);
  const pearl = Math.hypot(u - PEARL[0], v - PEARL[1]) / PEARL_RADIUS;
  if (pearl < 1) return { ...pearlSpot(pearl), before: true };
  const inFace = face(u, v);
  if (inFace > 0) return { ...faceSpot(u, v, inFace), before: true };
  const inEar = ear(u, v);
  if (inEar > 0) return { ...earSpot(v, inEar), before: true };
  const inDress = dress(u, v);
  if (inDress > 0) return { ...dressSpot(u, v, inDress), before: true };
  if (neck(u, v) > 0) return { ...neckSpot(u, v), before: true };
  const behind = wall(x, y);
  const inHair = hairMass(u, v);
  return { ...behind, color: blend(behind.color, light("#24120b"), smoothstep(-0.02, 0.01, inHair)), before: false };
}

/** How fine the picture beneath is at a place: strokes stay off eyes and mouth. */
function fineness(x: number, y: number): number {
  const [u, v] = toHead(x, y);
  let fine = 0.8 * bell(u, v, MOUTH.u, 0.62, 0.3, 0.13) + 0.7 * bell(u, v, -0.2, 0.33, 0.2, 0.13);
  for (const eye of EYES) fine += 1.3 * bell(u, v, eye.u, eye.v - 0.06, 0.24, 0.17);
  return clamp(fine);
}

export function portrait(width: number, height: number): RgbImage {
  const chance = random(7);
  const [w, h] = [width * FINER, height * FINER];
  const spots = spotsOf(w, h, spotAt);
  const lit = { width: w, height: h, colors: lightRelief(w, h, spots, LIGHT) };
  const before = (x: number, y: number): boolean =>
    spots[Math.min(h - 1, Math.floor(y * h)) * w + Math.min(w - 1, Math.floor(x * h))]!.before;
  const canvas = new Canvas(width, height, (x, y) => colorAt(lit, x, y), chance);
  const scale = height / 832;
  repaint(canvas, lit, [{ width: 22 * scale, density: 1800, opacity: 0.6 }], (x, y) => Number(before(x, y)), chance);
  for (const lock of BEHIND) comb(canvas, lock, chance, scale);
  canvas.lay((x, y) => (before(x, y) ? colorAt(lit, x, y) : null));
  repaint(
    canvas,
    lit,
    [
      { width: 13 * scale, density: 2200, opacity: 0.4 },
      { width: 7 * scale, density: 5000, opacity: 0.4 },
    ],
    (x, y) => (before(x, y) ? fineness(x, y) : 1),
    chance,
  );
  for (const lock of IN_FRONT) comb(canvas, lock, chance, scale);
  return canvas.finish({ depth: 0.5, gloss: 0.05, weave: 0.008 });
}
