/** The second look at what may be a face: from as near as the detector knows faces best. */
import { INPUT_SIDE } from "../../models/tiny-face-detector.ts";
import { resizePart, type Part } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { SessionPool } from "../onnx/session-pool.ts";
import type { Face } from "./face-report.ts";
import { isSameFace, lookAt, moved, type Corner } from "./look.ts";

/**
 * Both looks together must be this sure, on average. Of faces of 24 to 80 px the two scores are about .7 and .8; of 50
 * pictures without a face the surest has .57 and .61.
 */
const CONFIRMED = 0.6;
/** Four candidates share a look; each has a quarter, in which its box has this side. */
const QUARTER = INPUT_SIDE / 2;
const BOX = 76;
const QUARTERS: readonly Corner[] = [
  { left: 0, top: 0 },
  { left: QUARTER, top: 0 },
  { left: 0, top: QUARTER },
  { left: QUARTER, top: QUARTER },
];

/** Of boxes in a picture, those that are faces when looked at again; one look for each four. */
export async function confirmFaces(
  image: RgbImage,
  candidates: readonly Face[],
  sessions: SessionPool,
): Promise<Face[]> {
  const confirmed: Face[] = [];
  for (let first = 0; first < candidates.length; first += QUARTERS.length) {
    const group = candidates.slice(first, first + QUARTERS.length);
    const sheet = { width: INPUT_SIDE, height: INPUT_SIDE, data: new Uint8Array(3 * INPUT_SIDE * INPUT_SIDE) };
    for (const [i, face] of group.entries()) await paste(sheet, QUARTERS[i]!, image, surroundings(face, image));
    const seen = await lookAt(sheet, { left: 0, top: 0 }, 2 * CONFIRMED - 1, sessions);
    for (const [i, candidate] of group.entries()) {
      const { left, top } = QUARTERS[i]!;
      const part = surroundings(candidate, image);
      const inPicture = (face: Face): Face => {
        const near = moved(face, -left, -top, zoomOf(part) ** -1);
        return moved(near, part.left, part.top, 1);
      };
      const found = seen.map(inPicture).find((face) => isSameFace(face, candidate));
      const score = found ? (found.score + candidate.score) / 2 : 0;
      if (found && score >= CONFIRMED) confirmed.push({ ...found, score });
    }
  }
  return confirmed;
}

/** What of the picture is shown of a candidate: a square, but for the picture's borders. */
function surroundings(face: Face, image: RgbImage): Part {
  const side = Math.max(1, Math.round((QUARTER * Math.sqrt(face.width * face.height)) / BOX));
  const start = (centre: number, length: number): number =>
    Math.round(Math.max(0, Math.min(centre - side / 2, length - side)));
  const left = start(face.x + face.width / 2, image.width);
  const top = start(face.y + face.height / 2, image.height);
  return { left, top, width: Math.min(side, image.width - left), height: Math.min(side, image.height - top) };
}

/** Pixels of a quarter for each of the picture. */
const zoomOf = ({ width, height }: Part): number => QUARTER / Math.max(width, height);

async function paste(sheet: RgbImage, { left, top }: Corner, image: RgbImage, part: Part): Promise<void> {
  const fit = (length: number): number => Math.max(1, Math.round(length * zoomOf(part)));
  const near = await resizePart(image, part, fit(part.width), fit(part.height));
  for (let row = 0; row < near.height; row++) {
    const line = near.data.subarray(3 * row * near.width, 3 * (row + 1) * near.width);
    sheet.data.set(line, 3 * ((row + top) * sheet.width + left));
  }
}
