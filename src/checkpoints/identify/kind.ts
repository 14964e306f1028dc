/** What a file of weights may be. */

export const FAMILIES = {
  sd1: "Stable Diffusion 1",
  sd2: "Stable Diffusion 2",
  sdxl: "Stable Diffusion XL",
  refiner: "Stable Diffusion XL's refiner",
  sd3: "Stable Diffusion 3",
  flux: "Flux",
} as const;
export type Family = keyof typeof FAMILIES;

/** `painter`: paints by itself; `part`: one network of a painter; `lora`, `style`, `adapter`: goes over a painter. */
export type Use = "painter" | "part" | "lora" | "style" | "adapter" | "captioner";

export interface Kind {
  /** `checkpoint`: all that paints, in one file. A new kind is a name here and a rule in `kinds.ts`. */
  readonly kind:
    | "checkpoint"
    | "UNet"
    | "transformer"
    | "autoencoder"
    | "text encoder"
    | "image encoder"
    | "lora"
    | "embedding"
    | "ControlNet"
    | "T2I adapter"
    | "image adapter"
    | "edge detector"
    | "motion module"
    | "hypernetwork"
    | "upscaler"
    | "captioner"
    | "language model"
    | "safety checker";
  /** Whose it is, or whom it is for; `null` where the names do not tell. */
  readonly family: Family | null;
  /** Completes "it is …". */
  readonly words: string;
  /** What it can be used as here, `null` where it cannot. */
  readonly use: Use | null;
}

/** By the width of the texts that cross-attention reads. */
export const familyOfContext = (width: number | undefined): Family | null =>
  width === 768 ? "sd1" : width === 1024 ? "sd2" : width === 2048 ? "sdxl" : width === 1280 ? "refiner" : null;

/** `for Stable Diffusion XL`; nothing where the family is not known. */
export const forFamily = (family: Family | null): string => (family === null ? "" : ` for ${FAMILIES[family]}`);

/** Stable Diffusion 1's, or of a size that is nobody's, which may be a small one of its kind. */
export const mayBeFirst = (family: Family | null): boolean => family === "sd1" || family === null;
