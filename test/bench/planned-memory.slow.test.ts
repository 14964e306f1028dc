/** What sessions are counted for, against what they are seen to hold: on the processor, and on WebGPU in software. */
import path from "node:path";

import { describe, expect, it } from "vitest";

import { measure } from "../../src/bench/measure.ts";
import { PROCESSOR, type RunsOn } from "../../src/bench/tasks.ts";
import { probeDevice } from "../../src/engine/index.ts";
import { FIXTURES } from "../models/reference.ts";

const checkpoint = path.join(FIXTURES, "tiny-v1");

/** Bytes planned and held of a decoder, without what any session of a process costs: large latents against small ones. */
async function decoderOn(on: RunsOn, latents: number): Promise<{ planned: number; held: number }> {
  const run = async (side: number) =>
    (await measure({ kind: "decoder", checkpoint, latents: side, runs: 0 }, { on })).timing;
  const [small, large] = [await run(8), await run(latents)];
  return { planned: large.plannedBytes - small.plannedBytes, held: large.heldBytes! - small.heldBytes! };
}

describe.skipIf(process.platform !== "linux")("the plan (skipped where memory cannot be watched)", () => {
  it("is what a decoder holds on the processor, but for what convolutions unfold", async () => {
    const { planned, held } = await decoderOn(PROCESSOR, 160);
    expect(planned).toBeGreaterThan(100e6);
    expect(held / planned).toBeGreaterThan(0.8);
    expect(held / planned).toBeLessThan(1.5);
  });

  it("is about what it holds on WebGPU (skipped where there is none)", async ({ skip }) => {
    const fault = await probeDevice("webgpu");
    if (fault !== null) skip(fault);
    const forms = { dtype: "float32", attention: "explicit", convolution: "padded", fusions: [] } as const;
    // So large that what a driver in software compiles for it hardly counts.
    const { planned, held } = await decoderOn({ device: "webgpu", forms }, 96);
    expect(held / planned).toBeGreaterThan(0.3);
    expect(held / planned).toBeLessThan(1.5);
  });
});
