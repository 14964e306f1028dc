import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import pino from "pino";
import { afterAll, describe, expect, it } from "vitest";

import { chooseDevice, explainFault, probeDevice } from "../../src/engine/choose-device.ts";
import { createEngine } from "../../src/engine/index.ts";
import { readConfig } from "../../src/config.ts";

const lines: string[] = [];
const log = pino(
  { level: "info" },
  { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
);
const fixture = (name: string): string => path.join(import.meta.dirname, "fixtures", name);
const ort = path.dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
const hasCuda = existsSync(path.join(ort, "bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so"));

const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-devices-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("trying a device", () => {
  it("passes the cpu", async () => {
    expect(await probeDevice("cpu")).toBeNull();
  });

  it.skipIf(process.platform !== "linux" || process.arch !== "x64" || hasCuda)(
    "names the library that CUDA lacks (skipped where it is installed)",
    async () => {
      expect(await probeDevice("cuda")).toMatch(/libonnxruntime_providers_cuda\.so is missing.*npm run setup:cuda/);
    },
  );

  it.skipIf(process.platform === "win32")("says when the platform does not have it", async () => {
    expect(await probeDevice("dml")).toBe("onnxruntime-node does not have it on this platform");
  });

  it("survives a driver that crashes or hangs", async () => {
    expect(await probeDevice("webgpu", { module: fixture("crashing-driver.ts") })).toBe("the driver crashed (SIGABRT)");
    expect(await probeDevice("webgpu", { module: fixture("hanging-driver.ts"), timeoutMs: 1500 })).toBe(
      "the driver hangs",
    );
  });
});

describe("what is wrong with a device", () => {
  it.each([
    [
      "cuda",
      "Failed to load shared library",
      "Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory",
      "the library libcublasLt.so.12 is missing",
    ],
    ["webgpu", "Failed to get a WebGPU adapter: No supported adapters", "Found no drivers!", /no graphics driver/],
    ["webgpu", "no adapters", "Couldn't load Vulkan", /libvulkan\.so\.1 is missing/],
    ["coreml", "no available backend found. ERR: [coreml] backend not found.", "", /does not have it/],
    [
      "cuda",
      "CUDA failure 35: driver version is insufficient\n  at line 5",
      "",
      "CUDA failure 35: driver version is insufficient",
    ],
  ] as const)("is said for %s in words (%s)", (device, fault, printed, words) => {
    const said = explainFault(device, fault, printed);
    if (typeof words === "string") expect(said).toBe(words);
    else expect(said).toMatch(words);
  });
});

describe("choosing a device", () => {
  const faulty = async (device: string) => `${device} is broken`;

  it("takes the cpu without trying anything", async () => {
    expect(await chooseDevice("cpu", log, () => Promise.reject(new Error("tried")))).toBe("cpu");
  });

  it("falls back to the cpu with one line in the log that says why", async () => {
    lines.length = 0;
    expect(await chooseDevice("auto", log, faulty)).toBe("cpu");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^the networks run on the cpu \(.*webgpu: webgpu is broken\)$/);
  });

  it("takes the first that works", async () => {
    lines.length = 0;
    expect(await chooseDevice("auto", log, async (device) => (device === "webgpu" ? null : "broken"))).toBe("webgpu");
    expect(lines).toEqual([expect.stringMatching(/^the networks run on webgpu/)]);
  });

  it("takes what was asked for, or says what it lacks and what to do", async () => {
    expect(await chooseDevice("cuda", log, async () => null)).toBe("cuda");
    await expect(chooseDevice("cuda", log, faulty)).rejects.toMatchObject({
      identifier: "device-unavailable",
      message: "DEVICE=cuda cannot be used: cuda is broken. Set DEVICE=auto to take the best device that works.",
    });
  });

  it.skipIf(process.platform === "win32")("is refused by the engine's start when it does not work", async () => {
    const engine = createEngine(readConfig({ DEVICE: "dml", MODELS_DIR: folder }), log);
    await expect(engine.start()).rejects.toMatchObject({ identifier: "device-unavailable" });
    await engine.stop();
  });
});
