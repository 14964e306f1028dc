/** Light as a description has it: from a side, from above, gathered in the middle. */
import type { PlanarImage } from "../../../images/plane.ts";
import type { Light } from "../steering/steering-parameters.ts";

/** Greatest change of lightness, at the borders of the picture. */
const REACH = 0.085;

/** A copy of the picture, lighter on the side of the light and darker away from it. OKLab. */
export function lightAs(picture: PlanarImage, light: Light): PlanarImage {
  if (light.x === 0 && light.y === 0 && light.centre === 0) return picture;
  const { width, height } = picture;
  const L = picture.planes[0].slice();
  for (let y = 0; y < height; y++) {
    const v = (2 * (y + 0.5)) / height - 1;
    for (let x = 0; x < width; x++) {
      const u = (2 * (x + 0.5)) / width - 1;
      const side = light.x * u - light.y * v;
      const middle = light.centre * (0.7 - 1.1 * Math.min(1.4, u * u + v * v));
      const i = y * width + x;
      // Black and white stay what they are
      L[i]! += REACH * Math.max(-1.2, Math.min(1.2, side + middle)) * 4 * L[i]! * Math.max(0, 1 - L[i]!);
    }
  }
  return { width, height, planes: [L, picture.planes[1], picture.planes[2]] };
}
