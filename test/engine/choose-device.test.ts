import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import pino from "pino";
import { afterAll, describe, expect, it } from "vitest";

import { CUDA_FOLDER, RUNTIME_LIBRARY } from "../../src/cuda-folder.ts";
import { chooseDevice, explainFault, probeDevice, type ProbeOptions } from "../../src/engine/choose-device.ts";
import { hasGraphicsCard } from "../../src/engine/graphics-card.ts";
import { createEngine } from "../../src/engine/index.ts";
import { readConfig } from "../../src/config.ts";
import { type NamedDevice, readDevices } from "../../src/onnx/devices.ts";
import { FIXTURES } from "../models/reference.ts";

/** As the settings name it. */
function named(name: string): NamedDevice {
  const devices = readDevices(name);
  return (devices as readonly NamedDevice[])[0]!;
}

const lines: string[] = [];
const log = pino(
  { level: "info" },
  { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
);
const fixture = (name: string): string => path.join(import.meta.dirname, "fixtures", name);
const hasCard = await hasGraphicsCard();
const hasCuda = [CUDA_FOLDER, path.dirname(RUNTIME_LIBRARY)].some((place) =>
  existsSync(path.join(place, "libonnxruntime_providers_cuda.so")),
);

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
      "the library libcublasLt.so.12 is missing; fetch it with `npm run setup:cuda`",
    ],
    [
      "cuda",
      "Failed to load shared library",
      "Failed to load library libonnxruntime_providers_cuda.so with error: libcuda.so.1: cannot open shared object file",
      /^the NVIDIA driver is not installed \(.*: install it \(Debian: apt install nvidia-driver, .*docker run --gpus all/,
    ],
    ["cuda", "CUDA failure 100: no CUDA-capable device is detected ; GPU=0", "", /^the NVIDIA driver finds no card/],
    [
      "cuda",
      "CUDA failure 209: no kernel image is available",
      "",
      /^the NVIDIA card is too old .*: cards from 7\.5 on do/,
    ],
    [
      "cuda",
      "CUDA failure 803: system has unsupported display driver / cuda driver combination",
      "",
      /start the machine/,
    ],
    [
      "cuda",
      "cuda computes wrong numbers (convolution failed: cuDNN is unavailable or disabled for CUDA Execution Provider: dlopen failed for libcudnn.so: libcudnn.so: cannot open shared object file: No such file)",
      "",
      "the library libcudnn.so is missing; fetch it with `npm run setup:cuda`",
    ],
    ["cuda", "CUDA failure 2: out of memory", "", /memory is full/],
    [
      "cuda",
      "CUDA failure 700: an illegal memory access\n  at line 5",
      "",
      "CUDA failure 700: an illegal memory access",
    ],
    ["webgpu", "Failed to get a WebGPU adapter: No supported adapters", "Found no drivers!", /no graphics driver/],
    ["webgpu", "no adapters", "Couldn't load Vulkan", /libvulkan\.so\.1 is missing/],
    ["coreml", "no available backend found. ERR: [coreml] backend not found.", "", /does not have it/],
    [
      "cuda",
      "CUDA failure 35: driver version is insufficient\n  at line 5",
      "",
      "the NVIDIA driver is too old for CUDA 13: update it to 580 or newer and start the machine anew",
    ],
  ] as const)("is said for %s in words (%s)", (device, fault, printed, words) => {
    const said = explainFault(device, fault, printed);
    if (typeof words === "string") expect(said).toBe(words);
    else expect(said).toMatch(words);
  });
});

it("a card is named by its driver's tool where there is one", () => {
  const explained = (fault: string, capability: number): string =>
    explainFault("cuda", fault, "", {
      name: "GeForce GTX 1080",
      driver: "535.12",
      capability,
      totalBytes: 8e9,
      freeBytes: 8e9,
    });
  expect(explained("CUDA failure 35: insufficient", 8.6)).toMatch(/^the NVIDIA driver 535\.12 is too old for CUDA 13/);
  expect(explained("CUDA failure 209: no kernel image", 6.1)).toMatch(
    /^the NVIDIA card GeForce GTX 1080 is too old \(compute capability 6\.1\): cards from 7\.5 on do/,
  );
});

describe("choosing a device", () => {
  const faulty = async (device: string) => `${device} is broken`;

  it("takes the cpu without trying anything", async () => {
    expect(await chooseDevice(named("cpu"), log, () => Promise.reject(new Error("tried")))).toBe("cpu");
  });

  it("falls back to the cpu with one line in the log that says why", async () => {
    lines.length = 0;
    expect(await chooseDevice(named("auto"), log, faulty)).toBe("cpu");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^the networks run on the cpu \(.*webgpu: webgpu is broken\)$/);
  });

  it("takes the first that works", async () => {
    lines.length = 0;
    expect(await chooseDevice(named("auto"), log, async (device) => (device === "webgpu" ? null : "broken"))).toBe(
      "webgpu",
    );
    expect(lines).toEqual([expect.stringMatching(/^the networks run on webgpu/)]);
  });

  it("takes what was asked for, or says what it lacks and what to do", async () => {
    expect(await chooseDevice(named("cuda"), log, async () => null)).toBe("cuda");
    await expect(chooseDevice(named("cuda"), log, faulty)).rejects.toMatchObject({
      identifier: "device-unavailable",
      message: "DEVICE=cuda cannot be used: cuda is broken. Set DEVICE=auto to take the best device that works.",
    });
  });

  it("takes the card that was asked for, and names it when it cannot be used", async () => {
    const asked: (number | null | undefined)[] = [];
    const probe = async (_: string, { card }: ProbeOptions) => {
      asked.push(card);
      return card === 1 ? null : "there are 2 NVIDIA cards, cuda:0 to cuda:1";
    };
    expect(await chooseDevice(named("cuda:1"), log, probe)).toBe("cuda");
    await expect(chooseDevice({ ...named("cuda:9"), setting: "CAPTION_DEVICE" }, log, probe)).rejects.toThrow(
      "CAPTION_DEVICE=cuda:9 cannot be used: there are 2 NVIDIA cards, cuda:0 to cuda:1. Leave CAPTION_DEVICE out to do without.",
    );
    expect(asked).toEqual([1, 9]);
  });

  it.skipIf(process.platform !== "linux")("knows a card from software that pretends to be one (Linux)", async () => {
    await mkdir(path.join(folder, "dri"));
    expect(await hasGraphicsCard(folder)).toBe(false);
    expect(await hasGraphicsCard(path.join(folder, "nowhere"))).toBe(false);
    await writeFile(path.join(folder, "dri", "renderD128"), "");
    expect(await hasGraphicsCard(folder)).toBe(true);
  });

  it.skipIf(process.platform !== "linux" || hasCard)(
    "leaves WebGPU alone where no card is (skipped where one is, and beside Linux)",
    async () => {
      lines.length = 0;
      const engine = createEngine(readConfig({ MODELS_DIR: FIXTURES, DATA_DIR: folder, CAPTIONER: "palette" }), log);
      expect(await engine.start()).toMatchObject({ device: "cpu" });
      await engine.stop();
      expect(lines.join("\n")).toMatch(/the networks run on the cpu \(.*webgpu: there is no graphics card\)/);
    },
  );

  it.skipIf(process.platform === "win32")("is refused by the engine's start when it does not work", async () => {
    const engine = createEngine(readConfig({ DEVICE: "dml", MODELS_DIR: folder }), log);
    await expect(engine.start()).rejects.toMatchObject({ identifier: "device-unavailable" });
    await engine.stop();
  });
});
