/** What Stable Diffusion's safety checker says of a picture, from how near it is to each concept. Pure. */

/** Cosines less thresholds of a picture: above 0 is near. */
export interface Nearness {
  readonly special: Float32Array;
  readonly concept: Float32Array;
}

/** As the reference has it, in thousandths. */
export interface SafetyScores {
  readonly special: readonly number[];
  readonly concept: readonly number[];
  /** A concept is near. */
  readonly flagged: boolean;
}

/** What each special concept that is near adds to the scores that come after it: once, however many there are. */
const SPECIAL_CARE = 0.01;

/**
 * The reference's rule: scores are rounded to three digits, and one above 0 flags the picture. A special concept flags
 * nothing by itself.
 */
export function safetyScores({ special, concept }: Nearness): SafetyScores {
  let adjustment = 0;
  const specialScores = Array.from(special, (margin) => {
    const score = thousandths(margin + adjustment);
    if (score > 0) adjustment = SPECIAL_CARE;
    return score;
  });
  const conceptScores = Array.from(concept, (margin) => thousandths(margin + adjustment));
  return { special: specialScores, concept: conceptScores, flagged: conceptScores.some((score) => score > 0) };
}

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;
