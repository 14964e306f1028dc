/** Stable Diffusion's safety checker: scores and verdicts of diffusers' class on a tiny one, and its rule at each threshold. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CONCEPTS } from "../../models/safety-checker.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { safetyScores } from "../../src/safety/safety-verdict.ts";
import { StableDiffusionChecker } from "../../src/safety/stable-diffusion-checker.ts";
import { FIXTURES, readReference, type Reference } from "../models/reference.ts";

const FOLDER = path.join(FIXTURES, "tiny-safety-checker");
const PICTURES = 40;

describe("Stable Diffusion's safety checker", () => {
  const sessions = new SessionPool(1e9);
  let reference: Reference;
  let weights: Reference;
  beforeAll(async () => {
    reference = await readReference(path.join(FOLDER, "expected.safetensors"));
    weights = await readReference(path.join(FOLDER, "model.safetensors"));
  });
  afterAll(() => sessions.release());

  it("gives the cosines and the verdicts of diffusers' class", async () => {
    const checker = await StableDiffusionChecker.open(FOLDER, sessions);
    const verdicts: number[] = [];
    let worst = 0;
    for (let i = 0; i < PICTURES; i++) {
      const picture = reference.picture(`picture.${i}`);
      const near = await checker.nearness(picture);
      for (const kind of ["special", "concept"] as const) {
        const count = CONCEPTS[kind];
        const name = kind === "special" ? "special_care_embeds_weights" : "concept_embeds_weights";
        const thresholds = weights.floats(name).data;
        const cosines = reference.floats(kind).data.subarray(i * count, (i + 1) * count);
        for (let c = 0; c < count; c++)
          worst = Math.max(worst, Math.abs(near[kind][c]! - (cosines[c]! - thresholds[c]!)));
      }
      verdicts.push((await checker.check(picture)).flagged ? 1 : 0);
    }
    expect(worst).toBeLessThan(1e-4);
    expect(verdicts).toEqual([...reference.bytes("flagged").data]);
    expect(new Set(verdicts).size).toBe(2);
  });

  it("says which tensor is missing before any picture is looked at", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-safety-"));
    await writeFile(path.join(folder, "config.json"), await readFile(path.join(FOLDER, "config.json")));
    await writeFile(
      path.join(folder, "model.safetensors"),
      await readFile(path.join(FIXTURES, "tiny-v1/text_encoder/model.safetensors")),
    );
    await expect(StableDiffusionChecker.open(folder, sessions)).rejects.toThrow(/layrnorm|embed/);
    await rm(folder, { recursive: true });
  });
});

describe("the rule of the safety checker", () => {
  const far = (count: number): Float32Array => new Float32Array(count).fill(-0.2);

  it.each(Array.from({ length: CONCEPTS.concept }, (_, i) => i))(
    "flags by concept %i, above its threshold alone",
    (i) => {
      const at = (margin: number) => {
        const concept = far(CONCEPTS.concept);
        concept[i] = margin;
        return safetyScores({ special: far(CONCEPTS.special), concept }).flagged;
      };
      expect([at(0.0015), at(0.0004), at(-0.0015)]).toEqual([true, false, false]);
    },
  );

  it.each([0, 1, 2])("counts a hundredth more once special concept %i is near, and flags nothing by it alone", (i) => {
    const special = far(CONCEPTS.special);
    special[i] = 0.02;
    const concept = far(CONCEPTS.concept);
    expect(safetyScores({ special, concept }).flagged).toBe(false);
    concept[16] = -0.008;
    expect(safetyScores({ special, concept }).flagged).toBe(true);
    expect(safetyScores({ special: far(CONCEPTS.special), concept }).flagged).toBe(false);
  });
});
