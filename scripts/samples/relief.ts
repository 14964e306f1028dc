/** Light on a relief: a picture whose every pixel has a height casts its own shadows. */
import { type Color, plus, times } from "./color.ts";
import { clamp, smoothstep } from "./noise.ts";
import { unit, type Vector } from "./raymarch.ts";

/** What is seen at a pixel, in linear light; heights are in heights of the picture. */
export interface Spot {
  readonly height: number;
  readonly color: Color;
  /** How far light wanders beneath the surface, 0 to 1. */
  readonly soft?: number;
  readonly gloss?: number;
  /** Share of the light that gets here at all; default 1. */
  readonly open?: number;
  /** So far behind that no shadow falls on it. */
  readonly far?: boolean;
}

export interface ReliefLight {
  /** Towards the light: right, down, out of the picture. */
  readonly direction: Vector;
  readonly key: Color;
  readonly fill: Color;
  readonly bounce: Color;
}

const SHADOW_STEPS = 40;
const SHADOW_REACH = 0.2;

/** What a picture shows at each pixel, row by row; places are in heights of the picture. */
export const spotsOf = <T extends Spot>(width: number, height: number, spotAt: (x: number, y: number) => T): T[] =>
  Array.from({ length: width * height }, (_, i) =>
    spotAt(((i % width) + 0.5) / height, (Math.floor(i / width) + 0.5) / height),
  );

/**
 * Lights a picture.
 *
 * @returns sRGB colours from 0 to 1, row by row
 */
export function lightRelief(
  width: number,
  height: number,
  spots: readonly Spot[],
  { direction, key, fill, bounce }: ReliefLight,
): Color[] {
  const z = Float32Array.from(spots, (spot) => spot.height);
  const at = (x: number, y: number): number =>
    z[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))]!;
  const towards = unit(direction);
  const half = unit([towards[0], towards[1], towards[2] + 1]);
  const shadowAt = (x: number, y: number): number => {
    const from = at(x, y);
    let open = 1;
    for (let i = 1; i <= SHADOW_STEPS && open > 0; i++) {
      const far = SHADOW_REACH * (i / SHADOW_STEPS) ** 1.5;
      const ray = from + 0.002 + (far * towards[2]) / Math.hypot(towards[0], towards[1]);
      const side = (far * height) / Math.hypot(towards[0], towards[1]);
      const over = at(Math.round(x + towards[0] * side), Math.round(y + towards[1] * side)) - ray;
      open = Math.min(open, 1 - over / (0.006 + 0.2 * far));
    }
    return smoothstep(0, 1, open);
  };
  return spots.map((spot, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const reach = 2;
    const slope = height / (2 * reach);
    const normal = unit([
      (at(x - reach, y) - at(x + reach, y)) * slope,
      (at(x, y - reach) - at(x, y + reach)) * slope,
      1,
    ]);
    const facing = normal[0] * towards[0] + normal[1] * towards[1] + normal[2] * towards[2];
    const { soft = 0, gloss = 0, open = 1 } = spot;
    const shadow = spot.far ? 1 : shadowAt(x, y);
    const lit = (wrap: number): number =>
      Math.max(0, (facing + wrap * soft) / (1 + wrap * soft)) * (shadow + (1 - shadow) * 0.15 * wrap * soft) * open;
    const up = 0.5 - 0.5 * normal[1];
    const around = plus(times(fill, up * open), times(bounce, (1 - up) * open));
    const shine = gloss * shadow * clamp(normal[0] * half[0] + normal[1] * half[1] + normal[2] * half[2]) ** 28;
    return [0.4, 0.24, 0.17].map((wrap, c) => {
      const linear = spot.color[c]! * (key[c]! * lit(wrap) + around[c]!) + shine * key[c]!;
      return clamp(linear / (1 + 0.22 * linear)) ** (1 / 2.2);
    }) as unknown as Color;
  });
}
