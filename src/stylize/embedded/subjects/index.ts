/** What a picture is of, people and animals first of all, which has to stay recognisable when it is repainted. */
import { searchFaces } from "../../../faces/search-faces.ts";
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { resizePlane, type Plane, type Size } from "../../../images/plane.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import type { SessionPool } from "../../../onnx/session-pool.ts";
import { faceBox, headAndShoulders, type FaceBox } from "./face-masks.ts";
import { findSalient, type Saliency } from "./saliency.ts";

export interface Subjects {
  /** of any size, in shares of the picture */
  readonly faces: readonly FaceBox[];
  /** 0 to 1 at each pixel of a picture of that size: how much it belongs to a subject; soft at the borders */
  readonly protection: (size: Size) => Plane;
}

/** Of the result, pixels: faces of less are a few strokes, whatever is done. */
const SMALLEST_FACE = 16;

/** The network's values that stand for nothing and for a subject. */
const NOTHING = 0.12;
const SUBJECT = 0.6;
/** Of the map's side: how soft its borders are made. */
const SOFTNESS = 1 / 160;

/**
 * Finds the subjects of a picture that is going to be painted with a long side of `longSide` pixels: 0.2 s on two quiet
 * cores. Without the networks there are none, and the picture is painted all the same.
 */
export async function findSubjects(content: RgbImage, sessions: SessionPool, longSide: number): Promise<Subjects> {
  const faces = await findFaces(content, sessions, longSide);
  const salient = await findSalient(content, sessions, longSide).catch(() => null);
  const map = salient && softened(salient);
  return {
    faces,
    protection: (size) => {
      const heads = headAndShoulders(size, faces);
      if (!salient || !map) return heads;
      return resizePlane(map, salient.size, size).map((value, i) =>
        Math.max(heads[i]!, Math.min(1, Math.max(0, value))),
      );
    },
  };
}

/** The faces alone, in shares of the picture; without the network there are none. */
export async function findFaces(picture: RgbImage, sessions: SessionPool, longSide: number): Promise<FaceBox[]> {
  const smallest = (SMALLEST_FACE * Math.max(picture.width, picture.height)) / longSide;
  const found = await searchFaces(picture, sessions, smallest).catch(() => []);
  return found.map((face) => faceBox(face, picture));
}

/** From no to yes over a range of values, without steps. In 1/64, so that processors that round otherwise agree. */
function softened({ map, size }: Saliency): Plane {
  const decided = map.map((value) => {
    const share = Math.min(1, Math.max(0, (value - NOTHING) / (SUBJECT - NOTHING)));
    return Math.round(64 * share * share * (3 - 2 * share)) / 64;
  });
  return blurPlane(decided, size, SOFTNESS * size.width);
}
