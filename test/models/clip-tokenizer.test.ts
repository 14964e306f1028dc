import { readFileSync } from "node:fs";
import path from "node:path";

import { beforeAll, describe, expect, it } from "vitest";

import { ClipTokenizer } from "../../models/clip-tokenizer.ts";
import { mendTypedText } from "../../models/typed-text.ts";
import { FIXTURES } from "./reference.ts";

const FOLDER = path.join(FIXTURES, "tiny-v1", "tokenizer");

describe("the tokenizer", () => {
  let tokenizer: ClipTokenizer;
  beforeAll(async () => {
    tokenizer = await ClipTokenizer.load(FOLDER);
  });

  it("gives the reference's ids for 1,000 strings", () => {
    const expected = JSON.parse(readFileSync(path.join(FOLDER, "expected.json"), "utf8")) as [string, number[]][];
    expect(expected).toHaveLength(1000);
    const wrong = expected.filter(([text, ids]) => tokenizer.encode(text).join() !== ids.join());
    expect(wrong).toEqual([]);
  });

  it("takes marks of start and end where the reference takes them, in any letters", () => {
    const file = path.join(FOLDER, "special-tokens.json");
    const expected = JSON.parse(readFileSync(file, "utf8")) as [string, number[]][];
    expect(expected.length).toBeGreaterThan(100);
    const wrong = expected.filter(([text, ids]) => tokenizer.encode(text).join() !== ids.join());
    expect(wrong).toEqual([]);
  });

  it("reads what people type and paste as the tokenizer does that mends it by ftfy", () => {
    const expected = JSON.parse(readFileSync(path.join(FOLDER, "typed.json"), "utf8")) as [string, number[]][];
    expect(expected.length).toBeGreaterThan(370);
    const rowOf = (text: string): number[] => tokenizer.rows(text, 400)[0]!;
    const wrong = expected.filter(
      ([text, ids]) =>
        rowOf(text)
          .slice(0, ids.length + 2)
          .join() !== [tokenizer.start, ...ids, tokenizer.end].join(),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ["don’t", "don't"],
    ["“bold”, ‘soft’", "\"bold\", 'soft'"],
    ["R&amp;D &#39;s &#x41;", "R&D 's A"],
    ["R&amp;D <b>", "R&amp;D <b>"],
    ["&lt;3\nx < y &amp;", "<3\nx < y &amp;"],
    ["&bogus; &#0; &#xd800; &#1114112;", "&bogus; &#0; &#xd800; &#1114112;"],
    ["oﬃce ĳs Ａｒｔ", "office ijs Art"],
    ["a\u0085\u0007\ufeffb\r\nc\u2028", "a…b\nc\n"],
    ["* 🎨 漢字 ½ ﷺ", "* 🎨 漢字 ½ ﷺ"],
  ])("mends %j", (typed, mended) => {
    expect(mendTypedText(typed)).toBe(mended);
  });

  it("cuts a long text into rows", () => {
    const text = "red green blue ".repeat(40);
    const ids = tokenizer.encode(text);
    const rows = tokenizer.rows(text, 77);
    expect(rows).toHaveLength(Math.ceil(ids.length / 75));
    expect(rows.flatMap((row) => row.filter((id) => id !== tokenizer.start && id !== tokenizer.end))).toEqual(ids);
    expect(rows.every((row) => row.length === 77 && row[0] === tokenizer.start && row[76] === tokenizer.end)).toBe(
      true,
    );
    expect(tokenizer.rows("", 5)).toEqual([
      [tokenizer.start, tokenizer.end, tokenizer.end, tokenizer.end, tokenizer.end],
    ]);
  });

  it("names what is missing", async () => {
    await expect(ClipTokenizer.load(FIXTURES)).rejects.toThrow(/vocab\.json: cannot be read/);
    expect(() => new ClipTokenizer({ a: 0 }, [])).toThrow(/no <\|startoftext\|>/);
  });
});
