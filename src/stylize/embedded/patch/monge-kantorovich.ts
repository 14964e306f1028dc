/** The linear colour map between two Gaussian distributions (Pitié & Kokaram 2007, section 3). */
import { mapPlanes, type PlanarImage } from "../../../images/plane.ts";
import { bounded, build, multiply, power, type Matrix3, type Vector3 } from "./matrix3.ts";

export interface ColourMoments {
  readonly mean: Vector3;
  readonly covariance: Matrix3;
}

export function colourMoments(image: PlanarImage): ColourMoments {
  const count = image.planes[0].length;
  const meanOf = (plane: Float32Array): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += plane[i]!;
    return sum / count;
  };
  const mean: Vector3 = [meanOf(image.planes[0]), meanOf(image.planes[1]), meanOf(image.planes[2])];
  const covariance = build((row, column) => {
    const a = image.planes[row];
    const b = image.planes[column];
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (a[i]! - mean[row]) * (b[i]! - mean[column]);
    return sum / count + (row === column ? 1e-5 : 0);
  });
  return { mean, covariance };
}

/**
 * The picture with mean and covariance of `target`, moved as little as possible.
 *
 * @param most bound of the map's gain: beyond it grain would be amplified to blotches
 * @param source the picture's own moments, where they are known
 */
export function matchMoments(
  image: PlanarImage,
  target: ColourMoments,
  { most = Infinity, source = colourMoments(image) }: { readonly most?: number; readonly source?: ColourMoments } = {},
): PlanarImage {
  const root = power(source.covariance, 0.5);
  const inverse = power(source.covariance, -0.5);
  const middle = power(multiply(multiply(root, target.covariance), root), 0.5);
  const map = bounded(multiply(multiply(inverse, middle), inverse), most);
  return mapPlanes(image, (_, channel) => {
    const [x, y, z] = map[channel]!;
    const [first, second, third] = image.planes;
    const [m0, m1, m2] = source.mean;
    const mean = target.mean[channel]!;
    const out = new Float32Array(first.length);
    for (let i = 0; i < out.length; i++) {
      out[i] = mean + x * (first[i]! - m0) + y * (second[i]! - m1) + z * (third[i]! - m2);
    }
    return out;
  });
}
