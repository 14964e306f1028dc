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
  const squares = blurPlane(
    small.map((value) => value * value),
    smallSize,
    sigma,
  );
  const variance = squares.map((square, i) => square - mean[i]! * mean[i]!);
  return { small, smallSize, large, largeSize, sigma, epsilon, mean, variance };
}

/** Filters a plane of the guide's small size; the result has its large size. */
export function guidedFilter(guide: Guide, plane: Plane): Plane {
  const { smallSize, largeSize, sigma } = guide;
  const mean = blurPlane(plane, smallSize, sigma);
  const products = blurPlane(
    plane.map((value, i) => value * guide.small[i]!),
    smallSize,
    sigma,
  );
  const slope = products.map(
    (product, i) => (product - guide.mean[i]! * mean[i]!) / (guide.variance[i]! + guide.epsilon),
  );
  const offset = mean.map((value, i) => value - slope[i]! * guide.mean[i]!);
  const enlarge = (model: Plane): Plane => resizePlane(blurPlane(model, smallSize, sigma), smallSize, largeSize);
  const slopes = enlarge(slope);
  const offsets = enlarge(offset);
  return guide.large.map((value, i) => slopes[i]! * value + offsets[i]!);
}
