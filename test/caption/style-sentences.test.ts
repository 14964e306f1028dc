/** Style or content: the judge of sentences, with its accuracy on three sets. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { judgeSentences, styleText } from "../../src/caption/style-sentences.ts";
import { MIXED, ON_CONTENT, ON_STYLE } from "./sentences.ts";

const wrong = (sentences: readonly string[], isStyle: boolean): string[] =>
  sentences.filter((sentence) => {
    const judged = judgeSentences(sentence);
    return judged.length !== 1 || judged[0]!.isStyle !== isStyle;
  });

describe("accuracy", () => {
  it("is 30 of 30 on sentences about style", () => {
    expect(wrong(ON_STYLE, true)).toEqual([]);
    expect(ON_STYLE).toHaveLength(30);
  });

  it("is 30 of 30 on sentences about what is depicted", () => {
    expect(wrong(ON_CONTENT, false)).toEqual([]);
    expect(ON_CONTENT).toHaveLength(30);
  });

  it("is 19 of 20 on sentences that mix both", () => {
    const failed = MIXED.filter(([sentence, isStyle]) => wrong([sentence], isStyle).length > 0);
    expect(failed.map(([sentence]) => sentence)).toEqual([
      "The soldiers wear bright red uniforms with golden buttons.",
    ]);
    expect(MIXED).toHaveLength(20);
  });
});

describe("a whole description", () => {
  const description =
    "The image portrays a young woman with long brown hair. She is sitting by a window, e.g. in a café. The painting is " +
    "done in oil, with thick, visible brushstrokes. The color scheme is dominated by ochre and deep blue!";

  it("keeps every sentence, in order, as it was written", () => {
    const judged = judgeSentences(description);
    expect(judged.map(({ isStyle }) => isStyle)).toEqual([false, false, true, true]);
    expect(judged.map(({ sentence }) => sentence).join(" ")).toBe(description);
  });

  it("says which words decided", () => {
    const [content, , style] = judgeSentences(description);
    expect(content!.because).toEqual(expect.arrayContaining(["-woman", "-portrays"]));
    expect(style!.because[0]).toMatch(/^(?:brushstrokes|painting)/);
    expect(style!.because).toContain("thick");
  });

  it("gives the sentences on style alone, or first", () => {
    expect(styleText(description)).toMatch(/^The painting is done in oil.*deep blue!$/);
    expect(styleText(description, { rest: true })).toMatch(/^The painting.*deep blue! The image portrays.*café\.$/);
  });

  it("gives a text without style back whole", () => {
    expect(styleText("  A dog on a beach. ")).toBe("A dog on a beach.");
    expect(styleText("")).toBe("");
  });

  it("does not take the colour of a thing for a colour scheme", () => {
    const [thing, scheme] = judgeSentences("Brown hair and blue eyes. Brown and blue.");
    expect(thing!.isStyle).toBe(false);
    expect(scheme).toMatchObject({ isStyle: true, because: ["brown", "blue"] });
  });

  it("reads lists, decimals and abbreviations", () => {
    expect(judgeSentences("- Bold outlines\n- Flat colours\n2) A palette of 2.5 tones, etc. and so on")).toMatchObject([
      { sentence: "Bold outlines", isStyle: true },
      { sentence: "Flat colours", isStyle: true },
      { sentence: "A palette of 2.5 tones, etc. and so on", isStyle: true },
    ]);
  });

  it("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(typeof styleText(text, { rest: true })).toBe("string");
      }),
      { seed: 3, numRuns: 200 },
    );
    expect(judgeSentences("constructor __proto__ toString")[0]!.isStyle).toBe(false);
    expect(() => judgeSentences("a. ".repeat(50_000))).not.toThrow();
  });
});
