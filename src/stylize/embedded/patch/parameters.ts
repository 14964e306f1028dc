/** What can be tuned in patch synthesis, and how the one strength that people set maps onto it. */

import { interpolate as at } from "./interpolate.ts";

/** One patch size within a level, coarse to fine. */
export interface PatchPass {
  /** side of the patches, pixels */
  readonly size: number;
  /** distance of neighbouring patches of the picture */
  readonly gap: number;
  readonly iterations: number;
}

export interface PatchParameters {
  /** pull of the content everywhere, per level, coarsest first; the last one repeats (0: none) */
  readonly plainWeights: readonly number[];
  /** what is added to it where the content mask is 1 */
  readonly contentWeights: readonly number[];
  /** least pull within faces, per level likewise */
  readonly faceWeights: readonly number[];
  /** least pull within subjects that are large, per level likewise; small ones are pulled up to half as much again */
  readonly subjectWeights: readonly number[];
  /** share of the content's contrast that subjects keep, 0 to 1 */
  readonly contrastFloor: number;
  /** what it costs to take a busy place of the style for the stillest of the content, per level likewise, squared lightness */
  readonly guideWeights: readonly number[];
  /** share of the drift of broad tones from the content's that every vote undoes, and the same within faces */
  readonly toneHold: number;
  readonly faceToneHold: number;
  /** standard deviation of the noise added before the first level, in lightness; 0.3 of it before the others */
  readonly noise: number;
  readonly passes: readonly PatchPass[];
  /** how far the content's contrast is brought to the style's before synthesis, 0 to 1 */
  readonly bandAmount: number;
  /** contour lines drawn over the picture: how dark, 0 to 1, and the lightness of their ink; or `null` */
  readonly contours: { readonly amount: number; readonly ink: number } | null;
  /** extra cost of style places in use more often than the average, in squared lightness */
  readonly usagePenalty: number;
}

const PASSES: readonly PatchPass[] = [
  { size: 21, gap: 6, iterations: 3 },
  { size: 13, gap: 4, iterations: 3 },
  { size: 9, gap: 3, iterations: 2 },
];

/** For pictures so narrow that no other patch fits. */
export const NARROW_PASS: PatchPass = { size: 5, gap: 2, iterations: 2 };

/**
 * Plain places hold at the coarse levels, where whole objects of the style would be pasted into them, and are left to
 * strokes at the finest.
 */
const PLAIN_WEIGHTS = [0.7, 0.18, 0.02];
const PLAIN_HOLD = [
  [0.6, 1],
  [1, 0.6],
] as const;

/** The same over a sketch, which knows what belongs into a plain place: it is followed, and refined by small patches. */
const SKETCH_PLAIN_WEIGHTS = [2.5, 1.1, 0.22];

/** What keeps a face recognisable, and how much of it is left at a strength. */
const FACE_WEIGHTS = [1.6, 1.4, 0.8];
const FACE_HOLD = [
  [0.6, 1],
  [1, 0.7],
] as const;

/** What keeps people, animals and whatever else a picture is of recognisable, and how much of it is left at a strength. */
const SUBJECT_WEIGHTS = [1, 0.85, 0.4];
const SUBJECT_HOLD = [
  [0.3, 1.4],
  [0.6, 1],
  [1, 0.45],
] as const;
const CONTRAST_FLOOR = [
  [0, 0.8],
  [0.6, 0.55],
  [1, 0.3],
] as const;
/** Heavy where objects of the style fit into a patch; strokes are chosen by their looks. */
const GUIDE_WEIGHTS = [0.3, 0.1, 0.04];

/**
 * Parameters for a strength from 0 (hardly more than the style's colours) to 1 (the content barely holds).
 *
 * @param sketched whether patches refine a sketch, or begin from the content alone
 */
export function patchParameters(strength: number, sketched: boolean): PatchParameters {
  const plainWeights = sketched ? SKETCH_PLAIN_WEIGHTS : PLAIN_WEIGHTS;
  const weight = (subtle: number, usual: number, strong: number, wild: number): number =>
    at(strength, [
      [0, 2 * subtle],
      [0.3, subtle],
      [0.6, usual],
      [0.8, strong],
      [1, wild],
    ]);
  return {
    plainWeights: plainWeights.map((usual) => usual * at(strength, PLAIN_HOLD)),
    contentWeights: [weight(1.8, 1.26, 0.72, 0.36), weight(1.5, 1.1, 0.63, 0.3), weight(0.72, 0.45, 0.27, 0.14)],
    faceWeights: FACE_WEIGHTS.map((usual) => usual * at(strength, FACE_HOLD)),
    subjectWeights: SUBJECT_WEIGHTS.map((usual) => usual * at(strength, SUBJECT_HOLD)),
    contrastFloor: at(strength, CONTRAST_FLOOR),
    guideWeights: GUIDE_WEIGHTS,
    toneHold: Math.min(0.8, weight(0.6, 0.45, 0.35, 0.25)),
    faceToneHold: 0.9,
    noise: at(strength, [
      [0, 0.04],
      [0.6, 0.12],
      [1, 0.17],
    ]),
    passes: PASSES,
    bandAmount: at(strength, [
      [0, 0.5],
      [0.6, 0.4],
      [0.8, 0.2],
      [1, 0.1],
    ]),
    contours: null,
    usagePenalty: 0.0015,
  };
}
