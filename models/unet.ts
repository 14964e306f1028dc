/**
 * The UNet of Stable Diffusion: predicts the noise in latents (Rombach et al. 2022, figure 3; `UNet2DConditionModel` in
 * diffusers). Down blocks halve the picture and keep what they saw, up blocks double it and look at what was kept.
 */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { oneForAll, only, settings } from "../src/onnx/settings-schema.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d, groupNorm, linear } from "./layers.ts";
import { resnetBlock, type ResnetOptions } from "./resnet-block.ts";
import { type AttendPixels, attendPixels, spatialTransformer, type TransformerOptions } from "./spatial-transformer.ts";

const perLevel = z.union([z.number().int().positive(), z.array(z.number().int().positive())]);

/** `unet/config.json`. What other model families have and this one has not is refused by name. */
export const unetConfigSchema = settings(
  {
    in_channels: z.int().positive().default(4),
    out_channels: z.int().positive().default(4),
    block_out_channels: z.array(z.int().positive()).min(2).max(8),
    layers_per_block: oneForAll.default(2),
    down_block_types: z.array(z.enum(["CrossAttnDownBlock2D", "DownBlock2D"])),
    mid_block_type: only("UNetMidBlock2DCrossAttn"),
    up_block_types: z.array(z.enum(["CrossAttnUpBlock2D", "UpBlock2D"])),
    cross_attention_dim: oneForAll,
    attention_head_dim: perLevel.default(8),
    num_attention_heads: perLevel.nullish(),
    transformer_layers_per_block: oneForAll.default(1),
    use_linear_projection: z.boolean().default(false),
    norm_num_groups: z.int().positive().default(32),
    norm_eps: z.number().positive().default(1e-5),
    freq_shift: z.number().default(0),
    act_fn: only("silu", "swish"),
    flip_sin_to_cos: only(true),
    downsample_padding: only(1),
    mid_block_scale_factor: only(1),
    resnet_out_scale_factor: only(1),
    resnet_time_scale_shift: only("default"),
    time_embedding_type: only("positional"),
    attention_type: only("default"),
    conv_in_kernel: only(3),
    conv_out_kernel: only(3),
  },
  [
    "sample_size",
    "dropout",
    "upcast_attention",
    // Sizes of embeddings that are refused themselves where there are any.
    "addition_embed_type_num_heads",
    "addition_time_embed_dim",
    "projection_class_embeddings_input_dim",
    // How the average of a training was taken that was saved as a UNet.
    /^(?:decay|min_decay|inv_gamma|power|optimization_step|update_after_step|use_ema_warmup)$/,
  ],
)
  .transform((config) => {
    const levels = config.block_out_channels.length;
    // In these files `attention_head_dim` is the number of heads; the name is a mistake that was kept for their sake.
    const heads = config.num_attention_heads ?? config.attention_head_dim;
    return {
      inChannels: config.in_channels,
      outChannels: config.out_channels,
      channels: config.block_out_channels,
      layers: config.layers_per_block,
      downAttention: config.down_block_types.map((type) => type.startsWith("CrossAttn")),
      upAttention: config.up_block_types.map((type) => type.startsWith("CrossAttn")),
      contextWidth: config.cross_attention_dim,
      heads: typeof heads === "number" ? Array.from({ length: levels }, () => heads) : heads,
      transformerLayers: config.transformer_layers_per_block,
      linearProjection: config.use_linear_projection,
      groups: config.norm_num_groups,
      epsilon: config.norm_eps,
      frequencyShift: config.freq_shift,
    };
  })
  .refine(
    ({ channels, heads, downAttention, upAttention }) =>
      [heads, downAttention, upAttention].every((list) => list.length === channels.length),
    { error: "the lists of levels have different lengths" },
  );

export type UNetConfig = z.infer<typeof unetConfigSchema>;

export interface UNetInputs {
  /** Noisy latents [N, in, H, W], any H and W. */
  readonly sample: Value;
  /** float32 [1]: one timestep for the whole batch. */
  readonly timestep: Value;
  /** Encoded text [N, tokens, contextWidth]. */
  readonly context: Value;
}

/** The noise (or velocity) in `sample`, [N, out, H, W]. `attend` computes the self-attention of each place. */
export function unet(
  w: Weights,
  config: UNetConfig,
  { sample, timestep, context }: UNetInputs,
  attend: AttendPixels = attendPixels,
): Value {
  const { channels, layers, groups, epsilon } = config;
  const time = op.silu(timeEmbedding(w, timestep, config));
  const resnet: ResnetOptions = { groups, epsilon, time };
  const transformer = (level: number): TransformerOptions => ({
    heads: config.heads[level]!,
    layers: config.transformerLayers,
    groups,
    linearProjection: config.linearProjection,
    attend,
  });

  let x = conv2d(w.scope("conv_in"), sample, channels[0]!, 3);
  const skips = [x];
  for (const [level, out] of channels.entries()) {
    const down = w.scope(`down_blocks.${level}`);
    for (let i = 0; i < layers; i++) {
      x = resnetBlock(down.scope(`resnets.${i}`), x, out, resnet);
      if (config.downAttention[level])
        x = spatialTransformer(down.scope(`attentions.${i}`), x, context, transformer(level));
      skips.push(x);
    }
    if (level < channels.length - 1) {
      x = conv2d(down.scope("downsamplers.0.conv"), x, out, 3, { stride: 2 });
      skips.push(x);
    }
  }

  const deepest = channels.length - 1;
  const mid = w.scope("mid_block");
  x = resnetBlock(mid.scope("resnets.0"), x, channels[deepest]!, resnet);
  x = spatialTransformer(mid.scope("attentions.0"), x, context, transformer(deepest));
  x = resnetBlock(mid.scope("resnets.1"), x, channels[deepest]!, resnet);

  for (let level = deepest; level >= 0; level--) {
    const index = deepest - level;
    const up = w.scope(`up_blocks.${index}`);
    for (let i = 0; i <= layers; i++) {
      x = op.concat([x, skips.pop()!], 1);
      x = resnetBlock(up.scope(`resnets.${i}`), x, channels[level]!, resnet);
      if (config.upAttention[index])
        x = spatialTransformer(up.scope(`attentions.${i}`), x, context, transformer(level));
    }
    if (level > 0) x = upsample(up.scope("upsamplers.0"), x, skips.at(-1)!);
  }

  x = op.silu(groupNorm(w.scope("conv_norm_out"), x, groups, epsilon));
  return conv2d(w.scope("conv_out"), x, config.outChannels, 3);
}

/** Twice the size, or one pixel less where `like` had an odd size before it was halved. */
const upsample = block((w: Weights, x: Value, like: Value): Value => {
  const larger = op.resizeNearest(x, like.shape[2] as number, like.shape[3] as number);
  return conv2d(w.scope("conv"), larger, x.shape[1] as number, 3);
});

/** Cosines and sines of the timestep at geometrically falling frequencies, then two layers: [1, 4 · channels]. */
function timeEmbedding(w: Weights, timestep: Value, config: UNetConfig): Value {
  const width = config.channels[0]!;
  const half = width / 2;
  const frequency = (i: number): number => 10_000 ** (-i / (half - config.frequencyShift));
  const frequencies = w.graph.constant(
    "float32",
    Array.from({ length: half }, (_, i) => frequency(i)),
    [1, half],
  );
  const angles = op.mul(op.reshape(timestep, [1, 1]), frequencies);
  const waves = op.cast(op.concat([op.cos(angles), op.sin(angles)], 1), w.dtype);
  const mlp = w.scope("time_embedding");
  return linear(mlp.scope("linear_2"), op.silu(linear(mlp.scope("linear_1"), waves, 4 * width)), 4 * width);
}
