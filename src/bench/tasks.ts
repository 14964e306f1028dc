/** What is measured of the diffusion engine and of the captioner, and what comes back: plain data, sent between processes. */
import type { DeviceForms } from "../onnx/device-forms.ts";
import type { TrialResult } from "../onnx/device-trials.ts";
import type { ExecutionDevice } from "../onnx/devices.ts";
import type { StepCache } from "../painting.ts";
import type { Variant } from "../variant.ts";

/** What a measurement runs on. */
export interface RunsOn {
  readonly device: ExecutionDevice;
  readonly forms: DeviceForms;
}

export const PROCESSOR: RunsOn = {
  device: "cpu",
  forms: { dtype: "float32", attention: "fused", convolution: "plain", fusions: [] },
};

export interface UNetTask {
  readonly kind: "unet";
  readonly checkpoint: string;
  /** Side of the square latents; 64 is a picture of 512 pixels. */
  readonly latents: number;
  /** Rows under different contexts, predicted together. */
  readonly batch: number;
  /** `int8` is the UNet of `PRECISION=int8`. */
  readonly products: "exact" | "int8";
  /** Runs that are timed, after one that is not. */
  readonly runs: number;
  /** Prefix of a profile to write, or `null`. */
  readonly profile: string | null;
}

/** The decoder alone, with its memory. */
export interface DecoderTask {
  readonly kind: "decoder";
  readonly checkpoint: string;
  /** Side of the square latents. */
  readonly latents: number;
  /** Runs that are timed, after one that is not. */
  readonly runs: number;
}

/** Each operator on its own, against the processor. */
interface TrialsTask {
  readonly kind: "trials";
}

/** The tests' tiny networks. */
interface FixturesTask {
  readonly kind: "fixtures";
}

/**
 * What is painted: the default form by the path that all have, without and with each step cache; the faithful form; the
 * path of `auto`.
 */
export const IMAGE_FORMS = ["default", "deepcache", "tgate", "both", "faithful", "attention"] as const;
export type ImageForm = (typeof IMAGE_FORMS)[number];

export interface ImageTask {
  readonly kind: "image";
  readonly checkpoint: string;
  readonly variant: Variant;
  readonly faithful: boolean;
  readonly stylePath: "adain" | "attention";
  readonly strength: number;
  readonly size: number;
  /** `null`: the form's own. */
  readonly steps: number | null;
  readonly stepCache: StepCache;
  /** Where the picture's bytes go, RGB; `null`: nowhere. */
  readonly pixels: string | null;
}

export interface CaptionTask {
  readonly kind: "caption";
  /** A converted captioner. */
  readonly checkpoint: string;
  /** Positions of the prefix: picture and question. */
  readonly prefix: number;
  /** Tokens that are written and timed. */
  readonly tokens: number;
  /** Prefix of a profile to write, or `null`. */
  readonly profile: string | null;
}

export interface InversionTask {
  readonly kind: "inversion";
  readonly checkpoint: string;
  /** Side of the square latents. */
  readonly latents: number;
  /** Steps that are timed, after one that is not. */
  readonly runs: number;
}

export interface VaeTask {
  readonly kind: "vae";
  readonly checkpoint: string;
  readonly half: "encoder" | "decoder";
  /** Side of the square latents. */
  readonly latents: number;
  /** Runs that are timed, after one that is not. */
  readonly runs: number;
}

export type BenchTask =
  | UNetTask
  | DecoderTask
  | VaeTask
  | ImageTask
  | CaptionTask
  | InversionTask
  | TrialsTask
  | FixturesTask;

export interface NetworkTiming {
  readonly kind: "network";
  /** From nothing to an open session, headers included, milliseconds. */
  readonly loadMs: number;
  readonly firstRunMs: number;
  /** Of each timed run: wall clock, and CPU time over the number of cores it may use. */
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
  /** What the plan says that the session holds, and what it was seen to hold; `null` where nobody says. */
  readonly plannedBytes: number;
  readonly heldBytes: number | null;
  /** Some of it ran on the processor. */
  readonly isSplit: boolean;
}

interface TrialsOutcome {
  readonly kind: "trials";
  readonly results: readonly TrialResult[];
}

export interface FixtureCheck {
  readonly name: string;
  /** ‖actual - expected‖ / ‖expected‖; `null` when it could not be computed. */
  readonly error: number | null;
  readonly tolerance: number;
  readonly isRight: boolean;
  readonly reason?: string;
}

export interface FixturesOutcome {
  readonly kind: "fixtures";
  readonly checks: readonly FixtureCheck[];
  /** What was left partly to the processor, in words. */
  readonly splits: readonly string[];
}

export interface ImageTiming {
  readonly kind: "image";
  readonly wallMs: number;
  readonly cpuMs: number;
  /** From the picture to the first finished step. */
  readonly firstStepMs: number;
  readonly steps: number;
  readonly unetRows: number;
}

export interface CaptionTiming {
  readonly kind: "caption";
  /** Opening the vision tower and looking at one picture. */
  readonly visionMs: number;
  /** Opening the language model. */
  readonly loadMs: number;
  /** Reading the prefix, up to the first token. */
  readonly firstMs: number;
  readonly firstCpuMs: number;
  /** Of each token. */
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
  /** Bytes that a token reads: the language model's weights, and the prefix's keys and values. */
  readonly weightBytes: number;
  readonly cacheBytes: number;
  /** Bytes that a token took along to its device and back. */
  readonly crossedBytes: number;
}

export interface InversionTiming {
  readonly kind: "inversion";
  /** Opening included. */
  readonly firstRunMs: number;
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
}

export interface VaeTiming {
  readonly kind: "vae";
  /** Opening included. */
  readonly firstRunMs: number;
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
}

export type Timing =
  | NetworkTiming
  | VaeTiming
  | ImageTiming
  | CaptionTiming
  | InversionTiming
  | TrialsOutcome
  | FixturesOutcome;

/** What comes back of each task. */
export interface TimingOfKind {
  readonly unet: NetworkTiming;
  readonly decoder: NetworkTiming;
  readonly vae: VaeTiming;
  readonly image: ImageTiming;
  readonly caption: CaptionTiming;
  readonly inversion: InversionTiming;
  readonly trials: TrialsOutcome;
  readonly fixtures: FixturesOutcome;
}

/** The largest resident memory seen, in bytes: the process's own, and the mapped files'. `null` where it cannot be read. */
export interface PeakMemory {
  readonly anonymous: number;
  readonly mapped: number;
}
