import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { CheckpointStore } from "../../src/checkpoints/checkpoint-folder.ts";
import { describerLabel, findCaptioner } from "../../src/engine/captioners.ts";
import type { PartsOptions } from "../../src/engine/messages.ts";
import { buildParts } from "../../src/engine/registry.ts";
import { DEFAULT_SETTINGS } from "../../src/painting.ts";

let folder: string;
const told: string[] = [];
const build = (over: Partial<PartsOptions> = {}) =>
  buildParts(
    {
      ENGINE: "auto",
      ENGINE_PARTS: "both",
      CAPTIONER: "auto",
      CAPTION_TOKENS: 100,
      DATA_DIR: folder,
      MODELS_DIR: folder,
      MODEL_MEMORY: 1,
      PRECISION: "auto",
      STEP_CACHE: "off",
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

const FIXTURES = path.resolve(import.meta.dirname, "../fixtures");

/** Widths of the previews of a picture of 64 pixels, of which the linear map shows half. */
async function previewWidths(): Promise<number[]> {
  const { stylizer } = await build();
  const grey = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(128) };
  const widths: number[] = [];
  await stylizer.stylize(
    {
      content: grey,
      style: grey,
      contentSha256: "c".repeat(64),
      styleSha256: "5".repeat(64),
      variant: "prompt",
      description: "bold black outlines",
      settings: { ...DEFAULT_SETTINGS, seed: 3, size: 64, steps: 6, strength: 1 },
    },
    { onPreview: ({ width }) => widths.push(width) },
  );
  return widths;
}

it("the palette describer has one name for descriptions from before and from now", () => {
  expect([describerLabel("palette"), describerLabel("palette-5")]).toEqual(["palette describer", "palette describer"]);
});

describe("the small decoder of previews", () => {
  beforeEach(() => symlink(path.join(FIXTURES, "tiny-v1"), path.join(folder, "tiny-v1")));

  it("shows them sharp where it is installed, once its cost is known to be small", async () => {
    expect(await previewWidths()).toEqual([32, 32, 32, 32, 32]);
    await symlink(path.join(FIXTURES, "tiny-taesd"), path.join(folder, "taesd"));
    expect((await previewWidths()).slice(0, 4)).toEqual([32, 32, 32, 64]);
    expect(told).toEqual([]);
  });

  it("is done without, with a warning, where it is damaged", async () => {
    await cp(path.join(FIXTURES, "tiny-taesd"), path.join(folder, "taesd"), { recursive: true });
    await writeFile(path.join(folder, "taesd", "config.json"), JSON.stringify({ decoder_block_out_channels: [] }));
    expect(await previewWidths()).toEqual([32, 32, 32, 32, 32]);
    expect(told).toEqual([expect.stringMatching(/^warn: previews are coarse, as .*taesd.config\.json: /)]);
  });
});

describe("what a checkpoint wishes", () => {
  it("is said once in the log where the samplers do not follow it, whatever Python wrote beside it", async () => {
    await cp(path.join(FIXTURES, "tiny-v1"), path.join(folder, "tiny-v1"), { recursive: true });
    const file = path.join(folder, "tiny-v1", "scheduler", "scheduler_config.json");
    await writeFile(file, '{ "use_karras_sigmas": true, "lambda_min_clipped": -Infinity, "solver_order": 3 }');
    expect((await build()).stylizer.id).toBe("diffusion");
    expect(told).toEqual([
      expect.stringMatching(/^info: .*tiny-v1: its scheduler asks for solver_order: 3, use_karras_sigmas: true, which/),
    ]);
  });
});

describe("the parts of an engine", () => {
  it("are the embedded ones where nothing is installed, on the cpu whatever the device", async () => {
    const parts = await build({ device: "cuda" });
    expect(parts.stylizer.id).toBe("embedded");
    expect(parts.describer.id).toBe("palette-5");
    expect(parts.simpleDescriber.id).toBe("palette-5");
    expect(parts).toMatchObject({ device: "cpu", parallelStages: false });
    expect(told).toEqual([]);
  });

  it("are refused where the settings name what is not installed", async () => {
    await expect(build({ ENGINE: "diffusion" })).rejects.toMatchObject({
      identifier: "not-installed",
      message: expect.stringMatching(/^ENGINE=diffusion needs a checkpoint.*`atelier models` lists/),
    });
    await expect(build({ CAPTIONER: "sharegpt4v-7b" })).rejects.toMatchObject({ identifier: "not-installed" });
  });

  it("are Stable Diffusion and a captioner where those are installed, each by itself", async () => {
    const diffusion = await build({ MODELS_DIR: FIXTURES });
    expect(diffusion.stylizer.id).toBe("diffusion");
    expect(diffusion.describer.id).toBe("palette-5");
    const captioner = await build({ MODELS_DIR: FIXTURES, ENGINE: "embedded", CAPTIONER: "tiny-llava" });
    expect(captioner.stylizer.id).toBe("embedded");
    expect(captioner.describer).toMatchObject({ id: "tiny-llava", label: "tiny-llava" });
    expect(captioner.simpleDescriber.id).toBe("palette-5");
    expect(told).toEqual([]);
  });

  it("try the device before a captioner is trusted to it", async () => {
    const device = process.platform === "win32" ? "coreml" : "dml";
    const building = build({ MODELS_DIR: FIXTURES, ENGINE: "embedded", CAPTIONER: "tiny-llava", device });
    await expect(building).rejects.toMatchObject({ name: "EngineError", message: new RegExp(`on ${device}`) });
  });

  it("take a captioner of the catalogue when it is installed to the end", async () => {
    const store = new CheckpointStore(folder);
    await mkdir(store.folderOf("smolvlm-256m"), { recursive: true });
    expect(await findCaptioner(folder, "auto")).toBeNull();
    await store.complete({ name: "smolvlm-256m", installedAt: "", sources: [], files: [] });
    expect(await findCaptioner(folder, "auto")).toMatchObject({
      name: "smolvlm-256m",
      label: "SmolVLM 256M",
      layout: "transformers.js",
      dtypes: { vision_encoder: "q4" },
    });
    expect(await findCaptioner(folder, "sharegpt4v-7b")).toBeNull();
    expect(await findCaptioner(folder, "../registry")).toBeNull();
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
    expect(told).toEqual([
      expect.stringMatching(/^warn: the embedded engine is used, as the checkpoint cannot be: .*broken/),
    ]);
    await expect(build({ ENGINE: "diffusion" })).rejects.toMatchObject({ name: "EngineError", retryable: false });
  });
});
