/** Pictures as the measures look at them. */
import { rgbToOklabSized } from "../../images/oklab.ts";
import { fitLongSide, type PlanarImage } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";

/** A result beside what it was made of, all in OKLab. */
export interface Seen {
  readonly result: PlanarImage;
  /** At the size of the result. */
  readonly content: PlanarImage;
  /** As long as the result. */
  readonly style: PlanarImage;
}

export function seen(result: RgbImage, content: RgbImage, style: RgbImage): Seen {
  const long = Math.max(result.width, result.height);
  return {
    result: rgbToOklabSized(result, result),
    content: rgbToOklabSized(content, result),
    style: rgbToOklabSized(style, fitLongSide(style, long)),
  };
}
