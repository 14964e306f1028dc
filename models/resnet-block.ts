/** The residual block of Stable Diffusion's UNet and autoencoder (`ResnetBlock2D` in diffusers). */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d, groupNormSilu, linear } from "./layers.ts";

export interface ResnetOptions {
  readonly groups: number;
  readonly epsilon: number;
  /** Activated time embedding [1, T]; the autoencoder has none. */
  readonly time?: Value;
}

/** [N, in, H, W] -> [N, out, H, W] */
export const resnetBlock = block(
  (w: Weights, x: Value, out: number, { groups, epsilon, time }: ResnetOptions): Value => {
    let y = conv2d(w.scope("conv1"), groupNormSilu(w.scope("norm1"), x, groups, epsilon), out, 3);
    if (time) y = op.add(y, op.reshape(linear(w.scope("time_emb_proj"), time, out), [1, out, 1, 1]));
    y = conv2d(w.scope("conv2"), groupNormSilu(w.scope("norm2"), y, groups, epsilon), out, 3);
    return op.add(x.shape[1] === out ? x : conv2d(w.scope("conv_shortcut"), x, out, 1), y);
  },
);
