/** Whether a picture shows a face that people would look at first: `variant: auto` asks. */
import {
  ANCHORS,
  CELLS,
  GUESS,
  INPUT_SIDE,
  readTinyFaceDetectorWeights,
  tinyFaceDetector,
} from "../../models/tiny-face-detector.ts";
import { openSession, Tensor } from "../onnx/index.ts";
import type { SessionPool, SessionRecipe } from "../onnx/session-pool.ts";
import { resizeLongSide } from "./resize.ts";
import type { RgbImage } from "./rgb-image.ts";

/** A face, in pixels of the picture; the box is about 30 % larger than the face. */
interface Face {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How sure the detector is, 0.5 to 1. */
  readonly score: number;
}

export interface FaceReport {
  /** A face covers at least 1 % of the picture. */
  readonly prominent: boolean;
  /** Best first. */
  readonly faces: readonly Face[];
}

/** On 13 photographs with a prominent face and 62 other pictures this finds all of the first and nothing in the others. */
const LEAST_SCORE = 0.5;
const LEAST_SHARE = 0.01;
/** Boxes that overlap more (intersection over union) are one face. */
const SAME_FACE = 0.4;

/** Of the detector in a pool of sessions. */
export const DETECTOR = "face detector";
/** Measured: the growth of the process for each that is open. */
const DETECTOR_BYTES = 20e6;

/**
 * Finds human faces: about 10 ms on one quiet core, and some tenths of a second to open the network.
 *
 * @throws EngineError when the network cannot be opened; the next call tries again
 */
export async function detectFaces(image: RgbImage, sessions: SessionPool): Promise<FaceReport> {
  const small = await resizeLongSide(image, INPUT_SIDE);
  const guesses = await sessions.use(DETECTOR, detector, (session) => session.runOne({ rgb: letterboxed(small) }));
  const scale = Math.max(image.width, image.height) / INPUT_SIDE;
  const faces = distinct(facesOf(guesses.data as Float32Array)).map((face) => scaled(face, scale, image));
  const least = LEAST_SHARE * image.width * image.height;
  return { prominent: faces.some((face) => face.width * face.height >= least), faces };
}

const detector = (): SessionRecipe => ({
  bytes: DETECTOR_BYTES,
  open: async () => openSession(tinyFaceDetector(readTinyFaceDetectorWeights()), { threads: 1, prepack: true }),
});

/** The picture in the upper left corner of a black square, channel by channel. */
function letterboxed({ width, height, data }: RgbImage): Tensor {
  const plane = INPUT_SIDE * INPUT_SIDE;
  const square = new Float32Array(3 * plane);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) square[c * plane + y * INPUT_SIDE + x] = data[(y * width + x) * 3 + c]!;
    }
  }
  return new Tensor("float32", square, [1, 3, INPUT_SIDE, INPUT_SIDE]);
}

/** The guesses that are sure enough, as boxes in pixels of the square. */
function facesOf(guesses: Float32Array): Face[] {
  const cell = INPUT_SIDE / CELLS;
  const faces: Face[] = [];
  for (let row = 0, at = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      for (const [anchorWidth, anchorHeight] of ANCHORS) {
        const score = sigmoid(guesses[at + 4]!);
        if (score >= LEAST_SCORE) {
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

/** Of boxes around one face, the surest (non-maximum suppression). */
function distinct(faces: readonly Face[]): Face[] {
  const kept: Face[] = [];
  for (const face of faces.toSorted((a, b) => b.score - a.score)) {
    if (kept.every((other) => overlap(face, other) <= SAME_FACE)) kept.push(face);
  }
  return kept;
}

/** Intersection over union. */
function overlap(a: Face, b: Face): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const both = Math.max(0, width) * Math.max(0, height);
  return both / (a.width * a.height + b.width * b.height - both);
}

/** From the square to the picture, cut at its borders. */
function scaled(face: Face, scale: number, image: RgbImage): Face {
  const within = (value: number, most: number) => Math.min(Math.max(value * scale, 0), most);
  const x = within(face.x, image.width);
  const y = within(face.y, image.height);
  const width = within(face.x + face.width, image.width) - x;
  const height = within(face.y + face.height, image.height) - y;
  return { x, y, width, height, score: face.score };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
