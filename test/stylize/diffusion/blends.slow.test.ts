/** Several styles in one diffusion picture: against PyTorch, at the ends, in either order, and on the way from one to the other. */
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { blendOf } from "../../../src/blend.ts";
import type { Floats } from "../../../src/onnx/index.ts";
import { DEFAULT_SETTINGS, type StylePath, type StylizeSettings } from "../../../src/painting.ts";
import { channelStatistics } from "../../../src/stylize/diffusion/adain.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { readImageAdapter } from "../../../src/stylize/diffusion/image-adapter/adapter-files.ts";
import { ImageAdapter } from "../../../src/stylize/diffusion/image-adapter/image-adapter.ts";
import type { BlendedStyle, StylizeInput } from "../../../src/stylize/stylizer.ts";
import type { Variant } from "../../../src/variant.ts";
import { PIPELINES, readReference, type Reference, relativeError } from "../../models/reference.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

/** As in test/reference/make_blends.py. */
const WEIGHTS = [0.5, 0.3, 0.2];
const LONG =
  "swirling lines and expressive marks give the scene energy; a warm palette of orange, red and gold. " +
  "the artist uses high contrast lighting, dramatic shadows and rich textures";
const DESCRIPTIONS = [`${LONG}. ${LONG}`, "pale washes on rough paper", "flat areas of colour with hard edges"];

let pipeline: Pipeline;
let reference: Reference;

const open = async (name: string): Promise<void> => {
  pipeline = await openPipeline(name);
  reference = await readReference(path.join(pipeline.folder, "blends.safetensors"));
};

const adapterPlace = () => ({
  file: `${pipeline.folder}/image-adapter/plain.safetensors`,
  tower: `${pipeline.folder}/image-adapter/image_encoder`,
});

const styleAt = (i: number): BlendedStyle => ({
  picture: reference.picture(`style.${i}`),
  sha256: String(i).repeat(64),
  description: DESCRIPTIONS[i]!,
});

/** A picture in the styles of these numbers. */
function input(
  styles: readonly (readonly [style: number, weight: number])[],
  settings: Partial<StylizeSettings>,
  variant: Variant = "image-prompt",
  token?: (style: number) => Float32Array | null,
): StylizeInput {
  const described = (style: number): BlendedStyle => ({
    ...styleAt(style),
    description: variant === "inst" ? null : DESCRIPTIONS[style]!,
    ...(token && { token: token(style) }),
  });
  const { style, blend } = blendOf(styles.map(([number, weight]) => ({ ...described(number), weight })));
  return {
    content: reference.picture("content"),
    contentSha256: "c".repeat(64),
    style: style.picture,
    styleSha256: style.sha256,
    description: style.description,
    ...(style.token && { token: style.token }),
    ...(blend && { blend }),
    variant,
    settings: { ...DEFAULT_SETTINGS, strength: 0.7, seed: 1, size: 64, ...settings },
  };
}

const stylizer = (): DiffusionStylizer =>
  new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, {
    noise: () => reference.floats("noise").data,
    findAdapter: async () => adapterPlace(),
  });

describe.each(PIPELINES)("a blend on %s", (name) => {
  beforeAll(() => open(name));
  afterAll(() => pipeline.sessions.release());

  it.each([
    ["adain", 25],
    // The content and each style go to noise once, in 14 steps and one.
    ["attention", 4 * 15 + 14 + 10],
  ] as const)("mixes texts and styles by weight as PyTorch does, by %s", async (stylePath, unetRows) => {
    const styles = WEIGHTS.map((weight, i) => [i, weight] as const);
    const progress: number[] = [];
    const onProgress = (step: number): void => void progress.push(step);
    const result = await stylizer().stylizeToLatents(input(styles, { stylePath }), { onProgress });
    expect(relativeError(result.latents.data, reference.floats(stylePath).data)).toBeLessThan(1e-3);
    expect(result).toMatchObject({ stylePath, unetRows });
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });
});

describe("a blend", () => {
  beforeAll(() => open("tiny-v1"));
  afterAll(() => pipeline.sessions.release());

  /** With tokens that have no equals. */
  const tokenOf = (style: number): Float32Array =>
    Float32Array.from(
      { length: pipeline.networks.checkpoint.text.config.width },
      (_, i) => Math.sin(i + 3 * style) / 5,
    );
  const latentsOf = async (
    stylePath: StylePath,
    variant: Variant,
    ...styles: (readonly [number, number])[]
  ): Promise<Floats> => {
    const given = input(styles, { stylePath, steps: 4 }, variant, stylePath === "token" ? tokenOf : undefined);
    return (await stylizer().stylizeToLatents(given)).latents;
  };

  describe.each([
    ["adain", "image-prompt"],
    ["attention", "inst"],
    ["token", "inst"],
    ["adapter", "inst"],
    ["auto", "prompt"],
  ] as const)("by %s, %s", (stylePath, variant) => {
    it("is one style where the other has no weight, either order's where both have the same, and itself with itself", async () => {
      const of = (...styles: (readonly [number, number])[]) => latentsOf(stylePath, variant, ...styles);
      const alone = await of([0, 1]);
      const other = await of([1, 1]);
      expect(relativeError(other.data, alone.data)).toBeGreaterThan(0.02);
      expect((await of([0, 2], [1, 0])).data).toEqual(alone.data);
      expect((await of([0, 0], [1, 1])).data).toEqual(other.data);
      expect(relativeError((await of([0, 3], [0, 1])).data, alone.data)).toBeLessThan(1e-4);
      const half = await of([0, 1], [1, 1]);
      expect(relativeError((await of([1, 1], [0, 1])).data, half.data)).toBeLessThan(1e-4);
      expect(relativeError(half.data, alone.data)).toBeGreaterThan(0.01);
      expect(relativeError(half.data, other.data)).toBeGreaterThan(0.01);
    });
  });

  it.each(["adain", "attention"] as const)(
    "goes from the one style to the other with their weights, by %s",
    async (by) => {
      const distance = (one: Floats, other: Floats): number => {
        const [a, b] = [channelStatistics(one), channelStatistics(other)];
        const of = (key: "means" | "deviations") =>
          a[key].reduce((sum, value, c) => sum + (value - b[key][c]!) ** 2, 0);
        return Math.sqrt(of("means") + of("deviations"));
      };
      const ends = [await latentsOf(by, "inst", [0, 1]), await latentsOf(by, "inst", [1, 1])] as const;
      const passed = [ends[0]];
      for (const weight of [1, 2, 3]) passed.push(await latentsOf(by, "inst", [0, 4 - weight], [1, weight]));
      passed.push(ends[1]);
      const [fromFirst, fromLast] = ends.map((end) => passed.map((latents) => distance(latents, end)));
      expect(fromFirst).toEqual(fromFirst!.toSorted((a, b) => a - b));
      expect(fromLast).toEqual(fromLast!.toSorted((a, b) => b - a));
      expect(new Set(fromFirst).size).toBe(5);
    },
  );

  it("takes tokens where each style has one, and says so where one is missing", async () => {
    const styles = [
      [0, 1],
      [1, 1],
    ] as const;
    const paint = (stylePath: StylePath, token: (style: number) => Float32Array | null) =>
      stylizer().stylizeToLatents(input(styles, { stylePath, steps: 4 }, "inst", token));
    expect((await paint("auto", tokenOf)).stylePath).toBe("token");
    const first = (style: number): Float32Array | null => (style === 0 ? tokenOf(style) : null);
    expect((await paint("auto", first)).stylePath).toBe("attention");
    await expect(paint("token", first)).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining("one of those styles"),
    });
  });

  it("stays a blend in HD", async () => {
    const paint = async (...styles: (readonly [number, number])[]) => {
      const settings = { stylePath: "attention", size: 128, steps: 6, hd: true } as const;
      const painter = new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, { window: { side: 8, overlap: 2 } });
      const steps: number[] = [];
      const { image, unetRows } = await painter.stylize(input(styles, settings, "inst"), {
        onProgress: (step, of) => void steps.push(step / of),
      });
      return { data: image.data, unetRows: unetRows!, last: steps.at(-1) };
    };
    const [alone, both] = [await paint([0, 1]), await paint([0, 1], [1, 1])];
    expect(both.data).not.toEqual(alone.data);
    // A further style is taken to noise: two steps and one.
    expect(both.unetRows - alone.unetRows).toBe(3);
    expect([alone.last, both.last]).toEqual([1, 1]);
  });
});

describe("image adapters", () => {
  it("see the mean of the styles' tokens", async () => {
    await open("tiny-v1");
    const adapter = new ImageAdapter(pipeline.networks, await readImageAdapter(adapterPlace()));
    const [one, other] = [await adapter.tokensOf(styleAt(0).picture), await adapter.tokensOf(styleAt(1).picture)];
    const text = await pipeline.networks.encodeText([[0]]);
    const styles = [
      { ...styleAt(0), weight: 0.75 },
      { ...styleAt(1), weight: 0.25 },
    ];
    const { prompt } = await adapter.beside({ prompt: text, empty: text }, { styles, drawn: null });
    const mean = one.data.map((value, i) => 0.75 * value + 0.25 * other.data[i]!);
    expect(relativeError(prompt.data.subarray(text.data.length), mean)).toBeLessThan(1e-6);
    await pipeline.sessions.release();
  });
});
