import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import {
  createScheduler,
  readSchedulerConfig,
  type PlanRequest,
  type SchedulerName,
} from "../../../../src/stylize/diffusion/schedulers/index.ts";

interface Case extends Required<PlanRequest> {
  readonly scheduler: SchedulerName;
  readonly config: Record<string, unknown>;
  readonly timesteps: readonly number[];
  readonly start: string;
  readonly kept: readonly { index: number; input: string; sample: string; original: string | null }[];
}

interface Grid extends Required<Omit<PlanRequest, "startLevel">> {
  readonly scheduler: SchedulerName;
  readonly spacing: string | null;
  readonly timesteps: readonly number[];
}

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/schedulers/${name}`, import.meta.url), "utf8"));

const floats = (base64: string): Float32Array => {
  const bytes = Buffer.from(base64, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
};

const steps = fixture("steps.json") as { diffusers: string; pool: string; cases: readonly Case[] };
const pool = floats(steps.pool);
const drawn = (offset: number): Float32Array =>
  Float32Array.from({ length: 16 }, (_, i) => pool[(i + offset) % pool.length]!);

/** The largest difference, in units of the largest value where that is above 1. */
const error = (actual: Float32Array, expected: Float32Array): number => {
  expect(actual.length).toBe(expected.length);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  return actual.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i]!)), 0) / scale;
};

const title = (run: Case): string => {
  const { prediction_type, timestep_spacing, rescale_betas_zero_snr, beta_schedule } = run.config;
  const words = [run.scheduler, timestep_spacing, prediction_type, rescale_betas_zero_snr && "zero SNR", beta_schedule];
  return `${words.filter(Boolean).join(" ")}, ${run.steps} steps, strength ${run.strength}, from ${run.startLevel}`;
};

describe(`against diffusers ${steps.diffusers}, with given predictions`, () => {
  it.each(steps.cases.map((run) => [title(run), run] as const))("%s", (_title, run) => {
    const plan = createScheduler(run.scheduler, readSchedulerConfig(run.config)).plan(run);
    expect(plan.timesteps).toEqual(run.timesteps);
    // From a ratio of noise over signal of 4096, the float32 arithmetic of the reference itself is off by this much.
    const bound = run.scheduler === "euler" && run.config["rescale_betas_zero_snr"] === true ? 2e-5 : 1e-5;
    let sample = plan.addNoise(drawn(0), drawn(16));
    expect(error(sample, floats(run.start))).toBeLessThan(bound);
    for (const [index, timestep] of plan.timesteps.entries()) {
      const kept = run.kept.find((step) => step.index === index);
      if (kept) expect(error(plan.scaleModelInput(sample, timestep), floats(kept.input))).toBeLessThan(bound);
      const result = plan.step(drawn(100 + 37 * index), index, sample, drawn(5000 + 31 * index));
      sample = result.sample;
      if (kept) expect(error(sample, floats(kept.sample))).toBeLessThan(bound);
      if (kept?.original) expect(error(result.predictedOriginal, floats(kept.original))).toBeLessThan(bound);
    }
  });
});

describe("timesteps are those of diffusers", () => {
  const { config, grids } = fixture("timesteps.json") as { config: object; grids: readonly Grid[] };
  it.each(
    grids.map((grid) => [`${grid.scheduler} ${grid.spacing ?? ""} ${grid.steps} at ${grid.strength}`, grid] as const),
  )("%s", (_title, grid) => {
    const scheduler = createScheduler(
      grid.scheduler,
      readSchedulerConfig(grid.spacing === null ? config : { ...config, timestep_spacing: grid.spacing }),
    );
    expect(scheduler.plan(grid).timesteps).toEqual(grid.timesteps);
  });
});
