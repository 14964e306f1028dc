/** What rounding to 4 bits and computing in half precision cost, on a language model wide enough for it to mean something. */
import { mkdtemp, open, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { llamaConfigSchema } from "../../../../models/llama.ts";
import { llavaConfigSchema, llavaVision } from "../../../../models/llava.ts";
import { argmax, LlavaDecoder } from "../../../../src/caption/llava/token-decoder.ts";
import { decoderSession } from "../../../../src/caption/llava/networks.ts";
import { planConversion } from "../../../../src/caption/llava/convert/conversion-plan.ts";
import { runStep } from "../../../../src/caption/llava/convert/run-step.ts";
import { type Floats, type FloatType, floatsOf, floatTensor, Graph, openSession } from "../../../../src/onnx/index.ts";
import { readJson } from "../../../../src/onnx/files/read-json.ts";
import { readSafetensors, readSafetensorsIndex } from "../../../../src/onnx/files/safetensors.ts";
import { writeSafetensors } from "../../../../src/onnx/files/safetensors-file.ts";
import type { TensorSource } from "../../../../src/onnx/files/tensor-source.ts";
import { Weights } from "../../../../src/onnx/weights.ts";
import { gaussianNoise } from "../../../../src/stylize/diffusion/noise.ts";
import { FIXTURES, readReference, relativeError } from "../../../models/reference.ts";

const config = llamaConfigSchema.parse({
  vocab_size: 1000,
  hidden_size: 512,
  intermediate_size: 1376,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  max_position_embeddings: 256,
});
const PREFIXES = 6;

let scratch: string;
let whole: TensorSource;
let rounded: TensorSource;

const noise = (stream: number, shape: readonly number[], deviation = 1): Floats => ({
  data: gaussianNoise(
    5,
    shape.reduce((product, dim) => product * dim, 1),
    stream,
  ).map((value) => value * deviation),
  shape,
});

beforeAll(async () => {
  scratch = await mkdtemp(path.join(os.tmpdir(), "atelier-rounding-"));
  const { width, innerWidth, vocabulary, layers } = config;
  const tensors: Record<string, Floats> = {};
  const add = (name: string, ...shape: number[]): void => {
    // Deviation 1 / sqrt(inputs), with which trained models begin and which keeps activations near 1.
    const values = noise(Object.keys(tensors).length, shape, shape[1] ? 1 / Math.sqrt(shape[1]) : 0.05);
    tensors[`language_model.${name}.weight`] = shape[1] ? values : { ...values, data: values.data.map((x) => 1 + x) };
  };
  for (let i = 0; i < layers; i++) {
    const at = `model.layers.${i}`;
    for (const name of ["q", "k", "v", "o"]) add(`${at}.self_attn.${name}_proj`, width, width);
    for (const name of ["gate", "up"]) add(`${at}.mlp.${name}_proj`, innerWidth, width);
    add(`${at}.mlp.down_proj`, width, innerWidth);
    for (const name of ["input", "post_attention"]) add(`${at}.${name}_layernorm`, width);
  }
  add("model.norm", width);
  add("lm_head", vocabulary, width);
  const file = path.join(scratch, "whole.safetensors");
  await writeSafetensors(file, { tensors, metadata: {} });
  whole = await readSafetensors(file);

  const { steps, files } = planConversion(whole);
  const target = path.join(scratch, "rounded.safetensors");
  const handle = await open(target, "w");
  await handle.write(files.decoder.header);
  await handle.truncate(files.decoder.size);
  await handle.close();
  for (const step of steps) runStep(step, target);
  rounded = await readSafetensors(target);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Logits after each of a few prefixes. */
async function logitsOf(source: TensorSource, dtype: FloatType = "float32"): Promise<Float32Array[]> {
  const session = await decoderSession(source, config, { dtype }).open();
  const decoder = new LlavaDecoder(session, config, dtype);
  const all: Float32Array[] = [];
  for (let i = 0; i < PREFIXES; i++) all.push(await decoder.begin(noise(1000 + i, [70, config.width])));
  await session.release();
  return all;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("a language model", () => {
  it("in 4 bits gives logits within 22 % of those of its whole weights", async () => {
    const [exact, inFour] = [await logitsOf(whole), await logitsOf(rounded)];
    const errors = exact.map((logits, i) => relativeError(inFour[i]!, logits));
    expect(mean(errors)).toBeLessThan(0.22);
    // The likeliest word stays among the likeliest.
    for (const [i, logits] of exact.entries()) {
      const best = inFour[i]![argmax(logits)]!;
      expect(inFour[i]!.filter((value) => value > best).length).toBeLessThan(10);
    }
  });

  it.each([
    ["whole", 0.01],
    ["4-bit", 0.03], // a processor rounds activations to bytes as well, and some of them to the next one then
  ])("of %s weights gives logits within %f of themselves in half precision", async (form, most) => {
    const source = form === "whole" ? whole : rounded;
    const [exact, half] = [await logitsOf(source), await logitsOf(source, "float16")];
    for (const [i, logits] of exact.entries()) expect(relativeError(half[i]!, logits)).toBeLessThan(most);
  });
});

describe("the vision tower", () => {
  it("in half precision sees within 1 % of what it sees in single", async () => {
    const folder = path.join(FIXTURES, "tiny-llava");
    const settings = await readJson(path.join(folder, "config.json"), llavaConfigSchema);
    const source = await readSafetensorsIndex(path.join(folder, "model.safetensors.index.json"));
    const reference = await readReference(path.join(folder, "reference.safetensors"));
    const graph = new Graph("vision");
    llavaVision(graph, new Weights(graph, source, "float16"), settings, 1);
    const session = await openSession(graph);
    const features = await session.runOne({ pixel_values: floatTensor("float32", reference.floats("0.pixels")) });
    expect(relativeError(floatsOf(features).data, reference.floats("0.features").data)).toBeLessThan(0.01);
    await session.release();
  });
});
