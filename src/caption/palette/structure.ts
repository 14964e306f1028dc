/** Marks and edges of a picture: octave bands, orientation of the strokes, outlines. */
import { hypotenuse } from "../../hypotenuse.ts";
import { blurPlane } from "../../images/gaussian-blur.ts";
import type { Plane, Size } from "../../images/plane.ts";
import { gradients, products, quantiles, rmsDifference, shareOf } from "./statistics.ts";

export interface StructureMeasures {
  /** Fine detail against broad: large for fine strokes. */
  readonly fineness: number;
  /** Strength of the detail. */
  readonly texture: number;
  /** How much the gradients of a neighbourhood agree, 0 to 1. */
  readonly coherence: number;
  /** How much the whole picture runs in one direction, 0 to 1. */
  readonly directionality: number;
  /** That direction as a person sees it: degrees counter-clockwise from horizontal, 0 to 180. */
  readonly angle: number;
  /** Steepness of the steepest edges (98th percentile of the gradient, per pixel at 256). */
  readonly edge: number;
  /** Share of pixels without any gradient. */
  readonly flat: number;
  /** Share of thin dark lines between lighter sides. */
  readonly outlines: number;
}

/** @param L lightness of a picture whose long side is about 256 */
export function measureStructure(L: Plane, size: Size): StructureMeasures {
  const blurred = [0.7, 1.4, 2.8, 5.6, 11.2].map((sigma) => blurPlane(L, size, sigma));
  const bands = blurred.map((plane, i) => rmsDifference(i === 0 ? L : blurred[i - 1]!, plane));
  const { gx, gy, magnitude } = gradients(blurred[0]!, size);
  const dark = blurred[1]!.map((value, i) => value - blurred[2]![i]!);
  return {
    fineness: (bands[0]! + bands[1]!) / (bands[3]! + bands[4]! + 1e-6),
    texture: bands[1]! + bands[2]!,
    ...orientation(gx, gy, size),
    edge: quantiles(magnitude, [0.98])[0]!,
    flat: shareOf(magnitude, (value) => value < 0.006),
    outlines: shareOf(dark, (value) => value < -0.04),
  };
}

/** Structure tensor, integrated over sigma 3 (Bigun & Granlund 1987). */
function orientation(
  gx: Plane,
  gy: Plane,
  size: Size,
): Pick<StructureMeasures, "coherence" | "directionality" | "angle"> {
  const blurredProduct = (one: Plane, other: Plane) => blurPlane(products(one, other), size, 3);
  const xx = blurredProduct(gx, gx);
  const xy = blurredProduct(gx, gy);
  const yy = blurredProduct(gy, gy);
  let weights = 0;
  let coherent = 0;
  let cos = 0;
  let sin = 0;
  for (let i = 0; i < xx.length; i++) {
    // Running sums of the blur may end a hair below zero
    const sum = Math.max(0, xx[i]! + yy[i]!);
    const energy = Math.sqrt(sum);
    const difference = hypotenuse(xx[i]! - yy[i]!, 2 * xy[i]!);
    const weight = (energy * difference) / (sum + 1e-7);
    // Strokes run across the gradient: the tangent's doubled angle is the gradient's, turned by half a circle
    const doubled = Math.atan2(2 * xy[i]!, xx[i]! - yy[i]!) + Math.PI;
    weights += energy;
    coherent += weight;
    cos += weight * Math.cos(doubled);
    sin += weight * Math.sin(doubled);
  }
  const downward = (Math.atan2(sin, cos) * 90) / Math.PI;
  return {
    coherence: coherent / (weights + 1e-9),
    directionality: hypotenuse(cos, sin) / (coherent + 1e-9),
    // Rows count downwards, people see upwards
    angle: (360 - downward) % 180,
  };
}
