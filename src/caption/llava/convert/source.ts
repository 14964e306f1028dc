/** A LLaVA as published, in either layout, seen as one: HF-Llava names and settings. */
import path from "node:path";

import { z } from "zod";

import { readTorchSource } from "../../../checkpoints/torch-zip.ts";
import { exists } from "../../../exists.ts";
import { readJson } from "../../../onnx/read-json.ts";
import { readSafetensors, readSafetensorsIndex, readShards } from "../../../onnx/safetensors.ts";
import { checkpointError, renamed, type TensorSource } from "../../../onnx/tensor-source.ts";

type Json = Record<string, unknown>;

export interface PublishedLlava {
  readonly tensors: TensorSource;
  /** `config.json` in HF-Llava's form. */
  readonly config: Json;
  /** `preprocessor_config.json`. */
  readonly preprocessor: Json;
}

const anything = z.record(z.string(), z.unknown());

/** @throws EngineError naming the folder or file and what is missing */
export async function openPublished(folder: string): Promise<PublishedLlava> {
  const config = await readJson(path.join(folder, "config.json"), anything);
  return config["model_type"] === "llava" && "text_config" in config
    ? {
        config,
        tensors: await openShards(folder),
        preprocessor: await readJson(path.join(folder, "preprocessor_config.json"), anything),
      }
    : openOriginal(folder, config);
}

const readTorchIndex = (indexFile: string): Promise<TensorSource> => readShards(indexFile, ".bin", readTorchSource);

const SHARD_FILES = [
  ["model.safetensors.index.json", readSafetensorsIndex],
  ["model.safetensors", readSafetensors],
  ["pytorch_model.bin.index.json", readTorchIndex],
  ["pytorch_model.bin", readTorchSource],
] as const;

async function openShards(folder: string): Promise<TensorSource> {
  for (const [name, read] of SHARD_FILES) {
    const file = path.join(folder, name);
    if (await exists(file)) return read(file);
  }
  throw checkpointError(folder, `holds none of ${SHARD_FILES.map(([name]) => name).join(", ")}`);
}

/** The release of LLaVA's and ShareGPT4V's authors: the language model here, the vision tower in `vision_tower`. */
const originalConfigSchema = z.looseObject({
  mm_vision_tower: z.string(),
  mm_projector_type: z.literal("mlp2x_gelu"),
  mm_vision_select_layer: z.number().int(),
  mm_vision_select_feature: z.literal("patch").default("patch"),
  vocab_size: z.number().int().positive(),
});

const PROJECTOR: Readonly<Record<string, string>> = { "0": "linear_1", "2": "linear_2" };

async function openOriginal(folder: string, config: Json): Promise<PublishedLlava> {
  const parsed = originalConfigSchema.safeParse(config);
  if (!parsed.success)
    throw checkpointError(folder, `is not a LLaVA of a known layout: ${z.prettifyError(parsed.error).split("\n")[0]}`);
  const tower = path.join(folder, "vision_tower");
  const language = renamedFrom(await openShards(folder), hfName);
  const vision = renamedFrom(await openShards(tower), (name) => `vision_tower.${name}`);
  const { mm_vision_select_layer: layer, vocab_size: imageToken } = parsed.data;
  return {
    tensors: {
      label: folder,
      names: [...language.names, ...vision.names],
      find: (name) => language.find(name) ?? vision.find(name),
    },
    config: {
      architectures: ["LlavaForConditionalGeneration"],
      model_type: "llava",
      image_token_index: imageToken, // the first id that the vocabulary leaves free
      vision_feature_layer: layer,
      vision_feature_select_strategy: "default",
      projector_hidden_act: "gelu",
      text_config: { ...config, model_type: "llama", architectures: ["LlamaForCausalLM"] },
      vision_config: await readJson(path.join(tower, "config.json"), anything).then(visionPart),
    },
    preprocessor: await readJson(path.join(tower, "preprocessor_config.json"), anything),
  };
}

/** OpenAI's tower configs hold a text part too. */
const visionPart = (config: Json): Json => ({
  ...((config["vision_config"] as Json | undefined) ?? config),
  model_type: "clip_vision_model",
});

/** The original release's names as HF-Llava's. */
function hfName(name: string): string {
  const projector = /^model\.mm_projector\.(\d)\.(weight|bias)$/.exec(name);
  if (projector) return `multi_modal_projector.${PROJECTOR[projector[1]!] ?? projector[1]}.${projector[2]}`;
  return `language_model.${name}`;
}

function renamedFrom(source: TensorSource, rename: (name: string) => string): TensorSource {
  const stored = new Map(source.names.map((name) => [rename(name), name]));
  return { ...renamed(source, (name) => stored.get(name) ?? name), names: [...stored.keys()] };
}
