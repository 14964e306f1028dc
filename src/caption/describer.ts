import type { RgbImage } from "../images/rgb-image.ts";

/** The paper's instruction to the captioner, word for word. */
export const STYLE_PROMPT =
  "Task: Give high level description English of the style aspects of the image, like color scheme used, style description of objects, etc.";

export interface DescribeInput {
  readonly image: RgbImage;
  /** Sha256 (hex) of the stored picture. */
  readonly sha256: string;
  /** Instruction to the captioner; describers without a language model ignore it. Default `STYLE_PROMPT`. */
  readonly prompt?: string;
  /** Preprocess as the reference code does. */
  readonly faithful?: boolean;
}

export interface DescribeHooks {
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
  describe(input: DescribeInput, hooks?: DescribeHooks): Promise<string>;
}
