/** UNets of diffusion, in CompVis' naming and in diffusers': whose they are, and what they were made to do besides. */
import { type Family, FAMILIES, familyOfContext, type Kind, mayBeFirst } from "./kind.ts";
import type { TensorNames } from "./tensor-names.ts";

const CONV_IN = /^(?:input_blocks\.0\.0|conv_in)\.weight$/;
const TEXT_KEYS = /attn2\.to_k\.weight$/;

/** By what goes into the first convolution besides four latents. */
const EXTRA_CHANNELS: Readonly<Record<number, string>> = {
  5: "for pictures with their depth",
  7: "that enlarges pictures four times",
  8: "for instructions (InstructPix2Pix)",
  9: "for inpainting",
};

/** What other networks over the same blocks have, by a name that only they have. */
const OTHER_NETWORKS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/temporal|time_stack|time_mixer|temp_convs|motion_modules|transformer_in\./, "for films"],
  [/^camera_embed/, "for views of one thing from many sides (MVDream)"],
  [/(?:time_embed|time_embedding)\.cond_proj\./, "distilled for few steps with its guidance built in (LCM)"],
  [/fuser\.|^position_net\./, "that places things in boxes (GLIGEN)"],
  [/attn2\.processor\.|to_k_ip\./, "with an image adapter built in"],
  [/encoder_hid_proj|^class_embedding\./, "with other inputs than texts"],
];

export interface UNetKind {
  readonly family: Family | null;
  /** What it was made to do besides painting what a text says; `null`: nothing. */
  readonly special: string | null;
}

/** @param names without what they begin with in a single file; `null` where the file is no UNet */
export function unetKind(names: TensorNames): UNetKind | null {
  if (!names.every(/^(?:input_blocks|down_blocks)\./, /^(?:output_blocks|up_blocks)\./)) return null;
  const width = names.first(TEXT_KEYS)?.[1];
  const isXl = names.has(/^(?:label_emb\.0\.0|add_embedding\.linear_1)\./);
  const family = isXl && width !== 1280 ? "sdxl" : familyOfContext(width);
  const channels = names.first(CONV_IN)?.[1] ?? 4;
  const other = OTHER_NETWORKS.find(([pattern]) => names.has(pattern))?.[1];
  return {
    family,
    special: other ?? (channels === 4 ? null : (EXTRA_CHANNELS[channels] ?? `of ${channels} channels`)),
  };
}

/** Transformers in a UNet's place. */
const TRANSFORMERS: readonly (readonly [pattern: RegExp, family: Family | null, words: string])[] = [
  [/^joint_blocks\.|^transformer_blocks\.\d+\.attn\.add_[qkv]_proj.*/, "sd3", FAMILIES.sd3],
  [/^double_blocks\.|^single_transformer_blocks\./, "flux", FAMILIES.flux],
  [
    /^(?:blocks|transformer_blocks|layers)\.\d+\.(?:attn|attn1|self_attn|attention|cross_attn)\./,
    null,
    "another family",
  ],
];

/** @returns a transformer's family in words, `null` where the file is none */
export function transformerKind(names: TensorNames): { readonly family: Family | null; readonly words: string } | null {
  // Flux has blocks like those of Stable Diffusion 3 as well.
  const isFlux = names.has(TRANSFORMERS[1]![0]);
  const found = isFlux ? TRANSFORMERS[1]! : TRANSFORMERS.find(([pattern]) => names.has(pattern));
  if (!found || !names.has(/^(?:x_embedder|img_in|pos_embed|patch_embed|context_embedder|final_layer|proj_out)/))
    return null;
  return { family: found[1], words: found[2] };
}

/** In words: `a UNet of Stable Diffusion 1 for inpainting`. */
export function unetAsKind({ family, special }: UNetKind): Kind {
  const whose = family === null ? "" : ` of ${FAMILIES[family]}`;
  const use = special === null && mayBeFirst(family) ? "part" : null;
  return { kind: "UNet", family, words: `a UNet${whose}${special === null ? "" : ` ${special}`}`, use };
}
