/** Step caches: against PyTorch from the equations of their papers, what they cost, and what they do not go with. */
import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { RgbImage } from "../../../src/images/rgb-image.ts";
import type { Floats } from "../../../src/onnx/index.ts";
import { DEFAULT_SETTINGS, type StylizeSettings, type UsedStepCache } from "../../../src/painting.ts";
import { CachedUNet } from "../../../src/stylize/diffusion/cached-unet.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { cachedSteps, chooseStepCache, guidedPartOf } from "../../../src/stylize/diffusion/step-cache.ts";
import type { StylizeInput } from "../../../src/stylize/stylizer.ts";
import type { Variant } from "../../../src/variant.ts";
import { PIPELINES, readReference, type Reference, relativeError } from "../../models/reference.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

/** As in test/reference/make_runs.py and make_caching.py. */
const DESCRIPTION =
  "swirling lines and expressive marks give the scene energy; a warm palette of orange, red and gold. " +
  "the artist uses high contrast lighting, dramatic shadows and rich textures";
const GUIDANCE = 7;
/** Compared step by step. */
const STEPS = 8;
const CACHES = ["deepcache", "tgate", "both"] as const satisfies readonly UsedStepCache[];

const sha256 = (image: RgbImage): string => createHash("sha256").update(image.data).digest("hex");

describe.each(PIPELINES)("step caches on %s", (name) => {
  let pipeline: Pipeline;
  let runs: Reference;
  let reference: Reference;
  beforeAll(async () => {
    pipeline = await openPipeline(name);
    runs = await readReference(`${pipeline.folder}/runs.safetensors`);
    reference = await readReference(`${pipeline.folder}/caching.safetensors`);
  });
  afterAll(() => pipeline.sessions.release());

  const encoded = (text: string): Promise<Floats> => {
    const { tokenizer, networks } = pipeline;
    return networks.encodeText(tokenizer.rows(text, 77).slice(0, 1));
  };

  const input = (variant: Variant, settings: Partial<StylizeSettings>): StylizeInput => {
    const [content, style] = [runs.picture("default.content"), runs.picture("default.style")];
    return {
      content,
      style,
      contentSha256: sha256(content),
      styleSha256: sha256(style),
      variant,
      description: DESCRIPTION,
      settings: { ...DEFAULT_SETTINGS, strength: 0.7, seed: 1, size: 128, stylePath: "adain", ...settings },
    };
  };
  const stylizer = (): DiffusionStylizer =>
    new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, { noise: () => runs.floats("default.noise").data });

  it.each(CACHES)("predicts at every step what PyTorch does, %s", async (cache) => {
    const [empty, prompt] = [await encoded(""), await encoded(DESCRIPTION)];
    const [a, b] = [runs.floats("default.noise"), runs.floats("default.inst")];
    const expected = reference.floats(`steps.${cache}`).data;
    const cached = new CachedUNet(pipeline.networks, cachedSteps(STEPS, cache));
    const guided = Math.ceil(STEPS * guidedPartOf(cache, 0.7));
    for (let i = 0; i < STEPS; i++) {
      const angle = (Math.PI / 2) * (i / (STEPS - 1));
      const data = a.data.map((value, n) => Math.cos(angle) * value + Math.sin(angle) * b.data[n]!);
      const contexts = i < guided ? [empty, prompt] : [prompt];
      const [first, second] = await cached.predict({ data, shape: a.shape }, 801 - 100 * i, contexts);
      const prediction = second ? first!.map((value, n) => value + GUIDANCE * (second[n]! - value)) : first!;
      expect(relativeError(prediction, expected.subarray(i * data.length, (i + 1) * data.length))).toBeLessThan(1e-4);
    }
  });

  it.each(CACHES)("gives the reference's latents in a whole run, %s", async (stepCache) => {
    for (const variant of ["inst", "image-prompt"] as const) {
      const result = await stylizer().stylizeToLatents(input(variant, { stepCache }));
      const expected = reference.floats(`${variant}.${stepCache}`).data;
      expect(relativeError(result.latents.data, expected)).toBeLessThan(1e-3);
      expect(result).toMatchObject({ stepCache, steps: 14 });
    }
  });

  it("costs less with each, and says how much", async () => {
    const rows: number[] = [];
    for (const stepCache of ["off", "tgate", "deepcache", "both"] as const)
      rows.push((await stylizer().stylizeToLatents(input("image-prompt", { stepCache }))).unetRows!);
    // The inversion, 14 steps, 10 of them guided.
    expect(rows[0]).toBe(25);
    expect(rows).toEqual(rows.toSorted((a, b) => b - a));
    // Whole are 5 of the 14 steps, of which 4 are guided.
    expect(rows[2]).toBeGreaterThan(1 + 5 + 4);
    expect(rows[2]).toBeLessThan(1 + 5 + 4 + 15 / 2);
  });
});

describe("a step cache", () => {
  let pipeline: Pipeline;
  beforeAll(async () => {
    pipeline = await openPipeline("tiny-v1");
  });
  afterAll(() => pipeline.sessions.release());

  const picture: RgbImage = {
    width: 64,
    height: 64,
    data: Uint8Array.from({ length: 3 * 64 ** 2 }, (_, i) => i % 251),
  };
  const paint = (installed: "off" | UsedStepCache, settings: Partial<StylizeSettings>) =>
    new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, { stepCache: installed }).stylizeToLatents({
      content: picture,
      style: picture,
      contentSha256: "c".repeat(64),
      styleSha256: "5".repeat(64),
      variant: "image-prompt",
      description: "bold outlines",
      settings: { ...DEFAULT_SETTINGS, seed: 1, size: 64, stylePath: "adain", ...settings },
    });

  const OBSTACLES = [
    { settings: { stylePath: "attention" }, words: /style path attention/ },
    { settings: { faithful: true }, words: /faithful form/ },
    { settings: { steps: 5 }, words: /fewer than 8 steps/ },
  ] as const;

  it.each(OBSTACLES)("is refused by name where it does not hold: $words", async ({ settings, words }) => {
    const work = paint("off", { ...settings, stepCache: "both" });
    await expect(work).rejects.toMatchObject({ name: "UserError", identifier: "step-cache", message: words });
  });

  it("is not for drafts, whether the picture asks for it or the installation", () => {
    const draft = { faithful: false, isDraft: true, stylePath: "adain", steps: 8 } as const;
    expect(() => chooseStepCache("deepcache", "off", draft)).toThrow(/deepcache does not go with a draft/);
    expect(chooseStepCache(undefined, "both", draft)).toBeNull();
    expect(chooseStepCache(undefined, "both", { ...draft, isDraft: false })).toBe("both");
  });

  it("of the installation is done without there, and a picture can do without it", async () => {
    expect((await paint("both", { steps: 5 })).stepCache).toBeNull();
    expect((await paint("both", { steps: 14, stepCache: "off" })).stepCache).toBeNull();
    expect((await paint("tgate", { steps: 14 })).stepCache).toBe("tgate");
  });

  it("keeps deep features at every third step, and all that the text gives at the gate", () => {
    const marks = (cache: UsedStepCache): string =>
      cachedSteps(14, cache)
        .map(({ deep, text }) => `${deep === null ? "" : deep[0]}${text === null ? "" : text[0]}`)
        .join(" ");
    expect(marks("deepcache")).toBe("k r r k r r k r r k r r k r");
    expect(marks("tgate")).toBe("f f f f f k r r r r r r r r");
    expect(marks("both")).toBe("kf rf rf kf rf kk rr rr kr rr rr kr rr rr");
  });
});
