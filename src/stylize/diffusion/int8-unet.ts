/** `PRECISION=int8`: the UNet, and what runs beside it, over weights rounded to 8 bits. */
import { roundedSource } from "../../onnx/files/rounding.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import type { DiffusionCheckpoint } from "./diffusion-checkpoint.ts";
import type { AdapterFiles } from "./image-adapter/adapter-files.ts";
import { askForWeights, configsOf } from "./record-networks.ts";

/** The checkpoint with the UNet's rounded weights, which are written beside it the first time: 0.9 GB, half a minute. */
export async function withRoundedUNet(checkpoint: DiffusionCheckpoint): Promise<DiffusionCheckpoint> {
  const record = (from: TensorSource): void => askForWeights("unet", configsOf(checkpoint), from, "int8");
  const source = await roundedSource(checkpoint.unet.source, record);
  return { ...checkpoint, unet: { ...checkpoint.unet, source } };
}

/** An adapter for that checkpoint with the rounded weights of its ControlNet, where it uses it: 0.4 GB more. */
export async function withRoundedControl(files: AdapterFiles, checkpoint: DiffusionCheckpoint): Promise<AdapterFiles> {
  if (!files.contours) return files;
  const record = (from: TensorSource): void => askForWeights("control", configsOf(checkpoint), from, "int8");
  return { ...files, source: await roundedSource(files.source, record) };
}
