/** The small trained network beside the patches: sees the style of a picture as a vector, and paints others by it. */
import {
  readArbitraryStylizationWeights,
  SIDE_STEP,
  STYLE_NUMBERS,
  STYLE_SIDE,
  stylePredictionNetwork,
  styleTransferNetwork,
} from "../../../../models/arbitrary-stylization.ts";
import { cropTo, resizeTo, sizeForLongSide } from "../../../images/resize.ts";
import type { Size } from "../../../images/plane.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import { type Floats, floatsOf, floatTensor, openSession } from "../../../onnx/index.ts";
import type { SessionPool, SessionRecipe } from "../../../onnx/session-pool.ts";

/** Of the networks in a pool of sessions; the second is opened for one size. */
const PREDICTION = "style prediction";
const TRANSFER = "style transfer";
/** Measured: the growth of the process for each that is open; for the second, for each pixel. */
const PREDICTION_BYTES = 40e6;
const TRANSFER_BYTES = 5e6;
const TRANSFER_BYTES_PER_PIXEL = 240;

/** The mirrored border of its widest filters must fit into a picture. */
const LEAST_SIDE = 8;

/**
 * One thread: it is done in a tenth of a second, and results depend on no number of threads. Memory is given back after
 * each run.
 */
const SESSION = { threads: 1, prepack: true, arena: false } as const;

export class StyleNetwork {
  readonly #sessions: SessionPool;

  constructor(sessions: SessionPool) {
    this.#sessions = sessions;
  }

  /**
   * The style of a picture: 100 numbers, of the largest square in its middle. 20 ms on one quiet core.
   *
   * @throws EngineError when the network cannot be opened
   */
  async styleVector(picture: RgbImage): Promise<Float32Array> {
    const square = await cropTo(picture, STYLE_SIDE, STYLE_SIDE);
    const feeds = { style: floatTensor("float32", channelsOf(square)) };
    const vector = await this.#sessions.use(PREDICTION, prediction, (session) => session.runOne(feeds));
    return floatsOf(vector).data;
  }

  /**
   * The content painted by a style's vector, its long side `longSide` (both sides whole multiples of 4): 0.1 s at 384
   * pixels on one quiet core, 0.2 s at 512. Strokes have a size in pixels, so they are coarser in smaller pictures.
   *
   * @throws EngineError when the network cannot be opened
   */
  async paint(content: RgbImage, vector: Float32Array, longSide: number): Promise<RgbImage> {
    const fitted = sizeForLongSide(content, longSide, SIDE_STEP);
    const size = { width: Math.max(LEAST_SIDE, fitted.width), height: Math.max(LEAST_SIDE, fitted.height) };
    const small = await resizeTo(content, size.width, size.height);
    const feeds = {
      content: floatTensor("float32", channelsOf(small)),
      vector: floatTensor("float32", { data: vector, shape: [1, STYLE_NUMBERS] }),
    };
    const key = `${TRANSFER} ${size.width} x ${size.height}`;
    await this.#sessions.release((other) => other.startsWith(TRANSFER) && other !== key);
    const painted = await this.#sessions.use(key, transfer(size), (session) => session.runOne(feeds));
    return pictureOf(floatsOf(painted));
  }
}

/** A style between two others, as the paper mixes them: 0 is the first, 1 the second. */
export const mixVectors = (from: Float32Array, to: Float32Array, share: number): Float32Array =>
  from.map((value, i) => value + share * (to[i]! - value));

const prediction = (): SessionRecipe => ({
  bytes: PREDICTION_BYTES,
  open: async () => openSession(stylePredictionNetwork(await readArbitraryStylizationWeights()), SESSION),
});

const transfer =
  ({ width, height }: Size) =>
  (): SessionRecipe => ({
    bytes: TRANSFER_BYTES + TRANSFER_BYTES_PER_PIXEL * width * height,
    open: async () =>
      openSession(styleTransferNetwork(await readArbitraryStylizationWeights(), height, width), SESSION),
  });

/** Interleaved bytes as [1, 3, height, width] from 0 to 1. */
function channelsOf({ width, height, data }: RgbImage): Floats {
  const plane = width * height;
  const channels = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) channels[c * plane + i] = data[3 * i + c]! / 255;
  return { data: channels, shape: [1, 3, height, width] };
}

/** And back. */
function pictureOf({ data: channels, shape }: Floats): RgbImage {
  const [, , height, width] = shape as [number, number, number, number];
  const plane = width * height;
  const data = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++)
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round(255 * channels[c * plane + i]!);
  return { width, height, data };
}
