import { readFileSync } from "node:fs";
import path from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { llavaConfigSchema, llavaVision } from "../../../models/llava.ts";
import { argmax, LlavaDecoder } from "../../../src/caption/llava/token-decoder.ts";
import { decoderSession } from "../../../src/caption/llava/networks.ts";
import { EmbeddingTable } from "../../../src/caption/llava/embedding-table.ts";
import { preprocess } from "../../../src/images/clip-pixels.ts";
import { preprocessorConfigSchema } from "../../../src/caption/llava/preprocessor-config.ts";
import { type Floats, floatsOf, floatTensor, Graph, openSession } from "../../../src/onnx/index.ts";
import { readSafetensorsIndex } from "../../../src/onnx/files/safetensors.ts";
import { Weights } from "../../../src/onnx/weights.ts";
import { FIXTURES, readReference, type Reference, relativeError } from "../../models/reference.ts";

const folder = path.join(FIXTURES, "tiny-llava");
const json = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
const config = llavaConfigSchema.parse(json("config.json"));
const processing = preprocessorConfigSchema.parse(json("preprocessor_config.json"));
const recorded = json("reference.json") as { generated: number[][] };
const SHAPES = [0, 1, 2, 3];

let reference: Reference;
beforeAll(async () => {
  reference = await readReference(path.join(folder, "reference.safetensors"));
});

const imageOf = (i: number): { width: number; height: number; data: Uint8Array } => {
  const { data, shape } = reference.bytes(`${i}.image`);
  return { width: shape[1]!, height: shape[0]!, data };
};

describe("pixels", () => {
  it.each(SHAPES)("equal CLIPImageProcessor's, picture %i, padded and cropped", (i) => {
    for (const [name, pad] of [
      ["pixels", true],
      ["cropped", false],
    ] as const) {
      const expected = reference.floats(`${i}.${name}`).data;
      const actual = preprocess(imageOf(i), processing, { pad });
      const scale = Math.min(...processing.std) * 255;
      const worst = actual.reduce((most, value, k) => Math.max(most, Math.abs(value - expected[k]!) * scale), 0);
      expect(actual.length).toBe(expected.length);
      expect(worst).toBeLessThanOrEqual(1.0001);
    }
  });
});

describe("the networks", () => {
  const source = readSafetensorsIndex(path.join(folder, "model.safetensors.index.json"));

  it.each(SHAPES)("see what transformers' see, picture %i", async (i) => {
    const graph = new Graph("vision");
    llavaVision(graph, new Weights(graph, await source, "float32"), config, 1);
    const session = await openSession(graph);
    const features = await session.runOne({ pixel_values: floatTensor("float32", reference.floats(`${i}.pixels`)) });
    expect(relativeError(floatsOf(features).data, reference.floats(`${i}.features`).data)).toBeLessThan(1e-4);
    await session.release();
  });

  /** Embeddings of the prompt with the picture's features in their place. */
  async function promptEmbeddings(i: number, table: EmbeddingTable): Promise<Floats> {
    const ids = Array.from(reference.longs("prompt.ids"));
    const rows = await table.rows(ids);
    const features = reference.floats(`${i}.features`).data;
    rows.data.set(features, ids.indexOf(config.imageToken) * config.text.width);
    return rows;
  }

  it.each(SHAPES)("say the same 64 tokens as transformers', picture %i", async (i) => {
    const session = await decoderSession(await source, config.text).open();
    const decoder = new LlavaDecoder(session, config.text);
    const table = await EmbeddingTable.open(
      await source,
      "language_model.model.embed_tokens.weight",
      config.text.width,
    );
    const logits = await decoder.begin(await promptEmbeddings(i, table));
    const expected = reference.floats(`${i}.logits`).data.slice(-config.text.vocabulary);
    expect(relativeError(logits, expected)).toBeLessThan(1e-4);
    const tokens = [argmax(logits)];
    while (tokens.length < 64) tokens.push(argmax(await decoder.next(await table.rows([tokens.at(-1)!]))));
    expect(tokens).toEqual(recorded.generated[i]);
    await session.release();
    await table.close();
  });
});
