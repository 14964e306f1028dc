/** The stylizer around the networks: sizes, caches, previews, cancelling, and what it says of bad input. */
import path from "node:path";

import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { DEFAULT_SETTINGS } from "../../../src/painting.ts";
import {
  type DiffusionCheckpoint,
  placeOfCheckpoint,
  readDiffusionCheckpoint,
} from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../../src/stylize/diffusion/diffusion-networks.ts";
import { DiffusionStylizer, openDiffusion } from "../../../src/stylize/diffusion/diffusion.ts";
import type { StylizeInput } from "../../../src/stylize/stylizer.ts";
import { FIXTURES } from "../../models/reference.ts";

const FOLDER = path.join(FIXTURES, "tiny-v1");

const gradient = (width: number, height: number, phase: number): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => 128 + 100 * Math.sin(i / 50 + phase)),
});

const input = (
  changes: Partial<StylizeInput> = {},
  settings: Partial<StylizeInput["settings"]> = {},
): StylizeInput => ({
  content: gradient(90, 60, 0),
  style: gradient(50, 70, 1),
  contentSha256: "c".repeat(64),
  styleSha256: "5".repeat(64),
  variant: "image-prompt",
  description: "bold black outlines",
  settings: { ...DEFAULT_SETTINGS, seed: 3, size: 128, steps: 5, stylePath: "adain", ...settings },
  ...changes,
});

describe("the diffusion stylizer", () => {
  let checkpoint: DiffusionCheckpoint;
  let tokenizer: ClipTokenizer;
  const sessions = new SessionPool(1e9);
  const networksOf = (from: DiffusionCheckpoint): DiffusionNetworks =>
    new DiffusionNetworks(from, { device: "cpu", dtype: "float32", attention: "fused", sessions });

  beforeAll(async () => {
    checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(FOLDER));
    tokenizer = await ClipTokenizer.load(checkpoint.tokenizer);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    return sessions.release();
  });

  it("paints in multiples of 64 near the picture's own ratio, and reports each step once", async () => {
    const steps: string[] = [];
    const previews: RgbImage[] = [];
    const stylizer = new DiffusionStylizer(networksOf(checkpoint), tokenizer);
    const result = await stylizer.stylize(input(), {
      onProgress: (step, of) => steps.push(`${step}/${of}`),
      onPreview: (image) => previews.push(image),
    });
    expect([result.image.width, result.image.height]).toEqual([128, 64]);
    expect(result).toMatchObject({ steps: 3, guidance: 7, stylePath: "adain" });
    expect(steps).toEqual(["1/3", "2/3", "3/3"]);
    expect(previews.map(({ width, height }) => [width, height])).toEqual([
      [64, 32],
      [64, 32],
    ]);
  });

  it("paints a square as the reference does, when it is to be faithful", async () => {
    const stylizer = new DiffusionStylizer(networksOf(checkpoint), tokenizer);
    const result = await stylizer.stylize(input({}, { faithful: true, size: 64 }));
    expect([result.image.width, result.image.height]).toEqual([64, 64]);
    expect(result.guidance).toBe(10);
  });

  it("gives the same pixels for the same seed, and others for another", async () => {
    const paint = async (seed: number): Promise<string> => {
      const { image } = await new DiffusionStylizer(networksOf(checkpoint), tokenizer).stylize(input({}, { seed }));
      return Buffer.from(image.data).toString("base64");
    };
    const [once, again, other] = [await paint(1), await paint(1), await paint(2)];
    expect(again).toBe(once);
    expect(other).not.toBe(once);
  });

  it("encodes nothing twice in a rerun", async () => {
    const networks = networksOf(checkpoint);
    const stylizer = new DiffusionStylizer(networks, tokenizer);
    await stylizer.stylize(input());
    const encodePicture = vi.spyOn(networks, "encodePicture");
    const encodeText = vi.spyOn(networks, "encodeText");
    await stylizer.stylize(input({}, { seed: 4 }));
    await stylizer.stylize(input({ variant: "prompt" }, { seed: 5 }));
    expect(encodePicture).not.toHaveBeenCalled();
    expect(encodeText).not.toHaveBeenCalled();
    await stylizer.stylize(input({ description: "pale washes", contentSha256: "d".repeat(64) }));
    expect([encodePicture.mock.calls.length, encodeText.mock.calls.length]).toEqual([1, 1]);
  });

  it("does not look at the style image for a description alone, nor at the description for the image alone", async () => {
    const networks = networksOf(checkpoint);
    const encodePicture = vi.spyOn(networks, "encodePicture");
    const predict = vi.spyOn(networks, "predict");
    await new DiffusionStylizer(networks, tokenizer).stylize(input({ variant: "prompt" }));
    expect(encodePicture).toHaveBeenCalledTimes(1);
    predict.mockClear();
    const result = await new DiffusionStylizer(networks, tokenizer).stylize(
      input({ variant: "inst", description: null }),
    );
    expect(result.guidance).toBeNull();
    expect(predict.mock.calls.every(([, , contexts]) => contexts.length === 1)).toBe(true);
  });

  it("leaves guidance out of the last steps", async () => {
    const networks = networksOf(checkpoint);
    const predict = vi.spyOn(networks, "predict");
    await new DiffusionStylizer(networks, tokenizer).stylize(input({}, { steps: 10, strength: 1 }));
    const contexts = predict.mock.calls.map(([, , given]) => given.length);
    expect(contexts.filter((count) => count === 2)).toHaveLength(7);
  });

  it("stops between two steps when it is cancelled", async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    const work = new DiffusionStylizer(networksOf(checkpoint), tokenizer).stylize(input({}, { steps: 20 }), {
      signal: controller.signal,
      onProgress: (step) => {
        steps.push(step);
        if (step === 2) controller.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ name: "CancelledError" });
    expect(steps).toEqual([1, 2]);
  });

  it("says what to do when a prediction is not a number", async () => {
    const networks = networksOf(checkpoint);
    vi.spyOn(networks, "predict").mockImplementation(async (sample) => [sample.data.map(() => Number.NaN)]);
    const work = new DiffusionStylizer(networks, tokenizer).stylize(input({ variant: "inst" }));
    await expect(work).rejects.toMatchObject({
      name: "EngineError",
      message: expect.stringMatching(/not numbers \(the inversion\); set PRECISION=fp32/) as unknown,
    });
  });

  it("says that a token was not learned, or not on this checkpoint", async () => {
    const work = new DiffusionStylizer(networksOf(checkpoint), tokenizer).stylize(input({}, { stylePath: "token" }));
    await expect(work).rejects.toMatchObject({ name: "UserError", identifier: "style-not-learned" });
    const foreign = input({ token: new Float32Array(25) }, { stylePath: "token" });
    await expect(new DiffusionStylizer(networksOf(checkpoint), tokenizer).stylize(foreign)).rejects.toMatchObject({
      message: expect.stringMatching(/another checkpoint/) as unknown,
    });
  });

  it("puts a learned vector where its token stands", async () => {
    const networks = networksOf(checkpoint);
    const { width } = checkpoint.text.config;
    const rows = tokenizer.rows("a painting in the style of *", 77);
    const [id] = tokenizer.encode("*");
    const plain = await networks.encodeText(rows);
    const same = await networks.encodeText(rows, { id: -1, vector: new Float32Array(width) });
    const learned = await networks.encodeText(rows, { id: id!, vector: new Float32Array(width).fill(0.5) });
    expect(same.data).toEqual(plain.data);
    const position = rows[0]!.indexOf(id!);
    const rowsDiffer = Array.from({ length: 77 }, (_, i) =>
      learned.data.subarray(i * width, (i + 1) * width).some((value, j) => value !== plain.data[i * width + j]),
    );
    expect(rowsDiffer.indexOf(true)).toBe(position);
  });

  it("works within a budget that holds one network at a time", async () => {
    const small = new SessionPool(1);
    const stylizer = await openDiffusion({
      checkpoint: await placeOfCheckpoint(FOLDER),
      device: "cpu",
      precision: "auto",
      sessions: small,
    });
    await stylizer.stylize(input());
    expect(small.keys).toHaveLength(1);
    expect(small.keys[0]).toMatch(/vae-decoder/);
    await small.release();
    expect(small.keys).toHaveLength(0);
  });

  it("refuses half precision on a processor", async () => {
    const options = {
      checkpoint: { path: FOLDER, tokenizer: FOLDER },
      device: "cpu",
      precision: "fp16",
      sessions,
    } as const;
    await expect(openDiffusion(options)).rejects.toThrow(/PRECISION=auto/);
  });
});
