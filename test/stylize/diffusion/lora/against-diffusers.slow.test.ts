/** Every naming of LoRA files against what diffusers makes of them. Each test opens two sessions. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { placeOfCheckpoint, readDiffusionCheckpoint } from "../../../../src/stylize/diffusion/diffusion-checkpoint.ts";
import { DiffusionNetworks } from "../../../../src/stylize/diffusion/diffusion-networks.ts";
import { withRoundedUNet } from "../../../../src/stylize/diffusion/int8-unet.ts";
import { adaptedCheckpoint } from "../../../../src/stylize/diffusion/lora/adapted-checkpoint.ts";
import { PIPELINES, readReference, type Reference, relativeError } from "../../../models/reference.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";

/** A file of the fixtures and how much of it. */
type Given = readonly [name: string, weight: number];

const PROMPT = "a painting in the style of *";

/** Namings that `make_loras.py` wrote files of. */
const NAMINGS = {
  "tiny-v1": [
    "kohya",
    "kohya-ldm",
    "kohya-alphas",
    "diffusers-oldest",
    "diffusers",
    "diffusers-legacy",
    "peft",
    "peft-raw",
    "malformed",
  ],
  "tiny-v2": ["kohya", "diffusers-legacy", "peft"],
};

describe.each(PIPELINES)("LoRA over %s", (name) => {
  let pipeline: Pipeline;
  let expected: Reference;
  beforeAll(async () => {
    pipeline = await openPipeline(name);
    expected = await readReference(path.join(pipeline.folder, "loras", "expected.safetensors"));
  });
  afterEach(() => pipeline.sessions.release());

  const over = async (...loras: readonly Given[]): Promise<DiffusionNetworks> => {
    const { folder, networks } = pipeline;
    const files = loras.map(([lora, weight]) => {
      const file = path.join(folder, "loras", `${lora}.safetensors`);
      return { name: lora, file, version: "", weight };
    });
    return networks.withCheckpoint(await adaptedCheckpoint(networks.checkpoint, files));
  };

  /** How far text encoder or UNet are from the reference's, the farther of the two. */
  async function worstError(networks: DiffusionNetworks, key: string): Promise<number> {
    const { tokenizer } = pipeline;
    const states = await networks.encodeText(tokenizer.rows(PROMPT, networks.checkpoint.text.config.positions));
    const [prediction] = await networks.predict(expected.floats("sample"), 481, [expected.floats("context")]);
    return Math.max(
      relativeError(states.data, expected.floats(`${key}.states`).data),
      relativeError(prediction!, expected.floats(`${key}.prediction`).data),
    );
  }

  it.each(NAMINGS[name])("reads the naming %s", async (naming) => {
    expect(await worstError(await over([naming, 1]), naming)).toBeLessThan(1e-5);
    const [changed, plain] = [naming, "none"].map((key) => expected.floats(`${key}.prediction`).data);
    expect(relativeError(changed!, plain!)).toBeGreaterThan(0.01);
  });

  it("adds two with weights", async () => {
    expect(await worstError(await over(["kohya", 0.8], ["peft", -0.5]), "pair")).toBeLessThan(1e-5);
  });

  it("runs in full beside a UNet in 8 bits", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "atelier-lora-int8-"));
    try {
      await cp(pipeline.folder, folder, { recursive: true });
      const checkpoint = await withRoundedUNet(await readDiffusionCheckpoint(await placeOfCheckpoint(folder)));
      const file = path.join(folder, "loras", "kohya.safetensors");
      const adapted = await adaptedCheckpoint(checkpoint, [{ name: "kohya", file, version: "", weight: 1 }]);
      const { sessions } = pipeline;
      const form = { device: "cpu", dtype: "float32", attention: "fused", products: "int8", sessions } as const;
      expect(await worstError(new DiffusionNetworks(adapted, form), "kohya")).toBeLessThan(0.1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("is the checkpoint itself at weight 0", async () => {
    expect(await worstError(await over(["kohya", 0]), "none")).toBeLessThan(1e-5);
  });
});
