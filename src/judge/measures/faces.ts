/** What is left of faces: how strong their features are, and whether they are theirs. */
import type { Face } from "../../faces/face-report.ts";
import { blurPlane } from "../../images/gaussian-blur.ts";
import type { Plane, PlanarImage, Size } from "../../images/plane.ts";

/** Features are finer than this share of the box's width; what is broader is light and shade. */
const FEATURES = 1 / 6;

export interface FacesKept {
  /** Deviation of the features' lightness, result to content: 1 where the contrast is kept, 0 where nothing is left. */
  readonly contrast: number;
  /** Correlation of the features' lightness with the content's: 1 where they are the same features. */
  readonly likeness: number;
}

/**
 * Means over the faces of a content; `null` where it has none.
 *
 * @param faces in pixels of a picture of size `from`
 */
export function facesKept(
  result: PlanarImage,
  content: PlanarImage,
  faces: readonly Face[],
  from: Size,
): FacesKept | null {
  if (faces.length === 0) return null;
  const scale = result.width / from.width;
  const each = faces.map((face) => {
    const [a, b] = [result, content].map((image) => featuresIn(image, face, scale)) as [Plane, Plane];
    const product = (u: Plane, v: Plane): number => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
    const [own, theirs] = [Math.sqrt(product(a, a)), Math.sqrt(product(b, b))];
    return {
      contrast: theirs === 0 ? 1 : own / theirs,
      likeness: own * theirs === 0 ? 0 : product(a, b) / (own * theirs),
    };
  });
  const mean = (of: (kept: FacesKept) => number): number => each.reduce((sum, kept) => sum + of(kept), 0) / each.length;
  return { contrast: mean(({ contrast }) => contrast), likeness: mean(({ likeness }) => likeness) };
}

/** Lightness within the middle of a face's box without what is broad, mean 0. */
function featuresIn(image: PlanarImage, face: Face, scale: number): Plane {
  const [L] = image.planes;
  const broad = blurPlane(L, image, Math.max(1, FEATURES * face.width * scale));
  // The box is about 30 % larger than the face.
  const [left, right] = spanOf(face.x, face.width, scale, image.width);
  const [top, bottom] = spanOf(face.y, face.height, scale, image.height);
  const values: number[] = [];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) values.push(L[y * image.width + x]! - broad[y * image.width + x]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Float32Array.from(values, (value) => value - mean);
}

function spanOf(start: number, length: number, scale: number, most: number): [number, number] {
  const margin = (0.3 / 1.3 / 2) * length;
  const first = Math.min(most - 1, Math.max(0, Math.floor((start + margin) * scale)));
  return [first, Math.max(first + 1, Math.min(most, Math.ceil((start + length - margin) * scale)))];
}
