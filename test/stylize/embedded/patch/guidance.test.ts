import { afterAll, describe, expect, it } from "vitest";

import { detectFaces } from "../../../../src/faces/detect-faces.ts";
import { rgbToOklab } from "../../../../src/images/oklab.ts";
import type { Plane, PlanarImage, Size } from "../../../../src/images/plane.ts";
import type { RgbImage } from "../../../../src/images/rgb-image.ts";
import { SessionPool } from "../../../../src/onnx/session-pool.ts";
import { seededRandom } from "../../../../src/random.ts";
import { EmbeddedStylizer } from "../../../../src/stylize/embedded/index.ts";
import { COLUMN_MASK, ROW_SHIFT } from "../../../../src/stylize/embedded/kernels/patch-match.ts";
import { KernelPool } from "../../../../src/stylize/embedded/kernels/worker-pool.ts";
import { Guidance, placeGuide } from "../../../../src/stylize/embedded/patch/guidance.ts";
import { searchPatches } from "../../../../src/stylize/embedded/patch/patch-search.ts";
import { allocatePicture, writePicture } from "../../../../src/stylize/embedded/patch/picture.ts";
import { createGrid, randomMatches } from "../../../../src/stylize/embedded/patch/query-grid.ts";
import { allocateTransform, buildBank, loadStyleLevel } from "../../../../src/stylize/embedded/patch/style-bank.ts";
import { facesWithin, reservedCosts, usablePlaces } from "../../../../src/stylize/embedded/patch/usable-places.ts";
import { brushwork, cut, drawn, request, sample } from "../fixtures.ts";
import { formsIn } from "../measures.ts";

const pool = new KernelPool(1);
const sessions = new SessionPool(Infinity);
const stylizer = new EmbeddedStylizer({ sessions, parts: "patches" });
afterAll(async () => {
  await pool.close();
});

const SIZE = 9;
const PLAIN: Size = { width: 60, height: 48 };

/** Where the patches of a search lie: their top left corners in the style, mirrored places taken back. */
function placesFound(
  style: PlanarImage,
  picture: PlanarImage,
  guides: { readonly style: Plane; readonly picture: Plane; readonly weight: number },
  usable: Plane,
): { x: number; y: number }[] {
  return pool.scoped(() => {
    const level = loadStyleLevel(pool, style);
    const buffer = allocateTransform(pool, Math.max(style.planes[0].length, picture.planes[0].length));
    const bank = buildBank(pool, level, SIZE, buffer, placeGuide(pool, guides.style, guides.weight));
    const place = allocatePicture(pool, picture.width, picture.height);
    writePicture(place, picture);
    const random = seededRandom(5);
    const grid = createGrid(place, SIZE, 3, random);
    const matches = randomMatches(grid.xs.length * grid.ys.length, bank, random);
    const found = searchPatches(pool, place, bank, { grid, bank, matches }, buffer, {
      sweeps: 6,
      guide: placeGuide(pool, guides.picture, guides.weight),
      usagePenalty: 0,
      reserved: reservedCosts(bank, SIZE, usable, style),
      random,
    });
    return Array.from(pool.integers(found.matches, matches.length), (match) => {
      const row = match >>> ROW_SHIFT;
      const mirrored = row >= bank.rows;
      const column = match & COLUMN_MASK;
      return { x: mirrored ? bank.columns - 1 - column : column, y: mirrored ? row - bank.rows : row };
    });
  });
}

/** A picture of one grey, and its guidance: still on the left, busy on the right. */
const grey: PlanarImage = rgbToOklab(drawn(PLAIN.width, PLAIN.height, () => [128, 128, 128]));
const halves = Float32Array.from({ length: PLAIN.width * PLAIN.height }, (_, i) =>
  i % PLAIN.width < PLAIN.width / 2 ? 0 : 1,
);
const everywhere = halves.map(() => 1);

describe("guidance", () => {
  it("sends still places of a picture to still places of the style where their colours do not say", () => {
    const still = halves.map(() => 0);
    const places = placesFound(grey, grey, { style: halves, picture: still, weight: 0.1 }, everywhere);
    const centres = places.map(({ x }) => x + (SIZE >> 1));
    expect(centres.every((x) => x < PLAIN.width / 2)).toBe(true);
  });

  it("ranks places by what goes on there, and the stillest are still", () => {
    const busy = brushwork(120, 90);
    const halfBusy = drawn(120, 90, (x, y) => {
      const at = 3 * (y * 120 + x);
      return x < 60 ? [180, 190, 200] : [busy.data[at]!, busy.data[at + 1]!, busy.data[at + 2]!];
    });
    const activity = new Guidance(rgbToOklab(halfBusy)).at(12 / 120, { width: 120, height: 90 });
    const row = (x: number): number => activity[45 * 120 + x]!;
    expect(row(20)).toBe(0);
    expect(row(100)).toBeGreaterThan(0.5);
  });

  it("does not fill a plain sky with a pattern that has its tones", async () => {
    const { image } = await stylizer.stylize(request({ content: plainSky(), style: ringsOnGround(), size: 256 }));
    expect(formsIn(cut(image, [0.05, 0.05], [0.95, 0.6]))).toBeLessThan(4.5);
  });
});

/** A sky with no more in it than a gradient, over a busy dark ground. */
function plainSky(): RgbImage {
  const ground = brushwork(200, 150, 3);
  return drawn(200, 150, (x, y) => {
    if (y < 110) return [90 + y, 120 + y, 200 + y / 3];
    const at = 3 * (y * 200 + x);
    return [ground.data[at]! / 3, ground.data[at + 1]! / 3, ground.data[at + 2]! / 3];
  });
}

/** A ringed target that covers half of the style, and about it a quiet ground of few tones. */
function ringsOnGround(): RgbImage {
  return drawn(220, 170, (x, y) => {
    const distance = Math.hypot(x - 140, y - 85);
    if (distance < 80) return Math.floor(distance / 6) % 2 === 0 ? [70, 110, 190] : [220, 190, 150];
    const tone = 150 + y / 2 + 6 * Math.sin(x / 9) + 6 * Math.sin(y / 13);
    return [tone, tone, tone - 10];
  });
}

describe("places that may not be used", () => {
  it("are touched by no pixel of any patch, mirrored or not", () => {
    const style = rgbToOklab(brushwork(PLAIN.width, PLAIN.height), 2);
    const hole = { left: 22, right: 34, top: 16, bottom: 30 };
    const usable = everywhere.map((_, i) => {
      const [x, y] = [i % PLAIN.width, Math.floor(i / PLAIN.width)];
      return x >= hole.left && x < hole.right && y >= hole.top && y < hole.bottom ? 0 : 1;
    });
    // The style itself is asked for: without the hole every patch would be found where it is.
    const places = placesFound(style, style, { style: halves, picture: halves, weight: 0 }, usable);
    const touching = places.filter(
      ({ x, y }) => x < hole.right && x + SIZE > hole.left && y < hole.bottom && y + SIZE > hole.top,
    );
    expect(touching).toEqual([]);
  });

  it("are the faces of a style, of one that is a face only as much as leaves it half", async () => {
    const portrait = await sample("content/portrait");
    const { faces } = await detectFaces(portrait, sessions);
    const face = faces[0]!;
    const box = {
      x: face.x / portrait.width,
      y: face.y / portrait.height,
      width: face.width / portrait.width,
      height: face.height / portrait.height,
    };
    const size = { width: 100, height: Math.round((100 * portrait.height) / portrait.width) };
    const usable = usablePlaces(size, [box]);
    const at = (x: number, y: number): number =>
      usable[Math.floor(y * size.height) * size.width + Math.floor(x * 100)]!;
    expect(at(box.x + box.width / 2, box.y + box.height / 2)).toBe(0);
    expect(at(0.02, 0.02)).toBe(1);

    const whole = usablePlaces(size, [{ x: -0.1, y: -0.1, width: 1.2, height: 1.2 }]);
    const share = whole.reduce((sum, value) => sum + value, 0) / whole.length;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.8);
    expect(whole[(size.height >> 1) * size.width + 50]).toBe(0);
  });

  it("keep their place when a border is cut off", () => {
    const margins = { left: 20, right: 0, top: 10, bottom: 10 };
    const cropped = { image: { width: 80, height: 80 }, margins };
    const [face] = facesWithin([{ x: 0.4, y: 0.4, width: 0.2, height: 0.2 }], { width: 100, height: 100 }, cropped);
    expect(face).toEqual({ x: 0.25, y: 0.375, width: 0.25, height: 0.25 });
  });
});
