/**
 * The UNet of Stable Diffusion: predicts the noise in latents (Rombach et al. 2022, figure 3; `UNet2DConditionModel` in
 * diffusers). Down blocks halve the picture and keep what they saw, up blocks double it and look at what was kept.
 */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { oneForAll, only, settings } from "../src/onnx/settings-schema.ts";
import type { Dim, Shape } from "../src/onnx/shape.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d, groupNormSilu, linear } from "./layers.ts";
import { resnetBlock, type ResnetOptions } from "./resnet-block.ts";
import {
  type AttendPixels,
  attendPixels,
  spatialTransformer,
  takeFreshText,
  type TakeText,
  type TransformerOptions,
} from "./spatial-transformer.ts";

const perLevel = z.union([z.number().int().positive(), z.array(z.number().int().positive())]);

/** `unet/config.json`. What other model families have and this one has not is refused by name. */
export const unetConfigSchema = settings(
  {
    _class_name: only("UNet2DConditionModel", "FlaxUNet2DConditionModel"),
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

/** What goes up to be put beside skip connection `branch`, counted from the shallowest, and all below it (DeepCache). */
export interface DeepPart {
  readonly branch: number;
  /** Gives those features, [N, C, H, W]: by `compute`, or from elsewhere, and then nothing below is computed. */
  readonly features: (shape: Shape, compute: () => Value) => Value;
}

/** Where others than the network itself say what goes on. */
export interface UNetPlaces {
  /** Computes the self-attention of each place. */
  readonly attend?: AttendPixels;
  /** Computes the attention over the text of each place, before its last projection. */
  readonly attendText?: AttendPixels;
  /** Gives what each place takes from the text. */
  readonly takeText?: TakeText;
  readonly deep?: DeepPart;
  readonly control?: Control;
}

/** What another network adds to what goes up (`models/controlnet.ts`). Nothing is asked for that is not computed. */
export interface Control {
  /** Added to skip connection `index`, counted from the shallowest, where it goes up; what goes down stays as it is. */
  readonly atSkip: (index: number) => Value;
  /** Added to what comes out of the middle. */
  readonly atMiddle: () => Value;
}

/** What the network sees on its way down. */
interface DownHalf {
  /** Skip connection `index`, counted from the shallowest. */
  readonly skip: (index: number) => Value;
  /** What comes out of the middle. */
  readonly middle: () => Value;
  /** How the blocks of the way up are made, too. */
  readonly resnet: ResnetOptions;
  readonly transformer: (level: number) => TransformerOptions;
}

/** How many skip connections there are. */
export const skipsOf = ({ channels, layers }: UNetConfig): number => channels.length * (layers + 1);

/**
 * The way down and the middle, computed as far as they are asked for.
 *
 * @param hint is added to the first features
 */
export function downHalf(
  w: Weights,
  config: UNetConfig,
  { sample, timestep, context }: UNetInputs,
  { attend = attendPixels, attendText = attendPixels, takeText = takeFreshText }: UNetPlaces = {},
  hint?: Value,
): DownHalf {
  const { channels, layers, groups, epsilon } = config;
  const time = op.silu(timeEmbedding(w, timestep, config));
  const resnet: ResnetOptions = { groups, epsilon, time };
  const transformer = (level: number): TransformerOptions => ({
    heads: config.heads[level]!,
    layers: config.transformerLayers,
    groups,
    linearProjection: config.linearProjection,
    attend,
    attendText,
    takeText,
  });
  const perLevel = layers + 1;
  const skips: Value[] = [];

  const skip = (index: number): Value => (skips[index] ??= index === 0 ? enter() : down(index, skip(index - 1)));

  const enter = (): Value => {
    const x = conv2d(w.scope("conv_in"), sample, channels[0]!, 3);
    return hint ? op.add(x, hint) : x;
  };

  const down = (index: number, above: Value): Value => {
    const level = Math.floor((index - 1) / perLevel);
    const i = (index - 1) % perLevel;
    const weights = w.scope(`down_blocks.${level}`);
    if (i === layers) return conv2d(weights.scope("downsamplers.0.conv"), above, channels[level]!, 3, { stride: 2 });
    const x = resnetBlock(weights.scope(`resnets.${i}`), above, channels[level]!, resnet);
    return config.downAttention[level]
      ? spatialTransformer(weights.scope(`attentions.${i}`), x, context, transformer(level))
      : x;
  };

  const middle = (): Value => {
    const weights = w.scope("mid_block");
    const deepest = channels.length - 1;
    const below = skip(skipsOf(config) - 1);
    const x = resnetBlock(weights.scope("resnets.0"), below, channels[deepest]!, resnet);
    const y = spatialTransformer(weights.scope("attentions.0"), x, context, transformer(deepest));
    return resnetBlock(weights.scope("resnets.1"), y, channels[deepest]!, resnet);
  };

  return { skip, middle, resnet, transformer };
}

/** The noise (or velocity) in `sample`, [N, out, H, W]. */
export function unet(w: Weights, config: UNetConfig, inputs: UNetInputs, places: UNetPlaces = {}): Value {
  const { channels, layers, groups, epsilon } = config;
  const { deep, control } = places;
  const { skip, middle, resnet, transformer } = downHalf(w, config, inputs, places);
  const perLevel = layers + 1;
  const deepest = channels.length - 1;
  const controlled = (x: Value, added: (() => Value) | undefined): Value => (added ? op.add(x, added()) : x);

  /** What comes up beside skip connection `index`. */
  const beside = (index: number): Value => {
    if (index === skipsOf(config) - 1) return controlled(middle(), control?.atMiddle);
    const level = Math.floor((index + 1) / perLevel);
    const x = up(index + 1);
    if ((index + 1) % perLevel !== 0) return x;
    return upsample(w.scope(`up_blocks.${deepest - level}.upsamplers.0`), x, skip(index));
  };

  const deepFeatures = ({ branch, features }: DeepPart): Value => {
    const [n, , height, width] = skip(branch).shape as [Dim, Dim, Dim, Dim];
    const level = Math.min(deepest, Math.floor((branch + 1) / perLevel));
    return features([n, channels[level]!, height, width], () => beside(branch));
  };

  const up = (index: number): Value => {
    const level = Math.floor(index / perLevel);
    const weights = w.scope(`up_blocks.${deepest - level}`);
    const i = layers - (index % perLevel);
    const below = deep?.branch === index ? deepFeatures(deep) : beside(index);
    const beneath = controlled(skip(index), control && (() => control.atSkip(index)));
    const x = resnetBlock(weights.scope(`resnets.${i}`), op.concat([below, beneath], 1), channels[level]!, resnet);
    return config.upAttention[deepest - level]
      ? spatialTransformer(weights.scope(`attentions.${i}`), x, inputs.context, transformer(level))
      : x;
  };

  const x = groupNormSilu(w.scope("conv_norm_out"), up(0), groups, epsilon);
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
