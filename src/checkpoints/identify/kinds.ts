/** The kinds of files that people keep beside checkpoints, each known by names of tensors that only it has. */
import { FAMILIES, type Family, familyOfContext, forFamily, type Kind, mayBeFirst } from "./kind.ts";
import { loraKind } from "./lora-kinds.ts";
import type { TensorNames } from "./tensor-names.ts";
import { transformerKind, unetAsKind, unetKind } from "./unet-kinds.ts";

type Rule = (names: TensorNames) => Kind | null;

/** What a file is, by the first rule that knows it; `null` where none does. */
export function kindOf(names: TensorNames): Kind | null {
  for (const rule of RULES) {
    const kind = rule(names);
    if (kind) return kind;
  }
  return null;
}

const SINGLE_FILE_UNET = "model.diffusion_model.";
const SINGLE_FILE_TEXT = /^(?:cond_stage_model|conditioner|text_encoders)\./;
const SINGLE_FILE_VAE = /^(?:first_stage_model|vae)\./;

/** All in one file, in CompVis' naming; of some, parts were left out. */
const singleFile: Rule = (names) => {
  const inside = names.below(SINGLE_FILE_UNET);
  if (inside.count === 0) return null;
  const lacking = [
    ...(names.has(SINGLE_FILE_TEXT) ? [] : ["text encoder"]),
    ...(names.has(SINGLE_FILE_VAE) ? [] : ["autoencoder"]),
  ];
  const without = lacking.length === 0 ? "" : `, without its ${lacking.join(" and ")}`;
  const transformer = transformerKind(inside);
  if (transformer) {
    const { family, words } = transformer;
    const whose = family === null ? "a checkpoint of another family" : `a ${words}`;
    return { kind: lacking.length === 0 ? "checkpoint" : "transformer", family, words: whose + without, use: null };
  }
  const unet = unetKind(inside);
  if (!unet) return { kind: "checkpoint", family: null, words: "a checkpoint of another family", use: null };
  const family = familyOfTexts(names) ?? unet.family;
  const name = family === null ? "checkpoint in one file" : FAMILIES[family];
  const words = `a ${name}${unet.special === null ? "" : ` ${unet.special}`}${without}`;
  const runs = mayBeFirst(family) && unet.special === null;
  if (lacking.length > 0) return { kind: "UNet", family, words, use: null };
  return { kind: "checkpoint", family, words, use: runs ? "painter" : null };
};

/** Who encodes texts tells more than the UNet does. */
const familyOfTexts = (names: TensorNames): Family | null =>
  names.has(/^conditioner\.embedders\.1\./)
    ? "sdxl"
    : names.has(/^conditioner\.embedders\.0\.model\./)
      ? "refiner"
      : names.has(/^cond_stage_model\.model\.(?:ln_final|transformer)\./)
        ? "sd2"
        : null;

const CONTROL_NET = /^(?:control_model\.|controlnet_(?:cond_embedding|down_blocks|mid_block|blocks)|input_hint_block)/;
const controlNet: Rule = (names) => {
  if (!names.has(CONTROL_NET)) return null;
  const family = familyOfContext(names.first(/attn2\.to_k\.weight$/)?.[1]);
  return { kind: "ControlNet", family, words: `a ControlNet${forFamily(family)}`, use: null };
};

/** Pictures as prompts: keys and values of their own beside those of the texts (IP-Adapter). */
const imageAdapter: Rule = (names) => {
  const ownKeys = names.first(/(?:^|\.)to_k_ip\.weight$/);
  if (!ownKeys || !names.has(/^(?:image_proj|image_proj_model)\./)) return null;
  const kind = "image adapter";
  const family = familyOfContext(ownKeys[1]);
  const words = `an image adapter (IP-Adapter)${forFamily(family)}`;
  // Those for faces make tokens of a face's vector, or have LoRA of their own.
  if (names.has(/^image_proj\.proj\.\d|_lora\./)) return { kind, family, words: `${words}, for faces`, use: null };
  return { kind, family, words, use: mayBeFirst(family) ? "adapter" : null };
};

/** StyleShot's two files: one has a whole UNet and a ControlNet in it beside what is its own, the other CLIP's tower. */
const styleShot: Rule = (names) => {
  const kind = "image adapter";
  const projection = names.first(/^style_image_proj_modules\.0\.norm\.weight$/);
  if (projection) {
    const family = familyOfContext(projection[0]);
    const words = `an image adapter (StyleShot)${forFamily(family)}`;
    return { kind, family, words, use: mayBeFirst(family) ? "adapter" : null };
  }
  return names.every(/^style_embeddings\.0$/, /^cnn\.0\.conv_in\.weight$/)
    ? { kind, family: null, words: "the style-aware encoder of an image adapter (StyleShot)", use: "adapter" }
    : null;
};

/** What draws contours for StyleShot (HED), and for many a ControlNet elsewhere. */
const edgeDetector: Rule = (names) =>
  names.every(/^norm$/, /^block1\.convs\.0\.weight$/, /^block5\.projection\.weight$/)
    ? {
        kind: "edge detector",
        family: null,
        words: "a detector of edges (HED), for StyleShot's contours",
        use: "adapter",
      }
    : null;

const T2I_ADAPTER = /^(?:adapter\.)?body\.\d+\.(?:resnets\.\d+\.)?block1\.weight$/;
const t2iAdapter: Rule = (names) => {
  if (!names.has(T2I_ADAPTER)) return null;
  // Pictures come folded, 8 × 8 pixels into one for Stable Diffusion 1, 16 × 16 for XL.
  const folded = names.first(/^(?:adapter\.)?conv_in\.weight$/)?.[1];
  const family = folded === 64 || folded === 192 ? "sd1" : folded === 256 || folded === 768 ? "sdxl" : null;
  return { kind: "T2I adapter", family, words: `a T2I adapter${forFamily(family)}`, use: null };
};

const motionModule: Rule = (names) =>
  names.has(/(?:^|\.)motion_modules\.\d+\./) && !names.has(/(?:^|\.)resnets\.|in_layers\./)
    ? { kind: "motion module", family: null, words: "a motion module, for films (AnimateDiff)", use: null }
    : null;

const unet: Rule = (names) => {
  const found = unetKind(names) ?? unetKind(names.below("unet."));
  return found && unetAsKind(found);
};

const transformer: Rule = (names) => {
  const found = transformerKind(names);
  return found && { kind: "transformer", family: found.family, words: `a transformer of ${found.words}`, use: null };
};

const TINY_AUTOENCODER = /^(?:decoder\.layers\.\d+|decoder\.\d+|\d+)\.conv\.\d\.weight$/;
const AUTOENCODER = /^(?:first_stage_model\.)?decoder\.(?:conv_in|mid)/;
const autoencoder: Rule = (names) => {
  if (names.has(TINY_AUTOENCODER)) {
    return { kind: "autoencoder", family: null, words: "a tiny autoencoder (TAESD), for previews", use: "part" };
  }
  if (!names.has(AUTOENCODER)) return null;
  const latents = names.first(/decoder\.conv_in\.weight$/)?.[1] ?? 4;
  const isKnown = latents <= 4;
  const words = isKnown
    ? "an autoencoder of Stable Diffusion"
    : `an autoencoder of ${latents} channels, for another family`;
  return { kind: "autoencoder", family: null, words, use: isKnown ? "part" : null };
};

const embedding: Rule = (names) => {
  if (names.every(/^clip_g$/, /^clip_l$/)) {
    return { kind: "embedding", family: "sdxl", words: "a learned word for Stable Diffusion XL", use: null };
  }
  const found = names.first(/^emb_params$|^string_to_param\./) ?? (names.count === 1 ? names.first(/^[^.]*$/) : null);
  const width = found?.at(-1);
  if (!found || found.length > 2 || width === undefined) return null;
  const family = familyOfContext(width);
  const use = mayBeFirst(family) ? "style" : null;
  return { kind: "embedding", family, words: `a learned word${forFamily(family)}`, use };
};

const safetyChecker: Rule = (names) =>
  names.every(/^concept_embeds$/, /^special_care_embeds$/)
    ? { kind: "safety checker", family: null, words: "a safety checker", use: null }
    : null;

const LANGUAGE_LAYER = /(?:^|\.)layers\.\d+\.self_attn\.q_proj\.weight$/;
const captioner: Rule = (names) => {
  if (!names.has(/(?:^|\.)(?:mm_projector|multi_modal_projector)\./) || !names.has(LANGUAGE_LAYER)) return null;
  return { kind: "captioner", family: null, words: "a captioner of the LLaVA family", use: "captioner" };
};

const languageModel: Rule = (names) =>
  names.has(/(?:^|\.)(?:mlp\.gate_proj|mlp\.up_proj)\.weight$/)
    ? { kind: "language model", family: null, words: "a language model", use: null }
    : names.has(/^(?:encoder\.)?block\.\d+\.layer\.\d+\.SelfAttention\./)
      ? { kind: "text encoder", family: null, words: "a text encoder of another family (T5)", use: null }
      : null;

/** By the width of its states: those of ViT-L are Stable Diffusion 1's. */
const CLIP_SIZES: Readonly<Record<number, string>> = { 768: "ViT-L", 1024: "ViT-H", 1280: "ViT-bigG" };
const clip: Rule = (names) => {
  const text = names.first(/^(?:text_model\.)?embeddings\.token_embedding\.weight$/)?.[1];
  const sees = names.has(/^(?:vision_model\.)?embeddings\.(?:class_embedding|patch_embedding\.weight)$/);
  if (text !== undefined) {
    const size = CLIP_SIZES[text] === undefined ? "" : ` (CLIP, ${CLIP_SIZES[text]})`;
    if (sees) return { kind: "text encoder", family: null, words: `both towers of CLIP${size}`, use: null };
    const family = familyOfContext(text);
    return { kind: "text encoder", family, words: `a text encoder${size}`, use: mayBeFirst(family) ? "part" : null };
  }
  if (sees) return { kind: "image encoder", family: null, words: "CLIP's tower for pictures", use: null };
  return names.every(/^visual\./, /^(?:transformer\.)?(?:resblocks|ln_final|token_embedding)/)
    ? { kind: "text encoder", family: null, words: "both towers of CLIP, in OpenCLIP's naming", use: null }
    : null;
};

const hypernetwork: Rule = (names) =>
  names.has(/^(?:320|640|768|1024|1280)\.[01]\.(?:linear|\d)/)
    ? { kind: "hypernetwork", family: null, words: "a hypernetwork", use: null }
    : null;

const UPSCALER =
  /^(?:params(?:_ema)?\.)?(?:body\.\d+\.rdb1\.conv1|RRDB_trunk\.0\.|model\.1\.sub\.0\.|conv_after_body|layers\.0\.residual_group\.)/;
const upscaler: Rule = (names) =>
  names.has(UPSCALER) ? { kind: "upscaler", family: null, words: "an upscaler of pictures", use: null } : null;

/** Those whose names others have as well come later. */
const RULES: readonly Rule[] = [
  singleFile,
  imageAdapter,
  styleShot,
  edgeDetector,
  controlNet,
  loraKind,
  t2iAdapter,
  motionModule,
  unet,
  safetyChecker,
  captioner,
  languageModel,
  autoencoder,
  upscaler,
  clip,
  hypernetwork,
  transformer,
  embedding,
];
