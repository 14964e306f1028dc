import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { destinationOf, saveResult } from "../../src/cli/stylize/results.ts";
import { expectHdFits, settingsOf, withSettings } from "../../src/cli/stylize/settings.ts";
import { formOf } from "../../src/stylize/diffusion/inst-form.ts";

/** The settings that a command line gives, as the command itself parses it. */
const settingsFor = (...words: string[]) =>
  settingsOf(withSettings(new Command()).parse(words, { from: "user" }).opts());

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

  it("have no HD of a draft", () => {
    expect(() => expectHdFits({ hd: true, speed: "normal" })).not.toThrow();
    expect(() => expectHdFits({ hd: true, speed: "draft" })).toThrow(/A draft is a first look/);
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

describe("a result", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-results-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("goes to the file that was named, or into a folder where there are several", async () => {
    expect(await destinationOf(undefined, false)).toEqual({ folder: "." });
    expect(await destinationOf(folder, false)).toEqual({ folder });
    for (const absent of ["absent/", "absent"]) {
      const place = path.join(folder, absent);
      expect(await destinationOf(place, true)).toEqual({ folder: place });
      expect(await destinationOf(place, false)).toEqual(absent.endsWith("/") ? { folder: place } : { file: place });
    }
  });

  it("has a name of its own that no file had before, however long those of the pair are", async () => {
    const png = path.join(folder, "result");
    const names = { content: "fox", style: "linocut" };
    const save = (content: string) => saveResult(png, { folder }, { ...names, content });
    for (const picture of ["first", "second"]) {
      await writeFile(png, picture);
      await save("fox");
    }
    const found = ["fox-as-linocut.png", "fox-as-linocut-2.png"].map((name) =>
      readFile(path.join(folder, name), "utf8"),
    );
    expect(await Promise.all(found)).toEqual(["first", "second"]);
    const long = path.basename(await save("狐".repeat(80)));
    expect(long).toMatch(/^狐{36}-as-linocut\.png$/);
  });
});
