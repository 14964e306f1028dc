import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { SessionPool } from "../../src/onnx/session-pool.ts";
import { openTinyDecoder } from "../../src/stylize/diffusion/tiny-decoder.ts";
import { FIXTURES, readReference, relativeError } from "./reference.ts";

const models = mkdtempSync(path.join(tmpdir(), "atelier-taesd-"));
const sessions = new SessionPool(1e9);
afterAll(async () => {
  await sessions.release();
  rmSync(models, { recursive: true, force: true });
});

const open = (folder = models) => openTinyDecoder(folder, { device: "cpu", sessions });
const installed = (name: string): string => {
  const folder = path.join(models, name);
  cpSync(path.join(FIXTURES, "tiny-taesd"), path.join(folder, "taesd"), { recursive: true });
  return folder;
};

describe("the small decoder", () => {
  it("is not there where it is not installed", async () => {
    expect(await open()).toBeNull();
  });

  it("sees in latents what PyTorch's does", async () => {
    const reference = await readReference(path.join(FIXTURES, "tiny-taesd", "reference.safetensors"));
    const decode = await open(installed("sound"));
    const picture = await decode!(reference.floats("latents"));
    const expected = reference.floats("decoded");
    expect(picture.shape).toEqual(expected.shape);
    expect(picture.shape).toEqual([1, 3, 40, 56]);
    expect(relativeError(picture.data, expected.data)).toBeLessThan(1e-5);
  });

  it("is refused at once when something of it is missing or another", async () => {
    const folder = installed("other");
    const file = path.join(folder, "taesd", "config.json");
    const config: object = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...config, num_decoder_blocks: [3, 3, 3, 1] }));
    await expect(open(folder)).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(/decoder\.layers\.\d+\.\S+ is/) as unknown,
    });
    writeFileSync(file, JSON.stringify({ ...config, act_fn: "gelu" }));
    await expect(open(folder)).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(/config\.json: act_fn/) as unknown,
    });
  });
});
