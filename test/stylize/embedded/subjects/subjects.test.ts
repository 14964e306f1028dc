import { describe, expect, it } from "vitest";

import type { RgbImage } from "../../../../src/images/rgb-image.ts";
import type { Plane, Size } from "../../../../src/images/plane.ts";
import { SessionPool } from "../../../../src/onnx/session-pool.ts";
import { findSubjects } from "../../../../src/stylize/embedded/subjects/index.ts";
import { faceMask, headAndShoulders } from "../../../../src/stylize/embedded/subjects/face-masks.ts";
import { subjectPull } from "../../../../src/stylize/embedded/subjects/subject-pull.ts";
import { drawn, sample } from "../fixtures.ts";

const sessions = new SessionPool(1e9);

const at = (plane: Plane, { width, height }: Size, x: number, y: number): number =>
  plane[Math.floor(y * height) * width + Math.floor(x * width)]!;

/** A dark bird-like figure of a height (share of the picture) before sky and meadow. */
const figure = (height: number): RgbImage =>
  drawn(320, 240, (px, py) => {
    const [x, y] = [(px - 160) / 240, (py - 150) / 240];
    const body = Math.hypot(x / (0.32 * height), y / (0.5 * height)) < 1;
    const head = Math.hypot(x / (0.2 * height), (y + 0.5 * height) / (0.2 * height)) < 1;
    if (body || head) return head ? [190, 60, 40] : [60, 40 + 20 * Math.sin(px), 90];
    return py > 160 ? [90, 150, 70] : [150 + py / 4, 180 + py / 6, 230];
  });

describe("the subjects of a picture", () => {
  it("are the person of a portrait, hair and shoulders included, and not what is behind", async () => {
    const { faces, protection } = await findSubjects(await sample("content/portrait"), sessions, 512);
    expect(faces).toHaveLength(1);
    const size = { width: 110, height: 130 };
    const plane = protection(size);
    const { x, y, width, height } = faces[0]!;
    for (const [u, v] of [
      [x + width / 2, y + height / 2],
      [x + width / 2, y + 0.95 * height],
    ] as const)
      expect(at(plane, size, u, v)).toBeGreaterThan(0.9);
    expect(at(plane, size, 0.03, 0.05)).toBeLessThan(0.15);
    for (const value of plane) expect(value >= 0 && value <= 1).toBe(true);
  });

  it.each([0.25, 0.6])("are a figure that covers %f of the height, and neither sky nor meadow", async (height) => {
    const { protection } = await findSubjects(figure(height), sessions, 512);
    const size = { width: 160, height: 120 };
    const plane = protection(size);
    expect(at(plane, size, 0.5, 0.6)).toBeGreaterThan(0.8);
    for (const [x, y] of [
      [0.1, 0.1],
      [0.9, 0.2],
      [0.1, 0.9],
      [0.9, 0.9],
    ] as const)
      expect(at(plane, size, x, y)).toBeLessThan(0.1);
  });

  it("are none where the networks cannot be opened", async () => {
    const broken = new SessionPool(1e9);
    broken.use = () => Promise.reject(new Error("no memory"));
    const { faces, protection } = await findSubjects(figure(0.5), broken, 512);
    expect(faces).toEqual([]);
    expect(protection({ width: 8, height: 6 })).toEqual(new Float32Array(48));
  });

  it("have foreheads, which are above what a detector marks, and belong to faces", () => {
    const size = { width: 100, height: 100 };
    const mask = faceMask(size, [{ x: 0.3, y: 0.4, width: 0.4, height: 0.4 }]);
    expect(at(mask, size, 0.5, 0.4)).toBeGreaterThan(0.9);
    expect(at(mask, size, 0.5, 0.35)).toBeGreaterThan(0.5);
    expect(at(mask, size, 0.5, 0.22)).toBe(0);
    expect(at(mask, size, 0.3, 0.4)).toBe(0);
  });

  it("pull more where they are small, and small faces most", () => {
    const size = { width: 200, height: 200 };
    const box = (side: number) => ({ x: 0.5 - side / 2, y: 0.5 - side / 2, width: side, height: side });
    const centre = (side: number, weights: { subject: number; face: number }): number => {
      const subjects = { faces: [box(side)], protection: (s: Size) => headAndShoulders(s, [box(side)]) };
      return at(subjectPull(subjects, size, { width: 512, height: 512 }, weights), size, 0.5, 0.5);
    };
    expect(centre(0.05, { subject: 1, face: 0 })).toBeGreaterThan(1.3 * centre(0.6, { subject: 1, face: 0 }));
    expect(centre(0.05, { subject: 0, face: 1 })).toBeGreaterThan(1.8 * centre(0.3, { subject: 0, face: 1 }));
    expect(centre(0.3, { subject: 0, face: 1 })).toBeCloseTo(1, 3);
  });
});
