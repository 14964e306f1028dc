/** Fine detail of a picture: its strength and spread, the steepest edges, thin lines and hatching. */
import { blurPlane } from "../../images/gaussian-blur.ts";
import type { Plane, Size } from "../../images/plane.ts";
import { localDeviation, products, quantiles, rmsDifference, type Gradients } from "./statistics.ts";

export interface DetailMeasures {
  /** Strength of the finest detail (below 1 pixel at 512): over all, and at the quietest tenth and half of the places. */
  readonly fine: number;
  readonly fineQuiet: number;
  readonly fineHalf: number;
  /** The quiet quarter's detail against the busy tenth's: small where sharp things stand before blurred ones. */
  readonly fineEven: number;
  /** 98th percentile of the gradient, per pixel. */
  readonly steep: number;
  /** Shares of places full of thin lines, and of such whose lines run side by side. */
  readonly lined: number;
  readonly hatched: number;
  /** How much the gradients of a neighbourhood agree, 0 to 1. */
  readonly agreement: number;
}

/**
 * @param smoothed `L`, blurred by 0.8 pixels
 * @param slopes of `smoothed`
 */
export function measureDetail(L: Plane, smoothed: Plane, slopes: Gradients, size: Size): DetailMeasures {
  const fine = strengthOf(L, smoothed, size, 3);
  const [quiet, quarter, half, busy] = quantiles(fine, [0.1, 0.25, 0.5, 0.9]) as [number, number, number, number];
  return {
    fine: rmsDifference(L, smoothed),
    fineQuiet: quiet,
    fineHalf: half,
    fineEven: quarter / (busy + 1e-5),
    ...measureLines(smoothed, slopes, size),
  };
}

/** Root mean square of the difference of two planes in a Gaussian window around every pixel. */
function strengthOf(one: Plane, other: Plane, size: Size, sigma: number): Plane {
  const squared = new Float32Array(one.length);
  for (let i = 0; i < squared.length; i++) squared[i] = (one[i]! - other[i]!) ** 2;
  const strength = blurPlane(squared, size, sigma);
  for (let i = 0; i < strength.length; i++) strength[i] = Math.sqrt(Math.max(0, strength[i]!));
  return strength;
}

/** Lines are what differs from a blur of 3.2 pixels by more than that blur itself varies. */
function measureLines(
  smoothed: Plane,
  { gx, gy, magnitude }: Gradients,
  size: Size,
): Pick<DetailMeasures, "steep" | "lined" | "hatched" | "agreement"> {
  const broad = blurPlane(smoothed, size, 3.1);
  const strength = strengthOf(smoothed, broad, size, 5);
  const change = localDeviation(broad, size, 5);
  const product = (one: Plane, other: Plane) => blurPlane(products(one, other), size, 4);
  const [xx, xy, yy] = [product(gx, gx), product(gx, gy), product(gy, gy)];
  let lined = 0;
  let hatched = 0;
  let weights = 0;
  let agreeing = 0;
  for (let i = 0; i < xx.length; i++) {
    const sum = Math.max(0, xx[i]! + yy[i]!);
    const difference = xx[i]! - yy[i]!;
    const agreement = Math.sqrt(difference * difference + 4 * xy[i]! * xy[i]!) / (sum + 1e-7);
    weights += Math.sqrt(sum);
    agreeing += Math.sqrt(sum) * agreement;
    if (strength[i]! < 0.05 || strength[i]! < 0.8 * change[i]!) continue;
    lined += 1;
    if (agreement > 0.55) hatched += 1;
  }
  return {
    steep: quantiles(magnitude, [0.98])[0]!,
    lined: lined / xx.length,
    hatched: hatched / xx.length,
    agreement: agreeing / (weights + 1e-9),
  };
}
