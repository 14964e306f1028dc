/** Textual inversion against PyTorch: the same steps with the same draws, and runs that are cut and resumed. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { AffineStyleModule, styleEmbedding } from "../../../src/stylize/diffusion/affine-style-module.ts";
import { adamwStep, ADAMW_DEFAULTS, noMoments } from "../../../src/stylize/diffusion/adamw.ts";
import {
  type InversionState,
  readInversionState,
  writeInversionState,
} from "../../../src/stylize/diffusion/inversion-state.ts";
import { styleWords } from "../../../src/stylize/diffusion/style-words.ts";
import {
  hasSettled,
  inversionSettings,
  TextualInversion,
  VALIDATE_EVERY,
} from "../../../src/stylize/diffusion/textual-inversion.ts";
import { PIPELINES, readReference, type Reference, relativeError } from "../../models/reference.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

/** As in test/reference/make_gradients.py. */
const STEPS = 50;
const SEED = 7;

describe.each(PIPELINES)("textual inversion on %s", (name) => {
  let pipeline: Pipeline;
  let reference: Reference;
  let folder: string;
  const settings = (form: "vector" | "affine") => inversionSettings(form, { seed: SEED, size: 64, maxSteps: 1000 });
  const begin = (form: "vector" | "affine"): Promise<TextualInversion> => {
    const picture = reference.picture("inversion.picture");
    const input = { picture, styleSha256: "a".repeat(64), description: null };
    return TextualInversion.begin(pipeline.networks, pipeline.tokenizer, input, settings(form));
  };
  /** The reference's own start in place of the mean of some words. */
  const startingAt = (state: InversionState, data: Float32Array): InversionState => ({
    ...state,
    tensors: { vector: { data: data.slice(), shape: [data.length] } },
  });
  const resume = (state: InversionState): Promise<TextualInversion> =>
    TextualInversion.resume(pipeline.networks, pipeline.tokenizer, reference.picture("inversion.picture"), state);

  beforeAll(async () => {
    pipeline = await openPipeline(name);
    reference = await readReference(path.join(pipeline.folder, "learning.safetensors"));
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-learning-"));
  });
  afterAll(async () => {
    await pipeline.sessions.release();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(["vector", "affine"] as const)("is where PyTorch is after 50 steps (%s), cut in the middle", async (form) => {
    const first = await begin(form);
    let run =
      form === "affine" ? first : await resume(startingAt(first.state, reference.floats("inversion.start").data));
    for (let step = 0; step < STEPS / 2; step++) await run.step();
    const file = path.join(folder, `${form}.safetensors`);
    await writeInversionState(file, run.state);
    run = await resume(await readInversionState(file));
    for (let step = STEPS / 2; step < STEPS; step++) await run.step();
    expect(relativeError(run.vector, reference.floats(`inversion.${form}`).data)).toBeLessThan(1e-3);
    const losses = reference.floats(`inversion.${form}.losses`).data;
    expect(relativeError(Float32Array.from(run.state.losses), losses)).toBeLessThan(1e-4);
    expect(run.state.validations.map(({ step }) => step)).toEqual([0, 10, 25, VALIDATE_EVERY]);
  });

  it("goes on after a cut as if there had been none, to the last bit", async () => {
    const whole = await begin("affine");
    for (let step = 0; step < 6; step++) await whole.step();
    let cut = await begin("affine");
    for (let step = 0; step < 6; step++) {
      await cut.step();
      const file = path.join(folder, "cut.safetensors");
      await writeInversionState(file, cut.state);
      cut = await resume(await readInversionState(file));
    }
    expect(cut.state).toEqual({ ...whole.state, losses: whole.state.losses.map(Math.fround) });
  });

  it("finds a vector that predicts the noise better than its start", async () => {
    const run = await begin("vector");
    for (let step = 0; step < 2 * VALIDATE_EVERY; step++) await run.step();
    const { validations, best } = run.state;
    expect(best.loss).toBeLessThan(0.97 * validations[0]!.loss);
    expect(await run.validate(best.vector)).toBeCloseTo(best.loss, 6);
  });
});

describe("the early stop", () => {
  const looks = (losses: readonly number[]) => losses.map((loss, i) => ({ step: VALIDATE_EVERY * i, loss }));
  const falling = [1.2, 1.18, 1.15, 1.14, 1.13];

  it("comes when four looks add less than two parts in a hundred to the gain", () => {
    expect(hasSettled(looks(falling))).toBe(false);
    expect(hasSettled(looks([...falling, 1.1299, 1.131, 1.1295]))).toBe(false);
    expect(hasSettled(looks([...falling, 1.1299, 1.131, 1.1295, 1.13]))).toBe(true);
    expect(hasSettled(looks([...falling, 1.1299, 1.131, 1.1295, 1.12]))).toBe(false);
  });

  it("does not depend on the size of the loss", () => {
    const settled = [...falling, 1.1299, 1.131, 1.1295, 1.13];
    for (const shift of [-1, 10]) expect(hasSettled(looks(settled.map((loss) => loss + shift)))).toBe(true);
  });

  it("waits twice as long for a first gain, and does not count the early looks", () => {
    const worse = Array<number>(8).fill(1.3);
    expect(hasSettled(looks([1.2, ...worse.slice(1)]))).toBe(false);
    expect(hasSettled(looks([1.2, ...worse]))).toBe(true);
    const early = [10, 25].map((step) => ({ step, loss: 1.3 }));
    expect(hasSettled([...looks([1.2, ...worse.slice(1)]), ...early])).toBe(false);
  });
});

describe("the affine module", () => {
  it("has the gradient of its formula", () => {
    const module = AffineStyleModule.create(3, 12, 20);
    const direction = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
    const drops = Float64Array.from({ length: 24 }, (_, i) => ((i * 7) % 24) / 24);
    const value = (): number => module.forward(() => drops).reduce((sum, v, i) => sum + v * direction[i]!, 0);
    value();
    const changes = module.backward(direction);
    for (const [name, { data }] of Object.entries(module.tensors)) {
      const i = Math.floor(data.length / 3);
      const before = data[i]!;
      data[i] = before + 1e-2;
      const above = value();
      data[i] = before - 1e-2;
      const slope = (above - value()) / 2e-2;
      data[i] = before;
      expect(slope).toBeCloseTo(changes[name as keyof typeof changes][i]!, 4);
    }
  });
});

describe("the constant that stands for CLIP's embedding of black", () => {
  it("is of length 1, as CLIP's, and spread as wide as the module's documentation says", () => {
    const e = styleEmbedding(768);
    expect(Math.hypot(...e)).toBeCloseTo(1, 5);
    expect(e.reduce((sum, value) => sum + Math.abs(value), 0)).toBeCloseTo(22.4, 1);
  });

  it("may as well be another: order and signs of its components change no step", () => {
    const width = 12;
    const own = AffineStyleModule.create(3, width, 20);
    const column = (j: number): number => (j * 5 + 2) % width;
    const sign = (j: number): number => (j % 3 === 0 ? -1 : 1);
    const moved = (row: Float32Array): Float32Array => row.map((_, j) => sign(j) * row[column(j)]!);
    const toV = own.tensors["to_v.weight"];
    const rows = Array.from({ length: 20 }, (_, i) => moved(toV.data.slice(i * width, (i + 1) * width)));
    const copy = structuredClone(own.tensors);
    const other = new AffineStyleModule(moved(styleEmbedding(width)), {
      ...copy,
      "to_v.weight": { data: Float32Array.from(rows.flatMap((row) => [...row])), shape: toV.shape },
    });
    const target = Float32Array.from({ length: width }, (_, i) => Math.cos(i));
    const trained = (module: AffineStyleModule): Float32Array => {
      const moments = Object.entries(module.tensors).map(([name, { data }]) => [name, noMoments(data.length)] as const);
      for (let step = 1; step <= 20; step++) {
        const changes = module.backward(module.forward(null).map((value, i) => value - target[i]!));
        for (const [name, held] of moments) {
          const key = name as keyof typeof changes;
          adamwStep(module.tensors[key].data, changes[key], held, step, { ...ADAMW_DEFAULTS, learningRate: 1e-2 });
        }
      }
      return module.forward(null);
    };
    const before = own.forward(null);
    const [a, b] = [trained(own), trained(other)];
    expect(relativeError(b, a)).toBeLessThan(1e-3);
    expect(relativeError(before, a)).toBeGreaterThan(0.5);
  });
});

describe("AdamW", () => {
  it("decays, then moves by the corrected means", () => {
    const parameter = Float32Array.of(1, -2);
    adamwStep(parameter, Float32Array.of(0.5, -4), noMoments(2), 1, { ...ADAMW_DEFAULTS, learningRate: 0.1 });
    // The first step is the learning rate against the gradient's sign.
    expect(parameter[0]).toBeCloseTo(1 * (1 - 0.001) - 0.1, 6);
    expect(parameter[1]).toBeCloseTo(-2 * (1 - 0.001) + 0.1, 6);
  });
});

describe("the words a vector starts from", () => {
  it("are those of style, not of content", () => {
    expect(styleWords("A woman holding an apple, in bold brushstrokes of crimson and gold.")).toEqual([
      "bold",
      "brushstrokes",
      "crimson",
      "gold",
    ]);
    expect(styleWords(null)).toEqual(["painting", "style"]);
    expect(styleWords("constructor toString 你好")).toEqual(["painting", "style"]);
  });
});
