import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { buildParts } from "../../src/engine/registry.ts";
import type { PartsOptions } from "../../src/engine/messages.ts";

let folder: string;
const told: string[] = [];
const build = (over: Partial<PartsOptions> = {}) =>
  buildParts(
    {
      ENGINE: "auto",
      CAPTIONER: "auto",
      CAPTION_TOKENS: 100,
      MODELS_DIR: folder,
      MODEL_MEMORY: 1,
      PRECISION: "auto",
      device: "cpu",
      ...over,
    },
    (level, text) => told.push(`${level}: ${text}`),
  );

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-registry-"));
  told.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the parts of an engine", () => {
  it("are the embedded ones where nothing is installed, on the cpu whatever the device", async () => {
    const parts = await build({ device: "cuda" });
    expect(parts.stylizer.id).toBe("embedded");
    expect(parts.describer.id).toBe("palette");
    expect(parts.simpleDescriber.id).toBe("palette");
    expect(parts).toMatchObject({ device: "cpu", parallelStages: false });
    expect(told).toEqual([]);
  });

  it("are refused where the settings name what is not installed", async () => {
    await expect(build({ ENGINE: "diffusion" })).rejects.toMatchObject({
      identifier: "not-installed",
      message: expect.stringMatching(/^ENGINE=diffusion needs a checkpoint.*atelier models install/),
    });
    await expect(build({ CAPTIONER: "sharegpt4v-7b" })).rejects.toMatchObject({ identifier: "not-installed" });
  });

  it("are the embedded ones, with a warning, where a checkpoint cannot be opened", async () => {
    for (const part of ["unet", "vae", "text_encoder", "tokenizer", "scheduler"]) {
      await mkdir(path.join(folder, "broken", part), { recursive: true });
      await writeFile(path.join(folder, "broken", part, "config.json"), "{}");
    }
    await writeFile(path.join(folder, "broken", "tokenizer", "vocab.json"), "{}");
    await writeFile(path.join(folder, "broken", "tokenizer", "merges.txt"), "");
    for (const file of ["unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"]) {
      await writeFile(path.join(folder, "broken", `${file}.safetensors`), "not tensors");
    }
    await writeFile(path.join(folder, "broken", "model_index.json"), "{}");
    expect((await build()).stylizer.id).toBe("embedded");
    expect(told).toEqual([expect.stringMatching(/^warn: the embedded engine is used, as the checkpoint .*broken/)]);
    await expect(build({ ENGINE: "diffusion" })).rejects.toMatchObject({ name: "EngineError", retryable: false });
  });
});
