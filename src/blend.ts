/** Blends: a picture in two or three styles at once, each by its weight. */

/** Styles of one picture. */
export const MOST_STYLES = 3;

/** Something that takes its part of a blend. */
export type Weighed<Style> = Style & {
  /** Above 0; those of a blend sum up to 1. */
  readonly weight: number;
};

/** What a picture takes beside the style that stands first. */
export interface Blend<Style> {
  /** Of the style that stands first. All weights are above 0 and sum up to 1. */
  readonly weight: number;
  /** One or two, in the order in which they were asked for. */
  readonly others: readonly Weighed<Style>[];
}

/** The style that stands first, and what is blended with it; absent: nothing, it is the one style. */
export interface Blended<Style> {
  readonly style: Style;
  readonly blend?: Blend<Style>;
}

/**
 * Makes a blend of what was asked for: weights are brought to a sum of 1, and styles without any drop out, so that of 1:0 the
 * one style is left, and 0:1 is the other one.
 *
 * @param asked at least one weight is above 0, none below
 */
export function blendOf<Style extends object>(asked: readonly Weighed<Style>[]): Blended<Style> {
  const sum = asked.reduce((total, { weight }) => total + weight, 0);
  const kept = asked.filter(({ weight }) => weight > 0).map((style) => ({ ...style, weight: style.weight / sum }));
  const [first, ...others] = kept;
  if (!first) throw new TypeError("A blend needs a style that has a weight");
  const { weight, ...style } = first;
  return others.length === 0
    ? { style: style as unknown as Style }
    : { style: style as unknown as Style, blend: { weight, others } };
}
