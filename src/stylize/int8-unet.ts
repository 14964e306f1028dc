/** `PRECISION=int8`: the UNet over weights rounded to 8 bits. */
import { unet } from "../../models/unet.ts";
import { Graph } from "../onnx/index.ts";
import { roundedSource } from "../onnx/rounding.ts";
import { Weights } from "../onnx/weights.ts";
import type { DiffusionCheckpoint } from "./diffusion-checkpoint.ts";

/** Large enough that no layer sees a single pixel, which would keep it exact. */
const LATENTS = 64;

/** The checkpoint with the UNet's rounded weights, which are written beside it the first time: 0.9 GB, half a minute. */
export async function withRoundedUNet(checkpoint: DiffusionCheckpoint): Promise<DiffusionCheckpoint> {
  const { config, source } = checkpoint.unet;
  const rounded = await roundedSource(source, (from) => {
    const graph = new Graph("unet", { products: "int8" });
    unet(new Weights(graph, from, "float32"), config, {
      sample: graph.input("sample", "float32", [1, config.inChannels, LATENTS, LATENTS]),
      timestep: graph.input("timestep", "float32", [1]),
      context: graph.input("context", "float32", [1, checkpoint.text.config.positions, config.contextWidth]),
    });
  });
  return { ...checkpoint, unet: { config, source: rounded } };
}
