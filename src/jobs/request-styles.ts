/** The styles of a request: one, or several that are blended. */
import type { JobRequest, RequestedStyle } from "./job.ts";

type Styled = Pick<JobRequest, "style" | "blend" | "description">;

/** A style, and its share of the picture. */
export interface SharedStyle extends RequestedStyle {
  /** All of a request's sum up to 1. */
  readonly weight: number;
}

/** In the order in which they were named; of one style its description is the request's. */
export const stylesOf = ({ style, blend, description }: Styled): readonly [SharedStyle, ...SharedStyle[]] =>
  blend
    ? [{ picture: style, weight: blend.weight, description: blend.description }, ...blend.others]
    : [{ picture: style, weight: 1, description }];

/** Weights that differ by less paint the same picture. */
const DIGITS = 4;

/** What a blend adds to its first style, as a key; empty where there is no blend. Holds the sha256 of its pictures. */
export const blendKey = ({ blend }: Pick<JobRequest, "blend">): string =>
  (blend?.others ?? []).map(({ picture, weight }) => `${picture.sha256}:${weight.toFixed(DIGITS)}`).join("+");

/** Whether two requests are for the same style, or the same blend. */
export const isSameStyle = (one: Styled, other: Styled): boolean =>
  one.style.sha256 === other.style.sha256 && blendKey(one) === blendKey(other);

/** The request with words of nobody in particular: a describer's stand for each style. */
export const inDescribersWords = <R extends Styled>(request: R): R => ({
  ...request,
  description: null,
  ...(request.blend && {
    blend: {
      ...request.blend,
      description: null,
      others: request.blend.others.map((other) => ({ ...other, description: null })),
    },
  }),
});
