/** A style of one colour, a sheet of paper or a swatch, has no tones to lend: it is given those that its colour can take. */
import type { PlanarImage } from "../../../images/plane.ts";

/** Deviation of lightness up to which a style is plain, and from which it is none. */
const PLAIN = 0.015;
const TONED = 0.04;

/** Shades reach so far from the colour itself, within what still looks like it. */
const REACH = 0.35;
const DARKEST = 0.08;
const LIGHTEST = 0.97;

/** The style with a ramp of shades across it, as far as it is plain. OKLab with any chroma gain. */
export function withShades(style: PlanarImage): PlanarImage {
  const { width, height, planes } = style;
  const [lightness, a, b] = planes;
  const count = lightness.length;
  const mean = lightness.reduce((sum, value) => sum + value, 0) / count;
  const deviation = Math.sqrt(lightness.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
  const amount = Math.min(1, (TONED - deviation) / (TONED - PLAIN));
  if (amount <= 0) return style;
  const from = Math.max(DARKEST, mean - REACH) - mean;
  const to = Math.min(LIGHTEST, mean + REACH) - mean;
  const shade = (i: number): number => amount * (from + ((to - from) * (Math.floor(i / width) + 0.5)) / height);
  // Shades of a colour are less colourful than it is.
  const faded = (value: number, i: number): number => value * (1 - (shade(i) / (2 * REACH)) ** 2);
  return { width, height, planes: [lightness.map((value, i) => value + shade(i)), a.map(faded), b.map(faded)] };
}
