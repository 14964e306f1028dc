/** Networks that half precision is too narrow for: repeated in single precision, and remembered. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { LlavaDescriber } from "../../src/caption/llava/llava-describer.ts";
import { Session } from "../../src/onnx/index.ts";
import { Overflows } from "../../src/onnx/overflows.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../src/stylize/diffusion/diffusion-networks.ts";
import { withLargeWeights } from "../models/large-weights.ts";
import { FIXTURES, readReference, relativeError } from "../models/reference.ts";

let kept: string;
let file: string;
const notes: string[] = [];
const overflows = (): Overflows => new Overflows({ file, note: (text) => notes.push(text) });
beforeEach(async () => {
  kept = await mkdtemp(path.join(os.tmpdir(), "atelier-overflows-"));
  file = path.join(kept, "devices", "overflows.json");
  notes.length = 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(kept, { recursive: true });
});

describe("a VAE decoder that is too large for half precision", () => {
  let folder: string;
  const sessions = new SessionPool(1e9);
  beforeAll(async () => {
    // The weights themselves: between them a processor, without kernels for halves, goes on in single precision.
    const weights = "vae/diffusion_pytorch_model.safetensors";
    folder = await withLargeWeights("tiny-v1", weights, ["decoder.conv_in.weight"], 1e7);
  });
  afterAll(async () => {
    await sessions.release();
    rmSync(folder, { recursive: true });
  });

  /** Decodes the fixture's latents. @returns the numbers, and how many runs they took */
  async function decoded(dtype: "float16" | "float32", known = overflows()) {
    const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
    const networks = new DiffusionNetworks(checkpoint, {
      device: "cpu",
      dtype,
      attention: "explicit",
      sessions,
      overflows: known,
    });
    const reference = await readReference(path.join(FIXTURES, "tiny-v1", "networks.safetensors"));
    const run = vi.spyOn(Session.prototype, "run");
    const { data } = await networks.decodeLatents(reference.floats("vae.latents"));
    const runs = run.mock.calls.length;
    run.mockRestore();
    return { data, runs };
  }

  it("is repeated in single precision, once, and that is said once", async () => {
    const exact = await decoded("float32");
    const known = overflows();
    const first = await decoded("float16", known);
    expect(first.runs).toBe(2);
    expect(relativeError(first.data, exact.data)).toBe(0);
    expect((await decoded("float16", known)).runs).toBe(1);
    expect(notes).toEqual([
      `${folder}: its vae-decoder is too large for half precision, and runs in single from now on`,
    ]);
  });

  it("is known at the next start, unless the file is damaged", async () => {
    await decoded("float16");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([`${folder} vae-decoder`]);
    expect((await decoded("float16")).runs).toBe(1);
    writeFileSync(file, "{");
    expect((await decoded("float16")).runs).toBe(2);
    expect((await decoded("float16")).runs).toBe(1);
  });
});

it("a captioner whose numbers are too large for half precision writes what it writes in single", async () => {
  const layer = "language_model.model.layers.0";
  const folder = await withLargeWeights("tiny-llava", "model-00001-of-00002.safetensors", [
    `${layer}.self_attn.v_proj.weight`,
    `${layer}.self_attn.o_proj.weight`,
  ]);
  const { data, shape } = (await readReference(path.join(folder, "reference.safetensors"))).bytes("0.image");
  const describeIn = async (dtype: "float16" | "float32") => {
    const sessions = new SessionPool(1e9);
    const forms = { dtype, attention: "explicit", convolution: "plain", fusions: [] } as const;
    const how = { folder, id: "tiny", label: "Tiny", maxTokens: 12, device: "cpu", forms, sessions } as const;
    const image = { width: shape[1]!, height: shape[0]!, data };
    const text = await new LlavaDescriber({ ...how, overflows: overflows() }).describe({ image, sha256: "x" });
    await sessions.release();
    return text;
  };
  const expected = await describeIn("float32");
  expect(expected.length).toBeGreaterThan(5);
  expect(notes).toEqual([]);
  expect(await describeIn("float16")).toBe(expected);
  expect(notes).toEqual([expect.stringMatching(/language model is too large for half precision/)]);
  rmSync(folder, { recursive: true });
});

it("weights that are no numbers are not taken for large ones", async () => {
  const known = overflows();
  const never = (): Promise<number> => Promise.resolve(Number.NaN);
  const name = { checkpoint: "a", network: "UNet", dtype: "float16" } as const;
  expect(await known.run(name, never, Number.isFinite)).toBeNaN();
  expect(notes).toEqual([]);
});
