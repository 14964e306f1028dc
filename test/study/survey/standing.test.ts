import { describe, expect, it } from "vitest";

import { rankingsHash, standingOf, widestInterval } from "../../../src/study/survey/standing.ts";
import { type Ranked, type Ranking, type SurveyPair, UNTOUCHED } from "../../../src/study/survey/survey.ts";
import { scoreTable } from "../../../src/votes/scores.ts";

const survey = { id: "s", guildId: "g" };
const picture = { sha256: "0".repeat(64), name: "x" };
const pair = (number: number, face: boolean | null): SurveyPair => ({
  number,
  face,
  content: picture,
  style: picture,
  pictures: { inst: "a", "image-prompt": "b", prompt: "c" },
});
const pairs = [pair(0, true), pair(1, false)];

const BEST: readonly Ranked[] = ["prompt", "image-prompt", "inst"];

const ranking = (userId: string, position: number, over: Partial<Ranking> = {}): Ranking => ({
  userId,
  position,
  pair: position % 2,
  order: ["inst", "prompt", "image-prompt"],
  ranking: BEST,
  seconds: 4,
  at: position,
  ...over,
});

describe("how a study stands", () => {
  it("has a ballot for each answer, under the letters that people saw", () => {
    const { ballots, people, flagged } = standingOf(survey, pairs, [ranking("ada", 0), ranking("ada", 1)]);
    expect([ballots.length, people, flagged.size]).toEqual([2, 1, 0]);
    expect(ballots[0]).toMatchObject({
      category: "face",
      places: { 1: "prompt", 2: "image-prompt", 3: "inst" },
      positions: { inst: "A", prompt: "B", "image-prompt": "C" },
    });
    expect(ballots[1]).toMatchObject({ category: "non-face", voter: "ada", guild: "g" });
    expect(scoreTable(ballots)[0]!.scores!.prompt.mean).toBe(3);
  });

  it("leaves out who likes an untouched picture best, with all that they answered", () => {
    const order: readonly Ranked[] = ["inst", UNTOUCHED, "prompt"];
    const failed = ranking("mo", 1, { order, ranking: [UNTOUCHED, "inst", "prompt"] });
    const passed = ranking("ada", 1, { order, ranking: ["inst", "prompt", UNTOUCHED] });
    const { ballots, flagged } = standingOf(survey, pairs, [ranking("mo", 0), failed, ranking("ada", 0), passed]);
    expect(ballots.map(({ voter }) => voter)).toEqual(["ada"]);
    expect([...flagged]).toEqual([["mo", ["check"]]]);
  });

  it("leaves out who ranks ten pairs in five seconds, and nobody who was quick once", () => {
    const hasty = Array.from({ length: 10 }, (_, n) => ranking("mo", n, { seconds: 0.5 }));
    const quickOnce = Array.from({ length: 10 }, (_, n) => ranking("ada", n, { seconds: n === 0 ? 0.5 : 3 }));
    const { flagged, people } = standingOf(survey, pairs, [...hasty, ...quickOnce]);
    expect([...flagged]).toEqual([["mo", ["pace"]]]);
    expect(people).toBe(2);
  });

  it("knows how wide the widest interval is once there are people enough", () => {
    const people = (count: number): Ranking[] =>
      Array.from({ length: count }, (_, n) => [
        ranking(String(n), 0, n % 3 === 0 ? { ranking: ["inst", "prompt", "image-prompt"] } : {}),
        ranking(String(n), 1),
      ]).flat();
    expect(widestInterval(standingOf(survey, pairs, people(5)))).toBeNull();
    const [few, many] = [12, 120].map((count) => widestInterval(standingOf(survey, pairs, people(count)))!);
    expect(few).toBeGreaterThan(0);
    expect(many).toBeLessThan(few!);
  });

  it("has another hash for other answers, and none of its own for their order", () => {
    const [one, two] = [ranking("ada", 0), ranking("mo", 0)];
    expect(rankingsHash([one, two])).toBe(rankingsHash([two, one]));
    expect(rankingsHash([one])).not.toBe(rankingsHash([one, two]));
  });
});
