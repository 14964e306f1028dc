/** The words of painting, which everybody may use: engines, style paths, what a person can set and within which bounds. */
export const STYLIZER_IDS = ["embedded", "diffusion"] as const;
export type StylizerId = (typeof STYLIZER_IDS)[number];

/** What the embedded engine paints with: patches of the style over the network's sketch, or one of them alone. */
export const ENGINE_PARTS = ["both", "patches", "network"] as const;
export type EngineParts = (typeof ENGINE_PARTS)[number];

export const STYLE_PATHS = [
  "auto",
  "token",
  "attention",
  "adain",
  "adapter",
  "adapter-token",
  "adapter-attention",
  "styleshot",
] as const;

/**
 * How the style image itself enters a diffusion picture: learned token, shared attention, latent statistics, or as a prompt
 * by an image adapter (IP-Adapter alone or beside one of the others, or StyleShot).
 */
export type StylePath = (typeof STYLE_PATHS)[number];
export type UsedStylePath = Exclude<StylePath, "auto">;

/** The image adapters, by the style paths of their names. */
export const IMAGE_ADAPTERS = ["adapter", "styleshot"] as const;
export type ImageAdapterPath = (typeof IMAGE_ADAPTERS)[number];

/** The ways into the picture that a style path takes; all take latent statistics where they do not take attention. */
export interface Ways {
  readonly token: boolean;
  readonly attention: boolean;
  readonly adapter: ImageAdapterPath | null;
}

/** How the style image entered, for people. @param contours of StyleShot: whether the content's were drawn over */
export const stylePathWords = (path: UsedStylePath, contours: boolean | undefined): string =>
  path === "styleshot" && !contours ? `${path} without contours` : path;

export const waysOf = (path: StylePath | null): Ways => {
  const ways: readonly string[] = path?.split("-") ?? [];
  const adapter = IMAGE_ADAPTERS.find((name) => ways.includes(name)) ?? null;
  return { token: ways.includes("token"), attention: ways.includes("attention"), adapter };
};

/** What later steps of a diffusion picture take over from earlier ones: deep features, what the text gave, or both. */
export const STEP_CACHES = ["off", "deepcache", "tgate", "both"] as const;
export type StepCache = (typeof STEP_CACHES)[number];
export type UsedStepCache = Exclude<StepCache, "off">;

/** What is trained when a style is learned: the vector itself, or the module of InST's code that computes it. */
export type TokenForm = "vector" | "affine";

export const SPEEDS = ["draft", "normal", "fine"] as const;

/**
 * How much work goes into a diffusion picture. `draft`: four to eight steps with weights made for that, to be finished
 * later; `fine`: twice the steps. The embedded engine has one speed.
 */
export type Speed = (typeof SPEEDS)[number];

/** A small file over the checkpoint that shifts its style or subject (LoRA; Hu et al. 2021), and how much of it. */
export interface LoraChoice {
  /** Its file's, without the ending. */
  readonly name: string;
  /** 1: as it was trained; below 0 the other way. */
  readonly weight: number;
}

/** Each costs memory and about a tenth of a step. */
export const MOST_LORAS = 4;

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
  /** The style's strokes, texture and tones in the content's own colours. */
  readonly keepColors: boolean;
  /** Absent: what is set for the installation (`STEP_CACHE`), where it goes with the rest (diffusion only). */
  readonly stepCache?: StepCache;
  /** Diffusion only. */
  readonly speed: Speed;
  /** At most `MOST_LORAS` (diffusion only). */
  readonly loras: readonly LoraChoice[];
  /** The content is a finished picture, which is painted finer at `size` and stays what it is (`src/hd.ts`). */
  readonly hd?: boolean;
}

/** What a person gets who sets nothing but the seed. */
export const DEFAULT_SETTINGS: Omit<StylizeSettings, "seed"> = {
  strength: 0.6,
  size: 512,
  steps: null,
  guidance: null,
  stylePath: "auto",
  faithful: false,
  keepColors: false,
  speed: "normal",
  loras: [],
};

/** Of a LoRA's weight: beyond these, pictures fall apart. */
export const LORA_WEIGHTS = [-2, 2] as const;

/** Bounds of the settings, checked where a person gives them. */
export const SETTING_BOUNDS = {
  strength: [0, 1],
  size: [64, 1024],
  steps: [1, 200],
  guidance: [1, 30],
  seed: [0, 0xffff_ffff],
} as const satisfies Partial<Record<keyof StylizeSettings, readonly [number, number]>>;
