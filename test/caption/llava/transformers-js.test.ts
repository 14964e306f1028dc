import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { convertLlava } from "../../../src/caption/llava/convert/index.ts";
import { LlavaDescriber } from "../../../src/caption/llava/llava-describer.ts";
import { TransformersDescriber } from "../../../src/caption/transformers-describer.ts";
import { CancelledError, EngineError } from "../../../src/errors.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { FIXTURES, readReference } from "../../models/reference.ts";
import { EXACT } from "./forms.ts";

const published = path.join(FIXTURES, "tiny-llava-original");
let folder: string;
let image: RgbImage;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-transformers-"));
  await convertLlava(published, folder);
  const { data, shape } = (await readReference(path.join(FIXTURES, "tiny-llava/reference.safetensors"))).bytes(
    "2.image",
  );
  image = { width: shape[1]!, height: shape[0]!, data }; // square: both processings pad nothing
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const byTransformers = (from = folder, maxTokens = 12): TransformersDescriber =>
  new TransformersDescriber({ folder: from, id: "tiny", label: "Tiny", maxTokens, device: "cpu" });

describe("the folder that a conversion writes", () => {
  it("is loaded by transformers.js, which writes text with it", async () => {
    const seen: string[] = [];
    const text = await byTransformers().describe({ image, sha256: "x" }, { onText: (part) => seen.push(part) });
    expect(text.length).toBeGreaterThan(0);
    expect(seen.at(-1)).toBe(text);
    expect(await byTransformers().describe({ image, sha256: "x" })).toBe(text);
  });

  it("is loaded by our own loop, with the settings it needs", async () => {
    const sessions = new SessionPool(1e9);
    const own = new LlavaDescriber({
      folder,
      id: "own",
      label: "Own",
      maxTokens: 12,
      device: "cpu",
      forms: EXACT,
      sessions,
    });
    expect(await own.describe({ image, sha256: "x" })).toBeTypeOf("string");
    const config = JSON.parse(await readFile(path.join(folder, "config.json"), "utf8")) as Record<string, unknown>;
    expect(config["text_config"]).toMatchObject({ num_hidden_layers: 2, head_dim: 16, num_key_value_heads: 1 });
  });

  it("stops between tokens", async () => {
    const abort = new AbortController();
    const work = byTransformers(folder, 500).describe(
      { image, sha256: "x" },
      { signal: abort.signal, onText: () => abort.abort() },
    );
    await expect(work).rejects.toThrow(CancelledError);
  });

  it("is named when it does not hold a model", async () => {
    await expect(byTransformers(os.tmpdir()).describe({ image, sha256: "x" })).rejects.toThrow(EngineError);
  });
});
