import path from "node:path";

import { describe, expect, it } from "vitest";

import { expectPathsHere, progressWords, summary } from "../../src/cli/study-run.ts";
import type { Manifest } from "../../src/study/manifest.ts";

describe("what `atelier study run` says", () => {
  it("of how far it is", () => {
    const at = { done: 3, total: 240, isHeld: false };
    expect(progressWords({ ...at, secondsLeft: null })).toBe("3 of 240 pictures");
    expect(progressWords({ ...at, secondsLeft: 200 })).toBe("3 of 240 pictures, about 4 minutes left");
    expect(progressWords({ ...at, secondsLeft: 200, isHeld: true })).toBe(
      "3 of 240 pictures, waiting for room on the disk",
    );
  });

  it("of what came of it, failures and files left out among it", () => {
    const none = { pictures: [], failed: [], leftOut: [], pairs: [], candidates: [] };
    expect(summary(none as unknown as Manifest, "out")).toBe(
      `0 pictures of 0 pairs by 0 candidates in ${path.resolve("out")}`,
    );
    const place = { content: "cat", style: "ink", candidate: "inst", seed: 1 };
    const some = {
      ...none,
      leftOut: [{ role: "content", file: "x.png", why: "broken" }],
      failed: [{ ...place, why: "There are no words." }],
    };
    expect(
      summary(some as unknown as Manifest, "out")
        .split("\n")
        .slice(1),
    ).toEqual([
      "1 file is left out: the manifest names them and says why.",
      "1 picture is missing, the first because: There are no words.",
      "The same command tries again.",
    ]);
  });
});

describe("the style paths of `atelier study run`", () => {
  it("are refused before any work where a style would have to be learned, or an adapter is not installed", async () => {
    await expect(expectPathsHere(["attention", "token"], "none")).rejects.toMatchObject({ identifier: "study-tokens" });
    await expect(expectPathsHere(["adapter"], "none")).rejects.toMatchObject({ identifier: "adapter-not-installed" });
    await expect(expectPathsHere(["attention", "adain"], "none")).resolves.toBeUndefined();
  });
});
