/** Content: a red fox that looks at the painter, low sun from the left, the wood behind out of focus. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { Canvas } from "./brush.ts";
import { blend, type Color, hex, light, plus, ramp, times } from "./color.ts";
import { bell, insideOf, type Place } from "./curves.ts";
import { clamp, fractal2, hash, mix, noise2, random, smoothstep } from "./noise.ts";
import { lightRelief, type ReliefLight, type Spot, spotsOf } from "./relief.ts";
import { colorAt } from "./repaint.ts";
import { turn } from "./shapes.ts";

/** The picture beneath the fur is that many times larger. */
const FINER = 2;
/** The head's frame: half its breadth is 1, the bridge of the nose begins at the origin. */
const HEAD = { x: 0.54, y: 0.455, unit: 0.288, tilt: -0.07 } as const;

const toHead = (x: number, y: number): [number, number] =>
  turn((x - HEAD.x) / HEAD.unit, (y - HEAD.y) / HEAD.unit, HEAD.tilt);

function fromHead(u: number, v: number): Place {
  const [x, y] = turn(u, v, -HEAD.tilt);
  return [HEAD.x + x * HEAD.unit, HEAD.y + y * HEAD.unit];
}

const both = (half: readonly Place[]): Place[] => [...half, ...half.toReversed().map(([u, v]): Place => [-u, v])];

const head = insideOf(
  both([
    [0.12, -0.64],
    [0.42, -0.58],
    [0.68, -0.38],
    [0.82, -0.08],
    [0.95, 0.2],
    [1.02, 0.42],
    [0.8, 0.55],
    [0.6, 0.66],
    [0.36, 0.78],
    [0.2, 0.92],
    [0.08, 0.985],
  ]),
);
const ear = insideOf([
  [0.2, -0.5],
  [0.34, -0.82],
  [0.54, -1.16],
  [0.7, -1.34],
  [0.78, -1.3],
  [0.85, -1.0],
  [0.88, -0.6],
  [0.8, -0.2],
  [0.5, -0.3],
]);
const body = insideOf([
  [-0.4, 0.3],
  [-0.66, 0.8],
  [-0.94, 1.25],
  [-1.25, 2],
  [-1.3, 3],
  [1.5, 3],
  [1.42, 2],
  [1.06, 1.25],
  [0.7, 0.8],
  [0.4, 0.3],
]);
const nose = insideOf(
  both([
    [0.07, 0.575],
    [0.135, 0.6],
    [0.15, 0.66],
    [0.1, 0.715],
    [0.03, 0.755],
  ]),
);

const EYE = { u: 0.36, v: 0.02, half: 0.165, slant: 0.36 } as const;
const IRIS = 0.118;

const ORANGE = light("#c46a2c");
const RUST = light("#8e3f17");
const CREAM = light("#f0e4d0");
const BLACK = light("#241b19");

/** A place in an eye's frame: along from the inner corner (-1) to the outer (1), and down from that line. */
function inEye(u: number, v: number): { t: number; down: number } {
  const [a, b] = turn(Math.abs(u) - EYE.u, v - EYE.v, EYE.slant);
  return { t: a / EYE.half, down: b };
}

const lidAbove = (t: number): number => -0.108 * Math.max(0, 1 - Math.abs(t) ** 2.2) ** 0.8;
const lidBelow = (t: number): number => 0.088 * Math.max(0, 1 - Math.abs(t) ** 2) ** 0.9;

/** Height of the head over its rim, in its own unit. */
function headHeight(u: number, v: number, inside: number): number {
  const side = Math.abs(u);
  const ball = 0.62 * Math.sqrt(Math.max(0, 1 - (u / 1.12) ** 2 - ((v - 0.05) / 1.1) ** 2));
  let z = ball - 0.18 * (1 - clamp(inside / 0.22)) ** 2;
  const breadth = 0.15 + 0.16 * smoothstep(0.75, 0.1, v);
  z += 0.34 * smoothstep(-0.25, 0.5, v) * smoothstep(1.02, 0.74, v) * Math.exp(-((u / breadth) ** 2));
  z += 0.05 * bell(side, v, 0.13, 0.68, 0.1, 0.09);
  z -= 0.06 * bell(side, v, EYE.u - 0.04, EYE.v, 0.2, 0.14);
  z += 0.05 * bell(side, v, EYE.u, -0.2, 0.22, 0.1);
  z += 0.1 * bell(side, v, 0.66, 0.3, 0.26, 0.22);
  return z - 0.03 * bell(u, v, 0, -0.35, 0.07, 0.25);
}

/** Where the white of the cheeks begins. */
const whiteFrom = (side: number): number =>
  0.2 + 0.45 * smoothstep(0.2, 0.06, side) + 0.1 * smoothstep(0.4, 1, side) - 0.05 * bell(side, 0, 0.35, 0, 0.14);

function coat(u: number, v: number): Color {
  const side = Math.abs(u);
  const ragged = 0.05 * noise2(u * 14, v * 14, 3) + 0.03 * noise2(u * 30, v * 30, 5);
  let color = blend(ORANGE, RUST, clamp(0.35 + 0.5 * fractal2(u * 3, v * 4, 3, 7) - 0.25 * v));
  color = blend(
    color,
    light("#e0a25c"),
    0.5 * bell(side, v, 0.34, -0.16, 0.15, 0.07) + 0.3 * bell(u, v, 0, 0.25, 0.1, 0.3),
  );
  color = blend(color, CREAM, smoothstep(-0.03, 0.06, v + ragged - whiteFrom(side)));
  // A dark line from the inner corner of each eye down the muzzle.
  const line = side - mix(0.25, 0.15, clamp((v - 0.08) / 0.36));
  color = blend(
    color,
    light("#54260f"),
    0.75 * Math.exp(-((line / 0.036) ** 2)) * smoothstep(0.04, 0.12, v) * smoothstep(0.5, 0.34, v),
  );
  const lid = inEye(u, v);
  return blend(color, light("#3a1d10"), 0.6 * bell(lid.t, lid.down, 0, 0, 1.2, 0.13));
}

function eyeSpot(u: number, v: number, height: number): Spot | null {
  const { t, down } = inEye(u, v);
  if (Math.abs(t) > 1.3 || Math.abs(down) > 0.16) return null;
  const rim = 0.018;
  const within =
    Math.min(down - lidAbove(t / 1.12), lidBelow(t / 1.12) - down) + rim * smoothstep(1.25, 0.9, Math.abs(t));
  if (within <= 0.004) return null;
  const [above, below] = [lidAbove(t), lidBelow(t)];
  const on = Math.abs(t) < 1 ? smoothstep(-0.004, 0.008, Math.min(down - above, below - down)) : 0;
  const [du, dv] = [Math.abs(u) - EYE.u + 0.006, v - EYE.v - 0.004];
  const r = Math.hypot(du, dv);
  const fibre = noise2(Math.atan2(dv, du) * 8, r * 22, 9);
  let iris = ramp(
    [light("#f3c04a"), light("#d98a1e"), light("#7a3c0c")],
    clamp(r / IRIS - 0.12 + 0.18 * fibre + 0.25 * smoothstep(0.05, -0.09, dv)),
  );
  iris = blend(iris, light("#1b0e08"), smoothstep(0.84, 1.06, r / IRIS));
  iris = blend(iris, [0.004, 0.003, 0.003], smoothstep(1.1, 0.86, Math.hypot(du / 0.044, dv / 0.066)));
  iris = times(iris, mix(0.35, 1.1, smoothstep(0, 0.08, down - above)));
  // Both eyes mirror the same window of sky.
  const sign = u < 0 ? -1 : 1;
  const glint = smoothstep(0.026, 0.015, Math.hypot(sign * du + 0.034, (dv + 0.036) * 1.1));
  iris = plus(
    iris,
    times([0.95, 0.98, 1.05], glint + 0.25 * smoothstep(0.03, 0.006, Math.hypot(sign * du - 0.036, dv - 0.04))),
  );
  return { height, color: blend(light("#160e0c"), iris, on), soft: 0.3 };
}

function headSpot(u: number, v: number, inside: number): Spot & { readonly bare: boolean } {
  const height = 0.2 + HEAD.unit * headHeight(u, v, inside);
  const inNose = nose(u, v);
  if (inNose > 0) {
    const holes = bell(Math.abs(u), v, 0.085, 0.672, 0.036, 0.022) + 0.7 * bell(u, v, 0, 0.73, 0.012, 0.05);
    const grain = 1 + 0.25 * noise2(u * 110, v * 110, 13);
    const raised = 0.05 * Math.sqrt(clamp(inNose / 0.06)) - 0.03 * holes;
    return {
      height: height + HEAD.unit * raised,
      color: times(blend(light("#3b3331"), [0.004, 0.003, 0.003], clamp(holes)), grain),
      gloss: 0.4,
      bare: true,
    };
  }
  const eye = eyeSpot(u, v, height);
  if (eye) return { ...eye, bare: true };
  let color = coat(u, v);
  const mouth = 0.8 + 0.09 * Math.cos(Math.min(1, Math.abs(u) / 0.2) * 3.1) * 0.5;
  const line = Math.exp(-(((v - mouth) / 0.012) ** 2)) * smoothstep(0.24, 0.18, Math.abs(u));
  color = blend(color, light("#2c1712"), 0.85 * Math.max(line, bell(u, v, 0, 0.79, 0.014, 0.04)));
  return { height, color, soft: 0.35, bare: false };
}

function earSpot(u: number, v: number, inside: number): Spot {
  const side = Math.abs(u);
  const hollow = smoothstep(0.03, 0.13, inside) * smoothstep(-0.38, -0.55, v);
  let color = blend(ORANGE, BLACK, smoothstep(-0.98, -1.2, v + 0.05 * noise2(u * 20, v * 20, 15)));
  const inner = blend(light("#6d4a3c"), light("#d9bda0"), smoothstep(0.62, 0.42, side) * smoothstep(-1.1, -0.6, v));
  color = blend(color, inner, hollow);
  return {
    height: 0.16 + HEAD.unit * (0.3 - 0.14 * hollow + 0.1 * (v + 1)),
    color,
    soft: 0.6,
    open: mix(1, 0.8, hollow),
  };
}

function bodySpot(u: number, v: number, inside: number): Spot {
  const side = Math.abs(u - 0.04);
  const bib = smoothstep(0.62, 0.42, side - 0.05 * (v - 1) + 0.06 * noise2(u * 9, v * 5, 17));
  const color = blend(blend(ORANGE, RUST, clamp(0.5 + 0.6 * fractal2(u * 3, v * 2, 3, 19))), CREAM, bib);
  const round = 0.5 * Math.sqrt(Math.max(0, 1 - (u / 1.5) ** 2)) - 0.2 * (1 - clamp(inside / 0.3)) ** 2;
  const clumps = 0.05 * fractal2(u * 7, v * 2.2, 3, 21);
  return { height: -0.06 + HEAD.unit * (round + clumps), color, soft: 0.4, open: mix(0.5, 1, smoothstep(0.7, 1.2, v)) };
}

/** Trees in the evening sun, far out of focus. */
function wood(x: number, y: number): Spot {
  const glow = Math.exp(-(((x - 0.1) / 0.42) ** 2) - ((y - 0.12) / 0.4) ** 2);
  const tone = clamp(0.62 - 0.6 * y + 0.28 * fractal2(x * 2.2, y * 1.6, 3, 25));
  let color = ramp([light("#22332f"), light("#3f5f52"), light("#7d9a7a"), light("#c3cfa4")], tone);
  color = blend(color, light("#ffdf9a"), 0.75 * glow);
  for (let i = 0; i < 26; i++) {
    const [cx, cy, size] = [hash(i, 1) * 1.1, hash(i, 2) * 0.8, 0.02 + 0.045 * hash(i, 3)];
    const disc = smoothstep(size, size * 0.8, Math.hypot(x - cx, y - cy));
    color = plus(
      color,
      times(ramp([light("#ffd98a"), light("#bcd39a"), light("#9fd0c0")], hash(i, 4)), 0.13 * disc * hash(i, 5)),
    );
  }
  return { height: -0.6, color: times(color, 0.55), far: true };
}

type Part = "wood" | "body" | "ear" | "head" | "bare";

function spotAt(x: number, y: number): Spot & { readonly part: Part } {
  const [u, v] = toHead(x, y);
  const inHead = head(u, v);
  if (inHead > 0) {
    const { bare, ...spot } = headSpot(u, v, inHead);
    return { ...spot, part: bare ? "bare" : "head" };
  }
  const inEar = ear(Math.abs(u), v);
  if (inEar > 0) return { ...earSpot(u, v, inEar), part: "ear" };
  const inBody = body(u, v);
  if (inBody > 0) return { ...bodySpot(u, v, inBody), part: "body" };
  return { ...wood(x, y), part: "wood" };
}

/** Where the fur lies to, in the head's frame, and how long its hairs are. */
function lie(part: Part, u: number, v: number): { u: number; v: number; length: number } {
  const side = u < 0 ? -1 : 1;
  if (part === "body") return { u: 0.25 * u + 0.2 * noise2(u * 3, v * 2, 27), v: 1, length: 0.2 };
  if (part === "ear") {
    const inner = smoothstep(0.66, 0.45, Math.abs(u)) * smoothstep(-1.05, -0.8, v);
    return { u: side * mix(0.35, 0.7, inner), v: -1, length: mix(0.07, 0.17, inner) };
  }
  const cheek = smoothstep(0.35, 0.75, Math.abs(u)) * smoothstep(-0.25, 0.2, v);
  const chin = smoothstep(0.7, 0.85, v) * smoothstep(0.3, 0.15, Math.abs(u));
  const away = Math.hypot(u, v - 0.62) + 0.05;
  const up = (v - 0.62) / away;
  return {
    u: mix(mix(u / away, side * 0.85, cheek), 0, chin),
    v: mix(mix(up, 0.55, cheek), 1, chin),
    length: 0.045 + 0.05 * smoothstep(0.2, 0.8, away) + 0.13 * cheek + 0.03 * chin,
  };
}

const HAIRS = 90_000;

interface Hair {
  readonly x: number;
  readonly y: number;
  readonly part: Part;
  /** Hairs that are nearer to the nose lie over those that are farther. */
  readonly depth: number;
}

function furHairs(partAt: (x: number, y: number) => Part, aspect: number, chance: () => number): Hair[] {
  const hairs: Hair[] = [];
  for (let i = 0; i < HAIRS; i++) {
    const [x, y] = [chance() * aspect, chance()];
    const part = partAt(x, y);
    if (part === "wood" || part === "bare") continue;
    const [u, v] = toHead(x, y);
    hairs.push({ x, y, part, depth: part === "body" ? 20 + v : part === "ear" ? 10 : Math.hypot(u, v - 0.62) });
  }
  return hairs.toSorted((a, b) => b.depth - a.depth);
}

const LIGHT: ReliefLight = {
  direction: [-0.7, -0.5, 0.62],
  key: [1.95, 1.7, 1.32],
  fill: [0.3, 0.37, 0.4],
  bounce: [0.2, 0.17, 0.12],
};

export function fox(width: number, height: number): RgbImage {
  const chance = random(11);
  const scale = height / 768;
  const [w, h] = [width * FINER, height * FINER];
  const spots = spotsOf(w, h, spotAt);
  const lit = { width: w, height: h, colors: lightRelief(w, h, spots, LIGHT) };
  const partAt = (x: number, y: number): Part =>
    spots[clamp(Math.floor(y * h), 0, h - 1) * w + clamp(Math.floor(x * h), 0, w - 1)]!.part;
  const canvas = new Canvas(width, height, (x, y) => colorAt(lit, x, y), chance);
  for (const { x, y, part } of furHairs(partAt, canvas.aspect, chance)) {
    let [u, v] = toHead(x, y);
    const bend = 0.5 * noise2(u * 6, v * 6, 29) + 0.5 * (chance() - 0.5);
    const points: Place[] = [];
    const total = lie(part, u, v).length * mix(0.7, 1.3, chance());
    for (let k = 0; k <= 4; k++) {
      points.push(fromHead(u, v));
      const to = lie(part, u, v);
      const [du, dv] = turn(to.u, to.v, bend * (0.4 + 0.2 * k));
      const long = Math.hypot(du, dv) || 1;
      u += (du / long) * (total / 4);
      v += (dv / long) * (total / 4);
    }
    const clump = 0.16 * noise2(x * 60, y * 60, 31);
    const tone = mix(0.78, 1.2, chance()) + clump;
    const color = colorAt(lit, x, y).map((c) => clamp(c * tone)) as unknown as Color;
    canvas.line(points, color, {
      width: mix(1.5, 2.8, chance()) * scale,
      opacity: 0.75,
      body: 0.25,
      dry: 0.05,
      streaks: 0.05,
      taper: 0.9,
    });
  }
  canvas.lay((x, y) => (partAt(x, y) === "bare" ? colorAt(lit, x, y) : null));
  whiskers(canvas, scale, chance);
  return canvas.finish({ depth: 0.4, gloss: 0.03, weave: 0.006 });
}

function whiskers(canvas: Canvas, scale: number, chance: () => number): void {
  for (const side of [-1, 1]) {
    for (let i = 0; i < 9; i++) {
      const [u, v] = [side * (0.15 + 0.05 * (i % 3)), 0.66 + 0.045 * Math.floor(i / 3)];
      const [reach, lift] = [0.5 + 0.35 * chance(), -0.12 + 0.09 * Math.floor(i / 3) + 0.1 * (chance() - 0.5)];
      const points = Array.from({ length: 12 }, (_, k): Place => {
        const s = k / 11;
        return fromHead(u + side * reach * s, v + lift * s + 0.2 * s * s);
      });
      canvas.line(points, hex("#f6efe4"), { width: 1.5 * scale, opacity: 0.7, body: 0.2, dry: 0, taper: 0.6 });
    }
  }
}
