/** Structure of the size of objects where the content has none: what pasted pieces of a style leave in a sky. */
import { blurPlane } from "../../images/gaussian-blur.ts";
import { fitLongSide, resizePlanar, resizePlane, type Plane, type PlanarImage, type Size } from "../../images/plane.ts";
import { remembered } from "./remembered.ts";

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
  const given = flatPlaces(content, Math.max(result.width, result.height));
  const { size, blurred } = given;
  const own = bandOf(result, size, blurred);
  const variance = covariance(own, own, blurred);
  const shared = covariance(own, given, blurred);
  let all = 0;
  let added = 0;
  for (const i of given.places) {
    const gain = Math.min(MOST_GAIN, Math.max(0, shared[i]! / (given.variance[i]! + NOISE)));
    all += Math.sqrt(Math.max(0, variance[i]!));
    added += Math.sqrt(Math.max(0, variance[i]! - 2 * gain * shared[i]! + gain * gain * given.variance[i]!));
  }
  return { all: all / given.places.length, added: added / given.places.length };
}

/** What passes the band, and the mean of that around each pixel. */
interface Band {
  readonly values: Plane;
  readonly means: Plane;
}

type Blur = (plane: Plane, sigma: number) => Plane;

/** The structure of a content, of which results are `long` pixels long, and where it is flattest. */
const flatPlaces = remembered((content, long) => {
  const size = fitLongSide(content, Math.min(WORK_SIDE, long));
  const unit = Math.max(size.width, size.height) / LONG_SIDE;
  const blurred: Blur = (plane, sigma) => blurPlane(plane, size, unit * sigma);
  const band = bandOf(content, size, blurred);
  const busy = gradientEnergy(resizePlanar(content, size), unit);
  const limit = busy.toSorted()[Math.floor(SHARE * (busy.length - 1))]!;
  const places = [...busy.keys()].filter((i) => busy[i]! <= limit);
  return { size, blurred, ...band, variance: covariance(band, band, blurred), places };
});

function bandOf({ planes: [L], ...from }: PlanarImage, size: Size, blurred: Blur): Band {
  const lightness = resizePlane(L, from, size);
  const [fine, broad] = [blurred(lightness, BAND[0]), blurred(lightness, BAND[1])];
  const values = fine.map((value, i) => value - broad[i]!);
  return { values, means: blurred(values, BAND[1]) };
}

const covariance = (a: Band, b: Band, blurred: Blur): Plane =>
  blurred(
    a.values.map((value, i) => value * b.values[i]!),
    BAND[1],
  ).map((value, i) => value - a.means[i]! * b.means[i]!);

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
