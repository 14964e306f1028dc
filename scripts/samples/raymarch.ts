/**
 * A small renderer for the sample scenes: sphere tracing of distance fields (Hart 1996) with soft shadows, ambient
 * occlusion, one mirror bounce, fog and a filmic tone curve.
 */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { blend, type Color, filter, plus, times } from "./color.ts";
import { clamp, hash, smoothstep } from "./noise.ts";

export type Vector = readonly [x: number, y: number, z: number];

/** What light does at a point of a surface; colours are linear. */
export interface Surface {
  readonly color: Color;
  /** 0 mirror to 1 chalk. */
  readonly roughness: number;
  /** Strength of highlights, 0 to 1. */
  readonly gloss?: number;
  /** How much light wanders beneath the surface and comes out reddish: skin, wax, petals. */
  readonly translucent?: number;
  /** Share of the mirrored surroundings at grazing angles. */
  readonly mirror?: number;
  /** Relief that is too fine for the distance field: adds to the normal. */
  readonly bump?: Vector;
  readonly glow?: Color;
}

interface Light {
  /** Towards the light; need not be of length 1. */
  readonly direction: Vector;
  readonly color: Color;
  /** Large lights cast soft shadows; 0 casts none. */
  readonly hardness: number;
}

export interface Scene {
  /** Signed distance, or anything that is never more. */
  distance(x: number, y: number, z: number): number;
  surface(x: number, y: number, z: number, normal: Vector): Surface;
  /** What a ray sees that meets nothing. `u`, `v` are the pixel's place, 0 to 1, `null` for a mirrored ray. */
  background(direction: Vector, pixel: { readonly u: number; readonly v: number } | null): Color;
  readonly lights: readonly Light[];
  /** Light from above and from below, where nothing is in the way. */
  readonly skyLight: Color;
  readonly groundLight: Color;
  /** Haze: what is left of a colour after `distance`, and what takes its place. */
  fog?(color: Color, distance: number, direction: Vector): Color;
}

export interface Camera {
  readonly from: Vector;
  readonly to: Vector;
  /** Vertical field of view, degrees. */
  readonly angle: number;
}

export interface RenderOptions {
  readonly width: number;
  readonly height: number;
  /** Rays per pixel are the square of this. */
  readonly quality: number;
  readonly farthest: number;
  /** Exposure before the tone curve. */
  readonly exposure?: number;
  /** Strength of darkened corners. */
  readonly vignette?: number;
}

/** Renders a scene to 8-bit sRGB. */
export function render(scene: Scene, camera: Camera, options: RenderOptions): RgbImage {
  const { width, height, quality, exposure = 1, vignette = 0.2 } = options;
  const forward = unit(minus(camera.to, camera.from));
  const right = unit(cross(forward, [0, 1, 0]));
  const up = cross(right, forward);
  const reach = Math.tan((camera.angle * Math.PI) / 360);
  const data = new Uint8Array(width * height * 3);
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      let sum: Color = [0, 0, 0];
      for (let s = 0; s < quality * quality; s++) {
        const u = (px + ((s % quality) + 0.5) / quality) / width;
        const v = (py + (Math.floor(s / quality) + 0.5) / quality) / height;
        const across = ((2 * u - 1) * reach * width) / height;
        const upward = (1 - 2 * v) * reach;
        const direction = unit([
          forward[0] + right[0] * across + up[0] * upward,
          forward[1] + right[1] * across + up[1] * upward,
          forward[2] + right[2] * across + up[2] * upward,
        ]);
        sum = plus(sum, tone(times(trace(scene, camera.from, direction, options, { u, v }), exposure)));
      }
      const corner = Math.hypot(px / width - 0.5, py / height - 0.5);
      const shade = (1 - vignette * smoothstep(0.3, 0.8, corner)) / (quality * quality);
      const grain = (hash(px, py, 77) - 0.5) * 0.018;
      for (let c = 0; c < 3; c++) data[(py * width + px) * 3 + c] = Math.round(255 * clamp(sum[c]! * shade + grain));
    }
  }
  return { width, height, data };
}

function trace(
  scene: Scene,
  from: Vector,
  direction: Vector,
  options: RenderOptions,
  pixel: { u: number; v: number } | null,
): Color {
  const distance = march(scene, from, direction, options.farthest);
  if (distance === null) return scene.background(direction, pixel);
  const point = along(from, direction, distance);
  const flat = normalAt(scene, point, 0.0004 * distance + 0.0004);
  const surface = scene.surface(point[0], point[1], point[2], flat);
  const normal = surface.bump ? unit(plusV(flat, surface.bump)) : flat;
  let color = shade(scene, point, flat, normal, direction, surface);
  if (surface.mirror && pixel) {
    const facing = clamp(-dot(direction, normal));
    const share = surface.mirror * (0.04 + 0.96 * (1 - facing) ** 5);
    const bounced = reflect(direction, normal);
    const seen = trace(
      scene,
      along(point, flat, 0.01),
      bounced[1] < 0 ? unit([bounced[0], 0.01, bounced[2]]) : bounced,
      options,
      null,
    );
    color = blend(color, seen, share);
  }
  return scene.fog ? scene.fog(color, distance, direction) : color;
}

function march(scene: Scene, [x, y, z]: Vector, [dx, dy, dz]: Vector, farthest: number): number | null {
  const at = (t: number) => scene.distance(x + dx * t, y + dy * t, z + dz * t);
  let before = 0;
  let t = 0.01;
  for (let i = 0; i < 260 && t < farthest; i++) {
    const d = at(t);
    if (d < 0) return halve(at, before, t);
    if (d < 0.0003 * t + 0.0001) return t;
    before = t;
    t += d * 0.85;
  }
  return null;
}

/** The surface between a place outside and one inside, where a step went too far. */
function halve(at: (t: number) => number, outside: number, inside: number): number {
  let [low, high] = [outside, inside];
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    if (at(middle) < 0) high = middle;
    else low = middle;
  }
  return low;
}

function normalAt(scene: Scene, [x, y, z]: Vector, e: number): Vector {
  const a = scene.distance(x + e, y - e, z - e);
  const b = scene.distance(x - e, y - e, z + e);
  const c = scene.distance(x - e, y + e, z - e);
  const d = scene.distance(x + e, y + e, z + e);
  return unit([a - b - c + d, -a - b + c + d, -a + b - c + d]);
}

function shade(scene: Scene, point: Vector, flat: Vector, normal: Vector, direction: Vector, surface: Surface): Color {
  const { color, roughness, gloss = 0.2, translucent = 0 } = surface;
  const open = occlusion(scene, point, flat);
  const upness = 0.5 + 0.5 * normal[1];
  let diffuse = times(blend(scene.groundLight, scene.skyLight, upness), open);
  let highlight: Color = [0, 0, 0];
  for (const light of scene.lights) {
    const towards = unit(light.direction);
    const facing = dot(normal, towards);
    if (facing <= -0.5) continue;
    const lit = light.hardness === 0 ? 1 : shadow(scene, along(point, flat, 0.004), towards, light.hardness);
    // Light that wanders beneath the surface softens the edge of the shade, red most of all.
    const wrapped = (by: number) => Math.max(0, (facing + by) / (1 + by)) ** (1 + by);
    const soaked: Color = [wrapped(0.45 * translucent), wrapped(0.2 * translucent), wrapped(0.12 * translucent)];
    const through: Color = [lit + (1 - lit) * 0.12 * translucent, lit, lit];
    diffuse = plus(diffuse, filter(filter(light.color, soaked), through));
    if (facing > 0 && lit > 0) {
      const half = unit(minus(towards, direction));
      const power = 2 / Math.max(0.0016, roughness ** 4) - 2;
      const edge = 0.04 + 0.96 * (1 - clamp(dot(half, towards))) ** 5;
      const strength = gloss * lit * facing * ((power + 8) / 25) * clamp(dot(normal, half)) ** power * (0.5 + 6 * edge);
      highlight = plus(highlight, times(light.color, strength));
    }
  }
  const rim = gloss * 0.35 * (1 - clamp(-dot(direction, normal))) ** 4 * open;
  const total = plus(plus(filter(color, diffuse), highlight), times(scene.skyLight, rim));
  return surface.glow ? plus(total, surface.glow) : total;
}

/** How much of a light is seen, 0 to 1 (Quilez's penumbra estimate). */
function shadow(scene: Scene, [x, y, z]: Vector, [dx, dy, dz]: Vector, hardness: number): number {
  let open = 1;
  let t = 0.02;
  for (let i = 0; i < 48 && t < 14; i++) {
    const d = scene.distance(x + dx * t, y + dy * t, z + dz * t);
    open = Math.min(open, (hardness * d) / t);
    if (open < 0.004) return 0;
    t += clamp(d, 0.015, 0.6);
  }
  return smoothstep(0, 1, open);
}

function occlusion(scene: Scene, [x, y, z]: Vector, [nx, ny, nz]: Vector): number {
  let blocked = 0;
  let weight = 1;
  for (let i = 1; i <= 5; i++) {
    const reach = 0.03 + 0.09 * i * i * 0.35;
    blocked += weight * Math.max(0, reach - scene.distance(x + nx * reach, y + ny * reach, z + nz * reach));
    weight *= 0.6;
  }
  return clamp(1 - 1.6 * blocked);
}

/** Narkowicz's fit of the ACES curve, then the gamma of screens. */
function tone(color: Color): Color {
  const curve = (x: number) => clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)) ** (1 / 2.2);
  return [curve(color[0]), curve(color[1]), curve(color[2])];
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const plusV = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const along = (a: Vector, b: Vector, t: number): Vector => [a[0] + b[0] * t, a[1] + b[1] * t, a[2] + b[2] * t];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const reflect = (d: Vector, n: Vector): Vector => along(d, n, -2 * dot(d, n));

export function unit(a: Vector): Vector {
  const length = Math.hypot(a[0], a[1], a[2]) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
}
