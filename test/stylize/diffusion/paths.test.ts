/** The ways of the style image into the picture: StyleID against PyTorch, tokens, what `auto` takes, what each costs. */
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { StylizeSettings } from "../../../src/painting.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { promptOf } from "../../../src/stylize/diffusion/style-path.ts";
import type { StylizeInput } from "../../../src/stylize/stylizer.ts";
import type { Variant } from "../../../src/variant.ts";
import { PIPELINES, readReference, type Reference, relativeError } from "../../models/reference.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

/** As in test/reference/make_runs.py and make_gradients.py. */
const DESCRIPTION =
  "swirling lines and expressive marks give the scene energy; a warm palette of orange, red and gold. " +
  "the artist uses high contrast lighting, dramatic shadows and rich textures";
/** int(20 · 0.7) */
const STEPS = 14;

describe.each(PIPELINES)("style paths on %s", (name) => {
  let pipeline: Pipeline;
  let reference: Reference;
  beforeAll(async () => {
    pipeline = await openPipeline(name);
    reference = await readReference(path.join(pipeline.folder, "learning.safetensors"));
  });
  afterAll(() => pipeline.sessions.release());

  const input = (
    variant: Variant,
    changes: Partial<StylizeInput> = {},
    settings: Partial<StylizeSettings> = {},
  ): StylizeInput => ({
    content: reference.picture("attention.content"),
    style: reference.picture("attention.style"),
    contentSha256: "c".repeat(64),
    styleSha256: "5".repeat(64),
    variant,
    description: variant === "inst" ? null : DESCRIPTION,
    settings: {
      strength: 0.7,
      seed: 1,
      size: 128,
      steps: null,
      guidance: null,
      stylePath: "auto",
      faithful: false,
      keepColors: false,
      speed: "normal",
      loras: [],
      ...settings,
    },
    ...changes,
  });

  it("paints by shared attention as PyTorch does, and pays for a style once", async () => {
    const stylizer = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer);
    const progress: number[] = [];
    const first = await stylizer.stylizeToLatents(input("inst"), { onProgress: (step) => progress.push(step) });
    expect(relativeError(first.latents.data, reference.floats("attention.inst").data)).toBeLessThan(1e-3);
    expect(first).toMatchObject({ stylePath: "attention", steps: STEPS, guidance: null, unetRows: 3 * STEPS + 2 });
    expect(progress).toEqual(Array.from({ length: 3 * STEPS + 2 }, (_, i) => i + 1));
    const again = await stylizer.stylizeToLatents(input("inst", { contentSha256: "d".repeat(64) }));
    expect(again.unetRows).toBe(2 * STEPS + 1);
    expect(again.latents.data).toEqual(first.latents.data);
    stylizer.forget();
    const anew = await stylizer.stylizeToLatents(input("inst"));
    expect(anew.unetRows).toBe(first.unetRows);
  });

  it("guides the output of shared attention by the description, as PyTorch does", async () => {
    const stylizer = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer);
    const result = await stylizer.stylizeToLatents(input("image-prompt"));
    expect(relativeError(result.latents.data, reference.floats("attention.image-prompt").data)).toBeLessThan(1e-3);
    // Ten of the fourteen steps are guided: a second row.
    expect(result).toMatchObject({ stylePath: "attention", guidance: 7, unetRows: 3 * STEPS + 2 + 10 });
  });

  it("takes the token where there is one, and says so", async () => {
    const stylizer = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer);
    const token = reference.floats("inversion.vector").data;
    const settings = { steps: 5 };
    const learned = await stylizer.stylizeToLatents(input("inst", { token }, settings));
    expect(learned).toMatchObject({ stylePath: "token", guidance: 7 });
    const other = await stylizer.stylizeToLatents(input("inst", { token: token.map((x) => -x) }, settings));
    expect(relativeError(other.latents.data, learned.latents.data)).toBeGreaterThan(1e-3);
    const faithful = await stylizer.stylizeToLatents(input("inst", {}, { ...settings, faithful: true, size: 64 }));
    expect(faithful.stylePath).toBe("adain");
    const words = await stylizer.stylizeToLatents(input("prompt", { token }, settings));
    expect(words.stylePath).toBeNull();
  });
});

describe("the prompt of a learned style", () => {
  it("is the token, then the description, whose own asterisks mean nothing", () => {
    expect(promptOf("", 1)).toBe("*");
    expect(promptOf("bold * outlines*", 1)).toBe("*, bold   outlines");
    expect(promptOf("bold", 3)).toBe("* * *, bold");
    expect(promptOf("bold * outlines", 0)).toBe("bold * outlines");
  });
});
