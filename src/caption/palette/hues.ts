/** Hues that cover much of a picture: none of them may be left out of its palette. */
import { COLOUR_NAMES, hueOf, nearestName, type LabColour, type NamedColour } from "../../images/colour-names.ts";

/** A named colour and how much of a picture it covers. */
export interface ColourShare extends LabColour {
  readonly name: string;
  /** Share of the picture, 0 to 1. */
  readonly share: number;
}

/** A hue that covers more than this is named. */
const HUE_SHARE = 0.08;
/** Chroma of a name from which it asks to be said, and from which it can speak for a hue. */
const HUED = 0.05;
const TINTED = 0.035;
/** A name speaks for others up to so many degrees away, if they are not much lighter or darker. */
const REACH = 25;
const LIGHTNESS_REACH = 0.3;

/** Degrees between the hues of two colours, 0 to 180. */
export const hueDistance = (one: LabColour, other: LabColour): number => {
  const turn = Math.abs(hueOf(one.a, one.b) - hueOf(other.a, other.b));
  return Math.min(turn, 360 - turn);
};

const chromaOf = ({ a, b }: LabColour): number => Math.hypot(a, b);

const speaksFor = (one: NamedColour, other: NamedColour): boolean =>
  one === other ||
  (chromaOf(one) >= TINTED && Math.abs(one.L - other.L) <= LIGHTNESS_REACH && hueDistance(one, other) <= REACH);

interface NamedShare {
  readonly name: NamedColour;
  readonly share: number;
}

/** The names with a hue that pixels have one by one, and the share of the pixels that has each. */
export function hueShares(pixels: readonly LabColour[]): NamedShare[] {
  const counts = new Map<NamedColour, number>();
  for (const pixel of pixels) {
    const name = nearestName(pixel);
    if (chromaOf(name) >= HUED) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, share: count / pixels.length }));
}

/**
 * The hues over `HUE_SHARE` that no colour of `said` speaks for, largest first: each is the name of most of its pixels,
 * with the share of all names that it speaks for.
 */
export function missingHues(shares: readonly NamedShare[], said: readonly string[]): ColourShare[] {
  const found: ColourShare[] = [];
  const names = COLOUR_NAMES.filter(({ name }) => said.includes(name));
  let left = shares.filter(({ name }) => !names.some((one) => speaksFor(one, name)));
  while (left.length > 0) {
    const families = left.map(({ name, share }) => {
      const members = left.filter((other) => speaksFor(name, other.name));
      return { name, share, members, whole: members.reduce((sum, member) => sum + member.share, 0) };
    });
    const large = families.filter(({ whole }) => whole > HUE_SHARE);
    if (large.length === 0) break;
    const main = large.reduce((most, one) => (one.share > most.share ? one : most));
    found.push({ ...main.name, share: main.whole });
    left = left.filter((one) => !main.members.includes(one));
  }
  return found;
}

/** The mean of some colours; `undefined` when there is none. */
export function meanColour(colours: readonly LabColour[]): LabColour | undefined {
  if (colours.length === 0) return undefined;
  let L = 0;
  let a = 0;
  let b = 0;
  for (const colour of colours) {
    L += colour.L;
    a += colour.a;
    b += colour.b;
  }
  return { L: L / colours.length, a: a / colours.length, b: b / colours.length };
}
