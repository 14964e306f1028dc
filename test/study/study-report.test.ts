import { describe, expect, it } from "vitest";

import { ballotsFile, parseBallots } from "../../src/study/study-ballots.ts";
import type { Measures } from "../../src/study/measures.ts";
import type { Manifest } from "../../src/study/manifest.ts";
import { latexOf } from "../../src/study/report/latex.ts";
import { pageOf } from "../../src/study/report/page.ts";
import { exportedRankings, saidBy, studyRankings } from "../../src/study/report/rankings.ts";
import { tablesOf } from "../../src/study/report/rows-of.ts";
import { Stamps } from "../../src/study/report/shown-pictures.ts";
import { figuresOf, type StudyReport, studyReport } from "../../src/study/report/study-report.ts";
import type { StudyBallot } from "../../src/study/study-ballots.ts";
import { PAPER_SCORES } from "../../src/votes/paper.ts";
import { VARIANTS } from "../../src/variant.ts";
import { paperBallots } from "../votes/paper-ballots.ts";
import { asStudyBallot, madeBallot, madeManifest, madeMeasures } from "./made-study.ts";

/** Enough to see that it is played, and few enough to be quick. */
const STUDIES = 20;
const OF = { study: "a".repeat(64), ballots: null, measures: null, answers: null };

const kinds = ["face", "non-face"] as const;
const paperManifest = madeManifest(
  kinds.flatMap((kind) => Array.from({ length: 8 }, (_, i) => ({ name: `${kind}-${i}`, face: kind === "face" }))),
  ["van-gogh"],
);
const paperSaid = paperBallots().map((ballot) => asStudyBallot(ballot, "van-gogh"));
const paper = studyReport(
  { manifest: paperManifest, said: studyRankings(paperSaid, paperManifest), measures: null, of: OF },
  STUDIES,
);

/** All but what has to be played, which takes a while. */
const reportOf = (
  manifest: Manifest,
  ballots: readonly StudyBallot[] | null,
  measures: Measures | null = null,
): StudyReport =>
  studyReport({ manifest, said: ballots && studyRankings(ballots, manifest), measures, of: OF }, STUDIES);

const small = madeManifest(
  [
    { name: "cat", face: false },
    { name: "dog", face: false },
    { name: "ann", face: true },
  ],
  ["ink", "oil"],
);

describe("the report of the paper's own totals", () => {
  it("gives the paper's table again, as figures, CSV, LaTeX and on the page", () => {
    const { table } = paper.people!;
    const csv = tablesOf(paper)["table-1.csv"]!;
    const page = pageOf(paper, paperManifest, new Stamps());
    for (const { row, scores } of table!)
      for (const variant of VARIANTS) {
        const figure = PAPER_SCORES[row][variant].toFixed(3);
        expect(scores![variant].mean.toFixed(3)).toBe(figure);
        expect(
          Number(
            csv
              .split("\n")
              .find((line) => line.startsWith(`${row},${variant},`))!
              .split(",")[2],
          ).toFixed(3),
        ).toBe(figure);
        // Ours, and the paper's own beside it.
        for (const text of [latexOf(paper), page]) expect(text.split(figure).length).toBeGreaterThanOrEqual(3);
      }
    expect(paper.people).toMatchObject({ people: 20, rankings: 320, rounds: 16, perPerson: 16, flagged: [] });
  });

  it("says that it could not tell the two prompt variants apart, and how far apart they would have to be", () => {
    const { said, finds } = paper.reach;
    expect(said[0]).toBe(
      "“Style image + description” and “Description only” are 0.02 points apart, which may be chance.",
    );
    expect(finds).toBeGreaterThan(0.1);
    expect(finds).toBeLessThan(0.5);
    expect(said[1]).toContain(
      `20 people who rank 16 of 16 pairs each find a difference of ${finds!.toFixed(2)} points`,
    );
  });

  it("has InST last by strength as well, beyond its interval", () => {
    const last = paper.people!.strengths.at(-1)!;
    expect(last.candidate).toBe("inst");
    expect(last.interval!.high).toBeLessThan(0);
  });
});

describe("ballots of a study", () => {
  const fast = Array.from({ length: 10 }, (_, i) =>
    madeBallot({
      person: "fast",
      content: ["cat", "dog", "ann"][i % 3]!,
      style: ["ink", "oil"][i % 2]!,
      seconds: 0.5,
      at: i,
    }),
  );
  const said = (ballots: readonly StudyBallot[]) => saidBy(studyRankings(ballots, small));

  it("stand apart where somebody ranks ten pairs in five seconds, or misses what nobody can miss", () => {
    const blind = [madeBallot({ person: "blind" }), madeBallot({ person: "blind", check: "failed", at: 1 })];
    const { counted, flagged, apart, checks } = said([...fast, ...blind, madeBallot()]);
    expect(counted.map(({ person }) => person)).toEqual(["ann"]);
    expect(flagged).toEqual([
      { person: 2, rankings: 1, why: "missed 1 of 1 attention checks" },
      { person: 3, rankings: 6, why: "ranked 10 pairs in 5.0 seconds" },
    ]);
    expect(apart).toHaveLength(7);
    expect(checks).toEqual({ passed: 0, failed: 1 });
    const page = pageOf(reportOf(small, [...fast, madeBallot()]), small, new Stamps());
    expect(page).toContain("ranked 10 pairs in 5.0 seconds");
    expect(page).toContain("Overall, with those who stand apart");
  });

  it("of somebody who looks count, though a few of them came quickly", () => {
    const mixed = fast.map((ballot, i) => ({ ...ballot, seconds: i < 3 ? 1 : 30 }));
    expect(said(mixed).flagged).toEqual([]);
    // Though of many who look, ten in a row are enough.
    const later = Array.from({ length: 40 }, (_, i) => madeBallot({ person: "fast", at: 20 + i }));
    expect(said([...fast, ...later]).flagged).toHaveLength(1);
  });

  it("count once for a person and a pair, the latest, and not where they are about other pictures", () => {
    const ranking = ["prompt", "inst", "image-prompt"];
    const { counted, strangers } = said([
      madeBallot({ ranking, at: 5 }),
      madeBallot({ at: 1 }),
      madeBallot({ content: "owl" }),
      madeBallot({ ranking: ["inst", "path-token"], shown: ["inst", "path-token"] }),
    ]);
    expect(counted.map(({ order }) => order)).toEqual([ranking]);
    expect(strangers).toBe(2);
    expect(() => said([madeBallot({ content: "owl" })])).toThrow("Are they another study's?");
  });

  it("are read with every field looked at", () => {
    const text = (ballot: StudyBallot): string => ballotsFile([ballot]);
    expect(parseBallots(text(madeBallot()), "b.json").ballots).toEqual([madeBallot()]);
    expect(() => parseBallots(text(madeBallot({ ranking: ["inst", "inst", "prompt"] })), "b.json")).toThrow(
      "a ranking has to hold all that was shown",
    );
    expect(() => parseBallots("{", "b.json")).toThrow("b.json holds no ballots that this version of Atelier knows");
  });

  it("come from /scores export as well", () => {
    const { rankings } = exportedRankings(paperBallots());
    const report = figuresOf({ manifest: small, said: { rankings, strangers: 0 }, measures: null, of: OF });
    expect(report.people!.table![0]!.scores!.inst.mean).toBe(1.5);
  });
});

describe("people and measures", () => {
  // Everybody has the description first and InST last, but of the dog, where it is the other way round.
  const liked = ["prompt", "image-prompt", "inst"];
  const people = Array.from({ length: 7 }, (_, i) => `p${i}`);
  const ballots = people.flatMap((person) =>
    small.pairs.map((pair) =>
      madeBallot({ ...pair, person, ranking: pair.content === "dog" ? liked.toReversed() : liked }),
    ),
  );
  const standing = (candidate: string): number => -liked.indexOf(candidate);
  const measures = madeMeasures(small, {
    people: (candidate, content) => (content === "dog" ? -standing(candidate) : standing(candidate)),
    steady: (candidate) => standing(candidate),
    contrary: (candidate, content) => (content === "dog" ? standing(candidate) : -standing(candidate)),
    alike: () => 1,
  });
  const report = reportOf(small, ballots, measures);

  it("are held against each other, a choice between two at a time", () => {
    const of = Object.fromEntries(report.correlations.map((each) => [each.metric, each]));
    expect(of["people"]).toMatchObject({ agrees: 1, rho: 1, choices: 18, interval: { low: 1, high: 1 } });
    expect(of["contrary"]).toMatchObject({ agrees: 0, rho: -1 });
    expect(of["steady"]!.agrees).toBeCloseTo(2 / 3, 9);
    expect(of["steady"]!.rho).toBeCloseTo(1 / 3, 9);
    expect(of["alike"]).toMatchObject({ agrees: 0.5, rho: null });
    expect(report.people!.agreement).toMatchObject({ w: 1, rounds: 6, alpha: 1 });
  });

  it("differ most where the report shows it", () => {
    const { disagreements } = reportOf(small, ballots, madeMeasures(small, { a: standing, b: standing }));
    expect(disagreements.map(({ round }) => round)).toEqual(['["dog","ink",1]', '["dog","oil",1]']);
    expect(disagreements[0]!.people.map(({ candidate }) => candidate)).toEqual(liked.toReversed());
    expect(disagreements[0]!.measures.map(({ candidate }) => candidate)).toEqual(liked);
  });

  it("say which pairs are the best and the worst: people where they can, else the measures", () => {
    const byPeople = report.extremes.find(({ candidate }) => candidate === "inst")!;
    expect([byPeople.by, byPeople.best[0]!.round, byPeople.best[0]!.points]).toEqual(["people", '["dog","ink",1]', 1]);
    expect(byPeople.worst[0]!.points).toBe(0);
    const alone = reportOf(small, null, measures).extremes.find(({ candidate }) => candidate === "inst")!;
    expect(alone.by).toBe("measures");
  });

  it("stand in one table, with the metric that likes the untouched content best, and those left out", () => {
    const page = pageOf(report, small, new Stamps());
    expect(page.split("likes the untouched content best: mistrust it")).toHaveLength(2);
    expect(page).toContain("LPIPS (AlexNet): its weights are not installed");
    expect(latexOf(report)).toContain("CONTRARY (higher)*");
  });
});

describe("a study that nobody has ranked or measured", () => {
  it("has a report that says so, and how many people it would take", () => {
    const report = studyReport({ manifest: small, said: null, measures: null, of: OF }, STUDIES);
    expect(report).toMatchObject({ people: null, measured: null, correlations: [], extremes: [] });
    expect(report.missing).toEqual([
      expect.stringContaining("No person has ranked these pictures yet"),
      expect.stringContaining("Nothing has been measured yet"),
    ]);
    expect(report.reach.said.at(-1)).toMatch(/^To tell 0.2 points apart by (these )?6 pairs, /);
    expect(report.costs[0]).toMatchObject({ candidate: "inst", pictures: 6, seconds: 2, unetRows: 34 });
    const page = pageOf(report, small, new Stamps());
    expect(page).toContain("Nobody has ranked these pictures yet");
    // Nothing is fetched.
    expect(page.match(/https?:\/\/|@import|url\(|src="(?!data:)/g)).toBeNull();
  });
});
