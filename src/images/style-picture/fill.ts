/** Places of a picture that may not be used, covered with what is beside them. */
import { hypotenuse } from "../../hypotenuse.ts";
import { blurPlane } from "../gaussian-blur.ts";
import { mapPlanes, type Plane, type PlanarImage, type Size } from "../plane.ts";

/** Lettering is covered with the ground within this reach, in shares of the long side. */
const REACH = 0.02;

/** Where there is no ground within reach, a place stays as it is. */
const LEAST_WEIGHT = 1e-3;

/** The picture with its places of `places` 0 covered by the mean of those of 1 around them. */
export function groundOver(image: PlanarImage, places: Plane): PlanarImage {
  const sigma = REACH * Math.max(image.width, image.height);
  const weights = blurPlane(places, image, sigma);
  return mapPlanes(image, (plane) => {
    const sums = blurPlane(
      plane.map((value, i) => value * places[i]!),
      image,
      sigma,
    );
    return plane.map((value, i) => (places[i] === 1 || weights[i]! < LEAST_WEIGHT ? value : sums[i]! / weights[i]!));
  });
}

/** The picture with the corners around its oval covered by what lies as far within it: a mirror along the radius. */
export function mirroredAtOval(image: PlanarImage, rim: number): PlanarImage {
  const { width, height } = image;
  const out = mapPlanes(image, (plane) => plane.slice());
  eachOutside(image, rim, (to, from) => {
    for (const channel of [0, 1, 2] as const) out.planes[channel][to] = image.planes[channel][from]!;
  });
  return { width, height, planes: out.planes };
}

/** Visits the places beyond the oval of `1 - rim` times a picture's size, each with its mirror image within. */
function eachOutside({ width, height }: Size, rim: number, visit: (to: number, from: number) => void): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(2 * x + 1) / width - 1, (2 * y + 1) / height - 1];
      const radius = hypotenuse(u, v) / (1 - rim);
      if (radius <= 1) continue;
      const scale = (2 - radius) / radius;
      const column = Math.floor(((u * scale + 1) / 2) * width);
      const row = Math.floor(((v * scale + 1) / 2) * height);
      visit(y * width + x, row * width + column);
    }
  }
}
