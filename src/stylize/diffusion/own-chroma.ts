/** A painted picture in the content's own colours: only its lightness is the style's (Gatys et al. 2016, section 5.2). */
import { oklabToRgb, rgbToOklab, rgbToOklabSized } from "../../images/oklab.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { createGuide, guidedFilter } from "../embedded/patch/guided-filter.ts";

/** Pixels over which hues settle along the painted edges, at a width of 128. */
const SIGMA = 1;
const EPSILON = 1e-3;

/** The content's hues, laid along the edges that were painted. */
export function inOwnChroma(painted: RgbImage, content: RgbImage): RgbImage {
  const { width, height } = painted;
  const { planes } = rgbToOklab(painted);
  const [lightness] = planes;
  const own = rgbToOklabSized(content, painted).planes;
  const guide = createGuide(lightness, painted, lightness, painted, (SIGMA * width) / 128, EPSILON);
  return oklabToRgb({ width, height, planes: [lightness, guidedFilter(guide, own[1]), guidedFilter(guide, own[2])] });
}
