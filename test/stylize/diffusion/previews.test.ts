/** When the small decoder is asked, by a clock of the test's own. */
import { describe, expect, it } from "vitest";

import type { Floats } from "../../../src/onnx/index.ts";
import { latentsToPreview } from "../../../src/stylize/diffusion/latents.ts";
import { Previews } from "../../../src/stylize/diffusion/previews.ts";

const LATENTS: Floats = { data: Float32Array.from({ length: 4 * 6 }, (_, i) => Math.sin(i)), shape: [1, 4, 2, 3] };
const STEPS = 50;
const STEP_MS = 1000;

/** Paints with a decoder of that cost. @returns the steps that were shown sharp, and the part of the run they took */
async function paint(costMs: number, decoded = 1): Promise<{ sharp: number[]; part: number }> {
  let clock = 0;
  let spent = 0;
  const decode = async (): Promise<Floats> => {
    clock += costMs;
    spent += costMs;
    if (decoded === 0) throw new Error("no memory");
    return { data: new Float32Array(3 * 16 * 24).fill(decoded), shape: [1, 3, 16, 24] };
  };
  const previews = new Previews(decode, () => clock);
  const sharp: number[] = [];
  for (let step = 1; step <= STEPS; step++) {
    clock += STEP_MS;
    const { width } = await previews.show(LATENTS, step);
    if (width === 24) sharp.push(step);
  }
  return { sharp, part: spent / clock };
}

describe("previews", () => {
  it("come through the linear map where there is no decoder", async () => {
    expect(await new Previews(null).show(LATENTS, 1)).toEqual(latentsToPreview(LATENTS));
  });

  it("are sharp from the fourth step on where that costs nothing", async () => {
    const { sharp } = await paint(1);
    expect(sharp).toEqual(Array.from({ length: STEPS - 3 }, (_, i) => i + 4));
  });

  it.each([
    [30, 40],
    [100, 10],
    [400, 3],
  ])("never cost more than 3 % of the run, at %i ms for a step's 1000", async (costMs, atLeast) => {
    const { sharp, part } = await paint(costMs);
    expect(part).toBeLessThanOrEqual(0.03);
    expect(sharp.length).toBeGreaterThanOrEqual(atLeast);
  });

  it("give a decoder up that fails, and paint on", async () => {
    expect(await paint(10, 0)).toMatchObject({ sharp: [], part: expect.closeTo(10 / (STEPS * STEP_MS), 4) });
  });
});
