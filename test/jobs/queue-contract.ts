/** What every adapter of the queue port keeps. An adapter's test file calls `queueContract` with it. */
import { describe } from "vitest";

import { type Adapter, queueBench } from "./contract/bench.ts";
import { byHand } from "./contract/by-hand.ts";
import { cancelling } from "./contract/cancelling.ts";
import { choices } from "./contract/choices.ts";
import { faults } from "./contract/faults.ts";
import { limitsAndTimes } from "./contract/limits-and-times.ts";
import { nextProcess } from "./contract/next-process.ts";
import { oneJob } from "./contract/one-job.ts";
import { order } from "./contract/order.ts";

const TOPICS = [oneJob, choices, order, limitsAndTimes, cancelling, byHand, faults, nextProcess];

export function queueContract(name: string, adapter: Adapter): void {
  describe(`${name} keeps the contract:`, () => {
    const bench = queueBench(adapter);
    for (const topic of TOPICS) topic(bench);
  });
}
