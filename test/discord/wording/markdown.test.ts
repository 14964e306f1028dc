import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { clip, duration, escapeText, plainName } from "../../../src/discord/wording/markdown.ts";
import { LOCALES } from "../../../src/words/locale.ts";
import { speakIn } from "../../../src/words/say.ts";

describe("text of other people", () => {
  it.each([
    [
      "**bold** _it_ ~~no~~ ||spoiler|| `code`",
      String.raw`\*\*bold\*\* \_it\_ \~\~no\~\~ \|\|spoiler\|\| ${"\\`code\\`"}`,
    ],
    ["[click](https://evil.example)", String.raw`\[click\](https://evil.example)`],
    ["<@123> <#4> <t:0:R>", String.raw`\<@${"\u200B"}123> \<#4> \<t:0:R>`],
    ["@everyone and @here", "@\u200Beveryone and @\u200Bhere"],
    ["# heading\n- item\n> quote\n1. first", "\\# heading\n\\- item\n\\> quote\n1\\. first"],
    ["plain words, 3 - 2 = 1.", "plain words, 3 - 2 = 1."],
  ])("is escaped: %j", (given, expected) => {
    expect(escapeText(given)).toBe(expected);
  });

  it("never keeps an unescaped mark", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("*_~|`[]<>#-@everyone \n\\1.")) }), (text) => {
        const left = escapeText(text).replaceAll(/\\[^0-9A-Za-z\s]/g, "");
        expect(left).not.toMatch(/[*_~|`[\]<]|@everyone/);
      }),
    );
  });

  it("is clipped at a word", () => {
    expect(clip("a long sentence that does not fit", 20)).toBe("a long sentence…");
    expect(clip("short", 20)).toBe("short");
  });
});

describe("file names", () => {
  it.each([
    ["cat.png", "cat"],
    ["IMG 1234.final.JPEG", "IMG 1234.final"],
    [".png", ".png"],
    ["", "picture"],
    ["a\u202Egnp.exe\u0007.png", "agnp.exe"],
    [`${"x".repeat(200)}.png`, `${"x".repeat(24)}…${"x".repeat(23)}`],
  ])("%j reads %j", (given, expected) => {
    expect(plainName(given)).toBe(expected);
  });
});

describe("how long something took", () => {
  it.each(LOCALES)("is a number that no line ends behind, in %s", (locale) => {
    const said = speakIn(locale, () => [7.04, 12, 600, 9000].map(duration));
    expect(said.map((each) => /^[\d.,]+\u{A0}(?:s|min|h)$/u.test(each))).toEqual([true, true, true, true]);
  });
});
