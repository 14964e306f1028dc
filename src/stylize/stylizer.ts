import type { RgbImage } from "../images/rgb-image.ts";
import type { Variant } from "../variant.ts";
import type { Learned, LearnHooks, LearnInput } from "./diffusion/learn-style.ts";

export const STYLE_PATHS = ["auto", "token", "attention", "adain"] as const;

/** How the style image itself enters a diffusion picture: learned token, shared attention, or latent statistics. */
export type StylePath = (typeof STYLE_PATHS)[number];

/** What a person can set. `null` means: the engine's own default. */
export interface StylizeSettings {
  /** How far from the content the picture may go, 0 to 1. */
  readonly strength: number;
  /** Seed of all randomness, an unsigned 32-bit integer. Same seed and inputs, same pixels. */
  readonly seed: number;
  /** Long side of the result, pixels. */
  readonly size: number;
  /** Denoising steps (diffusion only). */
  readonly steps: number | null;
  /** Classifier-free guidance scale (diffusion only). */
  readonly guidance: number | null;
  readonly stylePath: StylePath;
  /** Behave like the reference code where it is known to differ from the best practice. */
  readonly faithful: boolean;
}

/** What a person gets who sets nothing but the seed. */
export const DEFAULT_SETTINGS: Omit<StylizeSettings, "seed"> = {
  strength: 0.6,
  size: 512,
  steps: null,
  guidance: null,
  stylePath: "auto",
  faithful: false,
};

/** Bounds of the settings, checked where a person gives them. */
export const SETTING_BOUNDS = {
  strength: [0, 1],
  size: [64, 1024],
  steps: [1, 200],
  guidance: [1, 30],
  seed: [0, 0xffff_ffff],
} as const satisfies Partial<Record<keyof StylizeSettings, readonly [number, number]>>;

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

export const STYLIZER_IDS = ["embedded", "diffusion"] as const;
export type StylizerId = (typeof STYLIZER_IDS)[number];

/** Repaints a content picture. Cancels within 250 ms by throwing `CancelledError`. */
export interface Stylizer {
  readonly id: StylizerId;
  stylize(input: StylizeInput, hooks?: StylizeHooks): Promise<StylizeResult>;
  /** Learns a style's token; engines without networks cannot. */
  learn?(input: LearnInput, hooks?: LearnHooks): Promise<Learned>;
}
