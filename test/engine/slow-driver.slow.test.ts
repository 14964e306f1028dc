/** A driver that is cold: slow in all, and never silent for long. */
import path from "node:path";

import { expect, it } from "vitest";

import { probeDevice } from "../../src/engine/index.ts";

it("is waited for as long as its trials end one after the other, and is heard of", async () => {
  const module = path.join(import.meta.dirname, "fixtures/slow-driver.ts");
  const trials: string[] = [];
  // 4.8 seconds in all: more than what a silent one has.
  expect(await probeDevice("webgpu", { module, timeoutMs: 4000, onTrial: (words) => trials.push(words) })).toBeNull();
  expect(trials).toHaveLength(12);
});
