/** Where the content matters: 0 in flat regions, which may be reinvented, 1 at strong edges, which must stay. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { Plane, PlanarImage } from "../../../images/plane.ts";
import { sortedPlane } from "../../../images/sorted-plane.ts";

/** The blurred gradient of lightness over its 95th percentile, at most 1. */
export function contentMask(content: PlanarImage): Plane {
  const { width, height } = content;
  const lightness = blurPlane(content.planes[0], content, Math.max(1, width / 256));
  const gradient = new Float32Array(width * height);
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const i = y * width + x;
      gradient[i] = hypotenuse(lightness[i + 1]! - lightness[i]!, lightness[i + width]! - lightness[i]!);
    }
  }
  const spread = blurPlane(gradient, content, width / 96);
  const strong = sortedPlane(spread)[Math.floor(spread.length * 0.95)]!;
  return spread.map((value) => (strong > 1e-6 ? Math.min(1, value / strong) : 0));
}
