import { describe, expect, it } from "vitest";

import { isWanted } from "../../commands/scores.ts";
import { latestPerPair } from "../../src/votes/ballot.ts";
import { rank } from "./make-ballot.ts";

const DAY = 86_400_000;
const all = { scope: "server", category: "overall", period: "all", engine: "all" } as const;
const NOW = 1000 * DAY;

describe("the filter of /scores", () => {
  const embedded = rank(["inst", "prompt", "image-prompt"], { engine: "embedded", at: NOW - 40 * DAY });
  const diffusion = rank(["prompt", "inst", "image-prompt"], { engine: "diffusion", at: NOW - DAY, category: "face" });
  const left = (filter: Parameters<typeof isWanted>[0]) =>
    latestPerPair([embedded, diffusion].filter(isWanted(filter, NOW)));

  it("leaves what it names", () => {
    expect(left(all)).toEqual([diffusion]);
    expect(left({ ...all, period: "30" })).toEqual([diffusion]);
    expect(left({ ...all, period: "90", category: "non-face" })).toEqual([embedded]);
    expect(left({ ...all, period: "7", engine: "embedded" })).toEqual([]);
  });

  it("comes before the choice among a voter's ballots: one engine's is not displaced by another's", () => {
    expect(left({ ...all, engine: "embedded" })).toEqual([embedded]);
    expect(left({ ...all, engine: "diffusion" })).toEqual([diffusion]);
  });
});
