/** Checkpoints as people have them on the disk: found, read in either naming, refused by name. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ldmTextName, ldmUNetName, ldmVaeName } from "../../../models/ldm-names.ts";
import { stableDiffusionTensors } from "../../../src/bench/random-checkpoint.ts";
import {
  findDiffusionCheckpoint,
  placeOfCheckpoint,
  readDiffusionCheckpoint,
} from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { FIXTURES } from "../../models/reference.ts";
import { writeHoles } from "../../onnx/files/holes.ts";

let models: string;
beforeAll(() => {
  models = realpathSync(mkdtempSync(path.join(tmpdir(), "atelier-models-")));
});
afterAll(() => rmSync(models, { recursive: true, force: true }));

const copyTo = (name: string): string => {
  const folder = path.join(models, name);
  cpSync(path.join(FIXTURES, "tiny-v1"), folder, { recursive: true });
  return folder;
};

/** Rewrites the header of a network's file; the data stays as it is. */
function changeHeader(folder: string, part: string, change: (header: Record<string, HeaderEntry>) => void): void {
  const file = path.join(folder, part, "diffusion_pytorch_model.safetensors");
  const bytes = readFileSync(file);
  const end = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, end)) as Record<string, HeaderEntry>;
  change(header);
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([length, json, bytes.subarray(end)]));
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const renameTensor = (folder: string, from: string, to: string): void =>
  changeHeader(folder, "unet", (header) => {
    header[to] = header[from]!;
    delete header[from];
  });

const changeConfig = (folder: string, part: string, change: Record<string, unknown>): void => {
  const file = path.join(folder, part, "config.json");
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change }));
};

describe("the number of parameters the networks ask for", () => {
  it("is that of Stable Diffusion v1.4", () => {
    const counts = Object.entries(stableDiffusionTensors()).map(([part, shapes]) => {
      const numbers = [...shapes.values()].reduce(
        (sum, shape) => sum + shape.reduce((product, dim) => product * dim, 1),
        0,
      );
      return [part, shapes.size, numbers];
    });
    expect(counts).toEqual([
      ["text_encoder", 196, 123_060_480],
      ["unet", 686, 859_520_964],
      ["vae", 248, 83_653_863],
    ]);
  });
});

describe("finding a checkpoint", () => {
  it("finds nothing in an empty or a missing folder, nor where parts are missing", async () => {
    expect(await findDiffusionCheckpoint(path.join(models, "gone"))).toBeNull();
    const folder = copyTo("half-there");
    rmSync(path.join(folder, "vae", "diffusion_pytorch_model.safetensors"));
    expect(await findDiffusionCheckpoint(models)).toBeNull();
    rmSync(folder, { recursive: true });
  });

  it("prefers the paper's checkpoint to others", async () => {
    copyTo("a-fine-tune");
    expect((await findDiffusionCheckpoint(models))?.path).toBe(path.join(models, "a-fine-tune"));
    copyTo("stable-diffusion-v1-4");
    expect((await findDiffusionCheckpoint(models))?.path).toBe(path.join(models, "stable-diffusion-v1-4"));
  });

  it("passes over all that is none, whatever its name", async () => {
    const folder = path.join(models, "mixed");
    mkdirSync(folder);
    cpSync(path.join(FIXTURES, "tiny-v1", "tokenizer"), path.join(folder, "tokenizer"), { recursive: true });
    const { text_encoder: text, unet, vae } = stableDiffusionTensors();
    const single = [...prefixed(ldmTextName, text), ...prefixed(ldmUNetName, unet), ...prefixed(ldmVaeName, vae)];
    writeHoles(path.join(folder, "a-lora.safetensors"), [["lora_unet_conv_in.lora_down.weight", [4, 4, 3, 3]]]);
    writeHoles(path.join(folder, "easynegative.safetensors"), [["emb_params", [8, 768]]]);
    writeFileSync(path.join(folder, "pointer.safetensors"), "version https://git-lfs.github.com/spec/v1\nsize 9\n");
    writeHoles(path.join(folder, "kl-f8.safetensors"), vae);
    writeHoles(path.join(folder, "sd-cut-off.safetensors"), single, 100);
    writeHoles(path.join(folder, "sd-xl.safetensors"), [
      ...single,
      ["conditioner.embedders.1.model.ln_final.weight", [1280]],
    ]);
    const xl = path.join(folder, "a-folder-of-xl");
    cpSync(path.join(FIXTURES, "tiny-v1"), xl, { recursive: true });
    renameTensor(xl, "time_embedding.linear_1.bias", "add_embedding.linear_1.bias");
    await expect(readDiffusionCheckpoint((await findDiffusionCheckpoint(folder))!)).rejects.toThrow(
      /Stable Diffusion XL/,
    );
    writeHoles(path.join(folder, "v1-5-pruned-emaonly.safetensors"), single);
    expect((await findDiffusionCheckpoint(folder))?.path).toBe(path.join(folder, "v1-5-pruned-emaonly.safetensors"));
  });

  it("names what alone lies there in a checkpoint's place", async () => {
    const folder = path.join(models, "pointed");
    mkdirSync(folder);
    cpSync(path.join(FIXTURES, "tiny-v1", "tokenizer"), path.join(folder, "tokenizer"), { recursive: true });
    writeFileSync(path.join(folder, "sd.safetensors"), "version https://git-lfs.github.com/spec/v1\nsize 9\n");
    const place = await findDiffusionCheckpoint(folder);
    await expect(readDiffusionCheckpoint(place!)).rejects.toThrow(/sd\.safetensors: is a pointer of Git LFS/);
    rmSync(path.join(folder, "sd.safetensors"));
    writeHoles(path.join(folder, "easynegative.safetensors"), [["emb_params", [8, 768]]]);
    expect(await findDiffusionCheckpoint(folder)).toBeNull();
  });
});

describe("reading a checkpoint", () => {
  it("takes a single file in CompVis' naming", async () => {
    const folder = path.join(models, "single");
    mkdirSync(folder);
    cpSync(path.join(FIXTURES, "tiny-v1", "tokenizer"), path.join(folder, "tokenizer"), { recursive: true });
    const { text_encoder: text, unet, vae } = stableDiffusionTensors();
    const names = {
      text: prefixed(ldmTextName, text),
      unet: prefixed(ldmUNetName, unet),
      vae: prefixed(ldmVaeName, vae),
    };
    writeHoles(path.join(folder, "sd-v1-4.safetensors"), new Map([...names.text, ...names.unet, ...names.vae]));
    const place = await findDiffusionCheckpoint(folder);
    expect(place?.path).toBe(path.join(folder, "sd-v1-4.safetensors"));
    const checkpoint = await readDiffusionCheckpoint(place!);
    for (const [part, shapes] of Object.entries({ text, unet, vae }))
      for (const [name, shape] of shapes) expect(checkpoint[part as "text"].source.find(name)?.shape).toEqual(shape);
  });

  it("takes a folder of 2022, whose configuration leaves out what came later", async () => {
    const folder = copyTo("of-2022");
    const later = [
      "addition_embed_type",
      "class_embed_type",
      "encoder_hid_dim",
      "num_attention_heads",
      "mid_block_type",
    ];
    changeConfig(folder, "unet", Object.fromEntries(later.map((name) => [name, undefined])));
    const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
    expect(checkpoint.unet.config.contextWidth).toBe(24);
  });

  it("takes half precision, in one file or cut into several", async () => {
    const folder = copyTo("halves");
    const unet = path.join(folder, "unet");
    const whole = path.join(unet, "diffusion_pytorch_model.safetensors");
    const { weight_map, shards } = shardsOf(whole);
    for (const [name, bytes] of Object.entries(shards)) writeFileSync(path.join(unet, name), bytes);
    writeFileSync(
      path.join(unet, "diffusion_pytorch_model.safetensors.index.fp16.json"),
      JSON.stringify({ metadata: {}, weight_map }),
    );
    rmSync(whole);
    const vae = path.join(folder, "vae", "diffusion_pytorch_model");
    renameSync(`${vae}.safetensors`, `${vae}.fp16.safetensors`);
    const place = await placeOfCheckpoint(folder);
    expect((await readDiffusionCheckpoint(place)).unet.source.names).toEqual(Object.keys(weight_map));
    expect(await findDiffusionCheckpoint(path.dirname(folder))).not.toBeNull();
  });

  it("says of a folder what each part lacks, and what it has instead", async () => {
    const folder = copyTo("lacking");
    const unet = path.join(folder, "unet", "diffusion_pytorch_model");
    renameSync(`${unet}.safetensors`, `${unet}.msgpack`);
    rmSync(path.join(folder, "tokenizer", "merges.txt"));
    await expect(placeOfCheckpoint(folder)).rejects.toThrow(
      "; unet has no weights that can be read but diffusion_pytorch_model.msgpack, tokenizer has no vocab.json and merges.txt",
    );
  });

  it.each([
    [
      "a folder without its parts",
      (folder: string) => rmSync(path.join(folder, "unet"), { recursive: true }),
      /it needs unet, vae/,
    ],
    [
      "a damaged file",
      (folder: string) => truncateSync(path.join(folder, "unet", "diffusion_pytorch_model.safetensors"), 90_000),
      /outside the file|ends within/,
    ],
    [
      "a file that lacks a tensor",
      (folder: string) =>
        changeHeader(folder, "unet", (header) => {
          header["other.weight"] = header["conv_in.weight"]!;
          delete header["conv_in.weight"];
        }),
      /unet\/diffusion_pytorch_model\.safetensors: the tensor conv_in\.weight is missing/,
    ],
    [
      "a tensor of another shape",
      (folder: string) => changeHeader(folder, "vae", (header) => header["decoder.conv_in.weight"]!.shape.reverse()),
      /decoder\.conv_in\.weight is \[3, 3, 4, 16\], expected \[16, 4, 3, 3\]/,
    ],
    [
      "a tensor of another kind",
      (folder: string) =>
        changeHeader(folder, "unet", (header) => {
          header["conv_out.bias"]!.dtype = "I32";
        }),
      /conv_out\.bias is int32, not real numbers/,
    ],
    [
      "Stable Diffusion XL",
      (folder: string) => renameTensor(folder, "time_embedding.linear_1.bias", "add_embedding.linear_1.bias"),
      /its UNet is a UNet of Stable Diffusion XL; this engine runs Stable Diffusion 1\.x/,
    ],
    [
      "LCM",
      (folder: string) => renameTensor(folder, "time_embedding.linear_1.bias", "time_embedding.cond_proj.weight"),
      /its UNet is a UNet distilled for few steps with its guidance built in \(LCM\); this engine runs/,
    ],
    [
      "films",
      (folder: string) => renameTensor(folder, "conv_norm_out.bias", "transformer_in.norm.bias"),
      /its UNet is a UNet for films; this engine runs/,
    ],
    [
      "views of one thing, by another class of network",
      (folder: string) =>
        changeConfig(folder, "unet", { _class_name: "MultiViewUNetModel", block_out_channels: undefined }),
      /unet\/config\.json: _class_name: is "MultiViewUNetModel"; only "UNet2DConditionModel"/,
    ],
    [
      "a network that it does not know",
      (folder: string) => changeConfig(folder, "unet", { class_embed_type: "timestep" }),
      /unet\/config\.json: class_embed_type/,
    ],
    [
      "a UNet with another setting",
      (folder: string) => changeConfig(folder, "unet", { downsample_padding: 0 }),
      /unet\/config\.json: downsample_padding: is 0; only 1 is supported/,
    ],
    [
      "an autoencoder with a setting that nobody knows",
      (folder: string) => changeConfig(folder, "vae", { latents_mean: [0.1, 0, 0, 0] }),
      /vae\/config\.json: latents_mean: is a list, which is not supported/,
    ],
    [
      "a UNet of other channels",
      (folder: string) => changeConfig(folder, "unet", { in_channels: 9 }),
      /its UNet takes 9 channels and gives 4, its autoencoder has 4/,
    ],
    [
      "a text encoder that does not fit",
      (folder: string) => changeConfig(folder, "text_encoder", { hidden_size: 32 }),
      /texts of width 24, its encoder gives 32/,
    ],
    [
      "a configuration that is not JSON",
      (folder: string) => writeFileSync(path.join(folder, "vae", "config.json"), "{"),
      /vae\/config\.json: is not JSON/,
    ],
    [
      "a sampler that it does not know",
      (folder: string) =>
        writeFileSync(path.join(folder, "scheduler", "scheduler_config.json"), '{"beta_schedule":"cosine"}'),
      /scheduler_config\.json is not supported/,
    ],
  ])("refuses %s", async (name, damage, message) => {
    const folder = copyTo(name.replaceAll(" ", "-"));
    damage(folder);
    const read = async (): Promise<unknown> => readDiffusionCheckpoint(await placeOfCheckpoint(folder));
    await expect(read()).rejects.toMatchObject({
      name: "EngineError",
      retryable: false,
      message: expect.stringMatching(message) as unknown,
    });
  });
});

/** A file cut into two as diffusers cuts its halves. */
function shardsOf(file: string): { weight_map: Record<string, string>; shards: Record<string, Buffer> } {
  const bytes = readFileSync(file);
  const dataStart = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, dataStart)) as Record<string, HeaderEntry>;
  delete header["__metadata__"];
  const names = Object.keys(header);
  const weight_map: Record<string, string> = {};
  const shards: Record<string, Buffer> = {};
  for (const [index, part] of [names.slice(0, 100), names.slice(100)].entries()) {
    const shard = `diffusion_pytorch_model.fp16-0000${index + 1}-of-00002.safetensors`;
    const data: Buffer[] = [];
    let offset = 0;
    const entries = part.map((name) => {
      const [begin, end] = header[name]!.data_offsets;
      weight_map[name] = shard;
      data.push(bytes.subarray(dataStart + begin, dataStart + end));
      return [name, { ...header[name]!, data_offsets: [offset, (offset += end - begin)] }];
    });
    const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    shards[shard] = Buffer.concat([length, json, ...data]);
  }
  return { weight_map, shards };
}

const prefixed = (
  rename: (name: string) => string,
  shapes: ReadonlyMap<string, readonly number[]>,
): [string, readonly number[]][] => [...shapes].map(([name, shape]) => [rename(name), shape]);
