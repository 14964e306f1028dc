/** Where the content matters: 0 in flat regions, which may be reinvented, 1 at strong edges and in faces, which must stay. */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { Plane, PlanarImage, Size } from "../../../images/plane.ts";

/** The blurred gradient of lightness over its 95th percentile, at most 1. */
export function contentMask(content: PlanarImage): Plane {
  const { width, height } = content;
  const lightness = blurPlane(content.planes[0], content, Math.max(1, width / 256));
  const gradient = new Float32Array(width * height);
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const i = y * width + x;
      gradient[i] = Math.hypot(lightness[i + 1]! - lightness[i]!, lightness[i + width]! - lightness[i]!);
    }
  }
  const spread = blurPlane(gradient, content, width / 96);
  const strong = spread.slice().sort()[Math.floor(spread.length * 0.95)]!;
  return spread.map((value) => (strong > 1e-6 ? Math.min(1, value / strong) : 0));
}

/** A rectangle around a face, in shares of the picture's width and height. */
export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** 1 within faces, falling to 0 around them; nothing outside. */
export function faceMask(size: Size, faces: readonly FaceBox[]): Plane {
  const { width, height } = size;
  const mask = new Float32Array(width * height);
  for (const face of faces) {
    const centreX = (face.x + face.width / 2) * width;
    const centreY = (face.y + face.height / 2) * height;
    const radiusX = (face.width / 2) * width;
    const radiusY = (face.height / 2) * height;
    const top = Math.max(0, Math.floor(centreY - radiusY));
    const bottom = Math.min(height, Math.ceil(centreY + radiusY));
    const left = Math.max(0, Math.floor(centreX - radiusX));
    const right = Math.min(width, Math.ceil(centreX + radiusX));
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const distance = Math.hypot((x + 0.5 - centreX) / radiusX, (y + 0.5 - centreY) / radiusY);
        const inside = Math.min(1, Math.max(0, (1 - distance) / 0.35));
        const i = y * width + x;
        mask[i] = Math.max(mask[i]!, inside * inside * (3 - 2 * inside));
      }
    }
  }
  return mask;
}
