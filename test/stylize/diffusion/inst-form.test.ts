import { describe, expect, it } from "vitest";

import { ACCELERATORS, type Accelerator } from "../../../src/lora-folder.ts";
import { DEFAULT_SETTINGS, type StylizeSettings } from "../../../src/painting.ts";
import { formOf, strengthOf } from "../../../src/stylize/diffusion/inst-form.ts";

const settings = (over: Partial<StylizeSettings> = {}): StylizeSettings => ({ ...DEFAULT_SETTINGS, seed: 3, ...over });

describe("the form of a picture", () => {
  const formed = (accelerator: Accelerator) => {
    const form = formOf(settings({ speed: "draft" }), accelerator);
    return [form.scheduler, form.spacing, form.steps, form.guidance, strengthOf(form, 0.6)];
  };

  it("is each accelerator's own", () => {
    expect(Object.fromEntries(ACCELERATORS.map((name) => [name, formed(name)]))).toEqual({
      "hyper-sd15-8": ["ddim", "trailing", 8, 1, 5 / 8],
      "hyper-sd15-4": ["ddim", "trailing", 4, 1, 2 / 4],
      "lcm-lora-sd15": ["lcm", undefined, 4, 1, 0.6],
    });
  });

  it("runs a step of a draft at least, and all at full strength", () => {
    const form = formOf(settings(), "hyper-sd15-8");
    expect([0, 0.06, 0.95, 1].map((strength) => strengthOf(form, strength))).toEqual([1 / 8, 1 / 8, 1, 1]);
  });

  it("has twice the steps where it is to be fine", () => {
    expect(formOf(settings({ speed: "fine" })).steps).toBe(2 * formOf(settings()).steps);
  });
});
