import { describe, expect, it } from "vitest";

import { EngineError } from "../../../../src/errors.ts";
import { gaussianNoise } from "../../../../src/stylize/diffusion/noise.ts";
import {
  createScheduler,
  readSchedulerConfig,
  SCHEDULER_NAMES,
  STABLE_DIFFUSION_V1,
} from "../../../../src/stylize/diffusion/schedulers/index.ts";
import { NoiseLevels } from "../../../../src/stylize/diffusion/schedulers/noise-levels.ts";

const LENGTH = 256;
const latents = gaussianNoise(1, LENGTH);
const noise = gaussianNoise(2, LENGTH);
const distance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);

describe("the schedule of Stable Diffusion v1", () => {
  it.each([
    [0, 0.99915],
    [1, 0.99829603],
    [21, 0.98038075],
    [201, 0.7521434],
    [401, 0.42288152],
    [500, 0.27633268],
    [661, 0.10873855],
    [681, 0.09463691],
    [700, 0.08252087],
    [750, 0.05616985],
    [981, 0.0057755],
    [999, 0.0046601],
  ])("keeps at timestep %d a share of signal of %d", (timestep, share) => {
    expect(Math.abs(new NoiseLevels(STABLE_DIFFUSION_V1).alphaBar(timestep) - share)).toBeLessThan(5e-9);
  });

  it("is what the checkpoint's configuration says", () => {
    const published = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: "scaled_linear", clip_sample: false };
    expect(
      readSchedulerConfig({ ...published, steps_offset: 1, set_alpha_to_one: false, skip_prk_steps: true }),
    ).toEqual(STABLE_DIFFUSION_V1);
  });
});

describe.each(SCHEDULER_NAMES)("%s", (name) => {
  const scheduler = createScheduler(name, STABLE_DIFFUSION_V1);

  it.each([1, 0.7, 0.3])("finds the latents again when every prediction is right, from strength %d", (strength) => {
    const plan = scheduler.plan({ steps: 8, strength });
    let sample = plan.addNoise(latents, noise);
    let current = noise;
    for (const [index] of plan.timesteps.entries()) {
      const fresh = gaussianNoise(3, LENGTH, index);
      const result = plan.step(current, index, sample, fresh);
      // LCM replaces the noise at every step and keeps a trace of the sample; DDIM ends a little above no noise.
      expect(distance(result.predictedOriginal, latents)).toBeLessThan(name === "lcm" ? 0.02 : 1e-4);
      sample = result.sample;
      if (plan.stochastic) current = fresh;
    }
    const rest = name === "ddim" ? 0.15 : name === "lcm" ? 0.02 : 1e-4;
    expect(distance(sample, latents)).toBeLessThan(rest);
  });

  it("gives the network an input of unit variance and finds the noise in it", () => {
    const plan = scheduler.plan({ steps: 10, strength: 0.7 });
    const sample = plan.addNoise(latents, noise);
    const input = plan.scaleModelInput(sample, plan.startTimestep);
    expect(input.reduce((sum, value) => sum + value * value, 0) / LENGTH).toBeCloseTo(1, 0);
    const level = new NoiseLevels(STABLE_DIFFUSION_V1).at(plan.startTimestep);
    const velocity = noise.map((value, i) => level.alpha * value - level.sigma * latents[i]!);
    const byVelocity = createScheduler(name, { ...STABLE_DIFFUSION_V1, predictionType: "v_prediction" }).plan({
      steps: 10,
      strength: 0.7,
    });
    expect(distance(byVelocity.predictedNoise(velocity, plan.startTimestep, sample), noise)).toBeLessThan(1e-4);
    expect(plan.predictedNoise(noise, plan.startTimestep, sample)).toEqual(noise);
  });

  it("runs at least one step and starts at its level", () => {
    const plan = scheduler.plan({ steps: 5, strength: 0 });
    expect(plan.timesteps).toHaveLength(1);
    expect(plan.startTimestep).toBe(plan.timesteps[0]);
  });

  it("refuses steps, strengths and latents that cannot be", () => {
    for (const steps of [0, -1, 2.5, 1001, Number.NaN]) {
      expect(() => scheduler.plan({ steps })).toThrow("steps must be a whole number from 1 to 1000");
    }
    for (const strength of [-0.1, 1.1, Number.NaN]) {
      expect(() => scheduler.plan({ steps: 10, strength })).toThrow("strength must be from 0 to 1");
    }
    expect(() => scheduler.plan({ steps: 10 }).addNoise(latents, noise.subarray(1))).toThrow(RangeError);
  });

  it("leaves its arguments as they are", () => {
    const plan = scheduler.plan({ steps: 3 });
    const sample = plan.addNoise(latents, noise);
    const before = [sample.slice(), noise.slice()];
    plan.step(noise, 0, sample, latents);
    expect([sample, noise]).toEqual(before);
  });
});

describe("the reference code's own start", () => {
  it("drowns the content at timestep 700 and denoises from 681", () => {
    const plan = createScheduler("ddim", STABLE_DIFFUSION_V1).plan({
      steps: 50,
      strength: 0.7,
      startLevel: "reference",
    });
    expect(plan.startTimestep).toBe(700);
    expect(plan.timesteps).toHaveLength(35);
    expect(plan.timesteps.slice(0, 2)).toEqual([681, 661]);
    expect(plan.timesteps.at(-1)).toBe(1);
  });

  it("stays on the schedule at strength 1", () => {
    const plan = createScheduler("ddim", STABLE_DIFFUSION_V1).plan({ steps: 50, strength: 1, startLevel: "reference" });
    expect(plan.startTimestep).toBe(999);
  });
});

describe("lcm", () => {
  it("needs noise for every step but the last", () => {
    const plan = createScheduler("lcm", STABLE_DIFFUSION_V1).plan({ steps: 2 });
    expect(plan.stochastic).toBe(true);
    expect(() => plan.step(noise, 0, latents)).toThrow("needs noise");
    expect(plan.step(noise, 1, latents).sample).toHaveLength(LENGTH);
  });

  it("runs as many steps as its grid has below the strength's level", () => {
    expect(createScheduler("lcm", STABLE_DIFFUSION_V1).plan({ steps: 20, strength: 0.1 }).timesteps).toEqual([
      99, 79, 59, 39, 19,
    ]);
  });
});

describe("readSchedulerConfig", () => {
  it.each([
    [{ prediction_type: "sample" }, "prediction_type"],
    [{ beta_schedule: "squaredcos_cap_v2" }, "beta_schedule"],
    [{ thresholding: true }, "dynamic thresholding"],
    [{ num_train_timesteps: 0 }, "num_train_timesteps"],
    ["not an object", "expected object"],
    [{ use_flow_sigmas: true }, "use_flow_sigmas"],
    [{ shift: 3 }, "shift"],
    [{ sigma_data: 0.5 }, "sigma_data"],
  ])("names what it cannot do in %j", (config, words) => {
    expect(() => readSchedulerConfig(config)).toThrow(EngineError);
    expect(() => readSchedulerConfig(config)).toThrow(words);
  });

  it("says which wishes of a checkpoint the samplers here do not follow", () => {
    const own = {
      algorithm_type: "dpmsolver++",
      final_sigmas_type: "zero",
      solver_order: 2,
      solver_type: "midpoint",
      use_karras_sigmas: false,
      use_exponential_sigmas: false,
      lower_order_final: true,
      euler_at_final: false,
      lambda_min_clipped: null,
      variance_type: null,
      dynamic_thresholding_ratio: 0.995,
      sample_max_value: 1,
      predict_epsilon: true,
      tensor_format: "pt",
    };
    expect(readSchedulerConfig(own).unheeded).toEqual([]);
    expect(
      readSchedulerConfig({ ...own, solver_type: "bh2", predict_x0: true, disable_corrector: [] }).unheeded,
    ).toEqual([]);
    const other = {
      algorithm_type: "sde-dpmsolver++",
      final_sigmas_type: "sigma_min",
      solver_order: 3,
      solver_type: "heun",
      use_exponential_sigmas: true,
      use_karras_sigmas: true,
    };
    expect(readSchedulerConfig({ ...own, ...other }).unheeded).toEqual(
      Object.entries(other).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
    );
  });

  it("takes trained betas as they are", () => {
    expect(readSchedulerConfig({ trained_betas: [0.1, 0.2] })).toMatchObject({ betas: [0.1, 0.2], trainTimesteps: 2 });
  });
});
