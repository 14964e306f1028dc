/** A captioner of the LLaVA family as it is installed: our converted form, or HF-Llava's published one. */
import path from "node:path";

import { AutoTokenizer, env, type PreTrainedTokenizer } from "@huggingface/transformers";

import { type LlavaConfig, llavaConfigSchema } from "../../../models/llava.ts";
import { exists } from "../../exists.ts";
import { readJson } from "../../onnx/files/read-json.ts";
import { readSafetensors } from "../../onnx/files/safetensors.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import { dataFile } from "./convert/graphs.ts";
import { openPublished } from "./convert/source.ts";
import type { ClipPixels } from "../../images/clip-pixels.ts";
import { preprocessorConfigSchema } from "./preprocessor-config.ts";

export interface LlavaCheckpoint {
  readonly folder: string;
  readonly config: LlavaConfig;
  readonly processing: ClipPixels;
  readonly tokenizer: PreTrainedTokenizer;
  readonly vision: TensorSource;
  readonly embeddings: TensorSource;
  readonly decoder: TensorSource;
}

/** @throws EngineError naming the file that is missing or does not hold */
export async function openLlava(folder: string): Promise<LlavaCheckpoint> {
  const config = await readJson(path.join(folder, "config.json"), llavaConfigSchema);
  const processing = await readJson(path.join(folder, "preprocessor_config.json"), preprocessorConfigSchema);
  const [tokenizer, tensors] = await Promise.all([loadTokenizer(folder), openTensors(folder)]);
  return { folder, config, processing, tokenizer, ...tensors };
}

/** The tokenizer of transformers.js, from files of this folder and nowhere else. */
export function loadTokenizer(folder: string): Promise<PreTrainedTokenizer> {
  env.allowRemoteModels = false;
  env.useFSCache = false;
  return AutoTokenizer.from_pretrained(folder, { local_files_only: true });
}

async function openTensors(folder: string): Promise<Record<"vision" | "embeddings" | "decoder", TensorSource>> {
  const file = (part: "vision" | "embeddings" | "decoder"): string => path.join(folder, "onnx", dataFile(part));
  if (await exists(file("decoder")))
    return {
      vision: await readSafetensors(file("vision")),
      embeddings: await readSafetensors(file("embeddings")),
      decoder: await readSafetensors(file("decoder")),
    };
  const { tensors } = await openPublished(folder);
  return { vision: tensors, embeddings: tensors, decoder: tensors };
}
