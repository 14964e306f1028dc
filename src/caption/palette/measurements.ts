/** What can be measured of a picture's style, before any words. */
import { fitLongSide, resizePlanar, type PlanarImage } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import { cleanStyleAt } from "../../images/style-picture/recent-clean-styles.ts";
import { measureColours, type ColourMeasures } from "./colours.ts";
import { lookAt } from "./medium-look.ts";
import { likelihoodsOf, type Likelihoods } from "./medium-likelihoods.ts";
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
  /** `null` where the network that looks at the picture cannot be opened. */
  readonly likely: Likelihoods | null;
}

/** Less of the picture than this, in shares of its long side: its surroundings were so wide that it is looked at again. */
const WIDE_MARGINS = 0.85;

/**
 * What a style is measured by: the picture in its mat or frame at about `MEDIUM_SIZE`, without caption and noise, from
 * more of its pixels where the mat took many. OKLab.
 */
export function pictureWithin(image: RgbImage): PlanarImage {
  const cleanAt = (longSide: number): PlanarImage => cleanStyleAt(image, fitLongSide(image, longSide)).image;
  const first = cleanAt(MEDIUM_SIZE);
  const longSide = Math.max(first.width, first.height);
  return longSide < WIDE_MARGINS * MEDIUM_SIZE ? cleanAt(Math.min(2, MEDIUM_SIZE / longSide) * MEDIUM_SIZE) : first;
}

/** Measures a style of any size without what surrounds it: mats, captions and the noise of a scan are no style. */
export async function measureStyle(image: RgbImage, sessions: SessionPool): Promise<StyleMeasures> {
  const large = pictureWithin(image);
  const medium = measureMedium(large);
  const look = await lookAt(large, sessions);
  const small = resizePlanar(large, fitLongSide(large, MEASURE_SIZE));
  return {
    colours: measureColours(small),
    tones: measureTones(small),
    structure: measureStructure(small.planes[0], small),
    medium,
    likely: look && (await likelihoodsOf(medium, look)),
  };
}
