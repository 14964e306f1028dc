import { describe, expect, it } from "vitest";

import { conditioning } from "../../src/caption/conditioning.ts";
import { PaletteDescriber } from "../../src/caption/palette/palette-describer.ts";
import { usedSentences } from "../../src/caption/style-sentences.ts";
import { parseStyle } from "../../src/stylize/embedded/steering/steering.ts";
import { draw, grey, paintedGrid, penDrawing, starryNight, stripes, woodcut } from "./palette/pictures.ts";

const description =
  "The image portrays a young woman with long brown hair. The color scheme is dominated by deep blue, in thick brushstrokes.";
const onStyle = "The color scheme is dominated by deep blue, in thick brushstrokes.";

describe("the words a picture is painted by", () => {
  it("are the sentences on style; the others follow where it is to be faithful", () => {
    expect(conditioning({ description, ownWords: [] })).toBe(onStyle);
    expect(conditioning({ description, ownWords: [] }, { faithful: true })).toBe(
      `${onStyle} The image portrays a young woman with long brown hair.`,
    );
  });

  it("keep a person's own words, whatever they speak of", () => {
    expect(conditioning({ description, ownWords: [" a dog on a beach "] })).toBe(`${onStyle} a dog on a beach`);
    expect(conditioning({ description: null, ownWords: [description, "more gold"] })).toBe(`${description} more gold`);
    expect(conditioning({ description: null, ownWords: ["A woodcut", "in red"] })).toBe("A woodcut. in red");
    expect(conditioning({ description: null, ownWords: [" "] })).toBeNull();
  });

  it("do not make a palette colour of somebody's hair", () => {
    const names = (text: string | null) => parseStyle(text ?? "").palette.map(({ name }) => name);
    expect(names(description)).toContain("brown");
    expect(names(conditioning({ description, ownWords: [] }))).not.toContain("brown");
  });

  it("are all that the palette describer says, which never looks at what is depicted", async () => {
    const shaded = draw(120, 90, (_, y) => grey(1 - y / 90));
    for (const image of [starryNight(), woodcut(), penDrawing(), paintedGrid(), stripes(45), shaded]) {
      const text = await new PaletteDescriber().describe({ image, sha256: "" });
      expect(usedSentences(text).filter(({ isUsed }) => !isUsed)).toEqual([]);
    }
  });
});
