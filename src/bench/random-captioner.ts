/** A captioner of ShareGPT4V-7B's size and form with random weights: what load, memory and speed are measured with. */
import { mkdir, open, writeFile } from "node:fs/promises";
import path from "node:path";

import { llavaConfigSchema, llavaEmbeddings, llavaMergedDecoder, llavaVision } from "../../models/llava.ts";
import { QUANTISED } from "../../models/projection.ts";
import { dataFile } from "../caption/llava/convert/graphs.ts";
import { FILES, type Part, type PlannedTensor, planConversion } from "../caption/llava/convert/conversion-plan.ts";
import { bytesPerElement, encodeNumbers } from "../onnx/dtype.ts";
import type { ExternalTensor } from "../onnx/graph.ts";
import { Graph } from "../onnx/index.ts";
import { elementCount } from "../onnx/shape.ts";
import type { TensorSource } from "../onnx/files/tensor-source.ts";
import { Weights } from "../onnx/weights.ts";
import { seededRandom } from "../random.ts";

/** `config.json` of ShareGPT4V-7B in HF-Llava's form. */
export const SHAREGPT4V = {
  model_type: "llava",
  image_token_index: 32_000,
  vision_feature_layer: -2,
  vision_config: {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    image_size: 336,
    patch_size: 14,
  },
  text_config: { hidden_size: 4096, intermediate_size: 11_008, num_attention_heads: 32, vocab_size: 32_000 },
} as const;

/**
 * Writes what a conversion of ShareGPT4V-7B writes, 4.4 GB with all 32 layers, streamed: the settings that networks are
 * built from and their data, no tokenizer.
 *
 * @param layers of the language model; fewer for a machine with less room
 */
export async function makeRandomCaptioner(
  folder: string,
  {
    layers = 32,
    onProgress,
  }: { readonly layers?: number; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<void> {
  const config = { ...SHAREGPT4V, text_config: { ...SHAREGPT4V.text_config, num_hidden_layers: layers } };
  const plan = planConversion(publishedTensors(config));
  const parts = Object.keys(FILES) as Part[];
  const total = parts.reduce((sum, part) => sum + plan.files[part].size, 0);
  await mkdir(path.join(folder, "onnx"), { recursive: true });
  await writeFile(path.join(folder, "config.json"), JSON.stringify(config));
  let done = 0;
  for (const part of parts) {
    const file = await open(path.join(folder, "onnx", dataFile(part)), "w");
    try {
      await file.write(plan.files[part].header, 0, null, 0);
      for (const { source, outputs } of plan.steps.filter((step) => step.part === part))
        for (const tensor of outputs)
          for (const { bytes, at } of pieces(tensor, source.shape as number[])) {
            await file.write(bytes, 0, bytes.length, tensor.offset + at);
            onProgress?.((done += bytes.length), total);
          }
    } finally {
      await file.close();
    }
  }
}

/** Every tensor that the networks ask for, in single precision, as if it were published. */
function publishedTensors(json: unknown): TensorSource {
  const config = llavaConfigSchema.parse(json);
  const tensors = new Map<string, ExternalTensor>();
  const recorder: TensorSource = {
    label: "random",
    names: [],
    find: (name, shape) => {
      // A question whether a tensor exists: all do but those of layers that are quantised already.
      if (!shape) return name.endsWith(QUANTISED.packed) ? undefined : PLACEHOLDER;
      const tensor = { ...PLACEHOLDER, shape, byteLength: 4 * elementCount(shape) };
      tensors.set(name, tensor);
      return tensor;
    },
  };
  const record = (build: (graph: Graph, weights: Weights) => void): void => {
    const graph = new Graph("shapes");
    build(graph, new Weights(graph, recorder, "float32"));
  };
  record((graph, weights) => llavaVision(graph, weights, config, 1));
  record((graph, weights) => llavaEmbeddings(graph, weights, config));
  record((graph, weights) => llavaMergedDecoder(graph, weights, config.text));
  return { label: "random", names: [...tensors.keys()], find: (name) => tensors.get(name) };
}

const PLACEHOLDER: ExternalTensor = { dtype: "float32", shape: [1], path: "/random", offset: 0, byteLength: 4 };

const PIECE = 4 << 20;

/**
 * A tensor's bytes, piece by piece, one random piece over and over. Weights have deviation 1 / sqrt(inputs), which keeps
 * activations near 1 all the way; norms are near the identity.
 */
function* pieces(tensor: PlannedTensor, shape: readonly number[]): Generator<{ bytes: Uint8Array; at: number }> {
  const total = elementCount(tensor.shape) * bytesPerElement(tensor.dtype);
  const piece = randomPiece(tensor, shape, Math.min(PIECE, total));
  for (let at = 0; at < total; at += piece.length)
    yield { bytes: piece.subarray(0, Math.min(piece.length, total - at)), at };
}

function randomPiece({ name, dtype }: PlannedTensor, shape: readonly number[], size: number): Uint8Array {
  const random = seededRandom(name.length * 31 + size);
  const inputs = shape.slice(1).reduce((product, dim) => product * dim, 1);
  if (dtype === "uint8") {
    if (name.endsWith("weight_zero")) return new Uint8Array(size).fill(0x88);
    return Uint8Array.from({ length: size }, () => Math.floor(256 * random()));
  }
  const count = size / bytesPerElement(dtype);
  // Uniform 4-bit numbers have deviation 4.6 steps.
  const value = name.endsWith("weight_scale")
    ? () => 1 / (4.6 * Math.sqrt(8 * inputs))
    : shape.length === 1
      ? () => (name.endsWith("bias") ? 0 : 1) + 0.1 * (random() - 0.5)
      : () => Math.sqrt(12 / inputs) * (random() - 0.5);
  return encodeNumbers(dtype, Array.from({ length: count }, value));
}
