/** How strongly subjects are drawn to the content at a level of synthesis. */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { Plane, Size } from "../../../images/plane.ts";
import { faceMask } from "./face-masks.ts";
import type { Subjects } from "./index.ts";

/** Of the long side: subjects much larger than this are large. */
const LARGE = 1 / 14;
/** How much more small subjects are pulled. */
const SMALL_GAIN = 0.5;

/** Sides of a face's box in pixels of the result: from the first on usual pull does, at the second it is doubled. */
const FACE_OF_MANY_PATCHES = 72;
const FACE_OF_ONE_PATCH = 24;

/**
 * The least pull at each pixel of a level of size `size`, for a result of size `result`; the weights are those of large subjects and faces. Small ones, of
 * a few patches only, would be gone first, and get more; so do the borders of large ones.
 */
export function subjectPull(
  { faces, protection }: Subjects,
  size: Size,
  result: Size,
  weights: { readonly subject: number; readonly face: number },
): Plane {
  const subject = protection(size);
  const around = blurPlane(subject, size, LARGE * Math.max(size.width, size.height));
  const face = faceMask(size, faces, (side) => weights.face * (1 + smallness((side * result.width) / size.width)));
  return subject.map((value, i) =>
    Math.max(weights.subject * value * (1 + SMALL_GAIN * Math.max(0, 1 - around[i]!)), face[i]!),
  );
}

/** 0 for a face of many patches, 1 for one that a patch covers. */
const smallness = (side: number): number =>
  Math.min(1, Math.max(0, (FACE_OF_MANY_PATCHES - side) / (FACE_OF_MANY_PATCHES - FACE_OF_ONE_PATCH)));
