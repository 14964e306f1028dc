/** The image adapter: tower, projection, UNet and whole runs against diffusers; beside tokens, attention, LoRA and caches. */
import { copyFile, cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { describe, expect, it, vi } from "vitest";

import { clipImageVector, clipVisionStates } from "../../../models/clip-vision.ts";
import { CLIP_PIXELS, preprocess } from "../../../src/images/clip-pixels.ts";
import { installedImageAdapter } from "../../../src/image-adapter-folder.ts";
import { floatTensor } from "../../../src/onnx/index.ts";
import type { StylizeSettings } from "../../../src/painting.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { readImageAdapter } from "../../../src/stylize/diffusion/image-adapter/adapter-files.ts";
import { ImageAdapter } from "../../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import { PIPELINES, relativeError } from "../../models/reference.ts";
import { inputOf } from "./adapter-input.ts";
import { predictedBeside, useAdapterSetup } from "./adapter-setup.ts";
import { openPipeline } from "./pipeline.ts";

const KINDS = ["plain", "plus"] as const;
type Kind = (typeof KINDS)[number];
describe.each(PIPELINES)("the image adapter on %s", (name) => {
  const setup = useAdapterSetup(name, "image-adapter");

  const placeOf = (kind: Kind) => ({
    file: `${setup.pipeline.folder}/image-adapter/${kind}.safetensors`,
    tower: `${setup.pipeline.folder}/image-adapter/image_encoder`,
  });
  const stylizer = (kind: Kind): DiffusionStylizer =>
    new DiffusionStylizer(setup.pipeline.networks, setup.pipeline.tokenizer, {
      noise: () => setup.runs.floats("default.noise").data,
      findAdapter: async () => placeOf(kind),
    });

  it("sees what CLIP's tower sees", async () => {
    const { networks } = new ImageAdapter(setup.pipeline.networks, await readImageAdapter(placeOf("plain")));
    const { tower } = networks.checkpoint.adapter!;
    const given = setup.reference.floats("pixels");
    const pixels = preprocess(setup.runs.picture("default.style"), { size: 28, ...CLIP_PIXELS }, { pad: false });
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
    expect(relativeError(states.data, setup.reference.floats("states").data)).toBeLessThan(1e-5);
    expect(relativeError(vector.data, setup.reference.floats("vector").data)).toBeLessThan(1e-5);
  });

  it.each(KINDS)("makes the tokens and the predictions that diffusers makes, %s", async (kind) => {
    const { pipeline, runs, reference } = setup;
    for (const blocks of ["all", "style"] as const) {
      const adapter = new ImageAdapter(pipeline.networks, await readImageAdapter(placeOf(kind), blocks));
      const { data: tokens } = await adapter.tokensOf(runs.picture("default.style"));
      expect(relativeError(tokens, reference.floats(`${kind}.tokens`).data)).toBeLessThan(1e-4);
      const { predictions, nothing } = await predictedBeside(adapter, setup);
      expect(relativeError(nothing, reference.floats(`${kind}.negative`).data)).toBeLessThan(1e-4);
      expect(relativeError(predictions, reference.floats(`${kind}.${blocks}`).data)).toBeLessThan(1e-4);
    }
  });

  it.each(KINDS)("gives the reference's latents in whole runs, %s", async (kind) => {
    const painter = stylizer(kind);
    for (const variant of ["inst", "image-prompt"] as const) {
      const result = await painter.stylizeToLatents(inputOf(setup.runs, { variant }));
      expect(relativeError(result.latents.data, setup.reference.floats(`${kind}.run.${variant}`).data)).toBeLessThan(
        1e-3,
      );
      expect(result).toMatchObject({ stylePath: "adapter", steps: 14, guidance: 7, unetRows: 25 });
    }
  });
});

describe("an image adapter", () => {
  const setup = useAdapterSetup("tiny-v1", "image-adapter");

  const place = () => ({
    file: `${setup.pipeline.folder}/image-adapter/plain.safetensors`,
    tower: `${setup.pipeline.folder}/image-adapter/image_encoder`,
  });
  const painter = () =>
    new DiffusionStylizer(setup.pipeline.networks, setup.pipeline.tokenizer, { findAdapter: async () => place() });

  it("looks at a style once, however often it is painted with", async () => {
    const compute = vi.spyOn(setup.pipeline.networks.constructor.prototype as ImageAdapter["networks"], "compute");
    try {
      const stylizer = painter();
      await stylizer.stylizeToLatents(inputOf(setup.runs, {}, { steps: 2 }));
      await stylizer.stylizeToLatents(inputOf(setup.runs, {}, { steps: 3, seed: 9 }));
      expect(compute.mock.calls.map(([key]) => key).filter((key) => key.startsWith("image-"))).toEqual([
        "image-tokens",
        "image-nothing",
      ]);
    } finally {
      compute.mockRestore();
    }
  });

  it("changes the picture, alone and beside a token, attention and a step cache", async () => {
    const { width } = setup.pipeline.networks.checkpoint.text.config;
    const token = Float32Array.from({ length: width }, (_, i) => Math.sin(3 * i));
    const stylizer = painter();
    const paint = async (settings: Partial<StylizeSettings>) => {
      const { latents } = await stylizer.stylizeToLatents(
        inputOf(setup.runs, { token }, { steps: 14, strength: 0.6, ...settings }),
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

  it("changes the picture beside a LoRA, whose UNet it is laid over", async () => {
    const file = `${setup.pipeline.folder}/loras/kohya.safetensors`;
    const paint = async (weight: number, stylePath: StylizeSettings["stylePath"]) => {
      const stylizer = await painter().over([{ name: "kohya", file, version: "", weight }], null);
      return (await stylizer.stylizeToLatents(inputOf(setup.runs, {}, { steps: 3, stylePath }))).latents.data;
    };
    const [both, without, alone] = [await paint(1, "adapter"), await paint(0, "adapter"), await paint(1, "adain")];
    expect(relativeError(both, without)).toBeGreaterThan(0.01);
    expect(relativeError(both, alone)).toBeGreaterThan(0.01);
  });

  it("is refused in words where none is installed, and found once it is", async () => {
    const stylizer = new DiffusionStylizer(setup.pipeline.networks, setup.pipeline.tokenizer, {
      findAdapter: (wanted) => installedImageAdapter(setup.modelsDir, wanted),
    });
    const paint = () => stylizer.stylizeToLatents(inputOf(setup.runs, {}, { steps: 2 }));
    await expect(paint()).rejects.toMatchObject({
      name: "UserError",
      identifier: "adapter-not-installed",
      message: expect.stringMatching(/atelier models install ip-adapter-sd15/) as unknown,
    });
    await cp(place().tower, path.join(setup.modelsDir, "ip-adapter-sd15", "image_encoder"), { recursive: true });
    await copyFile(place().file, path.join(setup.modelsDir, "ip-adapter-sd15", "ip-adapter.safetensors"));
    expect((await paint()).stylePath).toBe("adapter");
  });

  it("names what does not fit: a file of another kind, one for another UNet, another tower", async () => {
    const other = await openPipeline("tiny-v2");
    const lora = { ...place(), file: `${setup.pipeline.folder}/runs.safetensors` };
    await expect(readImageAdapter(lora)).rejects.toThrow(/is no image adapter that is known here/);
    const files = await readImageAdapter(place());
    expect(() => new ImageAdapter(other.networks, files)).toThrow(/texts of width 24, not 16: another version/);
    const tower = path.join(setup.modelsDir, "narrow");
    await cp(place().tower, tower, { recursive: true });
    const config = JSON.parse(await readFile(path.join(tower, "config.json"), "utf8")) as object;
    await writeFile(path.join(tower, "config.json"), JSON.stringify({ ...config, projection_dim: 10 }));
    await expect(readImageAdapter({ ...place(), tower })).rejects.toThrow(/seen in 12 numbers, its tower gives 10/);
    await other.sessions.release();
  });
});
