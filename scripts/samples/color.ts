/** Colours of the sample pictures: three numbers, nominally 0 to 1. */
import { clamp } from "./noise.ts";

export type Color = readonly [red: number, green: number, blue: number];

/** `#rrggbb` as sRGB values, 0 to 1. */
export const hex = (text: string): Color => {
  const value = Number.parseInt(text.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
};

/** `#rrggbb` as linear light, for rendering. */
export const light = (text: string): Color => {
  const [r, g, b] = hex(text);
  return [r ** 2.2, g ** 2.2, b ** 2.2];
};

export const blend = (a: Color, b: Color, t: number): Color => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

export const times = (a: Color, factor: number): Color => [a[0] * factor, a[1] * factor, a[2] * factor];
export const plus = (a: Color, b: Color): Color => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const filter = (a: Color, b: Color): Color => [a[0] * b[0], a[1] * b[1], a[2] * b[2]];

/** A colour on a path through `stops`, `t` 0 to 1. */
export function ramp(stops: readonly Color[], t: number): Color {
  const at = clamp(t) * (stops.length - 1);
  const index = Math.min(Math.floor(at), stops.length - 2);
  return blend(stops[index]!, stops[index + 1]!, at - index);
}
