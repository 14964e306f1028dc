/**
 * What a description asks of a style picture. The picture is described by the engine's own describer and both texts are
 * read the same way: what it lacks is changed in full, words that say what is there already are stressed a little.
 */
import { hypotenuse } from "../../../hypotenuse.ts";
import { MEASURE_SIZE, pictureWithin } from "../../../caption/palette/measurements.ts";
import { measuresOf } from "../../../caption/palette/recent-measures.ts";
import { sentencesOf } from "../../../caption/palette/wording.ts";
import type { SessionPool } from "../../../onnx/session-pool.ts";
import { hueOf, type LabColour } from "../../../images/colour-names.ts";
import { fitLongSide, resizePlanar, type Plane, type PlanarImage } from "../../../images/plane.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import {
  NEUTRAL,
  type NumericParameter,
  type PaletteColour,
  type StyleParameters,
} from "../steering/steering-parameters.ts";
import { parseStyle } from "../steering/steering.ts";

/** The parameters that can be changed in a style picture. */
const CHANGEABLE = [
  "contrast",
  "key",
  "saturation",
  "temperature",
  "strokeWidth",
  "outlines",
  "texture",
  "edgeHardness",
] as const satisfies readonly NumericParameter[];

/** Differences of the parameters, described less present; 0 where nothing was said. */
export type StyleChanges = Readonly<Record<(typeof CHANGEABLE)[number], number>> & {
  readonly palette: readonly PaletteColour[];
  /** how far colours move to that palette, 0 to 1 */
  readonly paletteAmount: number;
  /** what the description says, and whether it names a medium that the picture is not in */
  readonly asked: StyleParameters;
  readonly newMedium: boolean;
  /** of outlines; `null`: the darkest ink of the style */
  readonly outlineColour: LabColour | null;
};

/** Two describers of one picture differ by so much. */
const DEADBAND = 0.12;
const PALETTE_DEADBAND = 0.2;
/** How far words that only confirm the style push it their way: visible side by side, and no more. */
const STRESS = 0.3;
const PALETTE_STRESS = 0.25;

export async function changesFor(description: string, style: RgbImage, sessions: SessionPool): Promise<StyleChanges> {
  const picture = pictureWithin(style);
  const colours = colourPlanes(resizePlanar(picture, fitLongSide(picture, MEASURE_SIZE)));
  const asked = parseStyle(description);
  // Exactly as the describer looks at it, so that its own words are recognised
  const present = parseStyle(sentencesOf(await measuresOf(style, sessions)).join(" "));
  const difference = (key: (typeof CHANGEABLE)[number]): number => {
    if (!asked[key].said) return 0;
    const change = asked[key].value - present[key].value;
    return Math.abs(change) < DEADBAND ? STRESS * (asked[key].value - NEUTRAL[key]) : change;
  };
  const news = missingShare(asked.palette, colours) - missingShare(present.palette, colours);
  return {
    contrast: difference("contrast"),
    key: difference("key"),
    saturation: difference("saturation"),
    temperature: difference("temperature"),
    strokeWidth: difference("strokeWidth"),
    outlines: difference("outlines"),
    texture: difference("texture"),
    edgeHardness: difference("edgeHardness"),
    asked,
    newMedium: asked.medium.said && asked.medium.value !== present.medium.value,
    palette: asked.palette,
    paletteAmount: paletteAmount(asked.palette, news),
    outlineColour: asked.outlineColour.value,
  };
}

function paletteAmount(palette: readonly PaletteColour[], news: number): number {
  if (palette.length === 0) return 0;
  return news < PALETTE_DEADBAND ? PALETTE_STRESS : Math.min(0.92, 1.3 * news);
}

/** What is asked of strokes, tones and lines, for a picture that keeps its colours. */
export const withoutColours = (changes: StyleChanges): StyleChanges => ({
  ...changes,
  asked: { ...changes.asked, palette: [] },
  saturation: 0,
  temperature: 0,
  paletteAmount: 0,
});

/** Whether there is anything to change. */
export const isChange = (changes: StyleChanges): boolean =>
  changes.asked.readings.length > 0 ||
  changes.asked.light.said ||
  changes.paletteAmount > 0 ||
  CHANGEABLE.some((key) => changes[key] !== 0);

/** Lightness, chroma and hue (degrees) at each pixel. */
interface ColourPlanes {
  readonly lightness: Plane;
  readonly chroma: Float64Array;
  readonly hue: Float64Array;
}

function colourPlanes({ planes: [lightness, a, b] }: PlanarImage): ColourPlanes {
  const chroma = new Float64Array(lightness.length);
  const hue = new Float64Array(lightness.length);
  for (let i = 0; i < lightness.length; i++) {
    chroma[i] = hypotenuse(a[i]!, b[i]!);
    hue[i] = hueOf(a[i]!, b[i]!);
  }
  return { lightness, chroma, hue };
}

/** The part of a palette that a picture lacks, by weight: half of a colour's weight found in the picture is enough. */
function missingShare(palette: readonly PaletteColour[], colours: ColourPlanes): number {
  return palette.reduce((sum, colour) => {
    const found = shareOfColour(colour, colours) / (0.5 * colour.weight);
    return sum + colour.weight * Math.max(0, 1 - found);
  }, 0);
}

/** Chroma below which a colour has no hue to speak of. */
const GREY = 0.035;

/** The share of pixels that one would call by the colour's name: near in hue, or grey and near in lightness. */
function shareOfColour(colour: LabColour, { lightness, chroma, hue }: ColourPlanes): number {
  const ownChroma = hypotenuse(colour.a, colour.b);
  const ownHue = hueOf(colour.a, colour.b);
  let count = 0;
  for (let i = 0; i < lightness.length; i++) {
    if (Math.abs(lightness[i]! - colour.L) > 0.25) continue;
    if (ownChroma < GREY) {
      if (chroma[i]! < 2 * GREY) count++;
      continue;
    }
    const turn = Math.abs(hue[i]! - ownHue);
    if (chroma[i]! > 0.4 * ownChroma && Math.min(turn, 360 - turn) < 28) count++;
  }
  return count / lightness.length;
}
