/** Windows of HD: that they cover a field, give back what is left alone, and leave no seams in what the UNet predicts. */

import { beforeAll, describe, expect, it } from "vitest";

import type { Floats } from "../../../../src/onnx/index.ts";
import { HD_STRENGTH } from "../../../../src/stylize/diffusion/hd/paint-larger.ts";
import { overWindows, type Windows, windowsOver } from "../../../../src/stylize/diffusion/hd/windows.ts";
import { type PredictNoise, synthesize } from "../../../../src/stylize/diffusion/inst.ts";
import { gaussianNoise } from "../../../../src/stylize/diffusion/noise.ts";
import { createScheduler } from "../../../../src/stylize/diffusion/schedulers/index.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

const SIDE = 32;

/** Latents of something that can be seen: broad forms and a little noise. */
const latents: Floats = {
  data: gaussianNoise(1, 4 * SIDE * SIDE).map((noise, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE) % SIDE];
    return Math.sin(x / 6) + Math.cos(y / 9) + 0.05 * noise;
  }),
  shape: [1, 4, SIDE, SIDE],
};

/** How much larger the steps across the borders of windows are than those elsewhere, from column to column. */
function seam({ data }: Floats, { across }: Windows): number {
  const borders = new Set(across.starts.flatMap((start) => [start - 1, start + across.length - 1]));
  const steps = Array.from({ length: SIDE - 1 }, (_, x) => {
    let sum = 0;
    for (let row = 0; row < data.length / SIDE; row++)
      sum += Math.abs(data[row * SIDE + x + 1]! - data[row * SIDE + x]!);
    return sum;
  });
  const mean = (isBorder: boolean): number => {
    const found = steps.filter((_, x) => borders.has(x) === isBorder);
    return found.reduce((sum, step) => sum + step, 0) / found.length;
  };
  return mean(true) / mean(false);
}

describe("windows", () => {
  it("cover a field evenly, and have as much in common as was asked for at least", () => {
    expect(windowsOver({ width: 128, height: 80 }, 64, 16)).toMatchObject({
      across: { length: 64, starts: [0, 32, 64], ramp: 32 },
      down: { length: 64, starts: [0, 16], ramp: 48 },
    });
    expect(windowsOver({ width: 256, height: 40 }, 64, 16)).toMatchObject({
      across: { starts: [0, 48, 96, 144, 192], ramp: 16 },
      down: { length: 40, starts: [0] },
    });
  });

  it.each([1, 2])("give back a field that nothing is done to, at a scale of %d", async (scale) => {
    const windows = windowsOver({ width: SIDE / scale, height: SIDE / scale }, 12, 3);
    const everySecond = ({ data, shape }: Floats): Floats => ({
      data: data.filter((_, i) => i % shape[3]! < shape[3]! / scale && Math.floor(i / shape[3]!) % scale === 0),
      shape: [1, shape[1]!, shape[2]! / scale, shape[3]! / scale],
    });
    const field = scale === 1 ? latents : { ...latents, data: latents.data.map(() => 0.5) };
    const [whole] = await overWindows(field, windows, async (piece) => [everySecond(piece)], scale);
    const expected = everySecond(field);
    expect(whole!.shape).toEqual(expected.shape);
    expect(Math.max(...whole!.data.map((value, i) => Math.abs(value - expected.data[i]!)))).toBeLessThan(1e-5);
  });
});

describe("what networks make of windows", () => {
  let pipeline: Pipeline;
  let prompt: Floats;
  beforeAll(async () => {
    pipeline = await openPipeline("tiny-v1");
    prompt = await pipeline.networks.encodeText(pipeline.tokenizer.rows("bold black outlines", 77));
    return () => pipeline.sessions.release();
  });

  const [windows, tiles] = [4, 0].map((overlap) => windowsOver({ width: SIDE, height: SIDE }, 16, overlap)) as [
    Windows,
    Windows,
  ];

  it("has no seams above its own noise, where tiles laid beside each other have: one prediction of the UNet", async () => {
    const predicted = async (over: Windows): Promise<Floats> => {
      const [prediction] = await overWindows(latents, over, async (piece) => {
        const rows = await pipeline.networks.predict(piece, 300, [prompt]);
        return rows.map((data) => ({ data, shape: piece.shape }));
      });
      return prediction!;
    };
    expect(seam(await predicted(windows), windows)).toBeLessThan(1.2);
    expect(seam(await predicted(tiles), tiles)).toBeGreaterThan(2);
  });

  it("nor has what they make different of latents that are denoised over the last third of the schedule", async () => {
    const { networks } = pipeline;
    const denoised = async (over: Windows): Promise<Floats> => {
      const plan = createScheduler("dpm-solver", networks.checkpoint.scheduler).plan({
        steps: 6,
        strength: HD_STRENGTH,
      });
      const predict: PredictNoise = async (sample, timestep, contexts) => {
        const rows = await overWindows(sample, over, async (piece) => {
          const [data] = await networks.predict(piece, timestep, contexts);
          return [{ data: data!, shape: piece.shape }];
        });
        return rows.map(({ data }) => data);
      };
      const conditioning = { prompt, empty: null, guidance: 1, guidedPart: 0 };
      const start = { ...latents, data: plan.addNoise(latents.data, gaussianNoise(2, latents.data.length)) };
      const stepNoise = (): Float32Array => new Float32Array(0);
      return synthesize(start, { predict, plan, conditioning, signal: undefined, stepNoise });
    };
    const whole = await denoised(windowsOver({ width: SIDE, height: SIDE }, SIDE, 0));
    const difference = async (over: Windows): Promise<Floats> => {
      const { data, shape } = await denoised(over);
      return { data: data.map((value, i) => value - whole.data[i]!), shape };
    };
    expect(seam(await difference(windows), windows)).toBeLessThan(1.2);
    expect(seam(await difference(tiles), tiles)).toBeGreaterThan(2);
  });
});
