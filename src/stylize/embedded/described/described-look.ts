/** What sets `image-prompt` apart: a picture made from the style picture, taken to the point that the words describe. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { breathe } from "../../../breathe.ts";
import { mapPlanes, type PlanarImage, type Plane } from "../../../images/plane.ts";
import { paintOver } from "../painter/index.ts";
import { paintsOf } from "../painter/paints.ts";
import { PaletteMap } from "../painter/palette-map.ts";
import type { StyleChanges } from "../patch/style-changes.ts";
import type { Medium, StyleParameters } from "../steering/steering-parameters.ts";
import { emphasised } from "./emphasis.ts";
import { lightAs } from "./light.ts";

export interface LookOptions {
  readonly seed: number;
  /** How far from the content, 0 to 1. */
  readonly strength: number;
  /** Where the picture is left more as it is, 0 to 1: faces. */
  readonly spared: Plane;
  readonly signal: AbortSignal | undefined;
}

/**
 * How much of a medium's own handling is laid over the picture: where the style picture is in that medium already, and
 * where only the words ask for it.
 */
const HANDLING: Readonly<Record<Medium, readonly [present: number, asked: number]>> = {
  oil: [0.88, 0.92],
  pastel: [0.85, 0.92],
  pointillism: [0.85, 0.92],
  watercolour: [0.8, 0.92],
  ink: [0.7, 0.92],
  pencil: [0.7, 0.92],
  etching: [0.75, 0.92],
  woodcut: [0.75, 0.95],
  poster: [0.8, 0.92],
  mosaic: [0.7, 0.95],
  pixel: [0.85, 1],
};
/** Of the handling, what is left in faces. */
const IN_FACES = 0.55;
/** How far hues lean to the named palette: accents show where something stands out. */
const PALETTE_LEAN = 0.3;
const MOST_CHROMA_BACK = 1.5;

/**
 * The medium's strokes, lines, paper or flat areas, contours, named colours and light, laid on a picture whose strokes
 * and colours come from the style picture.
 *
 * @param picture OKLab without chroma gain, as are `content` and the result
 * @throws CancelledError when the signal is aborted
 */
export async function describedLook(
  picture: PlanarImage,
  content: PlanarImage,
  { asked, newMedium }: StyleChanges,
  options: LookOptions,
): Promise<PlanarImage> {
  await breathe(options.signal);
  let look = leaning(picture, asked);
  await breathe(options.signal);
  const medium = asked.medium.value;
  if (medium !== null) {
    const [present, foreign] = HANDLING[medium];
    const amount = (newMedium ? foreign : present) * Math.min(1, 0.4 + options.strength);
    const over = await paintOver(look, content, emphasised(asked), options);
    look = asColourful(blended(look, over, amount, options.spared), picture);
  }
  return lightAs(look, asked.light.value);
}

/** Hues moved some of the way to the palette that was named, none towards grey; lightness stays. */
function leaning(picture: PlanarImage, asked: StyleParameters): PlanarImage {
  const paints = paintsOf(asked);
  if (paints.length < 2) return picture;
  const [, namedA, namedB] = new PaletteMap(picture, paints).mixture.planes;
  const [L, a, b] = picture.planes;
  const moved = [a.slice(), b.slice()] as const;
  for (let i = 0; i < a.length; i++) {
    const named = hypotenuse(namedA[i]!, namedB[i]!);
    const share = Math.fround(PALETTE_LEAN * Math.min(1, named / (hypotenuse(a[i]!, b[i]!) + 1e-6)) ** 2);
    moved[0][i] = a[i]! + share * (namedA[i]! - a[i]!);
    moved[1][i] = b[i]! + share * (namedB[i]! - b[i]!);
  }
  return { width: picture.width, height: picture.height, planes: [L, ...moved] };
}

/** Paper and few flat colours take chroma, which nobody asked for. */
function asColourful(look: PlanarImage, picture: PlanarImage): PlanarImage {
  const chroma = ({ planes: [, a, b] }: PlanarImage): number => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += hypotenuse(a[i]!, b[i]!);
    return sum;
  };
  const gain = Math.min(MOST_CHROMA_BACK, Math.max(1, chroma(picture) / (chroma(look) + 1e-6)));
  return mapPlanes(look, (plane, channel) => (channel === 0 ? plane : plane.map((value) => gain * value)));
}

/** The one picture laid over the other, thinner where it is to be spared. */
function blended(under: PlanarImage, over: PlanarImage, amount: number, spared: Plane): PlanarImage {
  const [L, a, b] = under.planes.map((plane, channel) => {
    const laid = over.planes[channel]!;
    const out = new Float32Array(plane.length);
    for (let i = 0; i < out.length; i++) {
      out[i] = plane[i]! + amount * (1 - (1 - IN_FACES) * spared[i]!) * (laid[i]! - plane[i]!);
    }
    return out;
  }) as [Plane, Plane, Plane];
  return { width: under.width, height: under.height, planes: [L, a, b] };
}
