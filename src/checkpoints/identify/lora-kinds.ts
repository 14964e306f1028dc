/** LoRA files and their relatives: which of them a file is, and for whom, told from the names and shapes of its tensors. */
import { type Family, FAMILIES, familyOfContext, forFamily, type Kind, mayBeFirst } from "./kind.ts";
import type { TensorNames } from "./tensor-names.ts";

/** What only such files have. */
const MARKS =
  /[._]lora[._](?:up|down|mid|A|B)\b|[._]lora[._](?:linear_layer|up_linear|down_linear)\.|\.(?:hada_|lokr_|oft_|boft_|ia3_)|\.on_input$|\.(?:dora_scale|diff|diff_b|w_norm|b_norm)$|\.lora_magnitude_vector\b|\.[ab][12]\.weight$/;

/** Kinds that change weights in another way than by two thin matrices, by a name that only they have. */
const OTHER_WAYS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/\.hada_/, "a LoHa, which multiplies its matrices in another way"],
  [/\.lokr_/, "a LoKr, which multiplies its matrices in another way"],
  [/\.dora_scale$|\.lora_magnitude_vector\b/, "a DoRA, which also changes how long the weights are"],
  [/[._]lora_mid\./, "a LoCon of the Tucker form, which has a third matrix"],
  [/\.oft_|\.boft_/, "an OFT, which turns the weights"],
  [/\.[ab][12]\.weight$/, "a GLoRA, which has matrices of another kind"],
  [/\.on_input$|\.ia3_/, "an IA3, which scales what the layers see"],
  [/[._]lora_[AB](?:\.[\w-]+)?\.bias$/, "a LoRA with biases"],
  [/\.diff(?:_b)?$|\.(?:w|b)_norm$/, "a set of whole differences of weights"],
];

/** Families of networks that LoRA files are made for, by names that only they have: a `Family`, or whom else. */
const MADE_FOR: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/^lora_te2_|^text_encoder_2\.|add_embedding|label_emb/, "sdxl"],
  [/^lora_te3_|^text_encoder_3\.|joint_(?:transformer_)?blocks/, "sd3"],
  [/double_blocks|single_blocks|single_transformer_blocks/, "flux"],
  [/^transformer\.transformer_blocks\.\d+\.attn\.add_[qkv]_proj/, "sd3"],
  [/^transformer\.|^lora_transformer_|^lora_unet_blocks_|^diffusion_model\.|^lora_prior_/, "another family"],
  [/temporal|motion_modules/, "films"],
  [/^lora_controlnet/, "a ControlNet"],
];

const NAMINGS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^lora_unet_(?:input|output|middle)_block/, "as kohya does, over CompVis' places"],
  [/^lora_(?:unet|te)/, "as kohya does"],
  [/lora_[AB]\b/, "as PEFT does"],
  [/[._]lora[._]/, "as diffusers does"],
];

/** `null` where the file is none of them. */
export function loraKind(names: TensorNames): Kind | null {
  if (!names.has(MARKS)) return null;
  const kind = "lora";
  const made = MADE_FOR.find(([pattern]) => names.has(pattern))?.[1] ?? familyByShape(names);
  const family = made !== null && made in FAMILIES ? (made as Family) : null;
  const otherWay = OTHER_WAYS.find(([pattern]) => names.has(pattern))?.[1];
  if (otherWay !== undefined) return { kind, family, words: otherWay, use: null };
  if (made === "films") return { kind, family, words: "a motion LoRA, for films", use: null };
  if (made !== null && family === null) return { kind, family, words: `a LoRA for ${made}`, use: null };
  const naming = NAMINGS.find(([pattern]) => names.has(pattern))?.[1];
  if (!mayBeFirst(family)) return { kind, family, words: `a LoRA${forFamily(family)}`, use: null };
  const named = naming === undefined ? "" : `, named ${naming}`;
  return { kind, family, words: `a LoRA${forFamily(family)}${named}`, use: "lora" };
}

/** Stable Diffusion 1 has one transformer block in each place, and reads texts 768 wide. */
function familyByShape(names: TensorNames): Family | null {
  if (names.has(/transformer_blocks[._][1-9]/)) return "sdxl";
  const down = names.first(/attn2[._](?:processor[._])?to_[kv](?:[._]lora|_lora)(?:[._]down|_A)\b/);
  return familyOfContext(down?.[1]);
}
