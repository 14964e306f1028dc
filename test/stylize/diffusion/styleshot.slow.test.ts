/** StyleShot: patches, encoder, tokens, UNet and whole runs against the reference; installed, refused, and beside others. */
import { copyFile, cp } from "node:fs/promises";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { STYLE_PATCHES, styleVectors } from "../../../models/styleshot.ts";
import { CATALOGUE } from "../../../src/checkpoints/catalogue.ts";
import { installedImageAdapter } from "../../../src/image-adapter-folder.ts";
import { type Floats, floatTensor } from "../../../src/onnx/index.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { ImageAdapter } from "../../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import { readStyleShot } from "../../../src/stylize/diffusion/image-adapter/styleshot-files.ts";
import { stylePatches } from "../../../src/stylize/diffusion/image-adapter/styleshot-sight.ts";
import { PIPELINES, relativeError } from "../../models/reference.ts";
import { inputOf } from "./adapter-input.ts";
import { predictedBeside, useAdapterSetup } from "./adapter-setup.ts";
import { openPipeline } from "./pipeline.ts";
import { plainStyleShot } from "./styleshot-place.ts";

/** Every `step`-th pixel of patches. */
function sparse({ data, shape }: Floats, step: number): Float32Array {
  const side = shape[3]!;
  return data.filter((_, i) => (i % side) % step === 0 && (Math.floor(i / side) % side) % step === 0);
}

describe.each(PIPELINES)("StyleShot on %s", (name) => {
  const setup = useAdapterSetup(name, "styleshot");

  it("cuts the patches that the reference cuts, and sees in them what it sees", async () => {
    const patches = stylePatches(setup.runs.picture("default.style"));
    for (const [i, size] of (["high", "middle", "low"] as const).entries()) {
      expect(patches[i]!.shape).toEqual([STYLE_PATCHES[i]!.count, 3, STYLE_PATCHES[i]!.side, STYLE_PATCHES[i]!.side]);
      const kept = setup.reference.floats(`patches.${size}`);
      const step = STYLE_PATCHES[i]!.side / kept.shape[3]!;
      expect(relativeError(sparse(patches[i]!, step), kept.data)).toBeLessThan(1e-6);
    }
    const { networks } = new ImageAdapter(
      setup.pipeline.networks,
      await readStyleShot(plainStyleShot(setup.pipeline.folder)),
    );
    const { vectors } = await networks.compute(
      "seen",
      (graph, weights, dtype) => {
        const inputs = patches.map(({ shape }, i) => graph.input(`x${i}`, dtype, shape));
        return { vectors: styleVectors(weights("tower"), networks.checkpoint.adapter!.tower.config, inputs) };
      },
      (dtype) => Object.fromEntries(patches.map((patch, i) => [`x${i}`, floatTensor(dtype, patch)])),
    );
    expect(relativeError(vectors.data, setup.reference.floats("vectors").data)).toBeLessThan(1e-4);
  });

  it("makes the reference's tokens and predictions", async () => {
    const { pipeline, runs, reference } = setup;
    const adapter = new ImageAdapter(pipeline.networks, await readStyleShot(plainStyleShot(pipeline.folder)));
    const { data: tokens } = await adapter.tokensOf(runs.picture("default.style"));
    expect(relativeError(tokens, reference.floats("tokens").data)).toBeLessThan(1e-4);
    const { predictions, nothing } = await predictedBeside(adapter, setup);
    expect(relativeError(nothing, reference.floats("negative").data)).toBeLessThan(1e-4);
    expect(relativeError(predictions, reference.floats("prediction").data)).toBeLessThan(1e-4);
  });

  it("gives the reference's latents in whole runs", async () => {
    const painter = new DiffusionStylizer(setup.pipeline.networks, setup.pipeline.tokenizer, {
      noise: () => setup.runs.floats("default.noise").data,
      findAdapter: async () => plainStyleShot(setup.pipeline.folder),
    });
    for (const variant of ["inst", "image-prompt"] as const) {
      const result = await painter.stylizeToLatents(inputOf(setup.runs, { variant }, { stylePath: "styleshot" }));
      expect(relativeError(result.latents.data, setup.reference.floats(`run.${variant}`).data)).toBeLessThan(1e-3);
      expect(result).toMatchObject({ stylePath: "styleshot", contours: false, steps: 14, guidance: 7, unetRows: 25 });
    }
  });
});

describe("StyleShot", () => {
  const setup = useAdapterSetup("tiny-v1", "styleshot");

  it("is refused in words where it is not installed, and found as the catalogue lays it out, beside IP-Adapter", async () => {
    const painter = new DiffusionStylizer(setup.pipeline.networks, setup.pipeline.tokenizer, {
      findAdapter: (wanted) => installedImageAdapter(setup.modelsDir, wanted),
    });
    const paint = (stylePath: "styleshot" | "adapter") =>
      painter.stylizeToLatents(inputOf(setup.runs, {}, { steps: 2, stylePath }));
    await expect(paint("styleshot")).rejects.toMatchObject({
      name: "UserError",
      identifier: "adapter-not-installed",
      message: /atelier models install styleshot-sd15/,
    });
    const { sources, licence } = CATALOGUE.find(({ name }) => name === "styleshot-sd15")!;
    expect(licence.name).toMatch(/^MIT; its authors ask for responsible use/);
    const tiny = plainStyleShot(setup.pipeline.folder);
    const given = [tiny.file, `${tiny.tower}/pytorch_model.bin`, `${tiny.tower}/config.json`];
    for (const [i, { as }] of sources.flatMap(({ files }) => files).entries())
      await cp(given[i]!, path.join(setup.modelsDir, "styleshot-sd15", as!));
    expect((await paint("styleshot")).stylePath).toBe("styleshot");
    const adapter = path.join(setup.modelsDir, "ip-adapter-sd15");
    await cp(`${setup.pipeline.folder}/image-adapter/image_encoder`, path.join(adapter, "image_encoder"), {
      recursive: true,
    });
    await copyFile(
      `${setup.pipeline.folder}/image-adapter/plain.safetensors`,
      path.join(adapter, "ip-adapter.safetensors"),
    );
    const [one, other] = [await paint("styleshot"), await paint("adapter")];
    expect(relativeError(one.latents.data, other.latents.data)).toBeGreaterThan(0.05);
  });

  it("names what does not fit: files of another kind, one for another UNet", async () => {
    const other = await openPipeline("tiny-v2");
    const place = plainStyleShot(setup.pipeline.folder);
    await expect(readStyleShot({ ...place, file: `${place.tower}/pytorch_model.bin` })).rejects.toThrow(
      /is not StyleShot's file of projections/,
    );
    const tower = path.join(setup.modelsDir, "swapped");
    await cp(place.tower, tower, { recursive: true });
    await copyFile(place.file, path.join(tower, "pytorch_model.bin"));
    await expect(readStyleShot({ ...place, tower })).rejects.toThrow(/is not StyleShot's style-aware encoder/);
    const files = await readStyleShot(place);
    expect(() => new ImageAdapter(other.networks, files)).toThrow(/texts of width 24, not 16: another version/);
    await other.sessions.release();
  });
});
