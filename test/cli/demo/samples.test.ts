import { access } from "node:fs/promises";

import { describe, expect, it } from "vitest";

import { samplePairs } from "../../../src/cli/demo/samples.ts";

describe("the pairs that the demo's page offers", () => {
  it("are three of different contents and styles, whose pictures are there", async () => {
    const pairs = await samplePairs();
    expect(pairs.map(({ label }) => label)).toEqual(["fox × village", "still life × linocut", "lighthouse × poster"]);
    const files = pairs.flatMap((pair) => Object.values(pair.files));
    expect(new Set(files).size).toBe(6);
    for (const file of files) await access(file);
  });
});
