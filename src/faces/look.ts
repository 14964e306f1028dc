/** One look of the detector at a square: which boxes it guesses faces in, and how sure it is. */
import {
  ANCHORS,
  CELLS,
  GUESS,
  INPUT_SIDE,
  readTinyFaceDetectorWeights,
  tinyFaceDetector,
} from "../../models/tiny-face-detector.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { openSession, Tensor } from "../onnx/index.ts";
import type { SessionPool, SessionRecipe } from "../onnx/session-pool.ts";
import type { Face } from "./face-report.ts";

/** Of the detector in a pool of sessions. */
export const DETECTOR = "face detector";
/** Measured: the growth of the process for each that is open. Guesses are the same on any number of threads. */
const DETECTOR_BYTES = 20e6;

/** Boxes that overlap more (intersection over union) are one face. */
const SAME_FACE = 0.4;

/** The upper left corner of a square within a picture, pixels. */
export interface Corner {
  readonly left: number;
  readonly top: number;
}

/**
 * The faces in a square of 416 px of a picture, with a score of at least `least`, as boxes in pixels of the picture; what
 * of the square lies outside is black. About 10 ms on one quiet core, and some tenths of a second to open the network.
 *
 * @throws EngineError when the network cannot be opened; the next call tries again
 */
export async function lookAt(
  image: RgbImage,
  { left, top }: Corner,
  least: number,
  sessions: SessionPool,
): Promise<Face[]> {
  const rgb = square(image, left, top);
  const guesses = await sessions.use(DETECTOR, detector, (session) => session.runOne({ rgb }));
  const faces = facesOf(guesses.data as Float32Array, least);
  return distinct(faces).map((face) => moved(face, left, top, 1));
}

const detector = (): SessionRecipe => ({
  bytes: DETECTOR_BYTES,
  open: async () => openSession(tinyFaceDetector(readTinyFaceDetectorWeights()), { threads: 2, prepack: true }),
});

/** A square of the picture, channel by channel. */
function square({ width, height, data }: RgbImage, left: number, top: number): Tensor {
  const plane = INPUT_SIDE * INPUT_SIDE;
  const values = new Float32Array(3 * plane);
  const rows = Math.min(INPUT_SIDE, height - top);
  const columns = Math.min(INPUT_SIDE, width - left);
  for (let y = 0; y < rows; y++) {
    let from = 3 * ((y + top) * width + left);
    for (let to = y * INPUT_SIDE, end = to + columns; to < end; to++) {
      values[to] = data[from++]!;
      values[to + plane] = data[from++]!;
      values[to + 2 * plane] = data[from++]!;
    }
  }
  return new Tensor("float32", values, [1, 3, INPUT_SIDE, INPUT_SIDE]);
}

/** The guesses that are sure enough, as boxes in pixels of the square. */
function facesOf(guesses: Float32Array, least: number): Face[] {
  const cell = INPUT_SIDE / CELLS;
  const faces: Face[] = [];
  for (let row = 0, at = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      for (const [anchorWidth, anchorHeight] of ANCHORS) {
        const score = sigmoid(guesses[at + 4]!);
        if (score >= least) {
          const width = Math.exp(guesses[at + 2]!) * anchorWidth * cell;
          const height = Math.exp(guesses[at + 3]!) * anchorHeight * cell;
          const x = (column + sigmoid(guesses[at]!)) * cell - width / 2;
          const y = (row + sigmoid(guesses[at + 1]!)) * cell - height / 2;
          faces.push({ x, y, width, height, score });
        }
        at += GUESS;
      }
    }
  }
  return faces;
}

/** Of boxes around one face, the surest (non-maximum suppression); best first. */
export function distinct(faces: readonly Face[]): Face[] {
  const kept: Face[] = [];
  for (const face of faces.toSorted((a, b) => b.score - a.score)) {
    if (!kept.some((other) => isSameFace(face, other))) kept.push(face);
  }
  return kept;
}

/** Whether two boxes stand for one face: they overlap much, or one holds most of the other. */
export function isSameFace(a: Face, b: Face): boolean {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const both = Math.max(0, width) * Math.max(0, height);
  const [areaA, areaB] = [a.width * a.height, b.width * b.height];
  return both > SAME_FACE * (areaA + areaB - both) || both > 0.7 * Math.min(areaA, areaB);
}

/** A box moved right and down, then scaled. */
export const moved = ({ x, y, width, height, score }: Face, right: number, down: number, scale: number): Face => ({
  x: (x + right) * scale,
  y: (y + down) * scale,
  width: width * scale,
  height: height * scale,
  score,
});

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
