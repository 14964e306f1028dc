/** The decoder of TAESD, which sees in latents in a moment what the autoencoder does (`AutoencoderTiny` in diffusers). */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { only, settings } from "../src/onnx/settings-schema.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d } from "./layers.ts";

/** `taesd/config.json` */
export const taesdConfigSchema = settings(
  {
    _class_name: only("AutoencoderTiny"),
    latent_channels: z.int().positive().default(4),
    decoder_block_out_channels: z.array(z.int().positive()).min(1).max(8).default([64, 64, 64, 64]),
    num_decoder_blocks: z.array(z.int().nonnegative()).min(1).max(8).default([3, 3, 3, 1]),
    in_channels: only(3),
    out_channels: only(3),
    upsampling_scaling_factor: only(2),
    act_fn: only("relu"),
    upsample_fn: only("nearest"),
    scaling_factor: only(1),
    shift_factor: only(0),
  },
  // Of the encoder, and of latents kept as pictures.
  [
    "block_out_channels",
    "encoder_block_out_channels",
    "num_encoder_blocks",
    "latent_magnitude",
    "latent_shift",
    "force_upcast",
  ],
)
  .transform((config) => ({
    latentChannels: config.latent_channels,
    channels: config.decoder_block_out_channels,
    blocks: config.num_decoder_blocks,
  }))
  .refine(({ channels, blocks }) => channels.length === blocks.length && new Set(channels).size === 1, {
    error: "its levels are not equally wide",
  });

export type TaesdConfig = z.infer<typeof taesdConfigSchema>;

/** Latents [N, latent, h, w], scaled as the UNet sees them -> pictures [N, 3, h · f, w · f], about [-1, 1]. */
export function taesdDecoder(w: Weights, config: TaesdConfig, latents: Value): Value {
  const { channels, blocks } = config;
  // Layers are numbered as they follow on one another, those without weights included.
  let next = 0;
  const layer = (): Weights => w.scope(`decoder.layers.${next++}`);
  let x = op.scale(op.tanh(op.scale(latents, 1 / 3)), 3);
  x = op.relu(conv2d(layer(), x, channels[0]!, 3));
  next += 1;
  for (const [level, width] of channels.entries()) {
    for (let i = 0; i < blocks[level]!; i++) x = residualBlock(layer(), x);
    if (level === channels.length - 1) break;
    next += 1;
    x = op.resizeNearest(x, 2 * (x.shape[2] as number), 2 * (x.shape[3] as number));
    x = conv2d(layer(), x, width, 3, { bias: false });
  }
  return op.shift(op.scale(conv2d(layer(), x, 3, 3), 2), -1);
}

const residualBlock = block((w: Weights, x: Value): Value => {
  const conv = (index: number, input: Value): Value => conv2d(w.scope(`conv.${index}`), input, x.shape[1] as number, 3);
  return op.relu(op.add(conv(4, op.relu(conv(2, op.relu(conv(0, x))))), x));
});
