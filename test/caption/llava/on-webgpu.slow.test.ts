/** The captioner with its keys and values on a WebGPU device: software will do. */
import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import path from "node:path";

import { llavaConfigSchema } from "../../../models/llava.ts";
import { EmbeddingTable } from "../../../src/caption/llava/embedding-table.ts";
import { decoderSession } from "../../../src/caption/llava/networks.ts";
import { LlavaDecoder } from "../../../src/caption/llava/token-decoder.ts";
import { probeDevice } from "../../../src/engine/index.ts";
import { readSafetensorsIndex } from "../../../src/onnx/files/safetensors.ts";
import { FIXTURES, readReference } from "../../models/reference.ts";

const folder = path.join(FIXTURES, "tiny-llava");
const json = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
const fault = await probeDevice("webgpu");

describe.skipIf(fault !== null)(`on WebGPU${fault === null ? "" : ` (skipped: ${fault})`}`, () => {
  it("says the processor's tokens, and keeps keys and values where they are", async () => {
    const { text: config, imageToken } = llavaConfigSchema.parse(json("config.json"));
    const source = await readSafetensorsIndex(path.join(folder, "model.safetensors.index.json"));
    const table = await EmbeddingTable.open(source, "language_model.model.embed_tokens.weight", config.width);
    const reference = await readReference(path.join(folder, "reference.safetensors"));
    const ids = Array.from(reference.longs("prompt.ids"));
    const prefix = await table.rows(ids);
    prefix.data.set(reference.floats("0.features").data, ids.indexOf(imageToken) * config.width);
    const write = async (device: "cpu" | "webgpu"): Promise<{ said: number[]; bytes: number }> => {
      const session = await decoderSession(source, config, { device, attention: "explicit" }).open();
      const decoder = new LlavaDecoder(session, config);
      const said: number[] = [];
      await decoder.begin(prefix);
      const before = session.crossed;
      for await (const token of decoder.write((one) => table.rows([one]), 32)) said.push(token);
      const bytes = (session.crossed - before) / 31;
      // A second conversation in the same session finds nothing of the first.
      await decoder.begin(prefix);
      const again: number[] = [];
      for await (const token of decoder.write((one) => table.rows([one]), 4)) again.push(token);
      expect(again).toEqual(said.slice(0, 4));
      decoder.close();
      await session.release();
      return { said, bytes };
    };
    const [here, there] = [await write("cpu"), await write("webgpu")];
    expect(there.said).toEqual(here.said);
    // What is left: a token's embedding and position, the mask, and the logits.
    const keys = prefix.shape[0]! + 32;
    expect(there.bytes).toBeLessThan(4 * (config.width + config.vocabulary + keys + 2));
    expect(here.bytes).toBeGreaterThan(2 * 4 * config.layers * config.kvHeads * config.headWidth * prefix.shape[0]!);
    await table.close();
  });
});
