/**
 * The names of LoRA files for the layers of Stable Diffusion 1, in every naming that is found in the wild: kohya's with
 * diffusers' or CompVis' places, those of diffusers since its first, PEFT's, and a malformed one. They differ in what a name
 * begins and ends with; between them stands the same place, with dots or underscores.
 */
import { ldmUNetName } from "./ldm-names.ts";

export type LoraNetwork = "unet" | "text";

/** What a tensor of a LoRA file is. */
export interface LoraTensorName {
  readonly network: LoraNetwork;
  /** The layer as the checkpoint names it: `down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0`. */
  readonly layer: string;
  readonly part: "down" | "up" | "alpha";
}

/** `x.lora_down.weight`, `x.lora.down.weight`, `x_lora_down.weight`, `x.lora_linear_layer.down.weight`, `x.lora_A.default.weight` */
const MATRIX = /^(?<place>.+?)[._]lora(?:_linear_layer)?[._](?<side>down|up|A|B)(?:\.[\w-]+)?\.weight$/;
const ALPHA = /^(?<place>.+?)(?:[._]lora)?\.alpha$/;

/** What names begin with; without any of them they are the UNet's. */
const UNET_START = /^(?:lora_unet_(?:unet_)?|(?:unet\.)?(?:base_model\.model\.)?)/;
const TEXT_START = /^(?:lora_te1?_|text_encoder\.)(?:base_model\.model\.)?(?:text_model[._])?/;

/** Of the text encoder's attention, in the early files of diffusers. */
const EARLY_TEXT: Readonly<Record<string, string>> = {
  q_proj: "to_q",
  k_proj: "to_k",
  v_proj: "to_v",
  out_proj: "to_out",
};

/**
 * A reader of names for a checkpoint.
 *
 * @param layers of its networks, as the checkpoint names them
 * @returns a function that says what a tensor is, `null` where its name is not one of these layers'
 */
export function loraNames(
  layers: Readonly<Record<LoraNetwork, Iterable<string>>>,
): (name: string) => LoraTensorName | null {
  const places = { unet: new Map<string, string>(), text: new Map<string, string>() };
  for (const layer of layers.unet) {
    places.unet.set(flat(layer), layer);
    places.unet.set(flat(layer.replace(/to_out\.0$/, "to_out")), layer);
    places.unet.set(flat(ldmPlace(layer)), layer);
  }
  for (const layer of layers.text) {
    const place = layer.replace(/^text_model\./, "");
    places.text.set(flat(place), layer);
    places.text.set(flat(place.replace(/\w+$/, (last) => EARLY_TEXT[last] ?? last)), layer);
  }
  return (name) => {
    const { place, side = "alpha" } = (MATRIX.exec(name) ?? ALPHA.exec(name))?.groups ?? {};
    if (place === undefined) return null;
    const network = TEXT_START.test(place) ? "text" : "unet";
    const bare = place.replace(network === "text" ? TEXT_START : UNET_START, "").replace(/[._]processor(?=[._])/, "");
    const layer = places[network].get(flat(bare));
    return layer === undefined ? null : { network, layer, part: PARTS[side]! };
  };
}

const PARTS: Readonly<Record<string, LoraTensorName["part"]>> = {
  down: "down",
  A: "down",
  up: "up",
  B: "up",
  alpha: "alpha",
};

const ldmPlace = (layer: string): string =>
  ldmUNetName(`${layer}.weight`)
    .replace(/^model\.diffusion_model\./, "")
    .replace(/\.weight$/, "");

const flat = (place: string): string => place.replaceAll(".", "_");
