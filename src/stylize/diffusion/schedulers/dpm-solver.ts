/** DPM-Solver++(2M), midpoint form (Lu et al. 2022, algorithm 2): second order for one prediction a step. */
import { advance, createMultistep } from "./multistep.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler } from "./scheduler.ts";

export const createDpmSolver = (config: SchedulerConfig): Scheduler =>
  createMultistep("dpm-solver", config, (steps) => {
    let earlier: Float32Array | null = null;
    return (original, index, sample) => {
      const next = advance(steps, index, sample, original, earlier);
      earlier = original;
      return next;
    };
  });
