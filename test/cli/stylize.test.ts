import { Command } from "commander";
import { describe, expect, it } from "vitest";

import { registerPaint, registerStylize, settingsOf } from "../../src/cli/stylize.ts";
import { formOf } from "../../src/stylize/diffusion/inst-form.ts";

/** The settings that a command line gives, as the command itself parses it; nothing is painted. */
function settingsFor(...words: string[]) {
  const program = new Command();
  registerStylize(program);
  const command = program.commands[0]!.action(() => undefined);
  program.parse(["stylize", "content.jpg", "style.jpg", "-o", "out.png", ...words], { from: "user" });
  return settingsOf(command.opts());
}

describe("the settings of `atelier stylize`", () => {
  it("are the engine's own where nothing is said", () => {
    const settings = settingsFor("--seed", "5");
    expect(settings).toEqual({
      strength: 0.6,
      seed: 5,
      size: 512,
      steps: null,
      guidance: null,
      stylePath: "auto",
      faithful: false,
      keepColors: false,
      speed: "normal",
      loras: [],
    });
    expect(formOf(settings)).toMatchObject({ scheduler: "dpm-solver", fit: "aspect" });
  });

  it("are the reference code's with --faithful", () => {
    const settings = settingsFor("--faithful");
    expect(settings).toMatchObject({ strength: 0.7, size: 512, faithful: true });
    expect(formOf(settings)).toMatchObject({
      scheduler: "ddim",
      steps: 50,
      guidance: 10,
      fit: "stretch",
      promptRows: 1,
      startLevel: "reference",
    });
  });

  it("are the person's own in either case", () => {
    const words = ["--strength", "0.4", "--size", "256", "--steps", "30", "--guidance", "5", "--style-path", "adain"];
    words.push("--keep-colors", "--step-cache", "tgate");
    words.push("--lora", "inkwash:0.8", "--lora", "woodcut");
    const loras = [
      { name: "inkwash", weight: 0.8 },
      { name: "woodcut", weight: 1 },
    ];
    for (const faithful of [[], ["--faithful"]]) {
      const settings = settingsFor(...words, ...faithful);
      expect(settings).toMatchObject({
        strength: 0.4,
        size: 256,
        stylePath: "adain",
        keepColors: true,
        stepCache: "tgate",
        loras,
      });
      expect(formOf(settings)).toMatchObject({ steps: 30, guidance: 5 });
    }
  });
});

describe("`atelier paint`", () => {
  it("names the styles there are when it is asked for another", async () => {
    const program = new Command();
    registerPaint(program);
    const words = ["paint", "content.jpg", "--with", "gothic", "-o", "out.png"];
    await expect(program.parseAsync(words, { from: "user" })).rejects.toMatchObject({
      identifier: "style-unknown",
      message: expect.stringContaining("It has watercolour, woodcut,"),
    });
  });
});
