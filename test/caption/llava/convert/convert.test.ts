import { copyFile, cp, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { clipVisionConfigSchema } from "../../../../models/clip-vision.ts";
import { llavaConfigSchema } from "../../../../models/llava.ts";
import { LlavaDecoder } from "../../../../src/caption/llava/token-decoder.ts";
import { decoderSession } from "../../../../src/caption/llava/networks.ts";
import { loadTokenizer } from "../../../../src/caption/llava/checkpoint.ts";
import { convertLlava } from "../../../../src/caption/llava/convert/index.ts";
import { openPublished } from "../../../../src/caption/llava/convert/source.ts";
import { dequantise, quantise } from "../../../../src/caption/llava/convert/quantise.ts";
import { tokenizerJson } from "../../../../src/caption/llava/convert/sentencepiece.ts";
import { preprocessorConfigSchema } from "../../../../src/caption/llava/preprocessor-config.ts";
import { EmbeddingTable } from "../../../../src/caption/llava/embedding-table.ts";
import { CancelledError, EngineError, UserError } from "../../../../src/errors.ts";
import { type Floats, floatTensor, Graph, op, openSession } from "../../../../src/onnx/index.ts";
import { decodeFloats } from "../../../../src/onnx/files/decode-floats.ts";
import { writeSafetensors } from "../../../../src/onnx/files/safetensors-file.ts";
import { readSafetensors, readSafetensorsIndex } from "../../../../src/onnx/files/safetensors.ts";
import type { TensorSource } from "../../../../src/onnx/files/tensor-source.ts";
import { seededRandom } from "../../../../src/random.ts";
import { writeHoles } from "../../../onnx/files/holes.ts";
import { FIXTURES, readReference, relativeError } from "../../../models/reference.ts";

const published = path.join(FIXTURES, "tiny-llava");
const original = path.join(FIXTURES, "tiny-llava-original");

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), "atelier-convert-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Normally distributed weights, as those of language models are. */
function normalWeights(count: number): Float32Array {
  const random = seededRandom(4);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return 0.02 * radius * Math.cos(2 * Math.PI * random());
  });
}

describe("4-bit weights", () => {
  const [rows, columns] = [24, 200]; // the last block of each row is short
  const weights = normalWeights(rows * columns);

  it("come back within half a step, but for those at the end of a range that is clipped", () => {
    const blocks = Math.ceil(columns / 32);
    const { scales, ...quantised } = quantise(weights, rows, columns, 32);
    const back = dequantise({ scales, ...quantised }, rows, columns, 32);
    const off = back.map((value, i) => {
      const scale = scales[Math.floor(i / columns) * blocks + Math.floor((i % columns) / 32)]!;
      return Math.abs(value - weights[i]!) / scale;
    });
    expect(off.filter((steps) => steps > 0.5001).length).toBeLessThan(0.05 * off.length);
    expect(Math.max(...off)).toBeLessThan(3);
  });

  it.each([
    [32, 0.085],
    [128, 0.1],
  ])("lose little in blocks of %i", (blockSize, most) => {
    const kept = dequantise(quantise(weights, rows, columns, blockSize), rows, columns, blockSize);
    expect(relativeError(kept, weights)).toBeLessThan(most);
  });

  it("lose nothing where there are but zeros, or one sign", () => {
    for (const sign of [0, 1, -1]) {
      const values = Float32Array.from({ length: 64 }, (_, i) => sign * (i % 16));
      expect(dequantise(quantise(values, 2, 32, 32), 2, 32, 32)).toEqual(values.map((value) => value || 0));
    }
  });

  it.each([32, 128])("are what onnxruntime computes with, in blocks of %i", async (blockSize) => {
    const quantised = quantise(weights, rows, columns, blockSize);
    const { packed, scales, zeros } = quantised;
    const graph = new Graph("product");
    const blocks = Math.ceil(columns / blockSize);
    const x = graph.input("x", "float32", [3, columns]);
    const initializer = (name: string, dtype: "uint8" | "float32", shape: number[], data: Uint8Array | Float32Array) =>
      graph.initializer(name, { dtype, shape }, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const product = op.matmulNBits(x, {
      packed: initializer("packed", "uint8", [rows, blocks, blockSize / 2], packed),
      scales: initializer("scales", "float32", [rows, blocks], scales),
      zeroPoints: initializer("zeros", "uint8", [rows, Math.ceil(blocks / 2)], zeros),
      n: rows,
      k: columns,
      bits: 4,
      blockSize,
      accuracyLevel: 0,
    });
    graph.output("y", product);
    const session = await openSession(graph);
    const data = normalWeights(3 * columns);
    const y = (await session.runOne({ x: floatTensor("float32", { data, shape: [3, columns] }) })).data as Float32Array;
    const kept = dequantise(quantised, rows, columns, blockSize);
    const expected = Float32Array.from(y, (_, i) => {
      let sum = 0;
      for (let k = 0; k < columns; k++)
        sum += data[Math.floor(i / rows) * columns + k]! * kept[(i % rows) * columns + k]!;
      return sum;
    });
    expect(relativeError(y, expected)).toBeLessThan(1e-5);
    await session.release();
  });
});

/** Writes the weights that a 4-bit file stands for as single precision. */
async function dequantisedCopy(file: string, published: TensorSource, target: string): Promise<TensorSource> {
  const quantised = await readReference(file);
  const tensors = quantised.source.names.flatMap((name) => {
    const { dtype, shape } = quantised.source.find(name)!;
    if (/weight_(scale|zero)$/.test(name)) return [];
    if (dtype === "float32") return [{ name, ...quantised.floats(name) }];
    const layer = name.replace(/\.weight_q4$/, "");
    const [n, blocks, half] = shape as [number, number, number];
    const k = published.find(`${layer}.weight`)!.shape[1] as number;
    expect(blocks).toBe(Math.ceil(k / (2 * half)));
    const scales = quantised.floats(`${layer}.weight_scale`).data;
    const zeros = quantised.bytes(`${layer}.weight_zero`).data;
    const data = dequantise({ packed: quantised.bytes(name).data, scales, zeros }, n, k, 2 * half);
    return [{ name: `${layer}.weight`, data, shape: [n, k] }];
  });
  let position = 0;
  const header = Object.fromEntries(
    tensors.map(({ name, data, shape }) => {
      const data_offsets = [position, (position += data.byteLength)];
      return [name, { dtype: "F32", shape, data_offsets }];
    }),
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await writeFile(target, Buffer.concat([length, json, ...tensors.map(({ data }) => Buffer.from(data.buffer))]));
  return readSafetensors(target);
}

describe("a converted captioner", () => {
  it.each([
    ["the HF-Llava layout", published],
    ["the original release", original],
  ])("comes from %s and says what its rounded weights say", async (_, from) => {
    const to = path.join(scratch, path.basename(from));
    const seen: number[] = [];
    await convertLlava(from, to, { onProgress: (done, total) => seen.push(done / total) });
    expect(seen.at(0)).toBe(0);
    expect(seen.at(-1)).toBe(1);

    const config = llavaConfigSchema.parse(JSON.parse(await readFile(path.join(to, "config.json"), "utf8")));
    const reference = await readReference(path.join(published, "reference.safetensors"));
    const whole = await readSafetensorsIndex(path.join(published, "model.safetensors.index.json"));
    const table = await EmbeddingTable.open(whole, "language_model.model.embed_tokens.weight", config.text.width);
    const ids = reference.longs("prompt.ids");
    const rows = await table.rows(ids);
    rows.data.set(reference.floats("0.features").data, ids.indexOf(420) * config.text.width);
    const logitsOf = async (source: TensorSource): Promise<Float32Array> => {
      const session = await decoderSession(source, config.text).open();
      const decoder = new LlavaDecoder(session, config.text);
      const logits = await decoder.begin(rows);
      await session.release();
      return logits;
    };
    const file = path.join(to, "onnx/decoder_model_merged_q4.onnx_data");
    const logits = await logitsOf(await readSafetensors(file));
    // onnxruntime rounds activations to bytes on the way, no more.
    const rounded = await logitsOf(await dequantisedCopy(file, whole, `${file}.single`));
    expect(relativeError(logits, rounded)).toBeLessThan(0.06);
    // Two layers of random weights 32 wide have no redundancy to hide the rounding in.
    const expected = reference.floats("0.logits").data.slice(-448).slice(0, config.text.vocabulary);
    expect(relativeError(logits, expected)).toBeLessThan(0.9);
    await table.close();
  });

  it("goes on where it was broken off, and gives the same bytes", async () => {
    const to = path.join(scratch, "resumed");
    const abort = new AbortController();
    const first = convertLlava(published, to, {
      signal: abort.signal,
      threads: 1,
      onProgress: (done, total) => {
        if (done > total / 2) abort.abort();
      },
    });
    await expect(first).rejects.toThrow(CancelledError);
    const seen: number[] = [];
    await convertLlava(published, to, { onProgress: (done, total) => seen.push(done / total) });
    expect(seen[0]).toBeGreaterThan(0.5);
    for (const name of ["vision_encoder_fp16", "embed_tokens_fp16", "decoder_model_merged_q4"]) {
      const [a, b] = ["tiny-llava", "resumed"].map((folder) =>
        readFile(path.join(scratch, folder, "onnx", `${name}.onnx_data`)),
      );
      expect((await a)!.equals((await b)!)).toBe(true);
    }
    await expect(stat(path.join(to, "onnx/conversion.journal"))).rejects.toThrow(/ENOENT/);
  });
});

interface Frame {
  readonly model: { readonly vocab: object; readonly merges: object };
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
}

describe("a tokenizer that comes as a SentencePiece model", () => {
  it("is the one that transformers makes of it", async () => {
    const made = tokenizerJson(await readFile(path.join(published, "tokenizer.model")), ["<image>", "<pad>"]);
    const expected = JSON.parse(await readFile(path.join(published, "tokenizer.json"), "utf8"));
    const { model, normalizer, pre_tokenizer, ...frame } = made as Frame;
    expect(model.vocab).toEqual(expected.model.vocab);
    expect(model.merges).toEqual(expected.model.merges);
    // Newer files put a space before the whole only; LLaVA's authors use SentencePiece itself.
    const { model: _model, normalizer: _normalizer, pre_tokenizer: _pre, ...expectedFrame } = expected;
    expect(frame).toEqual(expectedFrame);
    expect([normalizer, pre_tokenizer]).not.toContain(undefined);
  });

  it("encodes each piece of a prompt as SentencePiece does, and what stands around a picture apart", async () => {
    const folder = path.join(scratch, path.basename(original)); // converted by the first of these tests
    const tokenizer = await loadTokenizer(folder);
    const chunks = JSON.parse(await readFile(path.join(published, "chunks.json"), "utf8")) as [string, number[]][];
    const idsOf = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false });
    expect(chunks.filter(([text, ids]) => idsOf(text).join() !== ids.join())).toEqual([]);
    const [picture] = idsOf("<image>");
    const [before, after] = [chunks.find(([text]) => text === "USER: ")?.[1] ?? idsOf("USER: "), chunks[4]!];
    expect(idsOf(`USER: <image>${after[0]}`)).toEqual([...before, picture, ...after[1]]);
  });

  it("is refused when it is not one, or breaks off", async () => {
    const bytes = await readFile(path.join(published, "tokenizer.model"));
    expect(() => tokenizerJson(bytes.subarray(0, 1000), [])).toThrow(/cut off/);
    expect(() => tokenizerJson(Buffer.from("hello, world"), [])).toThrow(EngineError);
    expect(() => tokenizerJson(Buffer.alloc(0), [])).toThrow(/without pieces/);
  });
});

describe("a checkpoint with the names of transformers 5", () => {
  it("is the same network", async () => {
    const folder = path.join(scratch, "new-names");
    await cp(published, folder, { recursive: true });
    const rename = (name: string): string =>
      name === "language_model.lm_head.weight"
        ? "lm_head.weight"
        : `model.${name.replace("language_model.model.", "language_model.")}`;
    const index = path.join(folder, "model.safetensors.index.json");
    const { weight_map: map } = JSON.parse(await readFile(index, "utf8")) as { weight_map: Record<string, string> };
    await writeFile(
      index,
      JSON.stringify({
        weight_map: Object.fromEntries(Object.entries(map).map(([name, file]) => [rename(name), file])),
      }),
    );
    for (const file of new Set(Object.values(map))) {
      const bytes = await readFile(path.join(folder, file));
      const end = 8 + Number(bytes.readBigUInt64LE());
      const { __metadata__, ...header } = JSON.parse(bytes.toString("utf8", 8, end)) as Record<string, unknown>;
      const renamed = Object.fromEntries(Object.entries(header).map(([name, entry]) => [rename(name), entry]));
      const json = Buffer.from(JSON.stringify({ __metadata__, ...renamed }));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      await writeFile(path.join(folder, file), Buffer.concat([length, json, bytes.subarray(end)]));
    }
    const [first, second] = await Promise.all([openPublished(published), openPublished(folder)]);
    expect(second.tensors.names).toEqual(first.tensors.names);
    expect(second.tensors.names).toContain("language_model.model.layers.0.self_attn.q_proj.weight");
    for (const name of first.tensors.names)
      expect(second.tensors.find(name)).toMatchObject({ shape: first.tensors.find(name)!.shape });
  });
});

/** All tensors of a checkpoint in one file of single precision, under other names. */
async function merged(source: TensorSource, rename: (name: string) => string, target: string): Promise<void> {
  const tensors: Record<string, Floats> = {};
  for (const name of source.names) {
    const { path: file, offset, byteLength, dtype, shape } = source.find(name)!;
    const bytes = (await readFile(file)).subarray(offset, offset + byteLength);
    tensors[rename(name)] = { data: decodeFloats(bytes, dtype), shape: shape as number[] };
  }
  await writeSafetensors(target, { tensors, metadata: {} });
}

describe("the original release with its tower inside", () => {
  it("is converted to the same bytes, without what no network takes", async () => {
    const folder = path.join(scratch, "tower-inside");
    await cp(original, folder, { recursive: true });
    const { tensors } = await openPublished(original);
    const last = "encoder.layers.2.mlp.fc1.weight";
    expect(tensors.names).toContain(`vision_tower.vision_model.${last}`);
    const named = (name: string): string =>
      name
        .replace(/^vision_tower\./, "model.vision_tower.vision_tower.")
        .replace(/^multi_modal_projector\.linear_1/, "model.mm_projector.0")
        .replace(/^multi_modal_projector\.linear_2/, "model.mm_projector.2")
        .replace(/^language_model\./, "");
    const newline: TensorSource = {
      ...tensors,
      names: [...tensors.names, "model.image_newline"],
      find: (name) => tensors.find(name === "model.image_newline" ? "multi_modal_projector.linear_2.bias" : name),
    };
    await merged(newline, named, path.join(folder, "model.safetensors"));
    await rm(path.join(folder, "vision_tower", "pytorch_model.bin"));
    // Converted before, by the first of these tests.
    const [apart, inside] = [path.join(scratch, path.basename(original)), path.join(scratch, "inside")];
    await convertLlava(original, apart);
    await convertLlava(folder, inside);
    for (const name of ["vision_encoder_fp16", "embed_tokens_fp16", "decoder_model_merged_q4"]) {
      const data = path.join("onnx", `${name}.onnx_data`);
      expect((await readFile(path.join(apart, data))).equals(await readFile(path.join(inside, data)))).toBe(true);
    }
    const { names } = await readSafetensors(path.join(inside, "onnx", "vision_encoder_fp16.onnx_data"));
    expect(names.filter((name) => /post_layernorm|layers\.2\./.test(name))).toEqual([]);
    expect(names.some((name) => name.includes("encoder.layers.1."))).toBe(true);
  });

  it("has the sizes of its tower from its tensors where no file says them", async () => {
    const folder = path.join(scratch, "no-tower-folder");
    await mkdir(folder);
    await copyFile(path.join(original, "config.json"), path.join(folder, "config.json"));
    const tower = "model.vision_tower.vision_tower.vision_model";
    writeHoles(path.join(folder, "model.safetensors"), [
      [`${tower}.embeddings.patch_embedding.weight`, [1024, 3, 14, 14]],
      [`${tower}.embeddings.position_embedding.weight`, [577, 1024]],
      [`${tower}.encoder.layers.0.mlp.fc1.weight`, [4096, 1024]],
      [`${tower}.encoder.layers.23.mlp.fc1.weight`, [4096, 1024]],
      ["model.layers.30.mlp.up_proj.weight", [8, 8]],
    ]);
    const { config, preprocessor } = await openPublished(folder);
    expect(clipVisionConfigSchema.parse(config["vision_config"])).toMatchObject({
      width: 1024,
      innerWidth: 4096,
      layers: 24,
      heads: 16,
      imageSize: 336,
      patchSize: 14,
    });
    expect(preprocessorConfigSchema.parse(preprocessor)).toMatchObject({
      size: 336,
      mean: [0.48145466, 0.4578275, 0.40821073],
    });
  });

  it("with a tensor that is nobody's is refused by its name", async () => {
    const folder = path.join(scratch, "another-tensor");
    await cp(original, folder, { recursive: true });
    const { tensors } = await openPublished(published);
    await cp(published, folder, { recursive: true });
    const extra = "language_model.model.layers.0.mlp.experts.weight";
    const more: TensorSource = {
      ...tensors,
      names: [...tensors.names, extra],
      find: (name) => tensors.find(name === extra ? "language_model.lm_head.weight" : name),
    };
    await merged(more, (name) => name, path.join(folder, "model.safetensors"));
    await expect(convertLlava(folder, path.join(scratch, "x8"))).rejects.toThrow(`the tensor ${extra} is not LLaVA's`);
  });
});

describe("the settings of pictures", () => {
  const valid = {
    crop_size: 336,
    size: 336,
    do_center_crop: true,
    do_normalize: true,
    do_resize: true,
    feature_extractor_type: "CLIPFeatureExtractor",
    image_mean: [0.48, 0.45, 0.4],
    image_std: [0.26, 0.26, 0.27],
    resample: 3,
  };
  it("are read as they were published", () => {
    expect(preprocessorConfigSchema.parse(valid)).toEqual({ size: 336, mean: valid.image_mean, std: valid.image_std });
  });
  it.each([
    ["resample", 2],
    ["do_rescale", false],
    ["image_processor_type", "SiglipImageProcessor"],
    ["size", { shortest_edge: 224 }],
    ["rescale_factor", 0.5],
    ["image_grid_pinpoints", [[336, 672]]],
  ])("with %s: %j are refused by that name", (name, value) => {
    const { error } = preprocessorConfigSchema.safeParse({ ...valid, [name]: value });
    expect(error!.issues[0]!.path).toEqual([name]);
  });
});

describe("bad checkpoints", () => {
  const copy = async (name: string): Promise<string> => {
    const folder = path.join(scratch, name);
    await cp(published, folder, { recursive: true });
    return folder;
  };

  it("name the shard that is missing", async () => {
    const folder = await copy("missing-shard");
    await rm(path.join(folder, "model-00002-of-00002.safetensors"));
    await expect(convertLlava(folder, path.join(scratch, "x1"))).rejects.toThrow(
      /model-00002-of-00002.*cannot be read/,
    );
  });

  it("name the file that was cut off", async () => {
    const folder = await copy("cut-off");
    await truncate(path.join(folder, "model-00001-of-00002.safetensors"), 150_000);
    await expect(convertLlava(folder, path.join(scratch, "x2"))).rejects.toThrow(
      /model-00001-of-00002.*outside the file/,
    );
  });

  /** Changes the header of a shard in place; what replaces must be as long as what it replaces. */
  async function amendShard(folder: string, from: RegExp, to: (match: string) => string): Promise<void> {
    const file = path.join(folder, "model-00001-of-00002.safetensors");
    const bytes = await readFile(file);
    const length = Number(bytes.readBigUInt64LE(0));
    const header = bytes.toString("latin1", 8, 8 + length);
    const amended = header.replace(from, to);
    expect([amended.length, amended === header]).toEqual([length, false]);
    bytes.write(amended, 8, "latin1");
    await writeFile(file, bytes);
  }

  it("name the tensor of the wrong shape, before anything is written", async () => {
    const folder = await copy("wrong-shape");
    await amendShard(
      folder,
      /(?<="language_model.model.layers.0.mlp.down_proj.weight":[^}]*"shape":)\[32,96\]/,
      () => "[96,32]",
    );
    const to = path.join(scratch, "x5");
    await expect(convertLlava(folder, to)).rejects.toThrow(
      /layers\.0\.mlp\.down_proj\.weight is \[96, 32\], expected \[32, 96\]/,
    );
    await expect(stat(to)).rejects.toThrow(/ENOENT/);
  });

  it("name the tensor that is missing", async () => {
    const folder = await copy("missing-layer");
    const file = path.join(folder, "config.json");
    const config = JSON.parse(await readFile(file, "utf8")) as { text_config: object };
    const text_config = { ...config.text_config, num_hidden_layers: 3 };
    await writeFile(file, JSON.stringify({ ...config, text_config }));
    await expect(convertLlava(folder, path.join(scratch, "x6"))).rejects.toThrow(
      /missing-layer.*tensor language_model\.model\.layers\.2\.\S+ is missing/,
    );
  });

  it.each([
    ["I32", /lm_head\.weight is int32, not real numbers/],
    ["F99", /unknown element type F99/],
  ])("name the tensor of an element type that is none of theirs: %s", async (dtype, words) => {
    const folder = await copy(`dtype-${dtype}`);
    await amendShard(folder, /(?<="language_model.lm_head.weight":\{"dtype":")F32/, () => dtype);
    await expect(convertLlava(folder, path.join(scratch, "x7"))).rejects.toThrow(words);
  });

  it("name the setting that is wrong", async () => {
    const folder = await copy("wrong-config");
    await copyFile(path.join(published, "preprocessor_config.json"), path.join(folder, "config.json"));
    await expect(convertLlava(folder, path.join(scratch, "x3"))).rejects.toThrow(/not a LLaVA of a known layout/);
  });

  it("are not begun when the disk is too small", async () => {
    await expect(convertLlava(published, path.join(scratch, "x4"), { free: async () => 1000 })).rejects.toThrow(
      UserError,
    );
  });
});
