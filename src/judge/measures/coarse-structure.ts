/** Structure of the size of objects where the content has none: what pasted pieces of a style leave in a sky. */
import { blurPlane } from "../../images/gaussian-blur.ts";
import type { Plane, PlanarImage, Size } from "../../images/plane.ts";

/** Lengths are in pixels of a picture whose long side is 512, and grow with it. */
const LONG_SIDE = 512;
const BAND = [8, 32] as const;
const SHARE = 1 / 3;

/**
 * Mean local standard deviation of lightness between 8 and 32 px, over the third of the picture where the content is
 * flattest: of a difference of Gaussians of these sigmas, within a Gaussian of 32 px. Flat is where the content's
 * gradients, smoothed likewise, are weakest. OKLab lightness, 0 for a plain picture.
 */
export function coarseStructure(result: PlanarImage, content: PlanarImage): number {
  const unit = Math.max(result.width, result.height) / LONG_SIDE;
  const [fine, broad] = BAND.map((sigma) => blurPlane(result.planes[0], result, unit * sigma)) as [Plane, Plane];
  const band = fine.map((value, i) => value - broad[i]!);
  const mean = blurPlane(band, result, unit * BAND[1]);
  const square = blurPlane(
    band.map((value) => value * value),
    result,
    unit * BAND[1],
  );
  const busy = gradientEnergy(content, unit);
  const limit = busy.toSorted()[Math.floor(SHARE * (busy.length - 1))]!;
  let sum = 0;
  let count = 0;
  for (const [i, energy] of busy.entries()) {
    if (energy > limit) continue;
    sum += Math.sqrt(Math.max(0, square[i]! - mean[i]! ** 2));
    count++;
  }
  return sum / count;
}

/** How much happens around each pixel: the squared gradient of lightness and colour, without grain. */
function gradientEnergy(image: PlanarImage, unit: number): Plane {
  const energy = new Float32Array(image.width * image.height);
  for (const plane of image.planes) addGradient(energy, blurPlane(plane, image, unit * 2), image);
  return blurPlane(energy, image, unit * BAND[0]);
}

function addGradient(energy: Plane, plane: Plane, { width, height }: Size): void {
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const i = y * width + x;
      energy[i]! += (plane[i + 1]! - plane[i]!) ** 2 + (plane[i + width]! - plane[i]!) ** 2;
    }
  }
}
