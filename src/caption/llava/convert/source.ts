/** A LLaVA as published, in either layout, seen as one: HF-Llava names and settings. */
import path from "node:path";

import { z } from "zod";

import { exists } from "../../../exists.ts";
import { checked, readJson } from "../../../onnx/files/read-json.ts";
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
  const wanted = Object.fromEntries(given.filter(isMultimodal));
  const multimodal = checked(`${folder}: is not a LLaVA of a known layout`, wanted, multimodalSchema);
  const tower = path.join(folder, "vision_tower");
  const language = renamedFrom(await openShards(folder), hfName);
  const hasTower = language.names.some((name) => name.startsWith("vision_tower."));
  const vision = hasTower ? null : renamedFrom(await openShards(tower), (name) => `vision_tower.${name}`);
  const text = Object.fromEntries(given.filter((entry) => !isMultimodal(entry)));
  return {
    tensors: {
      label: folder,
      names: [...language.names, ...(vision?.names ?? [])],
      find: (name) => language.find(name) ?? vision?.find(name),
    },
    config: {
      architectures: ["LlavaForConditionalGeneration"],
      model_type: "llava",
      image_token_index: text["vocab_size"], // the first id that the vocabulary leaves free
      vision_feature_layer: multimodal.mm_vision_select_layer,
      vision_feature_select_strategy: "default",
      projector_hidden_act: "gelu",
      text_config: { ...text, model_type: "llama", architectures: ["LlamaForCausalLM"] },
      vision_config:
        (await settingsIn(tower, "config.json").then((found) => found && visionPart(found))) ?? towerSettings(language),
    },
    preprocessor:
      (await settingsIn(tower, "preprocessor_config.json")) ??
      (await settingsIn(folder, "preprocessor_config.json")) ??
      CLIP_PREPROCESSOR,
  };
}

const settingsIn = async (folder: string, name: string): Promise<Json | null> =>
  (await exists(path.join(folder, name))) ? readJson(path.join(folder, name), anything) : null;

/** What every CLIP was trained with, where a release does not say it. */
const CLIP_PREPROCESSOR: Json = {
  image_processor_type: "CLIPImageProcessor",
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};
const CLIP_HEAD_WIDTH = 64;

/** The settings of a tower of CLIP that came without them, by the shapes of its tensors. @throws EngineError */
function towerSettings(source: TensorSource): Json {
  const shape = (name: string): readonly number[] => {
    const found = source.names.find((each) => each.startsWith("vision_tower.") && each.endsWith(name));
    if (found === undefined) throw checkpointError(source.label, `has no vision tower: ${name} is missing`);
    return source.find(found)!.shape as number[];
  };
  const [width = 0, , patch = 0] = shape("embeddings.patch_embedding.weight");
  const positions = shape("embeddings.position_embedding.weight")[0]!;
  const layer = /encoder\.layers\.(\d+)\./;
  const layers = source.names.flatMap((name) =>
    name.startsWith("vision_tower.") ? (layer.exec(name)?.[1] ?? []) : [],
  );
  return {
    model_type: "clip_vision_model",
    hidden_size: width,
    intermediate_size: shape("encoder.layers.0.mlp.fc1.weight")[0]!,
    num_hidden_layers: 1 + Math.max(...layers.map(Number)),
    num_attention_heads: width / CLIP_HEAD_WIDTH,
    patch_size: patch,
    image_size: patch * Math.sqrt(positions - 1),
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
  const inside = /^model\.vision_tower\.(?:vision_tower\.)?(.+)$/.exec(name);
  if (inside) return `vision_tower.${inside[1]}`;
  if (projector) return `multi_modal_projector.${PROJECTOR[projector[1]!] ?? projector[1]}.${projector[2]}`;
  return `language_model.${name}`;
}

function renamedFrom(source: TensorSource, rename: (name: string) => string): TensorSource {
  const stored = new Map(source.names.map((name) => [rename(name), name]));
  return { ...renamed(source, (name) => stored.get(name) ?? name), names: [...stored.keys()] };
}
