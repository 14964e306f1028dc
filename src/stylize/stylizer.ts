/** What an engine that repaints pictures is, whichever way it does it: the contract of `embedded` and of `diffusion`. */
import type { RgbImage } from "../images/rgb-image.ts";
import type { StylePath, StylizerId, StylizeSettings } from "../painting.ts";
import type { Variant } from "../variant.ts";
import type { Learned, LearnHooks, LearnInput } from "./diffusion/learn-style.ts";

export interface StylizeInput {
  readonly content: RgbImage;
  /** Always given; the variant `prompt` does not look at it. */
  readonly style: RgbImage;
  /** Sha256 (hex) of the stored pictures: cache keys for latents, patch banks and statistics. */
  readonly contentSha256: string;
  readonly styleSha256: string;
  readonly variant: Variant;
  /** Style description in English; `null` only for the variant `inst`. */
  readonly description: string | null;
  /** What was learned for the style image: one or more vectors of the text encoder's width, one after the other. */
  readonly token?: Float32Array | null;
  readonly settings: StylizeSettings;
}

export interface StylizeHooks {
  readonly signal?: AbortSignal;
  /** `step` of `steps` is finished; `step` never falls. */
  readonly onProgress?: (step: number, steps: number) => void;
  /** A coarse picture of what is coming, any size with the result's aspect ratio. */
  readonly onPreview?: (image: RgbImage, step: number, steps: number) => void;
}

export interface StylizeResult {
  readonly image: RgbImage;
  /** Steps that were run. */
  readonly steps: number;
  /** Guidance scale used, `null` where the engine has none. */
  readonly guidance: number | null;
  /** How the style image entered, `null` where it did not or the engine has one way only. */
  readonly stylePath: Exclude<StylePath, "auto"> | null;
  /** Rows that passed the UNet, inversions included: what the picture cost (diffusion only). */
  readonly unetRows?: number;
}

/** Repaints a content picture. Cancels within 250 ms by throwing `CancelledError`. */
export interface Stylizer {
  readonly id: StylizerId;
  stylize(input: StylizeInput, hooks?: StylizeHooks): Promise<StylizeResult>;
  /** Learns a style's token; engines without networks cannot. */
  learn?(input: LearnInput, hooks?: LearnHooks): Promise<Learned>;
}
