/** Every network on WebGPU, in single and in half precision, beside the processor. */
import { rm } from "node:fs/promises";

import { afterAll, describe, expect, it } from "vitest";

import { relativeError } from "../models/reference.ts";
import { missing, whySkipped } from "./adapter.ts";
import { allExercises, PROCESSOR, tinyCaptioner } from "./exercises.ts";

const captioner = await tinyCaptioner();
afterAll(() => rm(captioner, { recursive: true }));

const trials = allExercises(captioner).flatMap(({ name, run, within }) =>
  (["float32", "float16"] as const).flatMap((dtype) => {
    const limit = within[dtype];
    return limit === null ? [] : [{ name, run, dtype, limit }];
  }),
);

describe.skipIf(missing !== null)(`a network on WebGPU is near the processor's${whySkipped}`, () => {
  /** What a device's trials find right in WebGPU (`device.webgpu.test.ts` has them find it). */
  const forms = { attention: "explicit", convolution: "padded" } as const;
  const fusions = { float32: ["bias-split-gelu"], float16: [] } as const;

  it.each(trials)("$dtype, $name: within $limit", async ({ name, run, dtype, limit }) => {
    const before = process.cpuUsage();
    const actual = await run({ device: "webgpu", dtype, ...forms, fusions: fusions[dtype] });
    const { user, system } = process.cpuUsage(before);
    const error = relativeError(actual, await run(PROCESSOR));
    process.stdout.write(
      `${dtype}, ${name}: ${error.toExponential(1)} off, ${((user + system) / 1e6).toFixed(1)} s of CPU\n`,
    );
    expect(error).toBeLessThan(limit);
  });
});
