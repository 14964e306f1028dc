/** The graphs of a converted captioner, which point into the data files beside them. */
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { llavaEmbeddings, llavaMergedDecoder, llavaVision, type LlavaConfig } from "../../../../models/llava.ts";
import { Graph, modelBytes } from "../../../onnx/index.ts";
import { readSafetensors } from "../../../onnx/files/safetensors.ts";
import type { TensorSource } from "../../../onnx/files/tensor-source.ts";
import { Weights } from "../../../onnx/weights.ts";
import { FILES, type Part } from "./conversion-plan.ts";

type Build = (graph: Graph, weights: Weights, config: LlavaConfig) => void;

const BUILD: Readonly<Record<Part, Build>> = {
  vision: (graph, weights, config) => llavaVision(graph, weights, config, 1),
  embeddings: llavaEmbeddings,
  decoder: (graph, weights, config) => llavaMergedDecoder(graph, weights, config.text),
};

/** Name of the data file of a graph, as transformers.js expects it. */
export const dataFile = (part: Part): string => `${FILES[part]}_data`;

function build(part: Part, source: TensorSource, config: LlavaConfig): Graph {
  const graph = new Graph(FILES[part].replace(/\.onnx$/, ""));
  BUILD[part](graph, new Weights(graph, source, "float32"), config);
  return graph;
}

/**
 * The names of the tensors that the networks take. Whether they are all there is so found out before an hour's work.
 *
 * @throws EngineError naming a tensor that is missing or of another shape
 */
export function askedTensors(published: TensorSource, config: LlavaConfig): ReadonlySet<string> {
  const asked = new Set<string>();
  const listening: TensorSource = {
    ...published,
    find: (name, wanted) => {
      const tensor = published.find(name, wanted);
      if (tensor && wanted) asked.add(name);
      return tensor;
    },
  };
  for (const part of Object.keys(FILES) as Part[]) build(part, listening, config);
  return asked;
}

/** @param folder `onnx`, which holds the data files already */
export async function writeGraphs(folder: string, config: LlavaConfig): Promise<void> {
  for (const part of Object.keys(FILES) as Part[]) {
    const graph = build(part, await readSafetensors(path.join(folder, dataFile(part))), config);
    await writeFile(path.join(folder, FILES[part]), modelBytes(graph, { locate: (file) => path.basename(file) }));
  }
}
