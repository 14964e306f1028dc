import { createHash } from "node:crypto";

import { describe, expect, it } from "vitest";

import { seededRandom } from "../../src/random.ts";
import type { Ballot } from "../../src/votes/ballot.ts";
import { bradleyTerry } from "../../src/votes/bradley-terry.ts";
import { chooseByVotes, paperChoice, UNIFORM_SHARE } from "../../src/votes/chooser.ts";
import { anonymise, fromJson, toCsv, toJson } from "../../src/votes/export.ts";
import { decisiveVoters, positionBias } from "../../src/votes/influence.ts";
import { caveats, report, textTable } from "../../src/votes/report.ts";
import { UserError } from "../../src/errors.ts";
import { VARIANTS, type Variant } from "../../src/variant.ts";
import { rank } from "./make-ballot.ts";
import { paperBallots } from "./paper-ballots.ts";

describe("Bradley-Terry strengths", () => {
  it("equal the published fit of the 1987 American League (Agresti 1990, section 10.6)", () => {
    const teams = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"];
    const wins = [
      [0, 7, 9, 7, 7, 9, 11],
      [6, 0, 7, 5, 11, 9, 9],
      [4, 6, 0, 7, 7, 8, 12],
      [6, 8, 6, 0, 6, 7, 10],
      [6, 2, 6, 7, 0, 7, 12],
      [4, 4, 5, 6, 6, 0, 6],
      [2, 4, 1, 3, 1, 7, 0],
    ];
    const fitted = bradleyTerry(wins, 0);
    const toBaltimore = fitted.map((strength) => strength - fitted[6]!);
    const published = [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0];
    teams.forEach((_, i) => expect(toBaltimore[i]).toBeCloseTo(published[i]!, 3));
  });

  it("stay finite for somebody who never lost", () => {
    expect(
      bradleyTerry([
        [0, 5],
        [0, 0],
      ]).every(Number.isFinite),
    ).toBe(true);
  });
});

const vote = (voter: string, order: readonly Variant[], pair = "p", more: Partial<Ballot> = {}): Ballot =>
  rank(order, { voter, pair, ...more });

describe("intervals and warnings", () => {
  it("narrow with more people, and cover the mean", () => {
    const people = (count: number): Ballot[] =>
      Array.from({ length: count }, (_, i) =>
        vote(`v${i}`, i % 3 ? ["prompt", "inst", "image-prompt"] : ["inst", "prompt", "image-prompt"]),
      );
    const width = (count: number): number => {
      const { mean, interval } = report(people(count)).table[0]!.scores!.prompt;
      if (interval === null) throw new Error("no interval");
      expect(mean).toBeGreaterThanOrEqual(interval.low);
      expect(mean).toBeLessThanOrEqual(interval.high);
      return interval.high - interval.low;
    };
    expect(width(300)).toBeLessThan(width(30) / 2);
  });

  it("treat many ballots of one person as one opinion", () => {
    const one = Array.from({ length: 50 }, (_, i) => vote("only", ["inst", "prompt", "image-prompt"], `p${i}`));
    const result = report(one);
    expect(result.table[0]!.undecided).toHaveLength(3);
    expect(caveats(result)).toEqual(["Fewer than 6 people have ranked all three, so this may well be chance."]);
  });

  it("are left out where so few people would make them look certain", () => {
    const people = (count: number) =>
      report(Array.from({ length: count }, (_, i) => vote(`v${i}`, ["prompt", "inst", "image-prompt"])));
    const five = people(5);
    expect(five.table[0]!.scores!.prompt).toEqual({ points: 15, mean: 3, interval: null });
    expect(five.table[0]!.undecided).toHaveLength(3);
    expect(textTable(five)).toMatch(/^Overall\nours +2\.000 +1\.000 +3\.000$/m);
    const six = people(6);
    expect(six.table[0]!.scores!.prompt.interval).toEqual({ low: 3, high: 3 });
    expect(six.table[0]!.undecided).toEqual([]);
    expect(textTable(six)).toContain("3.000±.00");
  });

  it("hold for one row and not for another where only that one has the people", () => {
    const { table } = report([
      ...Array.from({ length: 8 }, (_, i) => vote(`v${i}`, ["prompt", "inst", "image-prompt"])),
      vote("v1", ["inst", "prompt", "image-prompt"], "q", { category: "face" }),
    ]);
    const interval = (row: string) => table.find((one) => one.row === row)!.scores!.inst.interval;
    expect(interval("non-face")).not.toBeNull();
    expect(interval("face")).toBeNull();
  });

  it("name the one voter who decides the ranking", () => {
    const ballots = [
      ...Array.from({ length: 4 }, (_, i) => vote(`a${i}`, ["prompt", "image-prompt", "inst"])),
      ...Array.from({ length: 4 }, (_, i) => vote(`b${i}`, ["image-prompt", "prompt", "inst"])),
      ...Array.from({ length: 3 }, (_, i) => vote("whale", ["prompt", "image-prompt", "inst"], `q${i}`)),
    ];
    expect(decisiveVoters(ballots).map(({ voter }) => voter)).toEqual(["whale"]);
    expect(caveats(report(ballots)).join(" ")).toContain("One person alone decides");
  });

  const order: readonly Variant[] = ["inst", "image-prompt", "prompt"];
  const letters = (turned: readonly Variant[]): Ballot["positions"] => ({
    [turned[0]!]: "A",
    [turned[1]!]: "B",
    [turned[2]!]: "C",
  });

  it("see that a position is favoured", () => {
    const biased = Array.from({ length: 30 }, (_, i) => {
      const turned = [0, 1, 2].map((k) => order[(k + i) % 3]!);
      return vote(`v${i % 10}`, turned, `p${i}`, { positions: letters(turned) });
    });
    const [a, , c] = positionBias(biased);
    expect(a).toMatchObject({ position: "A", comparisons: 30, mean: 3 });
    expect(c).toMatchObject({ position: "C", comparisons: 30, mean: 1 });
    expect(a!.z).toBeGreaterThan(5);
    expect(caveats(report(biased)).join(" ")).toContain("Position A gets 3.00 points on average");
  });

  it("do not take a good picture for a good position: letters are dealt once for all voters of a comparison", () => {
    const unanimous = Array.from({ length: 40 }, (_, i) => vote(`v${i}`, order, "p", { positions: letters(order) }));
    expect(positionBias(unanimous)[0]).toMatchObject({ position: "A", comparisons: 1, mean: 3 });
    expect(caveats(report(unanimous)).join(" ")).not.toContain("Position");
  });

  it("say what to do when nobody has voted", () => {
    expect(caveats(report([])).join()).toContain("🥇🥈🥉");
  });
});

describe("the default that learns", () => {
  const shares = (ballots: readonly Ballot[]): Record<Variant, number> => {
    const random = seededRandom(5);
    const counts = { inst: 0, "image-prompt": 0, prompt: 0 };
    for (let i = 0; i < 2000; i++) counts[chooseByVotes(ballots, "non-face", random).variant] += 1 / 2000;
    return counts;
  };

  it("starts at the paper's finding", () => {
    expect(paperChoice("face").variant).toBe("prompt");
    expect(shares([])["image-prompt"]).toBeCloseTo(1);
  });

  it("stays there while fewer people have voted than a table of scores asks for, however often", () => {
    const five = Array.from({ length: 40 }, (_, i) => vote(`v${i % 5}`, ["inst", "prompt", "image-prompt"], `p${i}`));
    expect(shares(five)["image-prompt"]).toBeCloseTo(1);
    const six = Array.from({ length: 40 }, (_, i) => vote(`v${i % 6}`, ["inst", "prompt", "image-prompt"], `p${i}`));
    expect(shares(six).inst).toBeGreaterThan(0.7);
  });

  it("moves to what the server prefers, and keeps trying the others", () => {
    const ballots = Array.from({ length: 40 }, (_, i) => vote(`v${i}`, ["inst", "prompt", "image-prompt"]));
    const share = shares(ballots);
    expect(share.inst).toBeGreaterThan(0.8);
    expect(share["image-prompt"]).toBeGreaterThan(UNIFORM_SHARE / 3 - 0.02);
  });
});

describe("exports", () => {
  const ballots = paperBallots();

  it("hide who voted, but keep who is who", () => {
    const hidden = anonymise(ballots, "salt");
    expect(toJson(hidden)).not.toContain("voter-");
    expect(new Set(hidden.map(({ voter }) => voter)).size).toBe(20);
    expect(anonymise(ballots, "other").map(({ voter }) => voter)).not.toContain(hidden[0]!.voter);
  });

  it("hide servers, pairs and moments too: who has a picture, or saw a medal being put, finds nothing", () => {
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    const pair = `${sha256("content")}-${sha256("style")}`;
    const at = Date.UTC(2026, 4, 17, 13, 37, 11, 250);
    const [hidden] = anonymise([vote("ada", VARIANTS, pair, { at, guild: "42" })], "salt");
    for (const text of [toJson([hidden!]), toCsv([hidden!])]) {
      expect(text).not.toMatch(new RegExp(["ada", "42,", sha256("content"), sha256("style"), String(at)].join("|")));
      // Nor what anybody could compute who knows no salt.
      for (const known of [pair, `pair:${pair}`, "voter:ada", "ada"])
        expect(text).not.toContain(sha256(known).slice(0, 16));
    }
    expect(new Date(hidden!.at).toISOString()).toBe("2026-05-17T00:00:00.000Z");
  });

  it("of one installation can be joined, and those of two cannot", () => {
    const [early, late] = [ballots.slice(0, 200), ballots.slice(100)];
    const ids = (given: readonly Ballot[], salt: string) =>
      new Set(anonymise(given, salt).map(({ voter, pair }) => `${voter}/${pair}`));
    const joined = new Set([...ids(early, "salt"), ...ids(late, "salt")]);
    expect(joined.size).toBe(320);
    expect([...ids(ballots, "other")].filter((id) => joined.has(id))).toEqual([]);
  });

  it("come in an order that says nothing of when the ballots were cast", () => {
    const turned = anonymise(ballots.toReversed(), "salt");
    expect(turned).toEqual(anonymise(ballots, "salt"));
  });

  it("that were made before results were counted can be read still", () => {
    const old = toJson(anonymise(ballots, "salt")).replaceAll(/"results": 3,\s*/g, "");
    expect(old).not.toContain("results");
    expect(report(fromJson(old))).toEqual(report(anonymise(ballots, "salt")));
  });

  it("give every figure again", () => {
    const hidden = anonymise(ballots, "salt");
    expect(fromJson(toJson(hidden))).toEqual(hidden);
    const { decisive: _, ...figures } = report(ballots);
    expect(report(hidden), "intervals too").toMatchObject(figures);
    expect(toCsv(hidden).trim().split("\n")).toHaveLength(321);
  });

  it("count a ballot once that two of them hold, joined in one file", () => {
    const [early, late] = [anonymise(ballots.slice(0, 200), "salt"), anonymise(ballots.slice(100), "salt")];
    expect(report(fromJson(toJson([...early, ...late])))).toEqual(report(anonymise(ballots, "salt")));
  });

  it.each(["", "{", "[]", '{"format":"atelier-ballots","version":1,"ballots":[{"voter":1}]}'])(
    "refuse %j in words",
    (text) => {
      expect(() => fromJson(text)).toThrow(UserError);
    },
  );
});

describe("speed", () => {
  it("10,000 ballots in well under a second", () => {
    const random = seededRandom(1);
    const ballots = Array.from({ length: 10_000 }, (_, i) =>
      vote(
        `v${Math.floor(random() * 500)}`,
        VARIANTS.toSorted(() => random() - 0.5),
        `p${i}`,
      ),
    );
    const started = process.cpuUsage();
    report(ballots);
    const { user } = process.cpuUsage(started);
    expect(user / 1000).toBeLessThan(1000); // the bench holds it to 200 ms on a quiet machine
  });
});
