/** Edge-aware smoothing: local linear models of a guide picture (He, Sun & Tang 2010, eq. 5-8), with Gaussian windows. */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { resizePlane, type Plane, type Size } from "../../../images/plane.ts";

/** The local models of one guide, ready for any number of planes. */
export interface Guide {
  readonly small: Plane;
  readonly smallSize: Size;
  readonly large: Plane;
  readonly largeSize: Size;
  readonly sigma: number;
  readonly epsilon: number;
  readonly mean: Plane;
  readonly variance: Plane;
}

/**
 * @param large the guide at full size; `small` the same at the size of the planes that will be filtered
 *   (models are found there and enlarged: the fast guided filter, He & Sun 2015)
 */
export function createGuide(
  small: Plane,
  smallSize: Size,
  large: Plane,
  largeSize: Size,
  sigma: number,
  epsilon: number,
): Guide {
  const mean = blurPlane(small, smallSize, sigma);
  const variance = blurPlane(products(small, small), smallSize, sigma);
  for (let i = 0; i < mean.length; i++) variance[i] = variance[i]! - mean[i]! * mean[i]!;
  return { small, smallSize, large, largeSize, sigma, epsilon, mean, variance };
}

/** Filters a plane of the guide's small size; the result has its large size. */
export function guidedFilter(guide: Guide, plane: Plane): Plane {
  const { smallSize, largeSize, sigma } = guide;
  const mean = blurPlane(plane, smallSize, sigma);
  const slope = blurPlane(products(plane, guide.small), smallSize, sigma);
  const offset = mean;
  for (let i = 0; i < slope.length; i++) {
    slope[i] = (slope[i]! - guide.mean[i]! * mean[i]!) / (guide.variance[i]! + guide.epsilon);
    offset[i] = mean[i]! - slope[i]! * guide.mean[i]!;
  }
  const enlarge = (model: Plane): Plane => resizePlane(blurPlane(model, smallSize, sigma), smallSize, largeSize);
  const slopes = enlarge(slope);
  const filtered = enlarge(offset);
  for (let i = 0; i < filtered.length; i++) filtered[i] = slopes[i]! * guide.large[i]! + filtered[i]!;
  return filtered;
}

function products(one: Plane, other: Plane): Plane {
  const out = new Float32Array(one.length);
  for (let i = 0; i < out.length; i++) out[i] = one[i]! * other[i]!;
  return out;
}
