/** What a command line that was typed wrongly is told. */
import path from "node:path";

import { Command } from "commander";
import { describe, expect, it } from "vitest";

import { registerBench } from "../../src/cli/bench/index.ts";
import { registerModels } from "../../src/cli/models.ts";
import { registerPaint, registerStylize } from "../../src/cli/stylize/index.ts";
import { parsePlainly } from "../../src/cli/usage.ts";

async function told(...words: string[]): Promise<string> {
  let text = "";
  const program = new Command("atelier").exitOverride().configureOutput({ writeErr: (part) => (text += part) });
  registerStylize(program);
  registerPaint(program);
  registerModels(program);
  registerBench(program);
  await parsePlainly(program, words).catch(() => undefined);
  return text;
}

const PICTURES = ["samples/content/fox.jpg", "samples/style/linocut.jpg"];

describe("a wrong command line", () => {
  it.each([
    [["stylise"], "atelier: Unknown command 'stylise'. Did you mean stylize? See: atelier --help\n"],
    [
      ["stylize", ...PICTURES, "--strenght", "1"],
      "atelier: Unknown option '--strenght'. Did you mean --strength? See: atelier stylize --help\n",
    ],
    [
      ["stylize", ...PICTURES, "--strength", "4"],
      "atelier: Option '--strength <0..1>' argument '4' is invalid. Expected a number from 0 to 1. See: atelier stylize --help\n",
    ],
    [
      ["models", "instal"],
      "atelier: Unknown command 'instal'. There are list, install, identify, verify, remove, where. See: atelier models --help\n",
    ],
    [
      ["bench", "embeded"],
      expect.stringMatching(
        /^atelier: Unknown command 'embeded'. There are all, embedded, .* See: atelier bench --help\n$/,
      ),
    ],
    [["models", "install"], "atelier: Missing required argument 'name'. See: atelier models install --help\n"],
  ])("%j", async (words, sentence) => {
    expect(await told(...words)).toEqual(sentence);
  });
});

describe("a command line with several faults", () => {
  it("is told all of them at once", async () => {
    const words = ["--strength", "4", "--variant", "paint", "--speed", "fine", "--steps", "9", "-o", "absent/out.gif"];
    expect(await told("stylize", "absent.jpg", "test", "samples", ...words)).toBe(
      [
        "atelier: Option '--strength <0..1>' argument '4' is invalid. Expected a number from 0 to 1.",
        "atelier: Option '--variant <name>' argument 'paint' is invalid. Expected one of auto, inst, image-prompt, prompt.",
        "atelier: There is no absent.jpg.",
        "atelier: There is no picture in test; contents are PNG, JPEG, WebP, GIF, AVIF or TIFF.",
        "atelier: samples is a folder. Name a file.",
        "atelier: Fine means more steps; choose the speed or the number of steps, not both.",
        `atelier: There is no folder ${path.resolve("absent")}. Make it first. See: atelier stylize --help\n`,
      ].join("\n"),
    );
  });

  it("is told of every option that nobody knows, and takes no value for a picture", async () => {
    expect(await told("stylize", ...PICTURES, "--strenght", "1", "--sede", "5", "--size", "big")).toBe(
      [
        "atelier: Option '--size <px>' argument 'big' is invalid. Expected a whole number from 64 to 1024.",
        "atelier: Unknown option '--strenght'. Did you mean --strength?",
        "atelier: Unknown option '--sede'. Did you mean --seed? See: atelier stylize --help\n",
      ].join("\n"),
    );
  });

  it("is told what is missing together with what is wrong", async () => {
    expect(await told("paint", "--steps", "0")).toBe(
      [
        "atelier: Option '--steps <n>' argument '0' is invalid. Expected a whole number from 1 to 200.",
        "atelier: Required option '--with <style>' not specified.",
        "atelier: Missing required argument 'content'. See: atelier paint --help\n",
      ].join("\n"),
    );
    expect(await told("paint", "absent.jpg", "--with", "gothic")).toMatch(
      /^atelier: There is no absent\.jpg\.\natelier: The gallery has no style “gothic”\. It has watercolour, [^\n]+\.\n$/,
    );
    const blend = ["samples/content/fox.jpg", "--with", "ink", "--and"];
    expect(await told("paint", ...blend, "gothic", "--weights", "2:much", "--token", "samples/style/ink.jpg")).toMatch(
      /^atelier: The gallery has no style “gothic”\. [^\n]+\natelier: “much” is no weight\. [^\n]+\natelier: What --token names was learned for one style\. [^\n]+\n$/,
    );
    expect(await told("paint", ...blend, "comic", "--weights", "1:1:1")).toBe(
      "atelier: You named two styles, so I need two weights, such as 2:1.\n",
    );
    expect(await told("stylize", ...PICTURES, "--and", PICTURES[1]!, "--and", "absent.jpg")).toBe(
      "atelier: There is no absent.jpg.\n",
    );
    const many = ["comic", "night", "river"].flatMap((name) => ["--and", name]);
    expect(await told("paint", "samples/content/fox.jpg", "--with", "ink", ...many)).toBe(
      "atelier: A picture takes up to 3 styles. Leave some out.\n",
    );
    expect(await told("stylize", "absent.jpg", "-o")).toBe(
      [
        "atelier: Option '-o, --output <place>' argument missing.",
        "atelier: There is no absent.jpg.",
        "atelier: Missing required argument 'style': the picture whose style it takes comes last. See: atelier stylize --help\n",
      ].join("\n"),
    );
  });
});
