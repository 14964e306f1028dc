/** The image adapter: tower, projection, UNet and whole runs against diffusers; beside tokens, attention, LoRA and caches. */
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { clipImageVector, clipVisionStates } from "../../../models/clip-vision.ts";
import { CLIP_PIXELS, preprocess } from "../../../src/images/clip-pixels.ts";
import { installedImageAdapter } from "../../../src/image-adapter-folder.ts";
import { type Floats, floatTensor } from "../../../src/onnx/index.ts";
import type { StylizeSettings } from "../../../src/painting.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { readImageAdapter } from "../../../src/stylize/diffusion/image-adapter/adapter-files.ts";
import { ImageAdapter } from "../../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import { PIPELINES, readReference, type Reference, relativeError } from "../../models/reference.ts";
import { inputOf } from "./adapter-input.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

const KINDS = ["plain", "plus"] as const;
type Kind = (typeof KINDS)[number];
describe.each(PIPELINES)("the image adapter on %s", (name) => {
  let pipeline: Pipeline;
  let runs: Reference;
  let reference: Reference;
  beforeAll(async () => {
    pipeline = await openPipeline(name);
    runs = await readReference(`${pipeline.folder}/runs.safetensors`);
    reference = await readReference(`${pipeline.folder}/image-adapter/expected.safetensors`);
  });
  afterAll(() => pipeline.sessions.release());

  const placeOf = (kind: Kind) => ({
    file: `${pipeline.folder}/image-adapter/${kind}.safetensors`,
    tower: `${pipeline.folder}/image-adapter/image_encoder`,
  });
  const stylizer = (kind: Kind): DiffusionStylizer =>
    new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, {
      noise: () => runs.floats("default.noise").data,
      findAdapter: async () => placeOf(kind),
    });

  it("sees what CLIP's tower sees", async () => {
    const { networks } = new ImageAdapter(pipeline.networks, await readImageAdapter(placeOf("plain")));
    const { tower } = networks.checkpoint.adapter!;
    const given = reference.floats("pixels");
    const pixels = preprocess(runs.picture("default.style"), { size: 28, ...CLIP_PIXELS }, { pad: false });
    expect(relativeError(pixels, given.data)).toBeLessThan(1e-6);
    const { states, vector } = await networks.compute(
      "seen",
      (graph, weights, dtype) => {
        const x = graph.input("x", dtype, given.shape);
        const w = weights("tower");
        return { states: clipVisionStates(w, tower.config, x, -2), vector: clipImageVector(w, tower.config, x) };
      },
      (dtype) => ({ x: floatTensor(dtype, given) }),
    );
    expect(relativeError(states.data, reference.floats("states").data)).toBeLessThan(1e-5);
    expect(relativeError(vector.data, reference.floats("vector").data)).toBeLessThan(1e-5);
  });

  it.each(KINDS)("makes the tokens and the predictions that diffusers makes, %s", async (kind) => {
    const context = (await readReference(`${pipeline.folder}/networks.safetensors`)).floats("unet.context");
    const [n, length, width] = context.shape as [number, number, number];
    const text = (row: number): Floats => ({
      data: context.data.subarray(row * length * width, (row + 1) * length * width),
      shape: [1, length, width],
    });
    const sample = reference.floats("sample");
    for (const blocks of ["all", "style"] as const) {
      const adapter = new ImageAdapter(pipeline.networks, await readImageAdapter(placeOf(kind), blocks));
      const style = runs.picture("default.style");
      expect(relativeError((await adapter.tokensOf(style)).data, reference.floats(`${kind}.tokens`).data)).toBeLessThan(
        1e-4,
      );
      const { empty, prompt } = await adapter.beside({ empty: text(0), prompt: text(1) }, style, "style");
      const nothing = empty.data.subarray(length * width);
      expect(relativeError(nothing, reference.floats(`${kind}.negative`).data)).toBeLessThan(1e-4);
      const expected = reference.floats(`${kind}.${blocks}`).data;
      const each = expected.length / n;
      for (const [row, given] of [empty, prompt].entries()) {
        const one = { data: sample.data.subarray(row * each, (row + 1) * each), shape: sample.shape.with(0, 1) };
        const [prediction] = await adapter.networks.predict(one, 481, [given]);
        expect(relativeError(prediction!, expected.subarray(row * each, (row + 1) * each))).toBeLessThan(1e-4);
      }
    }
  });

  it.each(KINDS)("gives the reference's latents in whole runs, %s", async (kind) => {
    const painter = stylizer(kind);
    for (const variant of ["inst", "image-prompt"] as const) {
      const result = await painter.stylizeToLatents(inputOf(runs, { variant }));
      expect(relativeError(result.latents.data, reference.floats(`${kind}.run.${variant}`).data)).toBeLessThan(1e-3);
      expect(result).toMatchObject({ stylePath: "adapter", steps: 14, guidance: 7, unetRows: 25 });
    }
  });
});

describe("an image adapter", () => {
  let pipeline: Pipeline;
  let runs: Reference;
  let modelsDir: string;
  beforeAll(async () => {
    pipeline = await openPipeline("tiny-v1");
    runs = await readReference(`${pipeline.folder}/runs.safetensors`);
    modelsDir = await mkdtemp(path.join(os.tmpdir(), "atelier-adapter-"));
  });
  afterAll(async () => {
    await pipeline.sessions.release();
    await rm(modelsDir, { recursive: true });
  });

  const place = () => ({
    file: `${pipeline.folder}/image-adapter/plain.safetensors`,
    tower: `${pipeline.folder}/image-adapter/image_encoder`,
  });
  const painter = () =>
    new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, { findAdapter: async () => place() });

  it("looks at a style once, however often it is painted with", async () => {
    const compute = vi.spyOn(pipeline.networks.constructor.prototype as ImageAdapter["networks"], "compute");
    try {
      const stylizer = painter();
      await stylizer.stylizeToLatents(inputOf(runs, {}, { steps: 2 }));
      await stylizer.stylizeToLatents(inputOf(runs, {}, { steps: 3, seed: 9 }));
      expect(compute.mock.calls.map(([key]) => key).filter((key) => key.startsWith("image-"))).toEqual([
        "image-tokens",
        "image-nothing",
      ]);
    } finally {
      compute.mockRestore();
    }
  });

  it("changes the picture, alone and beside a token, attention and a step cache", async () => {
    const { width } = pipeline.networks.checkpoint.text.config;
    const token = Float32Array.from({ length: width }, (_, i) => Math.sin(3 * i));
    const stylizer = painter();
    const paint = async (settings: Partial<StylizeSettings>) => {
      const { latents } = await stylizer.stylizeToLatents(
        inputOf(runs, { token }, { steps: 14, strength: 0.6, ...settings }),
      );
      return latents.data;
    };
    for (const [without, beside] of [
      ["adain", "adapter"],
      ["token", "adapter-token"],
      ["attention", "adapter-attention"],
    ] as const)
      expect(relativeError(await paint({ stylePath: beside }), await paint({ stylePath: without }))).toBeGreaterThan(
        0.05,
      );
    const [whole, cached] = [await paint({ steps: 20 }), await paint({ steps: 20, stepCache: "both" })];
    expect(relativeError(cached, whole)).toBeGreaterThan(1e-3);
    expect(cached.every(Number.isFinite)).toBe(true);
  });

  it("is refused in words where none is installed, and found once it is", async () => {
    const stylizer = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, {
      findAdapter: (wanted) => installedImageAdapter(modelsDir, wanted),
    });
    const paint = () => stylizer.stylizeToLatents(inputOf(runs, {}, { steps: 2 }));
    await expect(paint()).rejects.toMatchObject({
      name: "UserError",
      identifier: "adapter-not-installed",
      message: expect.stringMatching(/atelier models install ip-adapter-sd15/) as unknown,
    });
    await cp(place().tower, path.join(modelsDir, "ip-adapter-sd15", "image_encoder"), { recursive: true });
    await copyFile(place().file, path.join(modelsDir, "ip-adapter-sd15", "ip-adapter.safetensors"));
    expect((await paint()).stylePath).toBe("adapter");
  });

  it("names what does not fit: a file of another kind, one for another UNet, another tower", async () => {
    const other = await openPipeline("tiny-v2");
    const lora = { ...place(), file: `${pipeline.folder}/runs.safetensors` };
    await expect(readImageAdapter(lora)).rejects.toThrow(/is no image adapter that is known here/);
    const files = await readImageAdapter(place());
    expect(() => new ImageAdapter(other.networks, files)).toThrow(/texts of width 24, not 16: another version/);
    const tower = path.join(modelsDir, "narrow");
    await cp(place().tower, tower, { recursive: true });
    const config = JSON.parse(await readFile(path.join(tower, "config.json"), "utf8")) as object;
    await writeFile(path.join(tower, "config.json"), JSON.stringify({ ...config, projection_dim: 10 }));
    await expect(readImageAdapter({ ...place(), tower })).rejects.toThrow(/seen in 12 numbers, its tower gives 10/);
    await other.sessions.release();
  });
});
