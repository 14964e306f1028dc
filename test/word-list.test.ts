import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect, it } from "vitest";

import { readWordList, WordList } from "../src/word-list.ts";

const list = new WordList(["Gore", "crème brûlée", "a+b"]);

it("finds whole words, whatever their case and accents, and says them as the owner wrote them", () => {
  expect(list.find("no GORE, please")).toBe("Gore");
  expect(list.find("gòre")).toBe("Gore");
  expect(list.find("a creme\n  BRULEE in oil")).toBe("crème brûlée");
  expect(list.find("a+b")).toBe("a+b");
  expect(list.find("Gorey, gorecore, a b and brûlée")).toBeNull();
  expect(new WordList().find("anything")).toBeNull();
});

it("leaves out the sentences that have one, and nothing else", () => {
  const said = "Bold strokes of red. Gore drips “everywhere.” A calm sky!\nGORE again\nThin lines";
  expect(list.without(said)).toBe("Bold strokes of red. A calm sky!\nThin lines");
  expect(list.without("Bold  strokes.\n\nA calm sky")).toBe("Bold  strokes.\n\nA calm sky");
  expect(list.without("gore")).toBe("");
});

it("is read from a file, one on each line; a file that is not there is said so", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-words-"));
  const file = path.join(folder, "words.txt");
  await writeFile(file, "\uFEFFgore\r\n\n  splatter film \n");
  const read = await readWordList(file);
  expect([read.find("a Gore"), read.find("splatter  film"), read.find("film")]).toEqual([
    "gore",
    "splatter film",
    null,
  ]);
  await rm(folder, { recursive: true });
  await expect(readWordList(file)).rejects.toThrow("WORD_LIST cannot be read");
  expect((await readWordList(undefined)).find("gore")).toBeNull();
});
