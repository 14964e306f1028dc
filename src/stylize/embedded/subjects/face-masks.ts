/** Faces as planes: where they are, and where the heads and shoulders around them may be expected. */
import { hypotenuse } from "../../../hypotenuse.ts";
import type { Plane, Size } from "../../../images/plane.ts";

/** A rectangle around a face, in shares of the picture's width and height. */
export interface FaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box in pixels of a picture, in shares of it. */
export const faceBox = ({ x, y, width, height }: FaceBox, picture: Size): FaceBox => ({
  x: x / picture.width,
  y: y / picture.height,
  width: width / picture.width,
  height: height / picture.height,
});

/** Of a box's height: so much forehead is above it, as detectors mark what is between brows and chin. */
const FOREHEAD = 0.35;

/** 1 within faces, foreheads too, falling to 0 around them, nothing outside; each times its weight (its longer side in pixels is given). */
export function faceMask(size: Size, faces: readonly FaceBox[], weightOf: (side: number) => number = () => 1): Plane {
  const mask = new Float32Array(size.width * size.height);
  for (const face of faces) {
    const side = Math.max(face.width * size.width, face.height * size.height);
    const { x, y, width, height } = face;
    addEllipse(
      mask,
      size,
      { x, y: y - FOREHEAD * height, width, height: (1 + FOREHEAD) * height },
      0.35,
      weightOf(side),
    );
  }
  return mask;
}

/** 1 within heads, less on shoulders, in proportion to the faces. */
export function headAndShoulders(size: Size, faces: readonly FaceBox[]): Plane {
  const mask = new Float32Array(size.width * size.height);
  for (const { x, y, width, height } of faces) {
    addEllipse(
      mask,
      size,
      { x: x - 0.2 * width, y: y - 0.3 * height, width: 1.4 * width, height: 1.5 * height },
      0.35,
      1,
    );
    addEllipse(
      mask,
      size,
      { x: x - 0.7 * width, y: y + 0.7 * height, width: 2.4 * width, height: 1.6 * height },
      0.6,
      0.6,
    );
  }
  return mask;
}

/** The ellipse within a box, where it is more than what is there; `edge` of its radius is soft. */
function addEllipse(mask: Plane, { width, height }: Size, box: FaceBox, edge: number, weight: number): void {
  const centreX = (box.x + box.width / 2) * width;
  const centreY = (box.y + box.height / 2) * height;
  const radiusX = (box.width / 2) * width;
  const radiusY = (box.height / 2) * height;
  const top = Math.max(0, Math.floor(centreY - radiusY));
  const bottom = Math.min(height, Math.ceil(centreY + radiusY));
  const left = Math.max(0, Math.floor(centreX - radiusX));
  const right = Math.min(width, Math.ceil(centreX + radiusX));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const distance = hypotenuse((x + 0.5 - centreX) / radiusX, (y + 0.5 - centreY) / radiusY);
      const inside = Math.min(1, Math.max(0, (1 - distance) / edge));
      const i = y * width + x;
      mask[i] = Math.max(mask[i]!, weight * inside * inside * (3 - 2 * inside));
    }
  }
}
