/** What a file that is no LoRA for Stable Diffusion 1 is instead, told from the names and shapes of its tensors. */

/** Kinds that change weights in another way than by two thin matrices, by a name that only they have. */
const KINDS: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/\.hada_/, "a LoHa, which multiplies its matrices in another way"],
  [/\.lokr_/, "a LoKr, which multiplies its matrices in another way"],
  [/\.dora_scale$|\.lora_magnitude_vector\b/, "a DoRA, which also changes how long the weights are"],
  [/[._]lora_mid\./, "a LoCon of the Tucker form, which has a third matrix"],
  [/\.oft_|\.boft_/, "an OFT, which turns the weights"],
  [/\.[ab][12]\.weight$/, "a GLoRA, which has matrices of another kind"],
  [/\.on_input$|\.ia3_/, "an IA3, which scales what the layers see"],
  [/[._]lora_[AB](?:\.[\w-]+)?\.bias$/, "a LoRA with biases"],
  [/\.diff(?:_b)?$|\.(?:w|b)_norm$/, "a set of whole differences of weights"],
  [/^string_to_param|^emb_params$|^clip_[lg]$/, "a learned word (`/style import` takes those)"],
  [/^model\.diffusion_model\.|^first_stage_model\./, "a whole checkpoint, which belongs into the folder above"],
  [/^(?:control_model|controlnet|input_hint_block)/, "a ControlNet"],
];

const SDXL = "a LoRA for Stable Diffusion XL";

/** Families of networks that LoRA files are made for. */
const FAMILIES: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/^lora_te2_|^text_encoder_2\.|add_embedding|label_emb/, SDXL],
  [/^lora_te3_|^text_encoder_3\.|joint_(?:transformer_)?blocks/, "a LoRA for Stable Diffusion 3"],
  [/double_blocks|single_blocks|single_transformer_blocks/, "a LoRA for Flux"],
  [/^transformer\.|^lora_transformer_|^lora_unet_blocks_|^diffusion_model\.|^lora_prior_/, "a LoRA for another family"],
  [/temporal|motion_modules/, "a motion LoRA, for films"],
];

/** `null` where the names tell nothing of the kind. */
export function foreignLora(names: readonly string[]): string | null {
  const found = [...KINDS, ...FAMILIES].find(([pattern]) => names.some((name) => pattern.test(name)));
  if (found) return found[1];
  // Stable Diffusion 1 has one transformer block in each place.
  return names.some((name) => /transformer_blocks[._][1-9]/.test(name)) ? SDXL : null;
}

/** Whose texts a layer reads that is of another width: Stable Diffusion 1's are 768 wide. `null`: nobody's known. */
export function foreignContext(width: number): string | null {
  return width === 2048 ? SDXL : width === 1024 ? "a LoRA for Stable Diffusion 2" : null;
}
