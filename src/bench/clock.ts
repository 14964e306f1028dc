/** Time as measurements take it: on the wall, and on the processor. */
import { availableParallelism } from "node:os";

export interface Clock {
  /** Milliseconds since the start. */
  readonly wall: () => number;
  /** CPU time of all threads over the number of cores: what the wall clock would say on an idle machine. */
  readonly cpu: () => number;
}

export function startClock(): Clock {
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  return {
    wall: () => performance.now() - began,
    cpu: () => {
      const { user, system } = process.cpuUsage(cpuBegan);
      return (user + system) / 1000 / availableParallelism();
    },
  };
}

/** Times `work` over and over, one run after the other: milliseconds of each. */
export async function timeRuns(
  runs: number,
  work: () => Promise<unknown>,
): Promise<{ readonly wallMs: number[]; readonly cpuMs: number[] }> {
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let i = 0; i < runs; i++) {
    const clock = startClock();
    await work();
    wallMs.push(clock.wall());
    cpuMs.push(clock.cpu());
  }
  return { wallMs, cpuMs };
}
