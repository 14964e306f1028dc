/** The small checker raises no false alarm: neither over the samples nor over other people's photographs and paintings. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { decodePicture } from "../../src/images/decode.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";
import { smallChecker } from "../../src/safety/checker.ts";
import { isExplicit, nsfwShares } from "../../src/safety/small-checker.ts";

describe("the small checker", () => {
  const sessions = new SessionPool(1e9);
  afterAll(() => sessions.release());

  async function flagged(...folders: readonly string[]): Promise<string[]> {
    const checker = smallChecker(sessions);
    const names: string[] = [];
    for (const folder of folders)
      for (const name of (await readdir(folder)).filter((file) => /\.(?:jpg|png)$/.test(file))) {
        const { image } = await decodePicture(path.join(folder, name), "content", { keepSide: 512 });
        if (await checker.isUnsafe(image)) names.push(name);
      }
    return names;
  }

  it("flags none of the samples", async () => {
    expect(await flagged(path.resolve("samples/content"), path.resolve("samples/style"))).toEqual([]);
  });

  const shared = ["content", "style"].map((role) => path.resolve("../shared/images", role));
  it.skipIf(!existsSync(shared[0]!))(
    "flags none of 61 photographs and paintings, dense texture least of all (where these are there)",
    async () => {
      const { image } = await decodePicture(path.join(shared[1]!, "h_feathers.jpg"), "style");
      expect(isExplicit(await nsfwShares(image, sessions)), "one look would not do").toBe(true);
      expect(await flagged(...shared)).toEqual([]);
    },
  );
});
