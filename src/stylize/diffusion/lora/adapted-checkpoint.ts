/** A checkpoint with LoRA over it: the same files, and beside each layer what is added to it. */
import type { LowRankUpdate, TensorSource } from "../../../onnx/files/tensor-source.ts";
import type { DiffusionCheckpoint } from "../diffusion-checkpoint.ts";
import { loraLayers } from "./lora-layers.ts";
import { type Lora, readLora } from "./read-lora.ts";

/** A LoRA and how much of it. */
export interface WeightedLora {
  readonly file: string;
  /** Tells a file from another that takes its place. */
  readonly version: string;
  /** What people call it. */
  readonly name: string;
  /** 1: as it was trained; below 0 the other way. */
  readonly weight: number;
}

/**
 * @returns the checkpoint under another label, as its sessions are others
 * @throws UserError `lora-file`
 */
export async function adaptedCheckpoint(
  checkpoint: DiffusionCheckpoint,
  loras: readonly WeightedLora[],
): Promise<DiffusionCheckpoint> {
  const layers = loraLayers(checkpoint);
  const read: { readonly lora: Lora; readonly weight: number }[] = [];
  for (const { file, name, weight } of loras) read.push({ lora: await readLora(file, name, layers), weight });
  const adapted = (network: keyof Lora, source: TensorSource): TensorSource => ({
    ...source,
    updatesOf: (tensor) =>
      read.flatMap(({ lora, weight }): LowRankUpdate[] => {
        const update = tensor.endsWith(WEIGHT) ? lora[network].get(tensor.slice(0, -WEIGHT.length)) : undefined;
        return update ? [{ ...update, scale: update.scale * weight }] : [];
      }),
  });
  const { text, unet } = checkpoint;
  return {
    ...checkpoint,
    label: [checkpoint.label, ...loras.map(({ file, version, weight }) => `${file} ${version}:${weight}`)].join(" + "),
    text: { ...text, source: adapted("text", text.source) },
    unet: { ...unet, source: adapted("unet", unet.source) },
  };
}

const WEIGHT = ".weight";
