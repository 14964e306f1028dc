import { describe, expect, it } from "vitest";

import { description } from "../../../src/discord/wording/descriptions.ts";

const by = { by: "ShareGPT4V-7B", note: null };

describe("a description in the thread", () => {
  it("is whole, what is depicted in italics, with the captioner's name", () => {
    const text = "A woman stands by a window. The palette is warm, with thick brushstrokes.\nShe wears a hat.";
    expect(description.whole(text, by, null)).toBe(
      [
        "### ✍️ The style, in words",
        "> *A woman stands by a window.* The palette is warm, with thick brushstrokes.",
        "> *She wears a hat.*",
        "-# Described by ShareGPT4V-7B · *in italics*: what is depicted, left out of the painting",
      ].join("\n"),
    );
  });

  it("has nothing in italics where every sentence is used, or none is on style", () => {
    for (const text of ["Bold outlines. Flat colours.", "A dog on a beach."])
      expect(description.whole(text, by, null)).toMatch(/\n-# Described by ShareGPT4V-7B$/);
    expect(description.whole("A dog on a beach.", { by: "user", note: null }, null)).toMatch(
      /> A dog.*\n-# Your own words$/,
    );
  });

  it("says which words a person added, and what went wrong", () => {
    const shown = description.whole(
      "Bold outlines.",
      { by: "palette describer", note: "X failed:\nno *memory*" },
      "more gold",
    );
    expect(shown).toContain(String.raw`-# ⚠️ X failed: no \*memory\*`);
    expect(shown).toContain("> more gold\n-# Added in your own words");
  });

  it("fits a message whatever it consists of", () => {
    for (const letter of ["*", "\n", "@everyone ", "# ", "a. ", "🎨", "\u202E\u0000x"]) {
      const text = letter.repeat(5000);
      expect(description.whole(text, { by: letter.repeat(50), note: text }, text).length).toBeLessThan(4000);
      expect(description.growing(text).length).toBeLessThan(4000);
    }
    expect(description.growing("a\u0000b\u202Ec\rd")).toContain("> abc\n> d");
  });
});
