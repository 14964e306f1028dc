/** What a command line that was typed wrongly is told. */
import { Command } from "commander";
import { describe, expect, it } from "vitest";

import { registerBench } from "../../src/cli/bench/index.ts";
import { registerModels } from "../../src/cli/models.ts";
import { registerStylize } from "../../src/cli/stylize.ts";
import { speakPlainly } from "../../src/cli/usage.ts";

async function told(...words: string[]): Promise<string> {
  let text = "";
  const program = new Command("atelier").exitOverride().configureOutput({ writeErr: (part) => (text += part) });
  registerStylize(program);
  registerModels(program);
  registerBench(program);
  speakPlainly(program);
  await program.parseAsync(words, { from: "user" }).catch(() => undefined);
  return text;
}

const PICTURES = ["content.jpg", "style.jpg", "-o", "out.png"];

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
