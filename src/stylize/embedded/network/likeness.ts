/** How alike two styles are to the network: by where their vectors lie from the middle of all styles. */

/** Of the weights and of `MEAN`: vectors under another id do not compare. */
export const STYLE_NETWORK = "arbitrary-stylization-1";

/**
 * The mean vector of 42 paintings, prints and drawings of every kind. Vectors of any two pictures point much the same way
 * (cosine 0.86 in the median); from here they do not (0.0), and by eye the nearest are then those of one medium and palette.
 */
const MEAN = [
  0.52, 0.1, 1.05, 0.01, -0.81, 0.08, 0.58, 0.73, 0.83, 0.03, 0.33, -0.68, 0.54, -0.48, 1.04, -0.19, 0.72, 0.6, 2.15,
  0.69, -1.18, 0.68, -0.04, -0.16, -0.09, 0.47, -0.53, -0.98, 0.95, 0.27, -1.27, 0.56, 0.83, 0.28, -0.49, 0.48, 0.68,
  0.76, 0.82, 0.69, 0.5, -1.2, -1.09, 0.17, -0.23, -0.17, 1.92, 0.65, 0.41, 0.08, 1.3, 1.1, -0.8, -0.5, 0.13, 0.28,
  0.48, 1.38, -0.07, 0.89, 1.73, 1.48, -1.26, -0.98, -0.37, 0.49, 0.14, 0.43, 0.13, -0.4, -1.36, -0.36, -0.47, 0.89,
  -1.03, -0.27, -1.53, -0.54, -0.7, -1.4, -0.03, 1.1, -0.96, 0.06, 0.91, 0.37, 0.15, 0.95, 1.24, -1.09, 0.54, -0.33,
  0.91, 0.43, -0.98, -1.26, 0.47, -0.4, -0.54, 0.43,
] as const;

/** A style's vector as a direction, of length 1: the dot product of two says how alike they are, -1 to 1. */
export function likenessVector(vector: Float32Array): Float32Array {
  const own = vector.map((value, i) => value - MEAN[i]!);
  const length = Math.hypot(...own);
  return own.map((value) => value / length);
}
