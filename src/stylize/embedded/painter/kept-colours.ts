/** A described style in the content's own colours. */
import type { PlanarImage } from "../../../images/plane.ts";
import { NEUTRAL, type Said, type StyleParameters } from "../steering/steering-parameters.ts";
import { colourRegions } from "./colour-regions.ts";

/** Medium, strokes and tones as described; colours from the content, as though they had been named. OKLab. */
export function inOwnColours(style: StyleParameters, content: PlanarImage): StyleParameters {
  const unsaid = <T>(value: T): Said<T> => ({ value, said: false, words: [] });
  return {
    ...style,
    palette: colourRegions(content).map(({ L, a, b, mass }) => ({ name: "", L, a, b, weight: mass, accent: false })),
    saturation: unsaid(NEUTRAL.saturation),
    temperature: unsaid(NEUTRAL.temperature),
    outlineColour: unsaid(null),
  };
}
