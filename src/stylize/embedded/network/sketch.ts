/** The network's picture as a first sketch: how much of it patches are given to refine, by strength and by region. */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { mapPlanes, type Plane, type PlanarImage } from "../../../images/plane.ts";
import { interpolate } from "../patch/interpolate.ts";

/** Long side of the picture that the network paints as a sketch: coarser strokes than in a large one, and cheap. */
const SKETCH_SIDE = 384;
const LARGEST_SKETCH = 576;

/**
 * @param longSide of the result, which needs no larger sketch
 * @param strokeScale how much larger than in the style its strokes are to be: those of the network have a size in pixels
 */
export const sketchSide = (longSide: number, strokeScale: number): number =>
  Math.min(longSide, LARGEST_SKETCH, Math.round(SKETCH_SIDE / strokeScale));

/** What is above this, at a long side of 512, is the tone of a place; strokes are finer. */
const BROAD_SIGMA = 8;
/** Share of its drift from the tones of the content that is taken from the sketch: the network likes to turn light and dark round. */
const TONE_HOLD = 0.55;

export interface SketchShares {
  /** where the content shows nothing, so that matching has nothing to go by */
  readonly plain: number;
  /** at its strong edges, which are its own drawing */
  readonly edge: number;
  /** what of either is left within faces */
  readonly face: number;
  /** of its colours where it is taken wholly: as many as strength takes from the style */
  readonly chroma: number;
}

export interface Sketch {
  /** in OKLab with chroma gain, at the size of the result */
  readonly image: PlanarImage;
  readonly shares: SketchShares;
}

/** How far a sketch is let in: how much of it, and how far its vector goes from the content's own style to the style's. */
export const sketchShare = (strength: number): number =>
  interpolate(strength, [
    [0, 0.3],
    [0.6, 1],
  ]);

/** All of the sketch in plain places, half of it at edges, and little in faces; less below the usual strength. */
export function sketchShares(strength: number, chroma: number): SketchShares {
  const share = sketchShare(strength);
  return { plain: share, edge: 0.5 * share, face: 0.3, chroma };
}

/**
 * What patches are given for content, the sketch in it.
 *
 * @param mask 0 in plain places of the content, 1 at its strong edges
 * @param faces 1 within faces
 */
export function withSketch(content: PlanarImage, { image, shares }: Sketch, mask: Plane, faces: Plane): PlanarImage {
  const sketch = inTones(image, content.planes[0]);
  const share = mask.map((edge, i) => {
    const open = shares.plain + (shares.edge - shares.plain) * edge;
    return open * (1 - (1 - shares.face) * faces[i]!);
  });
  return mapPlanes(content, (plane, channel) => {
    const painted = sketch.planes[channel]!;
    const taken = channel === 0 ? 1 : shares.chroma;
    const out = new Float32Array(plane.length);
    for (let i = 0; i < out.length; i++) out[i] = plane[i]! + taken * share[i]! * (painted[i]! - plane[i]!);
    return out;
  });
}

/** The sketch in the lightness of the content as a whole, and with broad tones nearer to the content's. */
function inTones({ width, height, planes: [lightness, a, b] }: PlanarImage, content: Plane): PlanarImage {
  const [mean, deviation] = distribution(lightness);
  const [contentMean, contentDeviation] = distribution(content);
  const own = lightness.map((value) => contentMean + (contentDeviation / deviation) * (value - mean));
  const sigma = (BROAD_SIGMA * Math.max(width, height)) / 512;
  const drift = blurPlane(
    own.map((value, i) => value - content[i]!),
    { width, height },
    sigma,
  );
  return { width, height, planes: [own.map((value, i) => value - TONE_HOLD * drift[i]!), a, b] };
}

/** Mean and standard deviation. */
function distribution(plane: Plane): readonly [number, number] {
  let sum = 0;
  for (let i = 0; i < plane.length; i++) sum += plane[i]!;
  const mean = sum / plane.length;
  let squares = 0;
  for (let i = 0; i < plane.length; i++) squares += (plane[i]! - mean) ** 2;
  const variance = squares / plane.length;
  return [mean, Math.sqrt(variance) + 1e-3];
}
