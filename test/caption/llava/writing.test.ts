/** A language model that goes on by itself inside one run: what it says, and what crosses to a card meanwhile. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { llavaConfigSchema } from "../../../models/llava.ts";
import { EmbeddingTable } from "../../../src/caption/llava/embedding-table.ts";
import { decoderSession } from "../../../src/caption/llava/networks.ts";
import { LlavaDecoder } from "../../../src/caption/llava/token-decoder.ts";
import { CancelledError } from "../../../src/errors.ts";
import { readSafetensorsIndex } from "../../../src/onnx/files/safetensors.ts";
import type { TensorSource } from "../../../src/onnx/files/tensor-source.ts";
import type { Floats, Session } from "../../../src/onnx/index.ts";
import { FIXTURES, readReference } from "../../models/reference.ts";

const folder = path.join(FIXTURES, "tiny-llava");
const json = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
const { text: config, imageToken } = llavaConfigSchema.parse(json("config.json"));
const recorded = json("reference.json") as { generated: number[][] };

let source: TensorSource;
let prefix: Floats;
let table: EmbeddingTable;
beforeAll(async () => {
  source = await readSafetensorsIndex(path.join(folder, "model.safetensors.index.json"));
  table = await EmbeddingTable.open(source, "language_model.model.embed_tokens.weight", config.width);
  const reference = await readReference(path.join(folder, "reference.safetensors"));
  const ids = Array.from(reference.longs("prompt.ids"));
  prefix = await table.rows(ids);
  prefix.data.set(reference.floats("0.features").data, ids.indexOf(imageToken) * config.width);
  return () => table.close();
});

/** Opens a model, has `work` done with it, and closes it. */
async function withDecoder<T>(goesOn: boolean, work: (decoder: LlavaDecoder, session: Session) => Promise<T>) {
  const session = await decoderSession(source, config, { table: goesOn ? source : null }).open();
  const decoder = new LlavaDecoder(session, config, "float32", goesOn);
  try {
    await decoder.begin(prefix);
    return await work(decoder, session);
  } finally {
    decoder.close();
    await session.release();
  }
}

const embed = (token: number): Promise<Floats> => table.rows([token]);

describe("a language model that goes on by itself", () => {
  it.each([1, 2, 17, 33, 64])("says the same %i tokens", async (most) => {
    const tokens = await withDecoder(true, async (decoder) => {
      const said: number[] = [];
      for await (const token of decoder.write(embed, most)) said.push(token);
      return said;
    });
    expect(tokens).toEqual(recorded.generated[0]!.slice(0, most));
  });

  it("takes its prefix along once for many tokens", async () => {
    const bytesOf = (goesOn: boolean): Promise<number> =>
      withDecoder(goesOn, async (decoder, session) => {
        const before = session.crossed;
        for await (const _ of decoder.write(embed, 33)) continue;
        return session.crossed - before;
      });
    const [alone, together] = await Promise.all([bytesOf(false), bytesOf(true)]);
    expect(together).toBeLessThan(alone / 10);
  });

  it("stops where it is told to", async () => {
    await withDecoder(true, async (decoder) => {
      const abort = new AbortController();
      const said: number[] = [];
      const work = async (): Promise<void> => {
        for await (const token of decoder.write(embed, 64, abort.signal)) if (said.push(token) === 3) abort.abort();
      };
      await expect(work()).rejects.toThrow(CancelledError);
      // The run that was under way is told to its end.
      expect(said).toEqual(recorded.generated[0]!.slice(0, said.length));
      expect(said.length).toBeLessThan(18);
    });
  });
});
