/** Weights that are not numbers, as half precision and damaged files bring them about. */
import { closeSync, cpSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { readSafetensors } from "../../../src/onnx/files/safetensors.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { DEFAULT_SETTINGS } from "../../../src/painting.ts";
import { openDiffusion } from "../../../src/stylize/diffusion/diffusion.ts";
import { placeOfCheckpoint } from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { FIXTURES } from "../../models/reference.ts";

const models = mkdtempSync(path.join(tmpdir(), "atelier-nan-"));
const sessions = new SessionPool(1e9);
afterAll(async () => {
  await sessions.release();
  rmSync(models, { recursive: true, force: true });
});

/** A tiny checkpoint with one value of a tensor that is not a number. */
async function poisoned(part: string, tensor: string): Promise<string> {
  const folder = path.join(models, `${part} ${tensor}`);
  cpSync(path.join(FIXTURES, "tiny-v1"), folder, { recursive: true });
  const file = path.join(folder, part, "diffusion_pytorch_model.safetensors");
  const { offset } = (await readSafetensors(file)).find(tensor)!;
  const handle = openSync(file, "r+");
  writeSync(handle, new Uint8Array(Float32Array.of(Number.NaN).buffer), 0, 4, offset);
  closeSync(handle);
  return folder;
}

describe("numbers that are none", () => {
  it.each([
    ["vae", "encoder.conv_in.bias", "the encoder"],
    ["unet", "conv_out.bias", "the inversion"],
    ["vae", "decoder.conv_out.bias", "the decoder"],
  ])("end the job with advice when the %s has them in %s", async (part, tensor, where) => {
    const checkpoint = await placeOfCheckpoint(await poisoned(part, tensor));
    const stylizer = await openDiffusion({ checkpoint, device: "cpu", precision: "auto", sessions });
    const grey = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(128) };
    const painted = stylizer.stylize({
      content: grey,
      style: grey,
      contentSha256: "c".repeat(64),
      styleSha256: "5".repeat(64),
      variant: "prompt",
      description: "bold black outlines",
      settings: { ...DEFAULT_SETTINGS, seed: 3, size: 64, steps: 3 },
    });
    await expect(painted).rejects.toMatchObject({
      name: "EngineError",
      retryable: false,
      message:
        `the network gave values that are not numbers (${where}); set PRECISION=fp32, ` +
        "and if that does not help, check the weights with `atelier models verify`",
    });
  });
});
