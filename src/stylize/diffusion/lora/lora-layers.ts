/** Which layers of a checkpoint a LoRA can change, found by recording its networks. */
import type { LoraNetwork } from "../../../../models/lora-names.ts";
import type { TensorSource } from "../../../onnx/files/tensor-source.ts";
import type { DiffusionCheckpoint } from "../diffusion-checkpoint.ts";
import { askForWeights, configsOf } from "../record-networks.ts";

/** Shape of the weight, [outputs, inputs] or [outputs, inputs, k, k], by layer. */
export type LoraLayers = Readonly<Record<LoraNetwork, ReadonlyMap<string, readonly number[]>>>;

export function loraLayers(checkpoint: DiffusionCheckpoint): LoraLayers {
  const { text, unet } = checkpoint;
  const of = (part: LoraNetwork, source: TensorSource): Map<string, readonly number[]> => {
    const layers = new Map<string, readonly number[]>();
    const listening: TensorSource = {
      ...source,
      find: (name, wanted) => {
        // Tables of embeddings are looked up, not multiplied with.
        const layer = /^(?<layer>.+)(?<!_embedding)\.weight$/.exec(name)?.groups?.["layer"];
        if (layer !== undefined && wanted && wanted.length > 1) layers.set(layer, wanted);
        return source.find(name, wanted);
      },
    };
    askForWeights(part, configsOf(checkpoint), listening);
    return layers;
  };
  return { unet: of("unet", unet.source), text: of("text", text.source) };
}
