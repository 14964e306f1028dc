/** `PRECISION=int8`: the UNet over weights rounded to 8 bits. */
import { roundedSource } from "../../onnx/files/rounding.ts";
import type { DiffusionCheckpoint } from "./diffusion-checkpoint.ts";
import { askForWeights } from "./record-networks.ts";

/** The checkpoint with the UNet's rounded weights, which are written beside it the first time: 0.9 GB, half a minute. */
export async function withRoundedUNet(checkpoint: DiffusionCheckpoint): Promise<DiffusionCheckpoint> {
  const { text, unet, vae } = checkpoint;
  const configs = { text: text.config, unet: unet.config, vae: vae.config };
  const source = await roundedSource(unet.source, (from) => askForWeights("unet", configs, from, "int8"));
  return { ...checkpoint, unet: { ...unet, source } };
}
