import { describe, expect, it } from "vitest";

import type { Ballot, Category } from "../../src/votes/ballot.ts";
import { fromJson, toJson } from "../../src/votes/export.ts";
import { PAPER_SCORES } from "../../src/votes/paper.ts";
import { report, textTable } from "../../src/votes/report.ts";
import { VARIANTS, type Variant } from "../../src/variant.ts";
import { paperBallots } from "./paper-ballots.ts";

describe("the paper's table", () => {
  const ballots = paperBallots();

  it("is made of 20 people's ballots on 16 pairs, with the paper's points", () => {
    expect(ballots).toHaveLength(320);
    const points = (category: Category, variant: Variant): number =>
      report(ballots).table.find(({ row }) => row === category)!.scores![variant].points;
    expect(VARIANTS.map((variant) => points("face", variant))).toEqual([236, 331, 393]);
    expect(VARIANTS.map((variant) => points("non-face", variant))).toEqual([244, 392, 324]);
  });

  it("comes out to the third decimal", () => {
    for (const { row, scores } of report(ballots).table)
      for (const variant of VARIANTS)
        expect(scores![variant].mean.toFixed(3)).toBe(PAPER_SCORES[row][variant].toFixed(3));
  });

  it("comes out of the text table and of an export", () => {
    const text = textTable(report(fromJson(toJson(ballots))));
    for (const row of Object.values(PAPER_SCORES))
      for (const mean of Object.values(row)) expect(text.split(mean.toFixed(3))).toHaveLength(3); // ours and the paper's
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(36);
  });

  it("cannot tell the two prompt variants apart overall, as the paper's own text suspects", () => {
    const [overall] = report(ballots).table;
    expect(overall!.undecided).toEqual([["image-prompt", "prompt"]]);
  });

  it("does not depend on the order of ballots", () => {
    const shuffled = ballots.toSorted((a: Ballot, b: Ballot) => (a.pair + a.voter < b.pair + b.voter ? 1 : -1));
    expect(report(shuffled)).toEqual(report(ballots));
  });
});
