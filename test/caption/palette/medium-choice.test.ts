/** Rules and likelihoods together: narrow words where they agree, wider ones where not, and the rules where they are alone. */
import { describe, expect, it } from "vitest";

import { lookAt } from "../../../src/caption/palette/medium-look.ts";
import { mediumFor } from "../../../src/caption/palette/medium-choice.ts";
import type { Kind, Likelihoods } from "../../../src/caption/palette/medium-likelihoods.ts";
import { measureMedium } from "../../../src/caption/palette/medium-measures.ts";
import { rgbToOklab } from "../../../src/images/oklab.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { engraving, impasto, smoothOil } from "./media.ts";
import { draw, grey } from "./pictures.ts";

const none = {
  colourprint: 0,
  digital: 0,
  drawing: 0,
  flat: 0,
  glass: 0,
  line: 0,
  mosaic: 0,
  paint: 0,
  photo: 0,
  smooth: 0,
  watercolour: 0,
};
const likely = (some: Partial<Record<Kind, number>>): Likelihoods => ({ ...none, ...some });
const painted = measureMedium(rgbToOklab(impasto()));

describe("paint that the rules call thick", () => {
  it.each([
    ["is called so where it is likely", { paint: 0.5, photo: 0.3, mosaic: 0.2 }, "impasto"],
    ["is another medium that is sure", { flat: 0.65, paint: 0.2, mosaic: 0.15 }, "poster"],
    ["is a painting where it may be any", { paint: 0.4, smooth: 0.3, watercolour: 0.25, photo: 0.05 }, "painting"],
    ["is a drawing or print where it may be both", { line: 0.45, drawing: 0.45, glass: 0.1 }, "lines"],
    ["is broken texture where it may be all and more", { photo: 0.4, mosaic: 0.4, digital: 0.2 }, "textured"],
    ["is shapes where flat areas are likelier", { flat: 0.4, photo: 0.3, mosaic: 0.3 }, "shapes"],
    ["is never glass by likelihoods alone", { glass: 0.9, photo: 0.1 }, "textured"],
    ["is never a watercolour by likelihoods alone", { watercolour: 0.8, mosaic: 0.2 }, "textured"],
  ] as const)("%s", (_, some, medium) => {
    expect(mediumFor(painted, likely(some))).toBe(medium);
  });

  it("is what the rules say where nothing else is known", () => {
    expect(mediumFor(painted, null)).toBe("impasto");
  });
});

describe("words that were mistaken however likely they were", () => {
  it("are no paint where lines are dense, as in mosaics and cloth", () => {
    expect(mediumFor(painted, likely({ paint: 0.4, smooth: 0.3, watercolour: 0.3 }))).toBe("painting");
    expect(mediumFor({ ...painted, lined: 0.5 }, likely({ paint: 0.4, smooth: 0.3, watercolour: 0.3 }))).toBe(
      "textured",
    );
  });

  it("are no ink drawing beside plain areas, as in lettering and flat shapes", () => {
    const lined = measureMedium(rgbToOklab(engraving()));
    expect(mediumFor(lined, likely({ line: 0.95, flat: 0.05 }))).toBe("lineDrawing");
    expect(mediumFor({ ...lined, plain: 0.3 }, likely({ line: 0.95, flat: 0.05 }))).toBe("lines");
  });

  it("are no poster where the rules find soft transitions", () => {
    const soft = measureMedium(rgbToOklab(smoothOil()));
    expect(mediumFor(soft, likely({ flat: 0.9, smooth: 0.1 }))).toBe("shapes");
  });
});

it("leaves grey pictures their words unless a drawing is sure", () => {
  const greys = measureMedium(
    rgbToOklab(draw(256, 256, (x, y) => grey(0.5 + 0.1 * Math.sin(x / 40) * Math.sin(y / 50)))),
  );
  expect(mediumFor(greys, likely({ photo: 0.5, glass: 0.5 }))).toBe("monochrome");
  expect(mediumFor(greys, likely({ drawing: 0.9, photo: 0.1 }))).toBe("chalks");
});

it("looks alike each time, at a picture narrower than a tile too", async () => {
  const sessions = new SessionPool(Infinity);
  const narrow = rgbToOklab(draw(300, 90, (x, y) => grey((x ^ y) / 512)));
  const first = await lookAt(narrow, sessions);
  expect(first!.every(Number.isFinite)).toBe(true);
  expect(await lookAt(narrow, sessions)).toEqual(first);
});
