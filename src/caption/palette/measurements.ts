/** What can be measured of a picture's style, before any words. */
import { rgbToOklabSized } from "../../images/oklab.ts";
import { fitLongSide } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { measureColours, type ColourMeasures } from "./colours.ts";
import { measureMedium, MEDIUM_SIZE, type MediumMeasures } from "./medium-measures.ts";
import { measureStructure, type StructureMeasures } from "./structure.ts";
import { measureTones, type ToneMeasures } from "./tones.ts";

/** The long side at which a style is measured; the thresholds of the wording hold there. */
export const MEASURE_SIZE = 256;

export interface StyleMeasures {
  readonly colours: ColourMeasures;
  readonly tones: ToneMeasures;
  readonly structure: StructureMeasures;
  readonly medium: MediumMeasures;
}

/** Measures a picture of any size. */
export function measureStyle(image: RgbImage): StyleMeasures {
  const small = rgbToOklabSized(image, fitLongSide(image, MEASURE_SIZE));
  return {
    colours: measureColours(small),
    tones: measureTones(small),
    structure: measureStructure(small.planes[0], small),
    medium: measureMedium(rgbToOklabSized(image, fitLongSide(image, MEDIUM_SIZE))),
  };
}
