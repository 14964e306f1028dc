/** How an image adapter looks at a style picture, whatever kind it is: what goes in, and the network that makes tokens of it. */
import type { Floats, Value } from "../../../onnx/index.ts";
import type { Weights } from "../../../onnx/weights.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";

export interface Look {
  /** Tells its sessions from others. */
  readonly key: string;
  readonly inputs: readonly Floats[];
  /** The tokens, [1, tokens, contextWidth]. */
  readonly tokens: (weights: (part: "adapter" | "tower") => Weights, inputs: readonly Value[]) => Value;
}

export interface Sight {
  readonly at: (picture: RgbImage) => Look;
  /** What stands for no picture. */
  readonly nothing: () => Look;
}

/** Keys of the two. */
export const LOOKS = { picture: "image-tokens", nothing: "image-nothing" } as const;
