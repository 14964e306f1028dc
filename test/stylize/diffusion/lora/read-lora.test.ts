import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { unetConfigSchema } from "../../../../models/unet.ts";
import { writeSafetensors } from "../../../../src/onnx/files/safetensors-file.ts";
import type { TensorSource } from "../../../../src/onnx/files/tensor-source.ts";
import {
  placeOfCheckpoint,
  readDiffusionCheckpoint,
  UNET_V1,
} from "../../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { type LoraLayers, loraLayers } from "../../../../src/stylize/diffusion/lora/lora-layers.ts";
import { readLora } from "../../../../src/stylize/diffusion/lora/read-lora.ts";
import { FIXTURES } from "../../../models/reference.ts";

let folder: string;
let layers: LoraLayers;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-lora-"));
  layers = loraLayers(await readDiffusionCheckpoint(await placeOfCheckpoint(path.join(FIXTURES, "tiny-v1"))));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file of zeros with these shapes; a number in place of a shape is a tensor of this one number. */
async function read(
  shapes: Readonly<Record<string, readonly number[] | number>>,
  metadata: Readonly<Record<string, string>> = {},
) {
  const file = path.join(folder, "some.safetensors");
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    if (typeof shape === "number") return [name, { data: Float32Array.of(shape), shape: [] }] as const;
    return [name, { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape }] as const;
  });
  await writeSafetensors(file, { tensors: Object.fromEntries(tensors), metadata });
  return readLora(file, "some", layers);
}

const TO_K = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k";
const KOHYA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
const PAIR = { [`${KOHYA}.lora_down.weight`]: [2, 24], [`${KOHYA}.lora_up.weight`]: [8, 2] };

describe("a LoRA file", () => {
  it("counts by its alpha over its rank, and by 1 without", async () => {
    expect((await read(PAIR)).unet.get(TO_K)?.scale).toBe(1);
    expect((await read({ ...PAIR, [`${KOHYA}.alpha`]: 0.5 })).unet.get(TO_K)?.scale).toBe(0.25);
  });

  it("counts as its header declares, where PEFT wrote it there", async () => {
    const key = `unet.${TO_K}`;
    const pair = { [`${key}.lora_A.weight`]: [4, 24], [`${key}.lora_B.weight`]: [8, 4] };
    const scale = async (declared: object): Promise<number | undefined> => {
      const lora = await read(pair, { lora_adapter_metadata: JSON.stringify(declared) });
      return lora.unet.get(TO_K)?.scale;
    };
    expect(await scale({ "unet.lora_alpha": 8, "unet.r": 4 })).toBe(2);
    expect(await scale({ "unet.lora_alpha": 8, "unet.use_rslora": true })).toBe(4);
    expect(await scale({ "unet.lora_alpha": 8, "unet.alpha_pattern": { "attn2.to_k": 1 } })).toBe(0.25);
    expect(await scale({ "text_encoder.lora_alpha": 8 })).toBe(1);
  });

  it("takes 1 x 1 convolutions for linear layers", async () => {
    const shapes = { [`${KOHYA}.lora_down.weight`]: [2, 24, 1, 1], [`${KOHYA}.lora_up.weight`]: [8, 2, 1, 1] };
    expect((await read(shapes)).unet.size).toBe(1);
  });

  it.each([
    ["hada_w1_a", [8, 2], /it is a LoHa/],
    ["lokr_w1", [8, 2], /it is a LoKr/],
    ["dora_scale", [8, 1], /it is a DoRA/],
    ["lora_mid.weight", [2, 2, 3, 3], /it is a LoCon of the Tucker form/],
    ["oft_blocks", [2, 2], /it is an OFT/],
    ["diff", [8, 24], /whole differences of weights/],
    ["lora_C.weight", [8, 24], /made for another network: it changes lora_unet\S+lora_C/],
  ])("with %s is refused as what it is", async (ending, shape, words) => {
    await expect(read({ ...PAIR, [`${KOHYA}.${ending}`]: shape })).rejects.toMatchObject({
      identifier: "lora-file",
      message: expect.stringMatching(words),
    });
  });

  it.each([
    ["lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", /Stable Diffusion XL/],
    ["text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_A.weight", /Stable Diffusion XL/],
    ["lora_unet_input_blocks_7_1_transformer_blocks_9_attn1_to_k.lora_down.weight", /Stable Diffusion XL/],
    ["lora_unet_joint_blocks_0_x_block_mlp_fc1.lora_down.weight", /Stable Diffusion 3/],
    ["lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight", /Flux/],
    ["transformer.blocks.0.attn1.to_k.lora_A.weight", /another family/],
    ["emb_params", /a learned word/],
    ["model.diffusion_model.out.2.weight", /a checkpoint/],
    ["some.other.thing", /no LoRA that is known/],
  ])("named %s is refused by its family", async (name, words) => {
    await expect(read({ [name]: [2, 24] })).rejects.toThrow(words);
  });

  it.each([
    [2048, /Stable Diffusion XL/],
    [1024, /Stable Diffusion 2/],
    [32, /another size: \[8, 32\]/],
  ])("for texts of width %i is refused", async (width, words) => {
    const shapes = { [`${KOHYA}.lora_down.weight`]: [2, width], [`${KOHYA}.lora_up.weight`]: [8, 2] };
    await expect(read(shapes)).rejects.toThrow(words);
  });

  it("whose matrices do not belong together is refused", async () => {
    const [down, up, alpha] = [`${KOHYA}.lora_down.weight`, `${KOHYA}.lora_up.weight`, `${KOHYA}.alpha`];
    await expect(read({ [down]: [2, 24], [up]: [8, 3] })).rejects.toThrow(/do not fit together: \[2, 24\], \[8, 3\]/);
    await expect(read({ [down]: [0, 24], [up]: [8, 0] })).rejects.toThrow(/do not fit together/);
    await expect(read({ [down]: [2, 24] })).rejects.toThrow(/one matrix only/);
    await expect(read({ ...PAIR, [alpha]: Number.NaN })).rejects.toThrow(/alpha is not a number/);
    await expect(read({ ...PAIR, [alpha]: [2] })).rejects.toThrow(/not one number/);
    const again = { [`unet.${TO_K}.lora_A.weight`]: [2, 24] };
    await expect(read({ ...PAIR, ...again })).rejects.toThrow(/changes \S+to_k twice/);
  });

  it("that is damaged is refused without a path of the machine", async () => {
    const file = path.join(folder, "damaged.safetensors");
    await writeFile(file, "version https://git-lfs.github.com/spec/v1\n");
    const refusal: Error = (await readLora(file, "damaged", layers).catch((error: unknown) => error as Error)) as Error;
    expect(refusal.message).toMatch(/^The LoRA damaged cannot be used: it cannot be read: /);
    expect(refusal.message).not.toContain(folder);
  });
});

it("knows the 278 layers of the full UNet that LCM-LoRA and Hyper-SD change", async () => {
  const tiny = await readDiffusionCheckpoint(await placeOfCheckpoint(path.join(FIXTURES, "tiny-v1")));
  const shapes: TensorSource = {
    label: "shapes alone",
    names: [],
    find: (_, shape = []) => {
      const byteLength = shape.reduce((product, dim) => product * dim, 2);
      return { dtype: "float16", shape, path: "/", offset: 0, byteLength };
    },
  };
  const full = { ...tiny, unet: { config: unetConfigSchema.parse(UNET_V1), source: shapes } };
  const names = [...loraLayers(full).unet.keys()];
  const left = names.filter((name) => !/^(?:conv_in|conv_out|time_embedding\.linear_[12])$/.test(name));
  expect(left).toHaveLength(278);
  expect(left.filter((name) => name.endsWith("time_emb_proj"))).toHaveLength(22);
});
