/** Shadows that are crushed and lights that are washed out, though neither content nor style has them so. */
import type { PlanarImage } from "../../images/plane.ts";
import type { Seen } from "./seen.ts";

/** OKLab lightness; about 12 and 243 of 255 in grey. */
const CRUSHED_BELOW = 0.15;
const WASHED_ABOVE = 0.96;

/** Shares of the pixels, 0 to 1, beyond the share that the richer of content and style has. */
export interface TonesLost {
  readonly crushed: number;
  readonly washed: number;
}

export function tonesLost({ result, content, style }: Seen): TonesLost {
  const beyond = (isLost: (lightness: number) => boolean): number =>
    Math.max(0, shareOf(result, isLost) - Math.max(shareOf(content, isLost), shareOf(style, isLost)));
  return {
    crushed: beyond((lightness) => lightness < CRUSHED_BELOW),
    washed: beyond((lightness) => lightness > WASHED_ABOVE),
  };
}

function shareOf({ planes: [L] }: PlanarImage, is: (lightness: number) => boolean): number {
  let count = 0;
  for (const lightness of L) if (is(lightness)) count++;
  return count / L.length;
}
