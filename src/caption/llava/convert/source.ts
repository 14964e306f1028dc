/** A LLaVA as published, in either layout, seen as one: HF-Llava names and settings. */
import path from "node:path";

import { z } from "zod";

import { readJson } from "../../../onnx/files/read-json.ts";
import { only, settings } from "../../../onnx/settings-schema.ts";
import { checkpointError, renamed, type TensorSource } from "../../../onnx/files/tensor-source.ts";
import { readWeights, weightsFileIn } from "../../../onnx/files/weights-file.ts";

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
        tensors: renamedFrom(await openShards(folder), firstName),
        preprocessor: await readJson(path.join(folder, "preprocessor_config.json"), anything),
      }
    : openOriginal(folder, config);
}

/** transformers 5 names the modules anew; the first names, which most published files have, are those used here. */
const firstName = (name: string): string =>
  name
    .replace(/^lm_head\./, "language_model.lm_head.")
    .replace(/^model\.language_model\.(?:model\.)?/, "language_model.model.")
    .replace(/^model\.(?=(?:vision_tower|multi_modal_projector)\.)/, "");

async function openShards(folder: string): Promise<TensorSource> {
  const file = await weightsFileIn(folder);
  if (file === null) throw checkpointError(folder, "has no weights that can be read");
  return readWeights(file);
}

/** The release of LLaVA's and ShareGPT4V's authors: the language model here, the vision tower in `vision_tower`. */
const multimodalSchema = settings(
  {
    mm_vision_tower: z.string(),
    mm_projector_type: z.literal("mlp2x_gelu"),
    mm_vision_select_layer: z.int(),
    mm_vision_select_feature: only("patch"),
    mm_patch_merge_type: only("flat"),
    // Both are ways of framing one picture, which this program has of its own.
    image_aspect_ratio: only("pad", "square"),
  },
  ["mm_hidden_size", "mm_use_im_patch_token", "mm_tunable_parts", "image_grid_pinpoints", "use_mm_proj"],
);
const MULTIMODAL = /^(?:mm_|image_|use_mm_)/;
/** How it was trained: what was frozen, from where it began, how quickly it learned. */
const TRAINING = /^(?:un)?(?:freeze|tune)_|^pretrain_|_lr$|^tokenizer_/;

const PROJECTOR: Readonly<Record<string, string>> = { "0": "linear_1", "2": "linear_2" };

async function openOriginal(folder: string, config: Json): Promise<PublishedLlava> {
  const given = Object.entries(config).filter(([name]) => !TRAINING.test(name));
  const isMultimodal = ([name]: readonly [string, unknown]): boolean => MULTIMODAL.test(name);
  const parsed = multimodalSchema.safeParse(Object.fromEntries(given.filter(isMultimodal)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw checkpointError(folder, `is not a LLaVA of a known layout: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const tower = path.join(folder, "vision_tower");
  const language = renamedFrom(await openShards(folder), hfName);
  const vision = renamedFrom(await openShards(tower), (name) => `vision_tower.${name}`);
  const text = Object.fromEntries(given.filter((entry) => !isMultimodal(entry)));
  return {
    tensors: {
      label: folder,
      names: [...language.names, ...vision.names],
      find: (name) => language.find(name) ?? vision.find(name),
    },
    config: {
      architectures: ["LlavaForConditionalGeneration"],
      model_type: "llava",
      image_token_index: text["vocab_size"], // the first id that the vocabulary leaves free
      vision_feature_layer: parsed.data.mm_vision_select_layer,
      vision_feature_select_strategy: "default",
      projector_hidden_act: "gelu",
      text_config: { ...text, model_type: "llama", architectures: ["LlamaForCausalLM"] },
      vision_config: await readJson(path.join(tower, "config.json"), anything).then(visionPart),
    },
    preprocessor: await readJson(path.join(tower, "preprocessor_config.json"), anything),
  };
}

/** OpenAI's tower configs hold a text part too. */
const visionPart = (config: Json): Json => ({
  model_type: "clip_vision_model",
  ...((config["vision_config"] as Json | undefined) ?? config),
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
