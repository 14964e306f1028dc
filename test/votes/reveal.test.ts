import { describe, expect, it } from "vitest";

import type { Shown } from "../../src/discord/votes/comparison-pictures.ts";
import { tallyOf } from "../../src/discord/votes/post-comparison.ts";
import { comparison as words } from "../../src/discord/wording/votes.ts";
import type { Job } from "../../src/jobs/job.ts";
import { VARIANTS } from "../../src/variant.ts";
import type { Ballot } from "../../src/votes/ballot.ts";
import { LETTERS } from "../../src/votes/comparison.ts";
import { makeBallot, rank } from "./make-ballot.ts";

/** A is InST, B the style image with its description, C the description alone. */
const shown = VARIANTS.map((variant, i) => ({
  letter: LETTERS[i]!,
  subject: variant,
  job: { result: { variant }, request: { content: { name: "house.png" }, style: { name: "waves.png" } } } as Job,
})) satisfies Shown[];

const said = (ballots: readonly Ballot[], own = false): string =>
  words.revealed(shown[0]!.job, tallyOf(shown, ballots), ballots.length, own);

describe("the reveal", () => {
  it("names the one that was liked best", () => {
    const text = said([rank(["prompt", "inst", "image-prompt"]), makeBallot({ 1: "prompt" })], true);
    expect(text).toContain("**Description only** (C) was liked best.");
    expect(text).toContain("C · **Description only** · 🥇 2  🥈 0  🥉 0 = 6 points");
    expect(text).toContain("2 ballots, one of them by the person who asked");
  });

  it("calls a tie a tie, of two and of three", () => {
    const two = said([rank(["inst", "prompt", "image-prompt"]), rank(["prompt", "inst", "image-prompt"])]);
    expect(two).toContain("**InST** (A) and **Description only** (C) are level.");
    const three = said(
      VARIANTS.map((_, i) => rank([VARIANTS[i]!, VARIANTS[(i + 1) % 3]!, VARIANTS[(i + 2) % 3]!], { voter: `v${i}` })),
    );
    expect(three).toContain("(A), **Style image + description** (B), and **Description only** (C) are level.");
  });

  it("tells what was what where nobody voted", () => {
    expect(said([])).toMatch(/Nobody voted\. A is \*\*InST\*\*, B is .*, and C is \*\*Description only\*\*\.$/);
  });
});
