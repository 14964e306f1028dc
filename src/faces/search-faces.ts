/** The search for faces of any size: the whole picture, then overlapping tiles of it at one or two larger scales. */
import { INPUT_SIDE } from "../../models/tiny-face-detector.ts";
import { resizeLongSide } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { SessionPool } from "../onnx/session-pool.ts";
import type { Face } from "./face-report.ts";
import { distinct, isSameFace, lookAt, moved } from "./look.ts";
import { confirmFaces } from "./second-look.ts";

/** On 13 photographs with a prominent face and 62 other pictures this finds all of the first and nothing in the others. */
const SURE = 0.5;
/** In a tile, what is this sure is looked at again. */
const CANDIDATE = 0.35;
/** So many at most, the surest first: four in each look. */
const MOST_CANDIDATES = 16;

/** Measured: the detector finds faces of this height (chin to hair, pixels of its input) and up to three times as large. */
const SMALLEST_SEEN = 36;
/** Neighbouring tiles share this much, so that what is small stands whole in one of them. */
const OVERLAP = 64;
/** Long sides of the picture at the middle scale, two tiles, and at the finest, four: 21 looks at most in all. */
const MIDDLE_SIDE = 2 * INPUT_SIDE - 2 * OVERLAP;
const FINEST_SIDE = 4 * INPUT_SIDE - 3 * OVERLAP;
/** Enlarging a picture further shows nothing more. */
const LARGEST_SCALE = 1.5;

/**
 * Finds human faces down to a height of `smallest` pixels, 24 at least in a picture of 1024: at most 21 tiles and 4 second
 * looks, 0.25 s on one quiet core. Boxes are in pixels of the picture, the surest first.
 *
 * @throws EngineError when the network cannot be opened; the next call tries again
 */
export async function searchFaces(image: RgbImage, sessions: SessionPool, smallest: number): Promise<Face[]> {
  const long = Math.max(image.width, image.height);
  const sure: Face[] = [];
  const candidates: Face[] = [];
  for (const side of scalesFor(long, smallest)) {
    const picture = await resizeLongSide(image, side);
    const scale = long / side;
    const isWhole = side === INPUT_SIDE;
    for (const top of tileStarts(picture.height)) {
      for (const left of tileStarts(picture.width)) {
        const faces = await lookAt(picture, { left, top }, isWhole ? SURE : CANDIDATE, sessions);
        (isWhole ? sure : candidates).push(...faces.map((face) => moved(face, 0, 0, scale)));
      }
    }
  }
  const unknown = distinct(candidates).filter((face) => !sure.some((other) => isSameFace(face, other)));
  const confirmed = await confirmFaces(image, unknown.slice(0, MOST_CANDIDATES), sessions);
  return distinct([...sure, ...confirmed]).map((face) => within(face, image));
}

/** Long sides at which the picture is looked at: whole first, then in tiles. */
export function scalesFor(long: number, smallest: number): number[] {
  const finest = Math.round(Math.min(FINEST_SIDE, LARGEST_SCALE * long, (SMALLEST_SEEN * long) / smallest));
  // A step of less shows what was seen already.
  const larger = [MIDDLE_SIDE, finest].filter((side) => side <= finest && side > 1.2 * INPUT_SIDE);
  return [INPUT_SIDE, ...new Set(larger.filter((side) => side === finest || finest > 1.2 * side))];
}

/** Where tiles begin along a side, evenly. */
export function tileStarts(length: number): number[] {
  const count = Math.max(1, Math.ceil((length - OVERLAP) / (INPUT_SIDE - OVERLAP)));
  const last = Math.max(0, length - INPUT_SIDE);
  return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.round((i * last) / (count - 1))));
}

/** Cut at the picture's borders. */
function within(face: Face, image: RgbImage): Face {
  const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  const x = clamp(face.x, image.width);
  const y = clamp(face.y, image.height);
  const width = clamp(face.x + face.width, image.width) - x;
  const height = clamp(face.y + face.height, image.height) - y;
  return { x, y, width, height, score: face.score };
}
