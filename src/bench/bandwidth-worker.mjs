/** Compares two equal stretches of memory, which reads both from end to end and does nothing else. */
import { parentPort, workerData } from "node:worker_threads";

const [one, other] = [Buffer.alloc(workerData.bytes, 1), Buffer.alloc(workerData.bytes, 1)];
let best = 0;
for (let round = 0; round < workerData.rounds; round++) {
  const began = performance.now();
  if (!one.equals(other)) throw new Error("equal memory differs");
  best = Math.max(best, (2 * workerData.bytes) / ((performance.now() - began) / 1000));
}
parentPort.postMessage(best);
