/** All that is measured of one result, and how it is read. */
import type { Face } from "../../faces/face-report.ts";
import type { Size } from "../../images/plane.ts";
import { coarseStructure } from "./coarse-structure.ts";
import { edgeCorrelation } from "./edges.ts";
import { facesKept } from "./faces.ts";
import { nearestPatchDistance, PATCH_SCALES } from "./nearest-patches.ts";
import type { Seen } from "./seen.ts";
import { paletteDistance } from "./sliced-wasserstein.ts";
import { tonesLost } from "./tones-lost.ts";

/** Which value is the better one: `none` where only a person can say. */
export type Better = "lower" | "higher" | "near one" | "none";

interface MeasureKind {
  readonly label: string;
  readonly better: Better;
}

/** In the order in which they are shown. What each is stands with the function that measures it. */
export const MEASURES = {
  paletteToStyle: { label: "palette distance to style", better: "lower" },
  paletteToContent: { label: "palette distance to content", better: "none" },
  patchesFine: { label: "patch distance to style, fine", better: "lower" },
  patchesMiddle: { label: "patch distance to style, middle", better: "lower" },
  patchesCoarse: { label: "patch distance to style, coarse", better: "lower" },
  edges: { label: "edge correlation with content", better: "higher" },
  coarseStructure: { label: "coarse structure where flat", better: "lower" },
  faceContrast: { label: "contrast kept in faces", better: "near one" },
  faceLikeness: { label: "features kept in faces", better: "higher" },
  crushed: { label: "shadows crushed, share", better: "lower" },
  washed: { label: "lights washed out, share", better: "lower" },
  seconds: { label: "seconds", better: "lower" },
} as const satisfies Readonly<Record<string, MeasureKind>>;

export type MeasureName = keyof typeof MEASURES;

/** `null` where there is nothing to measure, as in faces where there are none. */
export type Measured = Readonly<Record<MeasureName, number | null>>;

/** @param faces of the content, in pixels of a picture of size `facesFrom` */
export function measured(pictures: Seen, faces: readonly Face[], facesFrom: Size, seconds: number): Measured {
  const { result, content, style } = pictures;
  const kept = facesKept(result, content, faces, facesFrom);
  return {
    paletteToStyle: paletteDistance(result, style),
    paletteToContent: paletteDistance(result, content),
    patchesFine: nearestPatchDistance(result, style, PATCH_SCALES.fine),
    patchesMiddle: nearestPatchDistance(result, style, PATCH_SCALES.middle),
    patchesCoarse: nearestPatchDistance(result, style, PATCH_SCALES.coarse),
    edges: edgeCorrelation(result, content),
    coarseStructure: coarseStructure(result, content),
    faceContrast: kept && kept.contrast,
    faceLikeness: kept && kept.likeness,
    ...tonesLost(pictures),
    seconds,
  };
}
