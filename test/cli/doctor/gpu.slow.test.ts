/** `atelier doctor --gpu` at tiny sizes, on the processor and on whatever WebGPU finds; software will do. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { reportOn, type ReportPart, type ReportSizes } from "../../../src/bench/gpu-report.ts";
import { convertLlava } from "../../../src/caption/llava/convert/index.ts";
import { runGpuDoctor } from "../../../src/cli/doctor/gpu.ts";
import { probeDevice } from "../../../src/engine/index.ts";
import { FIXTURES } from "../../models/reference.ts";

let captioner: string;
let sizes: ReportSizes;
beforeAll(async () => {
  captioner = await mkdtemp(path.join(os.tmpdir(), "atelier-gpu-doctor-"));
  await convertLlava(path.join(FIXTURES, "tiny-llava"), captioner);
  const checkpoint = path.join(FIXTURES, "tiny-v1");
  sizes = { name: "tiny", checkpoint, captioner, latents: 8, size: 64, steps: 9, tokens: 20, prefix: 70 };
});
afterAll(() => rm(captioner, { recursive: true, force: true }));

interface Json {
  readonly healthy: boolean;
  readonly device: string;
  readonly parts: readonly ReportPart[];
}

async function report(device: "cpu" | "webgpu"): Promise<Json> {
  const printed: string[] = [];
  const command = { json: true, device, minutes: 30, sizes };
  const code = await runGpuDoctor({ DEVICE: "auto" }, command, (text) => printed.push(text));
  expect(printed).toHaveLength(1);
  const json = JSON.parse(printed[0]!) as Json;
  expect(code).toBe(json.healthy ? 0 : 1);
  return json;
}

const names = (parts: readonly ReportPart[]): string[] => parts.map(({ name }) => name.split(",")[0]!);

const PARTS = ["card", "operators", "the tests' tiny networks", "placement", "UNet", "UNet"];

describe("a report of a device", () => {
  it("has every part on the processor, as JSON", async () => {
    const { healthy, parts } = await report("cpu");
    expect(names(parts)).toEqual([...PARTS, "VAE decoder at 64 pixels", "captioner", "one picture of 64 pixels"]);
    expect(parts.filter(({ verdict }) => verdict === "wrong")).toEqual([]);
    expect(parts.filter(({ verdict }) => verdict === "skipped").map(({ name }) => name)).toEqual([
      "operators, against the processor",
    ]);
    expect(healthy).toBe(true);
    const [unet] = parts.filter(({ name }) => name.startsWith("UNet"));
    expect(unet!.figures).toMatchObject({ wallMs: expect.objectContaining({ length: 9 }) as unknown });
  });

  it("is read by a person, with marks and seconds", async () => {
    const lines: string[] = [];
    const command = { json: false, device: "cpu", minutes: 30, sizes } as const;
    await runGpuDoctor({ DEVICE: "auto" }, command, (text) => lines.push(stripVTControlCharacters(text)));
    const text = lines.join("\n");
    expect(text).toMatch(/^Driver\n {2}✓ cpu works\n\nCard \d+\.\d s\n/);
    expect(text).toMatch(/UNet, float32, attention fused \d+\.\d s\n {2}✓ opened in [\d.]+ s, first run .*, run 10 /);
    expect(text).toMatch(/Nothing is wrong\. \d+ s$/);
    expect(text).not.toContain(captioner);
  });

  it("skips by name what there is no time, no memory or no disk for", async () => {
    const parts: ReportPart[] = [];
    const nowhere = {
      ...sizes,
      name: "full",
      checkpoint: "/nonexistent/random-v1",
      captioner: "/nonexistent/c",
    } as const;
    for await (const part of reportOn({ device: "cpu", sizes: nowhere, seconds: 0 })) parts.push(part);
    expect(parts.every(({ verdict }) => verdict === "skipped")).toBe(true);
    expect(parts[0]!.lines[0]!.text).toBe("skipped: the 0 seconds are over");
  });

  it("ends with one where no device works", async () => {
    const printed: string[] = [];
    const command = { json: false, device: "dml", minutes: 1, sizes } as const;
    expect(
      await runGpuDoctor({ DEVICE: "auto" }, command, (text) => printed.push(stripVTControlCharacters(text))),
    ).toBe(1);
    expect(printed.join("\n")).toMatch(/· dml: .*\n\nNo graphics card can be used/);
  });
});

const fault = await probeDevice("webgpu");
describe.skipIf(fault !== null)(`a report of WebGPU${fault === null ? "" : ` (skipped: ${fault})`}`, () => {
  it("finds the networks right", async () => {
    const { device, parts } = await report("webgpu");
    expect(device).toBe("webgpu");
    const networks = parts.find(({ name }) => name.startsWith("the tests'"))!;
    expect(networks.lines.filter(({ verdict }) => verdict === "wrong")).toEqual([]);
    expect(parts.find(({ name }) => name.startsWith("captioner"))!.verdict).toBe("right");
    expect(parts.find(({ name }) => name.startsWith("one picture"))!.verdict).toBe("right");
  });
});
