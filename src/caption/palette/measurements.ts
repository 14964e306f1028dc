/** What can be measured of a picture's style, before any words. */
import type { PlanarImage } from "../../images/plane.ts";
import { measureColours, type ColourMeasures } from "./colours.ts";
import { measureStructure, type StructureMeasures } from "./structure.ts";
import { measureTones, type ToneMeasures } from "./tones.ts";

/** The long side at which a style is measured; the thresholds of the wording hold there. */
export const MEASURE_SIZE = 256;

export interface StyleMeasures {
  readonly colours: ColourMeasures;
  readonly tones: ToneMeasures;
  readonly structure: StructureMeasures;
}

/** @param image OKLab, long side `MEASURE_SIZE` */
export function measureStyle(image: PlanarImage): StyleMeasures {
  return {
    colours: measureColours(image),
    tones: measureTones(image),
    structure: measureStructure(image.planes[0], image),
  };
}
