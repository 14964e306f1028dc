import { describe, expect, it } from "vitest";

import { DEFAULT_SETTINGS, type StylizeSettings } from "../src/painting.ts";
import { expectSpeedFits, parseLora, parseLoras, showLora } from "../src/painting-wishes.ts";

describe("a LoRA as people write it", () => {
  it.each([
    ["inkwash", { name: "inkwash", weight: 1 }],
    [" ink wash : 0.8 ", { name: "ink wash", weight: 0.8 }],
    ["inkwash:-0.5", { name: "inkwash", weight: -0.5 }],
  ])("%j is a name and how much of it", (text, lora) => {
    expect(parseLora(text)).toEqual(lora);
    expect(parseLora(showLora(lora))).toEqual(lora);
  });

  it("may be several", () => {
    expect(parseLoras(null)).toEqual([]);
    expect(parseLoras("a:0.5, b,").map(showLora)).toEqual(["a:0.5", "b:1"]);
  });

  it.each(["a:", "a:much", "a:3", "a:-2.1", "a, a:0.5", "a,b,c,d,e"])("%j is refused", (text) => {
    expect(() => parseLoras(text)).toThrow(expect.objectContaining({ name: "UserError" }));
  });
});

describe("a speed", () => {
  const wish = (over: Partial<StylizeSettings>) => () => expectSpeedFits({ ...DEFAULT_SETTINGS, ...over });

  it("goes with everything that it leaves open", () => {
    expect(wish({ speed: "normal", steps: 5, guidance: 3, stylePath: "attention" })).not.toThrow();
    expect(wish({ speed: "draft", stylePath: "token" })).not.toThrow();
    expect(wish({ speed: "fine", guidance: 3 })).not.toThrow();
  });

  it.each([
    { speed: "draft", steps: 5 },
    { speed: "draft", guidance: 3 },
    { speed: "draft", faithful: true },
    { speed: "draft", stylePath: "attention" },
    { speed: "fine", steps: 5 },
    { speed: "fine", faithful: true },
  ] as const)("is refused with what it decides itself: %j", (over) => {
    expect(wish(over)).toThrow(expect.objectContaining({ identifier: "speed-conflict" }));
  });
});
