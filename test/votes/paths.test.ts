import { describe, expect, it } from "vitest";

import { parsePaths } from "../../src/discord/interactions/compared-paths.ts";
import type { UsedStylePath } from "../../src/painting.ts";
import type { Place } from "../../src/votes/ballot.ts";
import { LETTERS } from "../../src/votes/comparison.ts";
import { toCsv } from "../../src/votes/export.ts";
import { latestPathBallots, type PathBallot, pathScores } from "../../src/votes/paths.ts";
import { castBallots, castPathBallots, type Study } from "../../src/votes/rounds.ts";
import { DEFAULT_VOTE_SETTINGS } from "../../src/votes/voters.ts";
import { makeBallot } from "./make-ballot.ts";

const PATHS = ["attention", "adapter", "adain"] as const satisfies readonly UsedStylePath[];

/** Grace ranks three paths of one variant; beside it stands a result of the same variant in a thread. */
const study: Study = {
  rounds: [
    { id: "paths", guildId: "g", channelId: "c", pair: "p", category: "face", blind: true },
    { id: "named", guildId: "g", channelId: "t", pair: "p", category: "face", blind: false },
  ],
  candidates: [...PATHS, null].map((stylePath, i) => ({
    roundId: stylePath ? "paths" : "named",
    messageId: `message-${i}`,
    jobId: stylePath ?? "named",
    variant: "inst",
    stylePath,
    engine: "diffusion",
    letter: stylePath ? LETTERS[i]! : null,
    requesterId: "ada",
    deleted: false,
  })),
  changes: [...PATHS, "named"].map((result, i) => ({
    roundId: result === "named" ? "named" : "paths",
    voterId: "grace",
    accountAt: 0,
    roles: null,
    result,
    place: (result === "named" ? 1 : i + 1) as Place,
    change: "put",
    at: i,
  })),
};

const ballot = (shown: readonly UsedStylePath[], places: PathBallot["places"], more: Partial<PathBallot> = {}) => ({
  ...makeBallot({}),
  shown,
  results: shown.length,
  places,
  positions: null,
  ...more,
});

describe("ballots on style paths", () => {
  it("never enter those on variants, nor the other way round", () => {
    const variants = castBallots(study, () => DEFAULT_VOTE_SETTINGS);
    expect(variants.map(({ shown, places }) => ({ shown, places }))).toEqual([
      { shown: ["inst"], places: { 1: "inst" } },
    ]);
    const [paths, ...rest] = castPathBallots(study, () => DEFAULT_VOTE_SETTINGS);
    expect(rest).toEqual([]);
    expect(paths).toMatchObject({
      shown: PATHS,
      places: { 1: "attention", 2: "adapter", 3: "adain" },
      positions: { attention: "A", adapter: "B", adain: "C" },
    });
    expect(toCsv([paths!])).toContain(
      "attention,adapter,adain,attention|adapter|adain,3,A:attention|B:adapter|C:adain",
    );
  });

  it("count how often one was liked better than another, the best first", () => {
    const ballots = [
      ballot(PATHS, { 1: "adapter", 2: "attention", 3: "adain" }),
      ballot(["adapter", "adain"], { 1: "adain" }, { voter: "w" }),
    ];
    expect(pathScores(ballots)).toEqual([
      { path: "adapter", won: 2, of: 3 },
      { path: "attention", won: 1, of: 2 },
      { path: "adain", won: 1, of: 3 },
    ]);
  });

  it("count once per person, pair and set of paths: the latest", () => {
    const ballots = [
      ballot(PATHS, { 1: "adapter" }, { at: 1 }),
      ballot(PATHS.toReversed(), { 1: "adain" }, { at: 2 }),
      ballot(["adapter", "adain"], { 1: "adapter" }, { at: 0 }),
    ];
    expect(latestPathBallots(ballots)).toEqual([ballots[1], ballots[2]]);
  });
});

describe("style paths as people write them", () => {
  it("are two or three, each once, with commas or spaces between them", () => {
    expect(parsePaths("Attention,adapter")).toEqual(["attention", "adapter"]);
    expect(parsePaths(" adapter-token  adain, token ")).toEqual(["adapter-token", "adain", "token"]);
    for (const [text, words] of [
      ["attention", /takes 2 or 3/],
      ["attention, adain, adapter, token", /takes 2 or 3/],
      ["attention, attention", /there twice/],
      ["attention, auto", /no style path called “auto”/],
      ["", /takes 2 or 3/],
    ] as const)
      expect(() => parsePaths(text)).toThrow(words);
  });
});
