/** StyleShot over the content's contours: contours and whole runs against the reference; rounded, cached, installed, refused. */
import { copyFile, cp, mkdir, readdir } from "node:fs/promises";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { attendingImage } from "../../../models/ip-adapter.ts";
import { unet } from "../../../models/unet.ts";
import { CATALOGUE } from "../../../src/checkpoints/catalogue.ts";
import { type AdapterPlace, CONTOURS, installedImageAdapter } from "../../../src/image-adapter-folder.ts";
import { type Floats, Graph, modelBytes, op } from "../../../src/onnx/index.ts";
import { Weights } from "../../../src/onnx/weights.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../../src/stylize/diffusion/diffusion-networks.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { ImageAdapter } from "../../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import { readStyleShot } from "../../../src/stylize/diffusion/image-adapter/styleshot-files.ts";
import type { Context } from "../../../src/stylize/diffusion/inst.ts";
import { withRoundedUNet } from "../../../src/stylize/diffusion/int8-unet.ts";
import type { RecordGraph } from "../../../src/stylize/diffusion/network-sessions.ts";
import { unetRecording } from "../../../src/stylize/diffusion/unet-recording.ts";
import { PIPELINES, relativeError } from "../../models/reference.ts";
import { inputOf } from "./adapter-input.ts";
import { useAdapterSetup } from "./adapter-setup.ts";
import { contouredStyleShot, plainStyleShot } from "./styleshot-place.ts";

/** Tokens of a row of text. */
const TEXT = 77;

const zeros = (...shape: number[]): Floats => ({ data: new Float32Array(shape.reduce((a, b) => a * b)), shape });

describe.each(PIPELINES)("StyleShot with contours on %s", (name) => {
  const setup = useAdapterSetup(name, "styleshot");

  it("draws the contours that the reference draws", async () => {
    const { pipeline, runs, reference } = setup;
    const adapter = new ImageAdapter(pipeline.networks, await readStyleShot(contouredStyleShot(pipeline.folder)));
    const { data, shape } = await adapter.contours(runs.picture("default.content"));
    const expected = reference.bytes("contour");
    expect(shape).toEqual(expected.shape.with(1, 3));
    for (let c = 0; c < 3; c++) {
      const plane = data.subarray(c * expected.data.length, (c + 1) * expected.data.length);
      expect(Uint8Array.from(plane)).toEqual(expected.data);
    }
  });

  it("gives the reference's latents in whole runs", async () => {
    const { pipeline, runs, reference } = setup;
    const painter = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, {
      noise: () => runs.floats("default.noise").data,
      findAdapter: async () => contouredStyleShot(pipeline.folder),
    });
    for (const variant of ["inst", "image-prompt"] as const) {
      const result = await painter.stylizeToLatents(inputOf(runs, { variant }, { stylePath: "styleshot" }));
      const expected = reference.floats(`control.run.${variant}`).data;
      expect(relativeError(result.latents.data, expected)).toBeLessThan(1e-3);
      expect(result).toMatchObject({ stylePath: "styleshot", contours: true, steps: 14, guidance: 7, unetRows: 25 });
    }
  });
});

describe("StyleShot's contours", () => {
  const setup = useAdapterSetup("tiny-v1", "styleshot");
  const painterOver = (networks: DiffusionNetworks, place: AdapterPlace): DiffusionStylizer =>
    new DiffusionStylizer(networks, setup.pipeline.tokenizer, { findAdapter: async () => place });
  const paint = (painter: DiffusionStylizer, settings = {}) =>
    painter.stylizeToLatents(inputOf(setup.runs, {}, { stylePath: "styleshot", ...settings }));
  /** As the catalogue lays files out. */
  const install = async (name: string, files: readonly string[]): Promise<void> => {
    const { sources } = CATALOGUE.find((entry) => entry.name === name)!;
    for (const [i, { path: stored, as = stored }] of sources.flatMap((source) => source.files).entries())
      await cp(files[i]!, path.join(setup.modelsDir, name, as));
  };

  it.each(["no adapter", "StyleShot", "StyleShot with its detector"] as const)(
    "leave the graph of a picture without them as it is, to the byte: %s",
    async (over) => {
      const { pipeline } = setup;
      const place = (over === "StyleShot" ? plainStyleShot : contouredStyleShot)(pipeline.folder);
      const networks =
        over === "no adapter"
          ? pipeline.networks
          : new ImageAdapter(pipeline.networks, await readStyleShot(place)).networks;
      const { checkpoint } = networks;
      const { adapter } = checkpoint;
      const { config, source } = checkpoint.unet;
      const length = TEXT + (adapter?.config.tokens ?? 0);
      const context = zeros(1, length, config.contextWidth);
      const bytesOf = (record: RecordGraph<string>): Buffer => {
        const graph = new Graph("unet");
        const parts = {
          unet: new Weights(graph, source, "float32"),
          ...(adapter && { adapter: new Weights(graph, adapter.source, "float32") }),
        };
        const outputs = record(graph, (part) => parts[part as keyof typeof parts]!, "float32");
        for (const [name, value] of Object.entries(outputs)) graph.output(name, value);
        return Buffer.from(modelBytes(graph));
      };
      const recordingOf = (given: Context) =>
        unetRecording(checkpoint, { sample: zeros(1, 4, 8, 8), timestep: 1, contexts: [given] }, undefined, "exact");
      const plain = bytesOf((graph, weights) => {
        const sample = graph.input("sample", "float32", [1, 4, 8, 8]);
        const timestep = graph.input("timestep", "float32", [1]);
        const whole = graph.input("context", "float32", context.shape);
        if (!adapter) return { prediction: unet(weights("unet"), config, { sample, timestep, context: whole }) };
        const text = op.slice(whole, 1, 0, TEXT);
        const image = op.slice(whole, 1, TEXT, length);
        const attendText = attendingImage(weights("adapter"), config, image, () => 1);
        return { prediction: unet(weights("unet"), config, { sample, timestep, context: text }, { attendText }) };
      });
      const without = recordingOf(context);
      expect(bytesOf(without.record).equals(plain)).toBe(true);
      if (!adapter) return;
      const controlled = recordingOf({ ...context, hint: zeros(1, config.channels[0]!, 8, 8) });
      expect(controlled.key).toBe(`${without.key} hint`);
      expect(bytesOf(controlled.record).length).toBeGreaterThan(plain.length);
    },
  );

  it("are kept in 8 bits, whose weights stand beside StyleShot's own", async () => {
    const { pipeline, modelsDir } = setup;
    const folder = path.join(modelsDir, "rounded");
    await cp(pipeline.folder, folder, { recursive: true });
    const given = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
    const rounded = new DiffusionNetworks(await withRoundedUNet(given), {
      device: "cpu",
      dtype: "float32",
      attention: "fused",
      products: "int8",
      sessions: pipeline.sessions,
    });
    const place = contouredStyleShot(folder);
    const [exact, painted] = [
      await paint(painterOver(pipeline.networks, place), { steps: 3 }),
      await paint(painterOver(rounded, place), { steps: 3 }),
    ];
    expect(painted.contours).toBe(true);
    expect(relativeError(painted.latents.data, exact.latents.data)).toBeLessThan(0.15);
    expect((await readdir(path.dirname(place.file))).filter((file) => file.startsWith("ip.bin."))).toHaveLength(1);
  });

  it("are kept beside a step cache, which saves of the ControlNet too", async () => {
    const { pipeline } = setup;
    const painter = painterOver(pipeline.networks, contouredStyleShot(pipeline.folder));
    const [whole, cached] = [await paint(painter), await paint(painter, { stepCache: "both" })];
    expect(cached.latents.data.every(Number.isFinite)).toBe(true);
    expect(relativeError(cached.latents.data, whole.latents.data)).toBeGreaterThan(1e-3);
    expect(cached.unetRows).toBeLessThan(0.8 * whole.unetRows!);
  });

  it("are drawn from the next picture on once the detector is installed, which names what does not fit", async () => {
    const { pipeline, modelsDir } = setup;
    const painter = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, {
      findAdapter: (wanted) => installedImageAdapter(modelsDir, wanted),
    });
    const { file, tower, contours } = contouredStyleShot(pipeline.folder);
    await install("styleshot-sd15", [file, `${tower}/pytorch_model.bin`, `${tower}/config.json`]);
    const without = await paint(painter, { steps: 2 });
    expect(without.contours).toBe(false);
    const detector = path.join(modelsDir, CONTOURS, "ControlNetHED.pth");
    await mkdir(path.dirname(detector));
    await copyFile(file, detector);
    await expect(paint(painter, { steps: 2 })).rejects.toThrow(/ControlNetHED\.pth: the tensor norm is missing/);
    await install(CONTOURS, [contours!]);
    const over = await paint(painter, { steps: 2 });
    expect(over.contours).toBe(true);
    expect(relativeError(over.latents.data, without.latents.data)).toBeGreaterThan(0.05);
  });
});
