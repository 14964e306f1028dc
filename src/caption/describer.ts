/** What a captioner is, with a language model or without: the contract of everything that puts a style into words. */
import type { RgbImage } from "../images/rgb-image.ts";

/** The paper's instruction to the captioner, word for word. */
export const STYLE_PROMPT =
  "Task: Give high level description English of the style aspects of the image, like color scheme used, style description of objects, etc.";

/** A picture whose style is to be described. */
export interface DescribeInput {
  readonly image: RgbImage;
  /** Sha256 (hex) of the stored picture. */
  readonly sha256: string;
  /** Instruction to the captioner; describers without a language model ignore it. Default `STYLE_PROMPT`. */
  readonly prompt?: string;
  /** Preprocess as the reference code does. */
  readonly faithful?: boolean;
}

/** What happens meanwhile. */
export interface DescribeHooks {
  /** Stops it. */
  readonly signal?: AbortSignal;
  /** The text so far, whole, each time it grows. */
  readonly onText?: (textSoFar: string) => void;
}

/** Describes the style of a picture in English. Cancels within 250 ms (or one token) by throwing `CancelledError`. */
export interface StyleDescriber {
  /** Stable id, part of cache keys: `palette`, `sharegpt4v-7b`, … */
  readonly id: string;
  /** The name people see. */
  readonly label: string;
  /** @throws EngineError when it cannot (another describer may then take over); CancelledError */
  describe(input: DescribeInput, hooks?: DescribeHooks): Promise<string>;
}
