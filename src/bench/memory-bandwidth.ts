/** How fast this machine reads memory: the bound of everything that reads its weights anew for each token. */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** Far beyond any cache. */
const BYTES = 256 << 20;
const ROUNDS = 8;

/** Bytes per second, by as many threads as there are cores; the best of several rounds each. */
export async function memoryBandwidth(): Promise<number> {
  const workerData = { bytes: BYTES, rounds: ROUNDS };
  const rates = await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      const worker = new Worker(new URL("bandwidth-worker.mjs", import.meta.url), { workerData, execArgv: [] });
      const [rate] = (await once(worker, "message")) as [number];
      await worker.terminate();
      return rate;
    }),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}
