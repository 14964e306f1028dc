import { readdirSync, statSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { decodePicture } from "../../src/images/decode.ts";
import { detectFaces } from "../../src/faces/detect-faces.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";

const sessions = new SessionPool(1e9);
const samples = path.resolve(import.meta.dirname, "../../samples");
const files = (folder: string) =>
  readdirSync(path.join(samples, folder)).map((name) => path.join(samples, folder, name));

describe("the demo's sample pictures", () => {
  it("shows a prominent face in the portrait", async () => {
    const { image } = await decodePicture(path.join(samples, "content/portrait.jpg"), "content");
    const { prominent, faces } = await detectFaces(image, sessions);
    expect(prominent).toBe(true);
    expect(faces).toHaveLength(1);
    expect(faces[0]!.score).toBeGreaterThan(0.9);
  });

  it.each(["fox", "lighthouse", "still-life"])("shows no face in %s", async (name) => {
    const { image } = await decodePicture(path.join(samples, `content/${name}.jpg`), "content");
    expect(await detectFaces(image, sessions)).toEqual({ prominent: false, faces: [] });
  });

  it("are large enough to paint from and light enough to carry", async () => {
    const [contents, styles] = [files("content"), files("style")];
    expect(contents.length).toBeGreaterThanOrEqual(3);
    expect(styles.length).toBeGreaterThanOrEqual(4);
    for (const file of [...contents, ...styles]) {
      const { image, notes } = await decodePicture(file, "content");
      expect(Math.max(image.width, image.height)).toBeGreaterThanOrEqual(768);
      expect(notes).toEqual([]);
    }
    const bytes = [...contents, ...styles].reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThan(3.5 * 1024 * 1024);
  });
});
