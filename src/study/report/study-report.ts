/** Every figure of a study's report, as `report.json` holds them; what is missing is named. */
import { messageOf, UserError } from "../../errors.ts";
import { readFile } from "node:fs/promises";

import { sha256Of } from "../../sha256.ts";
import { fromJson } from "../../votes/export.ts";
import type { AnswersMark } from "../out-of-date.ts";
import { parseBallots, readBallots, type StudyBallots } from "../study-ballots.ts";
import { candidateLabel } from "../candidates.ts";
import { type Manifest, readManifest } from "../manifest.ts";
import { type Measures, readMeasures } from "../measures.ts";
import { type Cost, costsOf } from "./cost.ts";
import { type Extremes, extremesOf } from "./extremes.ts";
import { type MeasuredFigures, measuredFigures, PictureScores } from "./measured.ts";
import { peopleFigures, type PeopleFigures } from "./people.ts";
import { exportedRankings, type Ranking, roundOf, saidBy, studyRankings } from "./rankings.ts";
import { type ReachFigures, reachFigures } from "./reach.ts";
import { type Correlation, correlationsOf, type Disagreement, disagreementsOf } from "./together.ts";

/** What a report is made of, as it was read. */
export interface ReportInput {
  readonly manifest: Manifest;
  /** `null`: nobody has ranked anything. */
  readonly said: { readonly rankings: readonly Ranking[]; readonly strangers: number } | null;
  readonly measures: Measures | null;
  /** Sha256 of each, to see whether a report is out of date. */
  readonly of: {
    readonly study: string;
    readonly ballots: string | null;
    readonly measures: string | null;
    /** Where the ballots are people's of a server; `null` of others. */
    readonly answers: AnswersMark | null;
  };
}

export interface StudyReport {
  readonly format: "atelier-study-report";
  readonly version: 1;
  readonly of: ReportInput["of"];
  /** Set later, where that has changed (`src/study/out-of-date.ts`). */
  readonly outOfDate: boolean;
  readonly candidates: readonly { readonly id: string; readonly label: string; readonly isControl: boolean }[];
  /** Pairs, once for each seed: content, style and seed as JSON. */
  readonly rounds: readonly string[];
  /** One sentence each. */
  readonly missing: readonly string[];
  readonly people: PeopleFigures | null;
  readonly measured: MeasuredFigures | null;
  /** The metric that says most often what people say is first. */
  readonly correlations: readonly Correlation[];
  readonly disagreements: readonly Disagreement[];
  readonly extremes: readonly Extremes[];
  readonly costs: readonly Cost[];
  readonly reach: ReachFigures;
}

/** Pairs that are shown of each kind. */
const MOST_DISAGREEMENTS = 6;
const MOST_EXTREMES = 3;

/**
 * @param ballots a file of them, of the study or of `/scores export`; by default what lies in the study's folder
 * @throws UserError where the folder holds no study, or one of its files cannot be read
 */
export async function readReportInput(folder: string, ballots?: string): Promise<ReportInput> {
  const manifest = await readManifest(folder);
  if (!manifest)
    throw new UserError(
      "no-study",
      `There is no study in ${folder}. Make one first: atelier study run --out ${folder}`,
    );
  const measures = await readMeasures(folder);
  const { said, answers = null } =
    ballots === undefined ? await ownBallots(folder, manifest) : await ballotsFrom(ballots, manifest);
  const hashOf = async (value: unknown): Promise<string | null> =>
    value === null ? null : sha256Of(Buffer.from(JSON.stringify(value)));
  return {
    manifest,
    said,
    measures,
    of: { study: (await hashOf(manifest))!, ballots: await hashOf(said), measures: await hashOf(measures), answers },
  };
}

interface Said {
  readonly said: ReportInput["said"];
  readonly answers?: AnswersMark;
}

async function ownBallots(folder: string, manifest: Manifest): Promise<Said> {
  const read = await readBallots(folder);
  return read ? saidIn(read, manifest) : { said: null };
}

const saidIn = ({ ballots, answers }: StudyBallots, manifest: Manifest): Said => ({
  said: studyRankings(ballots, manifest),
  ...(answers && { answers }),
});

async function ballotsFrom(file: string, manifest: Manifest): Promise<Said> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new UserError("file-unreadable", `Cannot read ${file}: ${messageOf(cause)}`, { cause });
  });
  return text.includes('"atelier-ballots"')
    ? { said: exportedRankings(fromJson(text)) }
    : saidIn(parseBallots(text, file), manifest);
}

/**
 * @param studies that are played to say what this one cannot tell; default as `atelier study plan` has it
 * @throws UserError as `figuresOf`
 */
export function studyReport(input: ReportInput, studies?: number): StudyReport {
  const figures = figuresOf(input);
  return { ...figures, reach: reachFigures(figures.people, figures.rounds.length, studies) };
}

/** All but what has to be played. @throws UserError where all ballots are about other pictures */
export function figuresOf({ manifest, said, measures, of }: ReportInput): Omit<StudyReport, "reach"> {
  const { candidates, seeds, pairs, engine } = manifest;
  const rounds = pairs.flatMap((pair) => seeds.map((seed) => roundOf(pair, seed)));
  const ids = candidates.map(({ id }) => id);
  const all = said && saidBy(said);
  const counted = all?.counted ?? [];
  const people = all && all.counted.length + all.apart.length > 0 ? peopleFigures(all, ids, engine.stylizer) : null;
  const measured = measures && measuredFigures(measures, candidates);
  const scores = measures && new PictureScores(measures, seeds);
  const own = candidates.filter(({ kind }) => kind !== "control").map(({ id }) => id);
  return {
    format: "atelier-study-report",
    version: 1,
    of,
    outOfDate: false,
    candidates: candidates.map((each) => ({
      id: each.id,
      label: candidateLabel(each),
      isControl: each.kind === "control",
    })),
    rounds,
    missing: missingOf(manifest, people, measured),
    people,
    measured,
    correlations: scores ? correlationsOf(counted, scores, measured?.rows ?? [], people?.strengths ?? []) : [],
    disagreements: scores ? disagreementsOf(counted, scores, MOST_DISAGREEMENTS) : [],
    extremes: extremesOf(own, rounds, counted, scores, MOST_EXTREMES),
    costs: costsOf(manifest),
  };
}

function missingOf(
  { complete, pictures, failed }: Manifest,
  people: PeopleFigures | null,
  measured: MeasuredFigures | null,
): string[] {
  return [
    ...(complete
      ? []
      : [
          `The study is not complete: ${pictures.length} pictures are there${failed.length > 0 ? `, and ${failed.length} could not be painted` : ""}. The same atelier study run goes on with it.`,
        ]),
    ...(people
      ? []
      : [
          "No person has ranked these pictures yet: there is no table of preferences, and no measure is held against people.",
        ]),
    ...(people && !people.table
      ? ["No ranking holds all three variants, so the paper's table cannot be made of them."]
      : []),
    ...(measured ? [] : ["Nothing has been measured yet: there is no table of metrics."]),
    ...(people && people.strangers > 0
      ? [`${people.strangers} ballots were left out: they rank pictures that this study does not have, or too few.`]
      : []),
  ];
}

/** What of a study has changed since a report was made, one sentence each; none: it is as it was. */
export function changesSince(made: Omit<ReportInput["of"], "answers">, now: ReportInput["of"]): string[] {
  return [
    ...(made.ballots === now.ballots ? [] : ["Answers were added or taken back."]),
    ...(made.study === now.study ? [] : ["The study has other pictures now."]),
    ...(made.measures === now.measures ? [] : ["Its pictures were measured again."]),
  ];
}
