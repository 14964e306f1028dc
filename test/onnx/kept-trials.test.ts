/** What came of trying a device, in a file: read again, or asked again. */
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { TrialResult } from "../../src/onnx/device-trials.ts";
import { driverFingerprint } from "../../src/onnx/driver-fingerprint.ts";
import { keptTrials } from "../../src/onnx/kept-trials.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-trials-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const results: TrialResult[] = [
  { operator: "gather", shape: "a", form: "plain", dtype: "float32", error: 0, tolerance: 1e-4, verdict: "right" },
  {
    operator: "gather",
    shape: "a",
    form: "plain",
    dtype: "float16",
    error: null,
    tolerance: 1e-2,
    verdict: "failed",
    reason: "no half",
  },
];

/** Asks, in a bot of its own. @returns how often the device was tried */
async function trialsFor(fingerprint = "driver 1", at = folder): Promise<number> {
  let tried = 0;
  const attempt = async () => {
    tried += 1;
    return results;
  };
  expect(await keptTrials(at, { attempt, fingerprint: async () => fingerprint })("webgpu")).toEqual(results);
  return tried;
}

describe("what came of trying a device", () => {
  it("is remembered, for each device, until a card, a driver or onnxruntime is another", async () => {
    expect([await trialsFor(), await trialsFor()]).toEqual([1, 0]);
    expect([await trialsFor("driver 2"), await trialsFor("driver 2"), await trialsFor()]).toEqual([1, 0, 1]);
  });

  it.each(["", "{", '{"fingerprint":"driver 1","trials":[],"results":[]}', "null"])(
    "is asked again where its file is damaged: %s",
    async (damaged) => {
      await trialsFor();
      await writeFile(path.join(folder, "webgpu.json"), damaged);
      expect([await trialsFor(), await trialsFor()]).toEqual([1, 0]);
    },
  );

  it("is asked again where today's trials are others", async () => {
    await trialsFor();
    const file = path.join(folder, "webgpu.json");
    await writeFile(file, (await readFile(file, "utf8")).replace("77 rows", "76 rows"));
    expect(await trialsFor()).toBe(1);
  });

  it("is remembered of each card of a machine", async () => {
    const before = process.env["CUDA_VISIBLE_DEVICES"];
    let tried = 0;
    const attempt = async () => {
      tried += 1;
      return results;
    };
    try {
      for (const card of ["0", "1", "GPU-8a/../b", "0", "1", "GPU-8a/../b"]) {
        process.env["CUDA_VISIBLE_DEVICES"] = card;
        expect(await keptTrials(folder, { attempt })("cuda")).toEqual(results);
      }
    } finally {
      if (before === undefined) delete process.env["CUDA_VISIBLE_DEVICES"];
      else process.env["CUDA_VISIBLE_DEVICES"] = before;
    }
    expect(tried).toBe(3);
    expect((await readdir(folder)).toSorted()).toEqual(["cuda-0.json", "cuda-1.json", "cuda-GPU-8a-b.json"]);
  });

  it("is asked each time where it cannot be written", async () => {
    const file = path.join(folder, "a-file");
    await writeFile(file, "");
    expect([await trialsFor("driver 1", file), await trialsFor("driver 1", file)]).toEqual([1, 1]);
  });
});

describe.skipIf(process.platform !== "linux")("what a device's answers depend on (Linux)", () => {
  it("stays the same, and changes with the library of a Vulkan driver", async () => {
    const [library, manifest] = [path.join(folder, "libdriver.so"), path.join(folder, "icd.json")];
    await writeFile(library, "code");
    await writeFile(manifest, JSON.stringify({ ICD: { library_path: "./libdriver.so" } }));
    const before = process.env["VK_DRIVER_FILES"];
    process.env["VK_DRIVER_FILES"] = manifest;
    try {
      const first = await driverFingerprint("webgpu");
      expect(await driverFingerprint("webgpu")).toBe(first);
      expect(await driverFingerprint("cuda")).not.toBe(first);
      await utimes(library, 1, 1);
      expect(await driverFingerprint("webgpu")).not.toBe(first);
    } finally {
      if (before === undefined) delete process.env["VK_DRIVER_FILES"];
      else process.env["VK_DRIVER_FILES"] = before;
    }
  });
});
