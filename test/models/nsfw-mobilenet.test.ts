/** NSFWJS's classifier against TensorFlow.js, on pictures that both draw (test/reference/make_nsfw.mjs). */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { expect, it } from "vitest";

import { NSFW_SIDE, nsfwMobileNet, readNsfwWeights } from "../../models/nsfw-mobilenet.ts";
import { floatsOf, floatTensor, openSession } from "../../src/onnx/index.ts";
import { FIXTURES } from "./reference.ts";

const wave = (seed: number, x: number, y: number, channel: number): number =>
  0.5 +
  0.25 *
    (Math.sin((0.02 + 0.013 * seed) * x + 0.7 * channel) + Math.cos((0.05 - 0.004 * seed) * y * (1 + channel) + seed));

it("finds each class as likely as TensorFlow.js does", async () => {
  const expected = JSON.parse(
    await readFile(path.join(FIXTURES, "nsfw-mobilenet/expected.json"), "utf8"),
  ) as readonly number[][];
  const session = await openSession(nsfwMobileNet(readNsfwWeights()));
  const area = NSFW_SIDE ** 2;
  let worst = 0;
  for (const [seed, shares] of expected.entries()) {
    const data = Float32Array.from({ length: 3 * area }, (_, i) =>
      wave(seed, i % NSFW_SIDE, Math.floor(i / NSFW_SIDE) % NSFW_SIDE, Math.floor(i / area)),
    );
    const { classes } = await session.run({
      rgb: floatTensor("float32", { data, shape: [1, 3, NSFW_SIDE, NSFW_SIDE] }),
    });
    for (const [i, share] of floatsOf(classes!).data.entries()) worst = Math.max(worst, Math.abs(share - shares[i]!));
  }
  await session.release();
  expect(expected).toHaveLength(8);
  expect(worst).toBeLessThan(1e-4);
});
