import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { ldmTextName, ldmUNetName, ldmVaeName } from "../../models/ldm-names.ts";

const LIST = path.resolve(import.meta.dirname, "../../../shared/reference/sd14_tensors.tsv");

describe("names of a single-file checkpoint", () => {
  it.each([
    ["conv_in.weight", "model.diffusion_model.input_blocks.0.0.weight"],
    ["down_blocks.1.resnets.0.conv_shortcut.bias", "model.diffusion_model.input_blocks.4.0.skip_connection.bias"],
    ["up_blocks.0.upsamplers.0.conv.weight", "model.diffusion_model.output_blocks.2.1.conv.weight"],
    ["up_blocks.2.upsamplers.0.conv.weight", "model.diffusion_model.output_blocks.8.2.conv.weight"],
    [
      "up_blocks.3.attentions.2.transformer_blocks.0.norm2.weight",
      "model.diffusion_model.output_blocks.11.1.transformer_blocks.0.norm2.weight",
    ],
  ])("names %s", (name, stored) => {
    expect(ldmUNetName(name)).toBe(stored);
  });

  it("knows no name for what is not in the network", () => {
    expect(() => ldmUNetName("add_embedding.linear_1.weight")).toThrow(/no tensor .* add_embedding/);
    expect(() => ldmVaeName("encoder.unknown.weight")).toThrow(/encoder\.unknown/);
  });

  it.skipIf(!existsSync(LIST))("gives every name of the published checkpoint (needs ../shared)", () => {
    const rules: Record<string, (name: string) => string> = { unet: ldmUNetName, vae: ldmVaeName, text: ldmTextName };
    const rows = readFileSync(LIST, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split("\t"));
    const wrong = rows.filter(([part, ldm, ours]) => !ours!.includes("position_ids") && rules[part!]!(ours!) !== ldm);
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(1100);
  });
});
