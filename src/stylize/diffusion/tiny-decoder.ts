/** The small decoder that shows what is coming, where it is installed (`atelier models install taesd`). */
import path from "node:path";

import { taesdConfigSchema, taesdDecoder } from "../../../models/taesd.ts";
import { exists } from "../../exists.ts";
import { type ExecutionDevice, type Floats, floatsOf, floatTensor, Graph, openSession } from "../../onnx/index.ts";
import { readJson } from "../../onnx/files/read-json.ts";
import { readSafetensors } from "../../onnx/files/safetensors.ts";
import type { SessionPool, SessionRecipe } from "../../onnx/session-pool.ts";
import { sessionBytes } from "../../onnx/working-memory.ts";
import { Weights } from "../../onnx/weights.ts";

/** Pictures [1, 3, H, W], about [-1, 1], of scaled latents [1, C, h, w]. */
export type DecodePreview = (latents: Floats) => Promise<Floats>;

export interface TinyDecoderOptions {
  readonly device: ExecutionDevice;
  readonly sessions: SessionPool;
}

const FOLDER = "taesd";

/**
 * Opens the small decoder of `modelsDir`; its weights are read for the first preview.
 *
 * @returns `null` where it is not installed
 * @throws EngineError naming the file and what does not hold
 */
export async function openTinyDecoder(
  modelsDir: string,
  { device, sessions }: TinyDecoderOptions,
): Promise<DecodePreview | null> {
  const folder = path.join(modelsDir, FOLDER);
  const weightsFile = path.join(folder, "diffusion_pytorch_model.safetensors");
  if (!(await exists(weightsFile))) return null;
  const config = await readJson(path.join(folder, "config.json"), taesdConfigSchema);
  const source = await readSafetensors(weightsFile);
  const recipe = (shape: readonly number[]): SessionRecipe => {
    const graph = new Graph("preview decoder");
    const weights = new Weights(graph, source, "float32");
    graph.output("picture", taesdDecoder(weights, config, graph.input("latents", "float32", shape)));
    return {
      bytes: sessionBytes(graph, weights.bytes, device),
      open: () => openSession(graph, { device, arena: false }),
    };
  };
  // What is missing is to be said now, and not in the middle of a picture.
  recipe([1, config.latentChannels, 1, 1]);
  return (latents) =>
    sessions.use(
      `${folder} ${latents.shape.join("x")} ${device}`,
      () => recipe(latents.shape),
      async (session) => floatsOf(await session.runOne({ latents: floatTensor("float32", latents) })),
    );
}
