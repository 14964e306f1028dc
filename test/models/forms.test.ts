/** The forms in which other devices run the networks: half precision, attention written out. Checked on the processor. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { SessionPool } from "../../src/onnx/session-pool.ts";
import {
  type DiffusionCheckpoint,
  placeOfCheckpoint,
  readDiffusionCheckpoint,
} from "../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks, type NetworkOptions } from "../../src/stylize/diffusion/diffusion-networks.ts";
import { withRoundedUNet } from "../../src/stylize/diffusion/int8-unet.ts";
import { FIXTURES, PIPELINES, readReference, type Reference, relativeError } from "./reference.ts";

describe.each(PIPELINES)("%s", (name) => {
  const folder = mkdtempSync(path.join(tmpdir(), "atelier-forms-"));
  const sessions = new SessionPool(1e9);
  let reference: Reference;
  let checkpoint: DiffusionCheckpoint;

  beforeAll(async () => {
    cpSync(path.join(FIXTURES, name), folder, { recursive: true });
    reference = await readReference(path.join(folder, "networks.safetensors"));
    checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const errors = async (
    form: Pick<NetworkOptions, "dtype" | "attention" | "products">,
  ): Promise<Record<string, number>> => {
    const used = form.products === "int8" ? await withRoundedUNet(checkpoint) : checkpoint;
    const networks = new DiffusionNetworks(used, { device: "cpu", sessions, ...form });
    const key = reference.source.names.find((entry) => entry.endsWith(".sample"))!;
    const { data, shape } = reference.floats(key);
    const half = data.length / 2;
    const context = reference.floats("unet.context");
    const expected = reference.floats(key.replace("sample", "481")).data;
    const [unet] = await networks.predict({ data: data.slice(0, half), shape: [1, ...shape.slice(1)] }, 481, [
      { data: context.data.slice(0, context.data.length / 2), shape: [1, ...context.shape.slice(1)] },
    ]);
    const text = await networks.encodeText([[...reference.integers("text.1.ids")]]);
    const moments = await networks.encodePicture(reference.floats("vae.picture"));
    const decoded = await networks.decodeLatents(reference.floats("vae.latents"));
    await sessions.release();
    return {
      unet: relativeError(unet!, expected.slice(0, half)),
      text: relativeError(text.data, reference.floats("text.1.states").data),
      encoder: relativeError(moments.data, reference.floats("vae.moments").data),
      decoder: relativeError(decoded.data, reference.floats("vae.decoded").data),
    };
  };

  it("is as exact with attention written out", async () => {
    for (const error of Object.values(await errors({ dtype: "float32", attention: "explicit" })))
      expect(error).toBeLessThan(1e-5);
  });

  it("is a few percent off with the UNet's products in 8 bits", async () => {
    const { unet, ...others } = await errors({ dtype: "float32", attention: "fused", products: "int8" });
    expect(unet).toBeLessThan(0.05);
    expect(unet).toBeGreaterThan(1e-4);
    for (const error of Object.values(others)) expect(error).toBeLessThan(1e-5);
    const written = (): string[] => readdirSync(path.join(folder, "unet")).filter((file) => file.includes("int8"));
    const before = written();
    expect(before).toHaveLength(1);
    await withRoundedUNet(checkpoint);
    expect(written()).toEqual(before);
  });

  it("is near in half precision", async () => {
    const attention = name === "tiny-v1" ? "fused" : "explicit";
    for (const error of Object.values(await errors({ dtype: "float16", attention }))) expect(error).toBeLessThan(2e-2);
  });
});
