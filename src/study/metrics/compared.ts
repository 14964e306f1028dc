/** A picture beside what it was made of, as instruments look at it. */
import { rgbToOklab } from "../../images/oklab.ts";
import type { PlanarImage, Size } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import type { Face } from "../../faces/face-report.ts";

/** A picture, in sRGB and in OKLab. What is found out about it may be remembered by it. */
export interface Sight {
  readonly image: RgbImage;
  readonly lab: PlanarImage;
}

export interface Compared {
  readonly result: Sight;
  /** At the size of the result. */
  readonly content: Sight;
  /** As long as the result. */
  readonly style: Sight;
  /** How the style was put into words; `null` where it was not. */
  readonly description: string | null;
  /** Faces of the content, in pixels of a picture of size `from`. */
  readonly faces: () => Promise<{ readonly faces: readonly Face[]; readonly from: Size }>;
}

export const sightOf = (image: RgbImage): Sight => ({ image, lab: rgbToOklab(image) });

/** `find`, called once for each picture as long as it lives: contents and styles are met many times. */
export function onceFor<Found>(find: (sight: Sight) => Found): (sight: Sight) => Found {
  const found = new WeakMap<Sight, { readonly value: Found }>();
  return (sight) => {
    const known = found.get(sight) ?? { value: find(sight) };
    found.set(sight, known);
    return known.value;
  };
}
