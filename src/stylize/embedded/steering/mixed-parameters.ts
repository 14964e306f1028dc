/** What the descriptions of several styles say, as one, by the styles' weights. */
import type { Weighed } from "../../../blend.ts";
import {
  type Light,
  MEDIA,
  type Medium,
  NEUTRAL,
  type NumericParameter,
  type PaletteColour,
  type Said,
  type StyleParameters,
} from "./steering-parameters.ts";

type Described = Weighed<StyleParameters>;

/** Numbers are their means, and neutral ones count; palettes are mixed; of what cannot be mixed the heaviest style decides. */
export function mixedParameters(styles: readonly Described[]): StyleParameters {
  const [first, ...others] = styles as readonly [Described, ...Described[]];
  if (others.length === 0) return first;
  const mean = (of: (style: StyleParameters) => number): number =>
    styles.reduce((sum, style) => sum + style.weight * of(style), 0);
  const said = <T>(value: T, of: (style: StyleParameters) => Said<unknown>): Said<T> => ({
    value,
    said: styles.some((style) => of(style).said),
    words: styles.flatMap((style) => of(style).words),
  });
  const names = Object.keys(NEUTRAL) as NumericParameter[];
  const numbers = Object.fromEntries(
    names.map((name) => [
      name,
      said(
        mean((style) => style[name].value),
        (style) => style[name],
      ),
    ]),
  ) as Record<NumericParameter, Said<number>>;
  const ofHeaviest = <T>(of: (style: StyleParameters) => Said<T>): Said<T> => {
    const sayers = styles.filter((style) => of(style).said);
    return of(sayers.toSorted((one, other) => other.weight - one.weight)[0] ?? first);
  };
  const light = (key: keyof Light): number => mean((style) => style.light.value[key]);
  const [medium] = mediaOf(styles);
  return {
    ...numbers,
    palette: mixedPalette(styles),
    medium: said(medium?.medium ?? null, (style) => style.medium),
    angle: ofHeaviest((style) => style.angle),
    outlineColour: ofHeaviest((style) => style.outlineColour),
    light: said({ x: light("x"), y: light("y"), centre: light("centre") }, (style) => style.light),
    readings: styles.flatMap((style) => style.readings),
  };
}

/** The media that the descriptions name, each with the weight of all its styles; the heaviest first. */
export function mediaOf(styles: readonly Described[]): readonly Weighed<{ readonly medium: Medium }>[] {
  const weights = new Map<Medium, number>();
  for (const { medium, weight } of styles)
    if (medium.value !== null) weights.set(medium.value, (weights.get(medium.value) ?? 0) + weight);
  return MEDIA.flatMap((medium) => (weights.has(medium) ? [{ medium, weight: weights.get(medium)! }] : [])).toSorted(
    (one, other) => other.weight - one.weight,
  );
}

/** Of the styles that name colours; one that several name is there once, and an accent where it is none's main colour. */
function mixedPalette(styles: readonly Described[]): readonly PaletteColour[] {
  const named = styles.filter(({ palette }) => palette.length > 0);
  const total = named.reduce((sum, { weight }) => sum + weight, 0);
  const colours = new Map<string, PaletteColour>();
  for (const { palette, weight } of named)
    for (const colour of palette) {
      const known = colours.get(colour.name);
      const share = (weight / total) * colour.weight;
      const accent = colour.accent && (known?.accent ?? true);
      colours.set(colour.name, { ...colour, weight: share + (known?.weight ?? 0), accent });
    }
  return [...colours.values()];
}
