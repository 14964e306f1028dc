/** Light on the paint: a height map shaded from the side, and the weave of the canvas. */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { PlanarImage, Plane, Size } from "../../../images/plane.ts";
import type { Light } from "../steering/steering-parameters.ts";

/** A copy of the picture lit across the relief: slopes that face the light are lighter, and glint where they are steep. */
export function lit(image: PlanarImage, height: Plane, depth: number, light: Light, unit: number): PlanarImage {
  if (depth <= 0) return image;
  const { width } = image;
  const soft = blurPlane(height, image, 0.55 * unit);
  // By painters' habit from the upper left, unless the description says otherwise
  const lx = light.x === 0 ? 0.6 : -0.8 * light.x;
  const ly = light.y === 0 ? 0.8 : 0.9 * light.y;
  const L = image.planes[0].slice();
  for (let y = 0; y < image.height; y++) {
    const up = Math.max(0, y - 1) * width;
    const down = Math.min(image.height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const left = y * width + Math.max(0, x - 1);
      const right = y * width + Math.min(width - 1, x + 1);
      const gx = soft[right]! - soft[left]!;
      const gy = soft[down + x]! - soft[up + x]!;
      const slope = (gx * lx + gy * ly) * depth;
      const shade = Math.max(-0.11, Math.min(0.13, 0.16 * slope));
      const glint = slope > 0.55 ? 0.12 * (slope - 0.55) : 0;
      L[i] = Math.min(1, L[i]! * (1 + 0.55 * shade) + 0.45 * shade + Math.min(0.08, glint));
    }
  }
  return { width, height: image.height, planes: [L, image.planes[1], image.planes[2]] };
}

/** Linen: threads over and under, as a height of about 0 to 1. */
export function canvasWeave({ width, height }: Size, unit: number, noise: Plane): Plane {
  const weave = new Float32Array(width * height);
  const pitch = Math.PI / (1.7 * Math.max(1, unit));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const wobble = 0.35 * noise[i]!;
      const over = Math.sin(x * pitch + wobble) * Math.sin(y * pitch + wobble);
      weave[i] = 0.5 + 0.5 * over + 0.12 * noise[i]!;
    }
  }
  return weave;
}
