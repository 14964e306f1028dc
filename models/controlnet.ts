/**
 * ControlNet (Zhang et al. 2023, section 3.1): a copy of the way down of Stable Diffusion's UNet sees a picture besides the
 * latents, and what it makes of both goes, by a convolution that began at zero, to each skip connection of the UNet and into
 * its middle. Names are diffusers': `controlnet_cond_embedding`, `controlnet_down_blocks.N`, `controlnet_mid_block`.
 */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d } from "./layers.ts";
import { type Control, downHalf, type UNetConfig, type UNetInputs } from "./unet.ts";

/** What the picture is to the first features, [1, C, H / 8, W / 8]: it stays the same from step to step. */
export const controlHint = block((w: Weights, config: UNetConfig, picture: Value): Value => {
  const embedding = w.scope("controlnet_cond_embedding");
  const widthOf = (name: string): number => embedding.shapeOf(`${name}.weight`)?.[0] as number;
  let x = op.silu(conv2d(embedding.scope("conv_in"), picture, widthOf("conv_in"), 3));
  // In pairs: one keeps the size, one halves it.
  for (let i = 0; embedding.has(`blocks.${i}.weight`); i++)
    x = op.silu(conv2d(embedding.scope(`blocks.${i}`), x, widthOf(`blocks.${i}`), 3, i % 2 === 1 ? { stride: 2 } : {}));
  return conv2d(embedding.scope("conv_out"), x, config.channels[0]!, 3);
});

/**
 * What is added to the UNet's features, as much as was trained.
 *
 * @param config the UNet's, whose copy it is
 * @param inputs as the UNet's; the context may be another
 */
export function controlNet(w: Weights, config: UNetConfig, inputs: UNetInputs, hint: Value): Control {
  const { skip, middle } = downHalf(w, config, inputs, {}, hint);
  const fromZero = (name: string, x: Value): Value => conv2d(w.scope(name), x, x.shape[1] as number, 1);
  return {
    atSkip: (index) => fromZero(`controlnet_down_blocks.${index}`, skip(index)),
    atMiddle: () => fromZero("controlnet_mid_block", middle()),
  };
}
