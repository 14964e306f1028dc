/** Structure of the size of objects where the content has none: what pasted pieces of a style leave in a sky. */
import { blurPlane } from "../../images/gaussian-blur.ts";
import { fitLongSide, resizePlanar, resizePlane, type Plane, type PlanarImage, type Size } from "../../images/plane.ts";

/** Lengths are in pixels of a picture whose long side is 512, and grow with it. */
const LONG_SIDE = 512;
/** Sigmas of the two Gaussians: what passes between them is about 8 to 32 px broad. */
const BAND = [4, 16] as const;
const SHARE = 1 / 3;
/** Nothing finer than the band is looked at, so that pictures can be this long at most, pixels. */
const WORK_SIDE = 256;
/** How much more contrast a style may give what the content has; beyond, and with light and dark changed, it is new. */
const MOST_GAIN = 4;
/** Squared lightness that is no structure. */
const NOISE = 1e-6;

/** Mean local standard deviations, OKLab lightness; 0 for a plain picture. */
export interface CoarseStructure {
  /** Of all there is. About 0.02 in a quiet sky, 0.06 and more where pieces of a style lie in it. */
  readonly all: number;
  /** Of what is left when the content's own structure, made up to four times as strong, is taken away. */
  readonly added: number;
}

/**
 * What the result has between 8 and 32 px (a difference of Gaussians, within a Gaussian of 16 px), over the third of the
 * picture where the content is flattest: where its gradients, smoothed by 8 px, are weakest.
 */
export function coarseStructure(result: PlanarImage, content: PlanarImage): CoarseStructure {
  const size = fitLongSide(result, Math.min(WORK_SIDE, Math.max(result.width, result.height)));
  const unit = Math.max(size.width, size.height) / LONG_SIDE;
  const smoothed = (plane: Plane, sigma: number): Plane => blurPlane(plane, size, unit * sigma);
  const band = ({ planes: [L], ...from }: PlanarImage): Plane => {
    const lightness = resizePlane(L, from, size);
    const [fine, broad] = [smoothed(lightness, BAND[0]), smoothed(lightness, BAND[1])];
    return fine.map((value, i) => value - broad[i]!);
  };
  const [own, given] = [band(result), band(content)];
  const [meanOwn, meanGiven] = [smoothed(own, BAND[1]), smoothed(given, BAND[1])];
  const covariance = (a: Plane, b: Plane, meanA: Plane, meanB: Plane): Plane =>
    smoothed(
      a.map((value, i) => value * b[i]!),
      BAND[1],
    ).map((value, i) => value - meanA[i]! * meanB[i]!);
  const variance = covariance(own, own, meanOwn, meanOwn);
  const givenVariance = covariance(given, given, meanGiven, meanGiven);
  const shared = covariance(own, given, meanOwn, meanGiven);

  const busy = gradientEnergy(resizePlanar(content, size), unit);
  const limit = busy.toSorted()[Math.floor(SHARE * (busy.length - 1))]!;
  let all = 0;
  let added = 0;
  let count = 0;
  for (const [i, energy] of busy.entries()) {
    if (energy > limit) continue;
    const gain = Math.min(MOST_GAIN, Math.max(0, shared[i]! / (givenVariance[i]! + NOISE)));
    all += Math.sqrt(Math.max(0, variance[i]!));
    added += Math.sqrt(Math.max(0, variance[i]! - 2 * gain * shared[i]! + gain * gain * givenVariance[i]!));
    count++;
  }
  return { all: all / count, added: added / count };
}

/** How much happens around each pixel: the squared gradient of lightness and colour, without grain. */
function gradientEnergy(image: PlanarImage, unit: number): Plane {
  const energy = new Float32Array(image.width * image.height);
  for (const plane of image.planes) addGradient(energy, blurPlane(plane, image, unit * 2), image);
  return blurPlane(energy, image, unit * 8);
}

function addGradient(energy: Plane, plane: Plane, { width, height }: Size): void {
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const i = y * width + x;
      energy[i]! += (plane[i + 1]! - plane[i]!) ** 2 + (plane[i + width]! - plane[i]!) ** 2;
    }
  }
}
