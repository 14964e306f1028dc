/** The two networks of a LLaVA as sessions, in the forms that a device can be trusted with. */
import type { LlamaConfig } from "../../../models/llama.ts";
import { type LlavaConfig, llavaDecoder, llavaVision } from "../../../models/llava.ts";
import { QUANTISED } from "../../../models/projection.ts";
import type { DeviceForms } from "../../onnx/device-forms.ts";
import { type ExecutionDevice, Graph, openSession, type SessionOptions } from "../../onnx/index.ts";
import type { SessionRecipe } from "../../onnx/session-pool.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import { sessionBytes } from "../../onnx/working-memory.ts";
import { Weights } from "../../onnx/weights.ts";

/** By default what a processor does: single precision, the fused kernel. */
export interface NetworkOptions extends Partial<DeviceForms>, Pick<SessionOptions, "profilePrefix"> {
  readonly device?: ExecutionDevice;
}

/** Looks at one picture. @throws EngineError naming a tensor that is missing or of another shape */
export function visionSession(source: TensorSource, config: LlavaConfig, options: NetworkOptions = {}): SessionRecipe {
  const { dtype = "float32", attention = "fused", convolution = "plain", fusions = [], ...opening } = options;
  const graph = new Graph("llava-vision", { attention, convolution, fusions });
  const weights = new Weights(graph, source, dtype);
  llavaVision(graph, weights, config, 1);
  return {
    bytes: sessionBytes(graph, weights.bytes, opening.device ?? "cpu"),
    open: () => openSession(graph, opening),
  };
}

/**
 * Devices where keys and values cross the bus with every run, as the binding has no tensors on them: there the language
 * model goes on by itself, many tokens a run.
 */
export const goesOn = (device: ExecutionDevice): boolean => device === "cuda" || device === "dml";

/** When it holds most: the last piece of a picture and a question is read, or the last token of a description written. */
const FULLEST = {
  goesOn: [
    { length: 64, prefix: 640, recent: 0 },
    { length: 1, prefix: 640, recent: 200 },
  ],
  otherwise: [
    { length: 64, prefix: 1, recent: 640 },
    { length: 1, prefix: 640, recent: 200 },
  ],
} as const;

/**
 * The language model, to be run by a `LlavaDecoder`. @throws EngineError as `visionSession`
 *
 * @param table embeddings of tokens: with them it goes on by itself
 */
export function decoderSession(
  source: TensorSource,
  config: LlamaConfig,
  { table = null, ...options }: NetworkOptions & { readonly table?: TensorSource | null } = {},
): SessionRecipe {
  const { dtype = "float32", attention = "fused", convolution = "plain", fusions = [], ...opening } = options;
  const graph = new Graph("llava-decoder", { attention, convolution, fusions });
  const weights = new Weights(graph, source, dtype);
  const embeddings = table && new Weights(graph, table, dtype);
  llavaDecoder(graph, weights, config, embeddings);
  // 4-bit products are several times faster once their weights are rearranged.
  const prepack = source.names.some((name) => name.endsWith(`.${QUANTISED.packed}`));
  const kept = graph.outputs.map(({ name }) => name).filter((name) => name.startsWith("present."));
  const held = weights.bytes + (embeddings?.bytes ?? 0);
  const sizes = FULLEST[embeddings ? "goesOn" : "otherwise"];
  const bytes = Math.max(...sizes.map((known) => sessionBytes(graph, held, opening.device ?? "cpu", known)));
  return { bytes, open: () => openSession(graph, { ...opening, prepack, kept }) };
}
