import path from "node:path";

import { describe, expect, it } from "vitest";

import { expectPathsHere, progressWords, summary } from "../../src/cli/study-run.ts";
import type { Manifest } from "../../src/study/manifest.ts";

describe("what `atelier study run` says", () => {
  it("of how far it is", () => {
    const at = { done: 3, total: 240, isHeld: false, learning: null };
    expect(progressWords({ ...at, secondsLeft: null })).toBe("3 of 240 pictures");
    expect(progressWords({ ...at, secondsLeft: 200 })).toBe("3 of 240 pictures, about 4 minutes left");
    expect(progressWords({ ...at, secondsLeft: 200, isHeld: true })).toBe(
      "3 of 240 pictures, waiting for room on the disk",
    );
    expect(progressWords({ ...at, secondsLeft: null, learning: { style: "ink", step: 40, steps: 3000 } })).toBe(
      "3 of 240 pictures, learning ink: step 40 of 3000 at most",
    );
  });

  it("of what came of it, failures and files left out among it", () => {
    const none = { pictures: [], failed: [], leftOut: [], pairs: [], candidates: [] };
    expect(summary(none as unknown as Manifest, "out")).toBe(
      `0 pictures of 0 pairs by 0 candidates in ${path.resolve("out")}`,
    );
    const one = { ...none, pictures: [{}], pairs: [{}], candidates: [{}] };
    expect(summary(one as unknown as Manifest, "out")).toMatch(/^1 picture of 1 pair by 1 candidate in /);
    const machines = [{ name: "attic" }, { name: "cellar" }];
    expect(summary({ ...none, machines, repeatable: "Here." } as unknown as Manifest, "out")).toContain(
      "Painted by attic, cellar. Here.",
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
  it("are refused before any work where an adapter is not installed", async () => {
    await expect(expectPathsHere(["attention", "adapter-token"], "none")).rejects.toMatchObject({
      identifier: "adapter-not-installed",
    });
    await expect(expectPathsHere(["adapter"], "none")).rejects.toMatchObject({ identifier: "adapter-not-installed" });
    await expect(expectPathsHere(["attention", "adain", "token"], "none")).resolves.toBeUndefined();
  });
});
