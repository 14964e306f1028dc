/** StyleShot: patches, encoder, tokens, UNet and whole runs against the reference; installed, refused, and beside others. */
import { copyFile, cp, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { STYLE_PATCHES, styleVectors } from "../../../models/styleshot.ts";
import { CATALOGUE } from "../../../src/checkpoints/catalogue.ts";
import { type AdapterPlace, installedImageAdapter } from "../../../src/image-adapter-folder.ts";
import { type Floats, floatTensor } from "../../../src/onnx/index.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { ImageAdapter } from "../../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import { readStyleShot } from "../../../src/stylize/diffusion/image-adapter/styleshot-files.ts";
import { stylePatches } from "../../../src/stylize/diffusion/image-adapter/styleshot-sight.ts";
import { PIPELINES, readReference, type Reference, relativeError } from "../../models/reference.ts";
import { inputOf } from "./adapter-input.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

const placeOf = ({ folder }: Pipeline): AdapterPlace => ({
  file: `${folder}/styleshot/ip.bin`,
  tower: `${folder}/styleshot/image_encoder`,
});

/** Every `step`-th pixel of patches. */
function sparse({ data, shape }: Floats, step: number): Float32Array {
  const side = shape[3]!;
  return data.filter((_, i) => (i % side) % step === 0 && (Math.floor(i / side) % side) % step === 0);
}

describe.each(PIPELINES)("StyleShot on %s", (name) => {
  let pipeline: Pipeline;
  let runs: Reference;
  let reference: Reference;
  beforeAll(async () => {
    pipeline = await openPipeline(name);
    runs = await readReference(`${pipeline.folder}/runs.safetensors`);
    reference = await readReference(`${pipeline.folder}/styleshot/expected.safetensors`);
  });
  afterAll(() => pipeline.sessions.release());

  it("cuts the patches that the reference cuts, and sees in them what it sees", async () => {
    const patches = stylePatches(runs.picture("default.style"));
    for (const [i, size] of (["high", "middle", "low"] as const).entries()) {
      expect(patches[i]!.shape).toEqual([STYLE_PATCHES[i]!.count, 3, STYLE_PATCHES[i]!.side, STYLE_PATCHES[i]!.side]);
      const kept = reference.floats(`patches.${size}`);
      const step = STYLE_PATCHES[i]!.side / kept.shape[3]!;
      expect(relativeError(sparse(patches[i]!, step), kept.data)).toBeLessThan(1e-6);
    }
    const { networks } = new ImageAdapter(pipeline.networks, await readStyleShot(placeOf(pipeline)));
    const { vectors } = await networks.compute(
      "seen",
      (graph, weights, dtype) => {
        const inputs = patches.map(({ shape }, i) => graph.input(`x${i}`, dtype, shape));
        return { vectors: styleVectors(weights("tower"), networks.checkpoint.adapter!.tower.config, inputs) };
      },
      (dtype) => Object.fromEntries(patches.map((patch, i) => [`x${i}`, floatTensor(dtype, patch)])),
    );
    expect(relativeError(vectors.data, reference.floats("vectors").data)).toBeLessThan(1e-4);
  });

  it("makes the reference's tokens and predictions", async () => {
    const adapter = new ImageAdapter(pipeline.networks, await readStyleShot(placeOf(pipeline)));
    const context = (await readReference(`${pipeline.folder}/networks.safetensors`)).floats("unet.context");
    const [n, length, width] = context.shape as [number, number, number];
    const text = (row: number): Floats => ({
      data: context.data.subarray(row * length * width, (row + 1) * length * width),
      shape: [1, length, width],
    });
    const style = runs.picture("default.style");
    expect(relativeError((await adapter.tokensOf(style)).data, reference.floats("tokens").data)).toBeLessThan(1e-4);
    const { empty, prompt } = await adapter.beside({ empty: text(0), prompt: text(1) }, style, "style");
    const nothing = empty.data.subarray(length * width);
    expect(relativeError(nothing, reference.floats("negative").data)).toBeLessThan(1e-4);
    const [sample, expected] = [reference.floats("sample"), reference.floats("prediction").data];
    const each = expected.length / n;
    for (const [row, given] of [empty, prompt].entries()) {
      const one = { data: sample.data.subarray(row * each, (row + 1) * each), shape: sample.shape.with(0, 1) };
      const [prediction] = await adapter.networks.predict(one, 481, [given]);
      expect(relativeError(prediction!, expected.subarray(row * each, (row + 1) * each))).toBeLessThan(1e-4);
    }
  });

  it("gives the reference's latents in whole runs", async () => {
    const painter = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, {
      noise: () => runs.floats("default.noise").data,
      findAdapter: async () => placeOf(pipeline),
    });
    for (const variant of ["inst", "image-prompt"] as const) {
      const result = await painter.stylizeToLatents(inputOf(runs, { variant }, { stylePath: "styleshot" }));
      expect(relativeError(result.latents.data, reference.floats(`run.${variant}`).data)).toBeLessThan(1e-3);
      expect(result).toMatchObject({ stylePath: "styleshot", steps: 14, guidance: 7, unetRows: 25 });
    }
  });
});

describe("StyleShot", () => {
  let pipeline: Pipeline;
  let runs: Reference;
  let modelsDir: string;
  beforeAll(async () => {
    pipeline = await openPipeline("tiny-v1");
    runs = await readReference(`${pipeline.folder}/runs.safetensors`);
    modelsDir = await mkdtemp(path.join(os.tmpdir(), "atelier-styleshot-"));
  });
  afterAll(async () => {
    await pipeline.sessions.release();
    await rm(modelsDir, { recursive: true });
  });

  it("is refused in words where it is not installed, and found as the catalogue lays it out, beside IP-Adapter", async () => {
    const painter = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, {
      findAdapter: (wanted) => installedImageAdapter(modelsDir, wanted),
    });
    const paint = (stylePath: "styleshot" | "adapter") =>
      painter.stylizeToLatents(inputOf(runs, {}, { steps: 2, stylePath }));
    await expect(paint("styleshot")).rejects.toMatchObject({
      name: "UserError",
      identifier: "adapter-not-installed",
      message: /atelier models install styleshot-sd15/,
    });
    const { sources, licence } = CATALOGUE.find(({ name }) => name === "styleshot-sd15")!;
    expect(licence.name).toMatch(/^MIT; its authors ask for responsible use/);
    const tiny = placeOf(pipeline);
    const given = [tiny.file, `${tiny.tower}/pytorch_model.bin`, `${tiny.tower}/config.json`];
    for (const [i, { as }] of sources.flatMap(({ files }) => files).entries())
      await cp(given[i]!, path.join(modelsDir, "styleshot-sd15", as!));
    expect((await paint("styleshot")).stylePath).toBe("styleshot");
    const adapter = path.join(modelsDir, "ip-adapter-sd15");
    await cp(`${pipeline.folder}/image-adapter/image_encoder`, path.join(adapter, "image_encoder"), {
      recursive: true,
    });
    await copyFile(`${pipeline.folder}/image-adapter/plain.safetensors`, path.join(adapter, "ip-adapter.safetensors"));
    const [one, other] = [await paint("styleshot"), await paint("adapter")];
    expect(relativeError(one.latents.data, other.latents.data)).toBeGreaterThan(0.05);
  });

  it("names what does not fit: files of another kind, one for another UNet", async () => {
    const other = await openPipeline("tiny-v2");
    const place = placeOf(pipeline);
    await expect(readStyleShot({ ...place, file: `${place.tower}/pytorch_model.bin` })).rejects.toThrow(
      /is not StyleShot's file of projections/,
    );
    const tower = path.join(modelsDir, "swapped");
    await cp(place.tower, tower, { recursive: true });
    await copyFile(place.file, path.join(tower, "pytorch_model.bin"));
    await expect(readStyleShot({ ...place, tower })).rejects.toThrow(/is not StyleShot's style-aware encoder/);
    const files = await readStyleShot(place);
    expect(() => new ImageAdapter(other.networks, files)).toThrow(/texts of width 24, not 16: another version/);
    await other.sessions.release();
  });
});
