/** A Stable Diffusion 1 checkpoint of full size with random weights: what load, memory and speed are measured with. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { clipTextConfigSchema } from "../../models/clip-text.ts";
import { unetConfigSchema } from "../../models/unet.ts";
import { vaeConfigSchema } from "../../models/vae.ts";
import { bytesOf } from "../onnx/dtype.ts";
import { layOutSafetensors } from "../onnx/files/safetensors-layout.ts";
import { TEXT_V1, UNET_V1, VAE_V1 } from "../stylize/diffusion/diffusion-checkpoint.ts";
import { askForWeights, type NetworkConfigs } from "../stylize/diffusion/record-networks.ts";
import { writeWhole } from "../write-whole.ts";

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Names and shapes of each network's weights, in the order in which the network asks for them. */
export function stableDiffusionTensors(): Readonly<Record<"text_encoder" | "unet" | "vae", Shapes>> {
  const configs = {
    text: clipTextConfigSchema.parse(TEXT_V1),
    unet: unetConfigSchema.parse(UNET_V1),
    vae: vaeConfigSchema.parse(VAE_V1),
  };
  return { text_encoder: shapesOf("text", configs), unet: shapesOf("unet", configs), vae: shapesOf("vae", configs) };
}

/** What a network asks of a source that has whatever is asked for. */
function shapesOf(part: keyof NetworkConfigs, configs: NetworkConfigs): Shapes {
  const shapes = new Map<string, readonly number[]>();
  askForWeights(part, configs, {
    label: "random",
    names: [],
    find: (name, shape) => {
      // A question whether a tensor exists: all do but the biases that the UNet's attention leaves out.
      if (!shape) return /transformer_blocks.*\.to_[qkv]\.bias$/.test(name) ? undefined : PLACEHOLDER;
      shapes.set(name, shape);
      return { ...PLACEHOLDER, shape, byteLength: 4 * count(shape) };
    },
  });
  return shapes;
}

const PLACEHOLDER = { dtype: "float32", shape: [1], path: "/random", offset: 0, byteLength: 4 } as const;

const count = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

/**
 * Writes the checkpoint in diffusers layout, 4.3 GB, float32, streamed. The tokenizer knows bytes only.
 *
 * @param onProgress bytes written so far, and in all
 */
export async function makeRandomCheckpoint(
  folder: string,
  onProgress: (written: number, total: number) => void = () => undefined,
): Promise<void> {
  const tensors = stableDiffusionTensors();
  const total = Object.values(tensors).reduce((sum, shapes) => sum + dataBytes(shapes), 0);
  let written = 0;
  for (const [part, shapes] of Object.entries(tensors)) {
    await mkdir(path.join(folder, part), { recursive: true });
    const file = part === "text_encoder" ? "model.safetensors" : "diffusion_pytorch_model.safetensors";
    const tensorBytes = randomTensors(part.length, shapes, (bytes) => {
      written += bytes;
      onProgress(written, total);
    });
    await writeWhole(path.join(folder, part, file), tensorBytes);
  }
  await writeConfigurations(folder);
}

async function writeConfigurations(folder: string): Promise<void> {
  const scheduler = { _class_name: "PNDMScheduler", steps_offset: 1, set_alpha_to_one: false, skip_prk_steps: true };
  const json = {
    "model_index.json": { _class_name: "StableDiffusionPipeline" },
    "text_encoder/config.json": { model_type: "clip_text_model", ...TEXT_V1 },
    "unet/config.json": { _class_name: "UNet2DConditionModel", attention_head_dim: 8, ...UNET_V1 },
    "vae/config.json": { _class_name: "AutoencoderKL", latent_channels: 4, ...VAE_V1 },
    "scheduler/scheduler_config.json": { ...scheduler, beta_schedule: "scaled_linear" },
    "tokenizer/vocab.json": byteVocabulary(),
  };
  for (const [name, value] of Object.entries(json)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), JSON.stringify(value));
  }
  await writeFile(path.join(folder, "tokenizer", "merges.txt"), "#version: 0.2\n");
}

/** The letters of bytes, inside a word and at its end, and CLIP's two marks at their own ids. */
function byteVocabulary(): Record<string, number> {
  const letters = Array.from({ length: 324 }, (_, i) => String.fromCodePoint(i)).slice(33);
  const entries = letters.flatMap((letter) => [letter, `${letter}</w>`]).map((token, id) => [token, id] as const);
  return { ...Object.fromEntries(entries), "<|startoftext|>": 49_406, "<|endoftext|>": 49_407 };
}

const dataBytes = (shapes: Shapes): number => [...shapes.values()].reduce((sum, shape) => sum + 4 * count(shape), 0);

const CHUNK = 1 << 20;

async function* randomTensors(
  seed: number,
  shapes: Shapes,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const tensors = [...shapes].map(([name, shape]) => ({ name, dtype: "float32" as const, shape }));
  yield layOutSafetensors(tensors).header;
  const fill = uniformNoise(seed);
  for (const [name, shape] of shapes)
    for (let done = 0; done < count(shape); done += CHUNK) {
      const chunk = new Float32Array(Math.min(CHUNK, count(shape) - done));
      // Deviation 1 / sqrt(inputs) keeps activations near 1 all the way; norms stay near the identity.
      const isVector = shape.length === 1;
      const reach = isVector ? 0.1 : Math.sqrt(3 / count(shape.slice(1)));
      fill(chunk, reach, isVector && name.endsWith("weight") ? 1 : 0);
      yield bytesOf(chunk);
      onBytes(chunk.byteLength);
    }
}

/** Fills with `centre` ± `reach`, uniformly (xorshift32): quick, and no two tensors alike. */
function uniformNoise(seed: number): (target: Float32Array, reach: number, centre: number) => void {
  let state = seed | 1;
  return (target, reach, centre) => {
    const factor = reach / 2 ** 31;
    for (let i = 0; i < target.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      target[i] = centre + state * factor;
    }
  };
}
