/** The autoencoder of Stable Diffusion (KL-f8 of Rombach et al. 2022; `AutoencoderKL` in diffusers). */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { oneForAll, only, settings } from "../src/onnx/settings-schema.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d, groupNorm, groupNormSilu, linear, toPicture, toSequence } from "./layers.ts";
import { resnetBlock, type ResnetOptions } from "./resnet-block.ts";

/** `vae/config.json` */
export const vaeConfigSchema = settings(
  {
    _class_name: only("AutoencoderKL", "FlaxAutoencoderKL"),
    latent_channels: z.int().positive().default(4),
    block_out_channels: z.array(z.int().positive()).min(1).max(8),
    layers_per_block: oneForAll.default(1),
    down_block_types: z.array(z.literal("DownEncoderBlock2D")),
    up_block_types: z.array(z.literal("UpDecoderBlock2D")),
    norm_num_groups: z.int().positive().default(32),
    scaling_factor: z.number().positive().default(0.18215),
    in_channels: only(3),
    out_channels: only(3),
    act_fn: only("silu", "swish"),
    shift_factor: only(0, null),
    mid_block_add_attention: only(true),
    use_quant_conv: only(true),
    use_post_quant_conv: only(true),
  },
  ["sample_size", "force_upcast"],
).transform((config) => ({
  latentChannels: config.latent_channels,
  channels: config.block_out_channels,
  layers: config.layers_per_block,
  groups: config.norm_num_groups,
  /** Latents are multiplied by this after encoding, and divided before decoding. */
  scalingFactor: config.scaling_factor,
  /** Pixels per latent, each way. */
  downscale: 2 ** (config.block_out_channels.length - 1),
}));

export type VaeConfig = z.infer<typeof vaeConfigSchema>;

/** Of every normalisation. */
export const EPSILON = 1e-6;

/** Pictures [N, 3, H, W] in [-1, 1] -> means, then logarithms of variances: [N, 2 · latent, H / f, W / f]. */
export function vaeEncoder(w: Weights, config: VaeConfig, pictures: Value): Value {
  const { channels, groups, latentChannels } = config;
  const options: ResnetOptions = { groups, epsilon: EPSILON };
  const encoder = w.scope("encoder");
  let x = conv2d(encoder.scope("conv_in"), pictures, channels[0]!, 3);
  for (const [level, out] of channels.entries()) {
    const down = encoder.scope(`down_blocks.${level}`);
    for (let i = 0; i < config.layers; i++) x = resnetBlock(down.scope(`resnets.${i}`), x, out, options);
    if (level < channels.length - 1) x = downsample(down.scope("downsamplers.0"), x);
  }
  x = middle(encoder.scope("mid_block"), x, options);
  x = groupNormSilu(encoder.scope("conv_norm_out"), x, groups, EPSILON);
  x = conv2d(encoder.scope("conv_out"), x, 2 * latentChannels, 3);
  return conv2d(w.scope("quant_conv"), x, 2 * latentChannels, 1);
}

/** Latents [N, latent, h, w], already divided by the scaling factor -> pictures [N, 3, h · f, w · f], about [-1, 1]. */
export function vaeDecoder(w: Weights, config: VaeConfig, latents: Value): Value {
  const decoder = w.scope("decoder");
  const x = vaeDecoderHead(w, config, latents, config.channels.length);
  const normal = groupNormSilu(decoder.scope("conv_norm_out"), x, config.groups, EPSILON);
  return conv2d(decoder.scope("conv_out"), normal, 3, 3);
}

/** The decoder's first levels, each twice the size of the one before: the features [N, C, H, W] that the last gives. */
export function vaeDecoderHead(w: Weights, config: VaeConfig, latents: Value, levels: number): Value {
  const { groups, latentChannels } = config;
  const options: ResnetOptions = { groups, epsilon: EPSILON };
  const channels = [...config.channels].reverse();
  const decoder = w.scope("decoder");
  let x = conv2d(w.scope("post_quant_conv"), latents, latentChannels, 1);
  x = conv2d(decoder.scope("conv_in"), x, channels[0]!, 3);
  x = middle(decoder.scope("mid_block"), x, options);
  for (const [level, out] of channels.slice(0, levels).entries()) {
    if (level > 0) x = upsample(decoder.scope(`up_blocks.${level - 1}.upsamplers.0`), x);
    for (let i = 0; i <= config.layers; i++)
      x = resnetBlock(decoder.scope(`up_blocks.${level}.resnets.${i}`), x, out, options);
  }
  return x;
}

/** Padded at the bottom and at the right only, as the network was trained. */
const downsample = block((w: Weights, x: Value): Value =>
  conv2d(w.scope("conv"), x, x.shape[1] as number, 3, { stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } }),
);

/** Twice the size. */
export const upsample = block((w: Weights, x: Value): Value => {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const layer = w.scope("conv");
  if (w.graph.convolution !== "blocked") return conv2d(layer, op.resizeNearest(x, 2 * height, 2 * width), channels, 3);
  return op.convOfDoubled(x, layer.tensor("weight", [channels, channels, 3, 3]), layer.tensor("bias", [channels]));
});

const middle = block((w: Weights, x: Value, options: ResnetOptions): Value => {
  const channels = x.shape[1] as number;
  const y = attention(w.scope("attentions.0"), resnetBlock(w.scope("resnets.0"), x, channels, options), options.groups);
  return resnetBlock(w.scope("resnets.1"), y, channels, options);
});

/** One head over all pixels. Files of 2022 have other names for its layers. */
const attention = block((w: Weights, x: Value, groups: number): Value => {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const [q, k, v, out] = w.has("to_q.weight")
    ? (["to_q", "to_k", "to_v", "to_out.0"] as const)
    : (["query", "key", "value", "proj_attn"] as const);
  const pixels = toSequence(groupNorm(w.scope("group_norm"), x, groups, EPSILON));
  const project = (name: string): Value => linear(w.scope(name), pixels, channels);
  const mixed = op.attention(project(q), project(k), project(v), { heads: 1 });
  return op.add(toPicture(linear(w.scope(out), mixed, channels), height, width), x);
});
