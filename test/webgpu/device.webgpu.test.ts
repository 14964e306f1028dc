/** WebGPU as the engine uses it: tried, then a description and a picture, and a network too large for half precision. */
import { rmSync } from "node:fs";
import path from "node:path";

import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { devicesFolder } from "../../src/engine/devices-folder.ts";
import { createEngine } from "../../src/engine/index.ts";
import type { Engine } from "../../src/jobs/engine.ts";
import { formsOf } from "../../src/onnx/device-forms.ts";
import { tryDevice, type TrialResult } from "../../src/onnx/device-trials.ts";
import { keptTrials } from "../../src/onnx/kept-trials.ts";
import { Overflows } from "../../src/onnx/overflows.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../src/stylize/diffusion/diffusion-networks.ts";
import { CONFIG } from "../engine/settings.ts";
import { useBench } from "../engine/workplace.ts";
import { withLargeWeights } from "../models/large-weights.ts";
import { FIXTURES, readReference, relativeError } from "../models/reference.ts";
import { missing, whySkipped } from "./adapter.ts";

describe.skipIf(missing !== null)(`WebGPU${whySkipped}`, () => {
  const bench = useBench();
  let results: TrialResult[];
  beforeAll(async () => {
    const said = ({ operator, shape, form, dtype, error, verdict }: TrialResult): unknown =>
      process.stdout.write(`${operator}, ${shape}, ${form}, ${dtype}: ${error?.toExponential(1)} ${verdict}\n`);
    results = await tryDevice("webgpu", { onResult: said });
    // Without Mesa's cache, its compiler takes half a minute of processor time for the fused attention alone.
  }, 600_000);

  it("is right in every operator in a form that is then used, and wrong in the fused attention and in 6 channels", () => {
    const forms = { attention: "explicit", convolution: "padded" };
    expect(formsOf("webgpu", results, "auto", "words")).toEqual({ ...forms, dtype: "float16", fusions: [] });
    const single = { ...forms, dtype: "float32", fusions: ["bias-split-gelu"] };
    expect(formsOf("webgpu", results, "fp32", "words")).toEqual(single);
    const wrong = results.filter(({ verdict }) => verdict !== "right");
    expect(new Set(wrong.map(({ operator, form }) => `${form} ${operator}`))).toEqual(
      // In half precision it is refused when it runs.
      new Set(["plain convolution", "fused attention", "bias-split-gelu gated layer"]),
    );
    for (const { error, verdict } of wrong) if (verdict === "wrong") expect(error).toBeGreaterThan(2e-2);
  });

  it("describes and paints as the processor does, from the start of an engine to the file", async () => {
    await keptTrials(devicesFolder(bench.folder), { attempt: async () => results })("webgpu");
    const { data, shape } = (await readReference(path.join(FIXTURES, "tiny-llava/reference.safetensors"))).bytes(
      "0.image",
    );
    const image = { path: path.join(bench.folder, "picture.png"), sha256: "0".repeat(64) };
    await sharp(data, { raw: { width: shape[1]!, height: shape[0]!, channels: 3 } }).toFile(image.path);
    const settings = {
      MODELS_DIR: FIXTURES,
      DATA_DIR: bench.folder,
      CAPTIONER: "tiny-llava",
      CAPTION_TOKENS: 8,
      STAGE_MINUTES: 60,
    };
    const work = async (DEVICE: "cpu" | "webgpu") => {
      const engine: Engine = createEngine({ ...CONFIG, ...settings, DEVICE }, bench.log);
      try {
        expect(await engine.start()).toMatchObject({ device: DEVICE, stylizer: "diffusion", describer: "tiny-llava" });
        const { text, note } = await engine.describe({ image });
        expect(note).toBeUndefined();
        const own = { size: 64, steps: 2, stylePath: "adain", keepColors: false } as const;
        const task = bench.task({ description: text, settings: { ...bench.task().settings, ...own } });
        const { outputPath } = await engine.stylize({ ...task, outputPath: path.join(bench.folder, `${DEVICE}.png`) });
        return { text, pixels: await sharp(outputPath).raw().toBuffer() };
      } finally {
        await engine.stop();
      }
    };
    const [expected, actual] = [await work("cpu"), await work("webgpu")];
    expect(actual.text).toBe(expected.text);
    // In half precision.
    const decibels = peakSignalToNoise(actual.pixels, expected.pixels);
    process.stdout.write(`a picture at ${decibels.toFixed(1)} dB of the processor's\n`);
    expect(decibels).toBeGreaterThan(40);
    // Engines let others go first, and compile for half a minute.
  }, 1_200_000);

  describe("a network that is too large for half precision", () => {
    let folder: string;
    beforeAll(async () => {
      const tensors = ["post_quant_conv.weight", "decoder.conv_in.weight"];
      folder = await withLargeWeights("tiny-v1", "vae/diffusion_pytorch_model.safetensors", tensors);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it("is repeated in single precision, and stays there", async () => {
      const notes: string[] = [];
      const overflows = new Overflows({ note: (text) => notes.push(text) });
      const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
      const reference = await readReference(path.join(FIXTURES, "tiny-v1", "networks.safetensors"));
      const sessions = new SessionPool(1e9);
      const forms = { attention: "explicit", convolution: "padded" } as const;
      const on = (device: "cpu" | "webgpu", dtype: "float16" | "float32") =>
        new DiffusionNetworks(checkpoint, { device, ...forms, dtype, sessions, overflows });
      const latents = reference.floats("vae.latents");
      const exact = await on("cpu", "float32").decodeLatents(latents);
      for (let time = 0; time < 2; time++) {
        const decoded = await on("webgpu", "float16").decodeLatents(latents);
        expect(relativeError(decoded.data, exact.data)).toBeLessThan(1e-4);
      }
      expect(notes).toEqual([expect.stringMatching(/its vae-decoder is too large for half precision/)]);
      await sessions.release();
    });
  });
});

/** Of two pictures of bytes, in decibels. */
function peakSignalToNoise(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  const square = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
  return 10 * Math.log10(255 ** 2 / square);
}
