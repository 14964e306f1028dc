/** What is measured of the diffusion engine and of the captioner, and what comes back: plain data, sent between processes. */
import type { StepCache } from "../painting.ts";
import type { Variant } from "../variant.ts";

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

export type BenchTask = UNetTask | ImageTask | CaptionTask | InversionTask;

export interface UNetTiming {
  readonly kind: "unet";
  /** From nothing to an open session, headers included, milliseconds. */
  readonly loadMs: number;
  readonly firstRunMs: number;
  /** Of each timed run: wall clock, and CPU time over the number of cores it may use. */
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
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
}

export interface InversionTiming {
  readonly kind: "inversion";
  /** Opening included. */
  readonly firstRunMs: number;
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
}

export type Timing = UNetTiming | ImageTiming | CaptionTiming | InversionTiming;

/** The largest resident memory seen, in bytes: the process's own, and the mapped files'. `null` where it cannot be read. */
export interface PeakMemory {
  readonly anonymous: number;
  readonly mapped: number;
}
