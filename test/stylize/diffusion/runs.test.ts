/** Whole runs, from pixels to latents, against PyTorch and diffusers with the same weights and the same noise. */
import { createHash } from "node:crypto";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../../src/stylize/diffusion/diffusion-networks.ts";
import { DiffusionStylizer } from "../../../src/stylize/diffusion/diffusion.ts";
import { NOISE_STREAM } from "../../../src/stylize/diffusion/noise.ts";
import { VARIANTS } from "../../../src/variant.ts";
import { FIXTURES, PIPELINES, readReference, type Reference, relativeError } from "../../models/reference.ts";

/** As in test/reference/make_runs.py. */
const STRENGTH = 0.7;
const DESCRIPTION =
  "swirling lines and expressive marks give the scene energy; a warm palette of orange, red and gold. " +
  "the artist uses high contrast lighting, dramatic shadows and rich textures";
const FORMS = [
  { form: "default", faithful: false, size: 128, guidance: 7, steps: 14 },
  { form: "faithful", faithful: true, size: 64, guidance: 10, steps: 35 },
] as const;

const sha256 = (image: RgbImage): string => createHash("sha256").update(image.data).digest("hex");

describe.each(PIPELINES)("InST on %s", (name) => {
  const folder = path.join(FIXTURES, name);
  const sessions = new SessionPool(1e9);
  let reference: Reference;
  let networks: DiffusionNetworks;
  let tokenizer: ClipTokenizer;

  beforeAll(async () => {
    reference = await readReference(path.join(folder, "runs.safetensors"));
    const checkpoint = await readDiffusionCheckpoint(await placeOfCheckpoint(folder));
    networks = new DiffusionNetworks(checkpoint, { device: "cpu", dtype: "float32", attention: "fused", sessions });
    tokenizer = await ClipTokenizer.load(checkpoint.tokenizer);
  });
  afterAll(() => sessions.release());

  const cases = FORMS.flatMap((form) => VARIANTS.map((variant) => ({ ...form, variant })));
  it.each(cases)("gives the reference's latents for $variant, $form", async ({ form, variant, ...given }) => {
    const noise = (_seed: number, length: number, stream: number): Float32Array => {
      const names: Record<number, string> = {
        [NOISE_STREAM.start]: "noise",
        [NOISE_STREAM.contentPosterior]: "content_noise",
        [NOISE_STREAM.stylePosterior]: "style_noise",
      };
      const { data } = reference.floats(`${form}.${names[stream]}`);
      expect(data.length).toBe(length);
      return data;
    };
    const content = reference.picture(`${form}.content`);
    const style = reference.picture(`${form}.style`);
    const progress: number[] = [];
    const result = await new DiffusionStylizer(networks, tokenizer, { noise }).stylizeToLatents(
      {
        content,
        style,
        contentSha256: sha256(content),
        styleSha256: sha256(style),
        variant,
        description: variant === "inst" ? null : DESCRIPTION,
        settings: {
          strength: STRENGTH,
          seed: 1,
          size: given.size,
          steps: null,
          guidance: null,
          stylePath: "adain",
          faithful: given.faithful,
          keepColors: false,
          speed: "normal",
          loras: [],
        },
      },
      { onProgress: (step) => progress.push(step) },
    );
    expect(relativeError(result.latents.data, reference.floats(`${form}.${variant}`).data)).toBeLessThan(1e-3);
    expect(result).toMatchObject({
      steps: given.steps,
      guidance: variant === "inst" ? null : given.guidance,
      stylePath: variant === "prompt" ? null : "adain",
    });
    expect(progress).toEqual(Array.from({ length: given.steps }, (_, i) => i + 1));
  });
});
