/** The loss of textual inversion and its gradient, as one graph: text encoder, UNet, and the way back through both. */
import { clipText } from "../../../models/clip-text.ts";
import { unet } from "../../../models/unet.ts";
import { gradients } from "../../onnx/gradient/index.ts";
import { type Floats, floatTensor, op, type Value } from "../../onnx/index.ts";
import type { DiffusionNetworks } from "./diffusion-networks.ts";

export interface InversionLossInput {
  /** Token embeddings of the prompt, the trained vector among them, [1, length, width]. */
  readonly embeddings: Floats;
  /** Noisy latents [1, C, h, w]. */
  readonly sample: Floats;
  readonly timestep: number;
  /** What the UNet should predict: the noise, or the velocity. */
  readonly target: Float32Array;
}

/**
 * mean((UNet(sample, t, TextEncoder(embeddings)) - target)²) and its gradient by the embeddings, in single precision
 * whatever the networks otherwise compute in: the gradients of half precision underflow.
 */
export async function inversionLoss(
  networks: DiffusionNetworks,
  { embeddings, sample, timestep, target }: InversionLossInput,
): Promise<{ readonly loss: number; readonly gradient: Float32Array }> {
  const { text, unet: network } = networks.checkpoint;
  const result = await networks.compute(
    `unet inversion ${sample.shape.join("x")} ${embeddings.shape.join("x")}`,
    (graph, weights) => {
      const x = graph.input("embeddings", "float32", embeddings.shape);
      const goal = graph.input("target", "float32", sample.shape);
      const prediction = unet(weights("unet"), network.config, {
        sample: graph.input("sample", "float32", sample.shape),
        timestep: graph.input("timestep", "float32", [1]),
        context: clipText(weights("text"), text.config, x),
      });
      const loss = meanSquare(op.sub(prediction, goal));
      const one = graph.constant("float32", [1], loss.shape as number[]);
      const [gradient] = gradients(loss, one, [x]);
      return { loss, gradient: gradient! };
    },
    () => ({
      embeddings: floatTensor("float32", embeddings),
      sample: floatTensor("float32", sample),
      timestep: floatTensor("float32", { data: Float32Array.of(timestep), shape: [1] }),
      target: floatTensor("float32", { data: target, shape: sample.shape }),
    }),
    { arena: true, dtype: "float32", learns: true },
  );
  return { loss: result.loss.data[0]!, gradient: result.gradient.data };
}

const meanSquare = (x: Value): Value => op.reduceMean(op.mul(x, x), [...x.shape.keys()]);
