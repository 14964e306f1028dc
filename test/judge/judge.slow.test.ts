import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { judgementText, marksText } from "../../src/cli/judge.ts";
import { readStoredPicture } from "../../src/images/decode.ts";
import { sourcesHere, sourcesOf, withSources } from "../../src/judge/engine-sources.ts";
import { judge, openKey, type JudgeOptions, type Judgement } from "../../src/judge/index.ts";
import { paintMissing } from "../../src/judge/paint-missing.ts";
import { picturesIn } from "../../src/judge/picture-folder.ts";
import type { Key } from "../../src/judge/sheets.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const hasGit = existsSync(path.join(ROOT, ".git"));

let out: string;
beforeAll(async () => {
  out = await mkdtemp(path.join(os.tmpdir(), "atelier-judge-test-"));
});
afterAll(() => rm(out, { recursive: true, force: true }));

const options = (changes: Partial<JudgeOptions> = {}): JudgeOptions => ({
  contents: path.join(ROOT, "samples/content"),
  styles: path.join(ROOT, "samples/style"),
  pairs: 2,
  out,
  seed: 1,
  asked: { variant: "inst", settings: { size: 128, strength: 0.6 } },
  with: ["strength=0.2"],
  ladders: 1,
  perSheet: 6,
  ...changes,
});

describe("two pairs of the samples at two strengths", () => {
  const painted: string[] = [];
  const onProgress = (done: number, total: number, what: string): void => {
    if (what.startsWith("Painting")) painted.push(`${what} ${done}/${total}`);
  };
  let judgement: Judgement;
  beforeAll(async () => {
    judgement = await judge(options(), { onProgress });
  });

  it("are painted once: a rung of the ladder that a pair stands on is not painted again", async () => {
    // Two pairs and two more rungs; on the other side the first pair is a rung already.
    expect(painted.filter((each) => each.includes("this checkout"))).toHaveLength(4);
    expect(painted.filter((each) => each.includes("strength=0.2"))).toEqual(["Painting, with strength=0.2 1/1"]);
    const files = await readdir(path.join(out, "pictures"));
    const pictures = files.filter((file) => file.endsWith(".png"));
    expect(pictures).toHaveLength(5);
    const before = await stat(path.join(out, "pictures", pictures[0]!));
    painted.length = 0;
    expect(await judge(options(), { onProgress })).toEqual(judgement);
    expect(painted).toEqual([]);
    expect(await readdir(path.join(out, "pictures"))).toEqual(files);
    expect((await stat(path.join(out, "pictures", pictures[0]!))).mtimeMs).toBe(before.mtimeMs);
  });

  it("are measured, and shown as a table", () => {
    const row = (name: string) => judgement.table.find(({ measure }) => measure === name)!;
    expect(row("edges").sides.map((side) => side!.count)).toEqual([2, 2]);
    expect(row("edges").wins).toEqual([0, 1]);
    expect(judgement.ladders[0]!.sides[0]!.edges).toHaveLength(3);
    const text = judgementText(judgement, out, 1);
    expect(text).toMatch(/edge correlation with content\s+higher\s+0\.\d+\s+0\.\d+\s+0\.\d+\s+0\.\d+\s+0 % : 100 %/);
    expect(text).toContain("with strength=0.2");
  });

  it("lie on sheets and on a page that do not tell which is which", async () => {
    expect(judgement.sheets.map((file) => path.basename(file))).toEqual(["sheet-01.png"]);
    const sheet = await readStoredPicture(judgement.sheets[0]!);
    expect(sheet.width).toBeGreaterThan(4 * 420);
    const page = await readFile(path.join(out, "index.html"), "utf8");
    expect(page).not.toContain("strength");
    expect(page).not.toContain(judgement.pairs[0]!.content);
    const blind = await readdir(path.join(out, "blind"));
    expect(blind.sort()).toEqual(
      [1, 2].flatMap((n) => ["A", "B", "content", "style"].map((what) => `${n}-${what}.jpg`)),
    );
  });

  it("give up who painted what for marks", async () => {
    const key = JSON.parse(await readFile(path.join(out, "key.json"), "utf8")) as Key;
    const marks: Record<string, number> = {};
    // The first side gets 5 and 4, the other 2 and 4.
    for (const { number, letters } of key.pairs)
      for (const [letter, side] of Object.entries(letters))
        marks[`${number}${letter}`] = [
          [5, 2],
          [4, 4],
        ][number - 1]![side]!;
    const file = path.join(out, "marks.json");
    await writeFile(file, JSON.stringify({ run: key.run, marks }));
    const revealed = await openKey(out, file, new Map([[key.pairs[0]!.style, "loose"]]));
    expect(revealed.sides).toEqual([
      { side: "this checkout", count: 2, mean: 4.5, good: 1, bad: 0 },
      { side: "with strength=0.2", count: 2, mean: 3, good: 0.5, bad: 0.5 },
    ]);
    expect(revealed.headToHead).toEqual({ wins: [1, 0], ties: 1 });
    expect(revealed.kinds.map(({ kind, sides }) => [kind, sides[0]!.mean])).toEqual([
      ["loose", 5],
      ["other", 4],
    ]);
    expect(marksText(revealed)).toContain("head to head: this checkout 1, with strength=0.2 0, tie 1");
    await writeFile(file, JSON.stringify({ run: "another", marks }));
    await expect(openKey(out, file, new Map())).rejects.toThrow("marks.json belongs to other sheets");
    await writeFile(file, JSON.stringify({ run: key.run, marks: { "1A": 6 } }));
    await expect(openKey(out, file, new Map())).rejects.toThrow("holds no marks");
  });
});

describe("what cannot be judged is said in words", () => {
  it.each<[string, Partial<JudgeOptions>, string]>([
    ["a folder that is not there", { contents: "/nowhere" }, "The folder of contents, /nowhere, cannot be read"],
    ["a folder without pictures", { styles: path.join(ROOT, "docs/decisions") }, "There is no picture in"],
    ["more pairs than there are", { pairs: 49 }, "These folders make 48 pairs, fewer than the 49 asked for."],
    ["a commit that is not there", { against: "no-such-thing" }, "Git knows no commit called no-such-thing here."],
    ["a setting that is not there", { with: ["brush=3"] }, "--with brush=3: settings are variant, strength"],
    ["a value beyond its bounds", { with: ["strength=2"] }, "--with strength=2: it goes from 0 to 1."],
    ["a variant that is not there", { with: ["variant=oil"] }, "--with variant=oil: variants are inst"],
    [
      "a switch that is neither on nor off",
      { with: ["faithful=maybe"] },
      "--with faithful=maybe: it is true or false.",
    ],
    ["a setting without a value", { with: ["strength"] }, "--with strength: write KEY=VALUE"],
  ])("%s", async (_, changes, words) => {
    await expect(judge(options({ pairs: 1, ...changes }))).rejects.toThrow(words);
  });

  it("a picture that is broken, by its name", async () => {
    const styles = path.join(out, "broken");
    await mkdir(styles);
    await writeFile(path.join(styles, "torn.png"), "not a picture");
    await expect(judge(options({ pairs: 1, styles }))).rejects.toThrow("torn.png: The style picture is not a picture.");
  });

  it("marks where no sheets are", async () => {
    await expect(openKey(path.join(out, "nothing"), "marks.json", new Map())).rejects.toThrow("There are no sheets in");
  });
});

describe.skipIf(!hasGit)("the engine of a commit (skipped where there is no repository)", () => {
  it("stands in a place of its own while it is used, with the fingerprint that git tells", async () => {
    const sources = await sourcesOf("HEAD");
    const found = await withSources(sources, async (root) => {
      expect(root).not.toBe(ROOT);
      expect((await sourcesHere(root)).fingerprint).toBe(sources.fingerprint);
      return root;
    });
    expect(existsSync(found)).toBe(false);
  });

  it("paints", async () => {
    const [content] = await picturesIn(path.join(ROOT, "samples/content"), "content");
    const [style] = await picturesIn(path.join(ROOT, "samples/style"), "style");
    const settings = { seed: 1, size: 64, strength: 0.6 };
    const order = { pair: { content: content!, style: style! }, variant: "image-prompt" as const, settings };
    const [painted] = await paintMissing(await sourcesOf("HEAD"), [order], out);
    expect(Math.max(...Object.values(await sizeOf(painted!.file)))).toBe(64);
  });
});

async function sizeOf(file: string): Promise<{ width: number; height: number }> {
  const { width, height } = await readStoredPicture(file);
  return { width, height };
}
