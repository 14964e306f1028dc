/** The measurements of the diffusion engine, run on a tiny checkpoint: that they measure, not what. */
import path from "node:path";

import { describe, expect, it } from "vitest";

import { profileUNet } from "../../src/bench/diffusion.ts";
import { measure } from "../../src/bench/measure.ts";
import { FIXTURES } from "../models/reference.ts";

const checkpoint = path.join(FIXTURES, "tiny-v1");

describe("the diffusion bench", () => {
  it("times a whole picture in a process of its own, and watches its memory", async () => {
    const { timing, peak } = await measure({
      kind: "image",
      checkpoint,
      variant: "image-prompt",
      faithful: false,
      stylePath: "adain",
      strength: 0.7,
      size: 64,
      steps: 4,
      stepCache: "off",
      pixels: null,
    });
    expect(timing).toMatchObject({ steps: 2, unetRows: 5 });
    expect(timing.wallMs).toBeGreaterThan(timing.firstStepMs);
    expect(timing.firstStepMs).toBeGreaterThan(0);
    if (process.platform === "linux") expect(peak!.anonymous).toBeGreaterThan(10e6);
  });

  it("times the autoencoder as the engine opens it", async () => {
    const { timing } = await measure({ kind: "vae", checkpoint, half: "decoder", latents: 8, runs: 2 });
    expect(timing.wallMs).toHaveLength(2);
    expect(timing.firstRunMs).toBeGreaterThan(0);
  });

  it("says which operators a step spends its time in", async () => {
    const shares = await profileUNet(checkpoint, 8);
    const sum = shares.reduce((total, { share }) => total + share, 0);
    expect(sum).toBeCloseTo(1, 6);
    expect(shares.map(({ operator }) => operator)).toEqual(expect.arrayContaining(["Conv", "MultiHeadAttention"]));
  });

  it("reports what the measured process could not do", async () => {
    const task = {
      kind: "unet",
      checkpoint: FIXTURES,
      latents: 8,
      batch: 1,
      runs: 1,
      products: "exact",
      profile: null,
    } as const;
    await expect(measure(task)).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(/is no Stable Diffusion folder/) as unknown,
    });
  });
});
