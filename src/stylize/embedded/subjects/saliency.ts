/** The network that knows what a picture is of. */
import { fileURLToPath } from "node:url";

import { U2NET_MULTIPLE, u2netP } from "../../../../models/u2net-p.ts";
import { resizeTo } from "../../../images/resize.ts";
import type { Plane, Size } from "../../../images/plane.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import { readSafetensors } from "../../../onnx/files/safetensors.ts";
import { Graph, openSession, Tensor } from "../../../onnx/index.ts";
import type { SessionPool, SessionRecipe } from "../../../onnx/session-pool.ts";
import { Weights } from "../../../onnx/weights.ts";

/**
 * Most of the side of the square that it looks at, by eye on 25 pictures. At 320, what it was trained on, it knows more
 * flowers, misses half of a lion, and takes three times as long; at 160 it loses a person of a tenth of the height.
 */
const LARGEST_SIDE = 6 * U2NET_MULTIPLE;
/** Less sees nothing; and a small result shows no more than it has pixels. */
const SMALLEST_SIDE = 3 * U2NET_MULTIPLE;
/** Measured: the growth of the process while it runs. */
const SALIENCY_BYTES = 60e6;

/** Where the picture's subjects are, 0 to 1, in a square to which the picture was squeezed. */
export interface Saliency {
  readonly map: Plane;
  readonly size: Size;
}

/**
 * Looks for what stands out: people, animals, boats, buildings on their own; not skies, lawns, crowds of houses. 0.15 s on
 * one quiet core, half of that on two.
 *
 * @param longSide of the picture that is going to be painted, pixels
 * @throws EngineError when the network cannot be opened; the next call tries again
 */
export async function findSalient(image: RgbImage, sessions: SessionPool, longSide: number): Promise<Saliency> {
  const needed = Math.ceil(longSide / U2NET_MULTIPLE) * U2NET_MULTIPLE;
  const side = Math.min(LARGEST_SIDE, Math.max(SMALLEST_SIDE, needed));
  const rgb = planar(await resizeTo(image, side, side));
  const recipe = (): SessionRecipe => ({
    bytes: SALIENCY_BYTES,
    async open() {
      const graph = new Graph("u2net-p");
      const weights = new Weights(graph, await readSafetensors(WEIGHTS), "float32");
      graph.output("subject", u2netP(weights, graph.input("rgb", "float32", rgb.dims)));
      return openSession(graph, { prepack: true, arena: false });
    },
  });
  const subject = await sessions.use(`saliency network ${side}`, recipe, (session) => session.runOne({ rgb }));
  return { map: subject.data as Float32Array, size: { width: side, height: side } };
}

const WEIGHTS = fileURLToPath(new URL("../../../../models/u2net-p/u2net-p.safetensors", import.meta.url));

/** Channel by channel, the lightest value of the picture at 1. */
function planar({ data, width, height }: RgbImage): Tensor {
  const plane = width * height;
  const lightest = data.reduce((most, value) => Math.max(most, value), 1);
  const values = new Float32Array(3 * plane);
  for (let i = 0; i < data.length; i++) values[(i % 3) * plane + Math.floor(i / 3)] = data[i]! / lightest;
  return new Tensor("float32", values, [1, 3, height, width]);
}
