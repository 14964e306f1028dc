/** Everything the bot says about votes, comparisons and scores. */
import type { Job, JobRequest } from "../../jobs/job.ts";
import type { StylizerId } from "../../painting.ts";
import type { Variant } from "../../variant.ts";
import { MEDALS, PLACES, type Place, POINTS, type Subject } from "../../votes/ballot.ts";
import type { Interval } from "../../votes/bootstrap.ts";
import { FEWEST_VOTERS, type ScoreRow } from "../../votes/scores.ts";
import { LETTERS, type Letter } from "../../votes/comparison.ts";
import type { PathScore } from "../../votes/paths.ts";
import { list, number, say, sentences } from "../../words/say.ts";
import { paperSubjectLabel, variantLabel } from "./labels.ts";
import { bar, clip, escapeText, relativeTime } from "./markdown.ts";
import { namedShares, pairOf, plainPairOf } from "./pair-names.ts";

const pairName = ({ request }: Job): string => say("votes.pair", pairOf(request));

/** What a picture got in a round. */
export interface Tally {
  readonly letter: Letter;
  readonly subject: Subject;
  readonly medals: Readonly<Record<Place, number>>;
  readonly points: number;
}

const lettersOf = (pictures: number): readonly Letter[] => LETTERS.slice(0, pictures);

export const comparison = Object.assign(
  sentences({
    pictureFailed: "votes.comparison.picture-failed",
    otherPath: "votes.comparison.other-path",
    notPosted: "votes.comparison.not-posted",
    cancelled: "votes.comparison.cancelled",
    gone: "votes.comparison.gone",
    over: "votes.comparison.over",
    unfinished: "votes.comparison.unfinished",
    noPair: "votes.comparison.no-pair",
    missingPicture: "votes.comparison.missing-picture",
  }),
  {
    painting(job: Job, done: number, of: number, endsAt: number | null): string {
      const far = { bar: bar(done / of), done, of };
      return [
        say("votes.comparison.title", { pair: pairName(job) }),
        say("votes.comparison.painting", { pictures: of }),
        endsAt === null
          ? say("votes.comparison.progress", far)
          : say("votes.comparison.progress-ready", { ...far, when: relativeTime(endsAt) }),
        say("votes.comparison.for", { userId: job.request.userId }),
      ].join("\n");
    },
    ready: (job: Job, pictures: number, link: string): string =>
      `${say("votes.comparison.title", { pair: pairName(job) })}\n${say("votes.comparison.ready", { pictures, link })}`,
    failed: (words: string): string => say("votes.comparison.failed", { why: words }),

    open: (job: Job, pictures: number, closesAt: number): string =>
      say("votes.comparison.open", {
        userId: job.request.userId,
        pair: pairName(job),
        pictures,
        medals: PLACES.slice(0, pictures)
          .map((place) => MEDALS[place])
          .join(" "),
        letters: list(lettersOf(pictures).map((letter) => `**${letter}**`)),
        when: relativeTime(closesAt),
      }),
    sheetAlt: (job: Job, pictures: number): string =>
      say("votes.comparison.sheet-alt", { ...plainPairOf(job.request), letters: list(lettersOf(pictures)) }),
    cell: {
      get content() {
        return say("votes.comparison.cell.content");
      },
      styles: (request: JobRequest): readonly string[] =>
        namedShares(request).map(({ share }) =>
          share === null ? say("votes.comparison.cell.style") : say("blend.sheet.style", { share }),
        ),
    },
    revealedCell: (letter: Letter, subject: Subject): string =>
      say("votes.reveal.letter", { letter, name: paperSubjectLabel(subject) }),
    picture: (letter: Letter): string => `### ${letter}`,
    /** Says nothing of how it was made: descriptions belong to some variants only. */
    pictureAlt: (letter: Letter, { request }: Job): string =>
      say("votes.comparison.picture-alt", { letter, ...plainPairOf(request) }),

    revealed(job: Job, tallies: readonly Tally[], ballots: number, own: boolean): string {
      const title = say("votes.reveal.title", { pair: pairName(job) });
      if (ballots === 0) {
        const all = list(tallies.map((tally) => say("votes.reveal.is", { letter: tally.letter, name: name(tally) })));
        return `${title}\n${say("votes.reveal.nobody", { all })}`;
      }
      const best = tallies.filter(({ points }) => points === tallies[0]!.points);
      const winner =
        best.length === 1
          ? say("votes.reveal.winner", { name: name(best[0]!), letter: best[0]!.letter })
          : say("votes.reveal.level", { names: list(best.map((tally) => `${name(tally)} (${tally.letter})`)) });
      const lines = tallies.map((tally) => `${tally.letter} · ${name(tally)} · ${tallyWords(tally)}`);
      const counted = say(own ? "votes.reveal.ballots-own" : "votes.reveal.ballots", { ballots });
      return [title, winner, ...lines, counted].join("\n");
    },
    revealedPicture: (tally: Tally): string =>
      `### ${comparison.revealedCell(tally.letter, tally.subject)}\n${tallyWords(tally)}`,

    notYours: (userId: string): string => say("votes.comparison.not-yours", { userId }),
    underWay: (link: string): string => say("votes.comparison.under-way", { link }),
  },
);

/** What `/compare` says of the style paths that it is given. */
export const comparedPaths = Object.assign(
  sentences({
    twice: "votes.paths.twice",
    variantAlone: "votes.paths.variant-alone",
    needsDiffusion: "votes.paths.needs-diffusion",
    notLearned: "votes.paths.not-learned",
  }),
  {
    unknown: (name: string, known: readonly string[]): string =>
      say("votes.paths.unknown", { name: escapeText(clip(name, 40)), known: known.join(", ") }),
    howMany: (least: number, most: number): string => say("votes.paths.how-many", { least, most }),
  },
);

const name = ({ subject }: Pick<Tally, "subject">): string => `**${paperSubjectLabel(subject)}**`;

const tallyWords = ({ medals, points }: Tally): string =>
  say("votes.tally", { medals: PLACES.map((place) => `${MEDALS[place]} ${medals[place]}`).join("  "), points });

export const voteButton = sentences({
  compare: "votes.button.compare",
  ballot: "votes.button.ballot",
  end: "votes.button.end",
  cancel: "votes.button.cancel",
  face: "votes.button.face",
  noFace: "votes.button.no-face",
});

/** Members whose medals count: by a role, the age of their account, or both. */
const admitted = (days: number, roleId: string | null) => ({
  by: roleId === null ? "age" : days === 0 ? "role" : "both",
  role: `<@&${roleId}>`,
  days,
});

export const ballotPanel = Object.assign(
  sentences({
    unfinished: "votes.ballot.unfinished",
    ownWords: "votes.ballot.own-words",
    empty: "votes.ballot.empty",
    noVerdict: "votes.ballot.no-verdict",
    notModerator: "votes.ballot.not-moderator",
  }),
  {
    title: (closesAt: number, open: boolean): string =>
      `${say("votes.ballot.title")}\n${say(open ? "votes.ballot.open" : "votes.ballot.over", { when: relativeTime(closesAt) })}`,
    /** A picture of the pair, with the person's medal on it or none. */
    line: (place: Place | null, what: string): string =>
      place === null
        ? `▫️ ${what}`
        : `${MEDALS[place]} ${what} · ${say("votes.ballot.points", { points: POINTS[place] })}`,
    smallAlt: (label: string): string => say("votes.ballot.small-alt", { label }),
    how: (pictures: number): string =>
      pictures > 1 ? say("votes.ballot.how", { pictures }) : say("votes.ballot.how-later"),
    picture: (label: string, link: string): string => `[${label}](${link})`,
    notAdmitted: (days: number, roleId: string | null): string =>
      say("votes.ballot.not-admitted", admitted(days, roleId)),
    face: (prominent: boolean, by: "detector" | "moderator"): string =>
      say("votes.ballot.face", { shows: prominent ? "face" : "none", by }),
  },
);

export const SCOPES = ["server", "everywhere"] as const;
export const CATEGORIES = ["overall", "face", "non-face"] as const;
export const PERIODS = ["7", "30", "90", "all"] as const;

export interface ScoreFilter {
  readonly scope: (typeof SCOPES)[number];
  readonly category: (typeof CATEGORIES)[number];
  readonly period: (typeof PERIODS)[number];
  readonly engine: StylizerId | "all";
}

/** A row of the table. */
export const rowLabel = (row: ScoreRow): string => say(`votes.row.${row}`);

export const scores = Object.assign(
  sentences({
    none: "votes.scores.none",
    paperAlone: "votes.scores.paper-alone",
    chartTitle: "votes.chart.title",
    paper: "votes.chart.paper",
    exportForManagers: "votes.export.for-managers",
    exportForOwner: "votes.export.for-owner",
    nothingToExport: "votes.export.nothing",
  }),
  {
    /** What the figures are about. */
    about: ({ scope, category, period, engine }: ScoreFilter): string =>
      [
        say(`choice.scope.${scope}`),
        ...(category === "overall" ? [] : [say(`choice.category.${category}`)]),
        say(`choice.period.${period}`),
        ...(engine === "all" ? [] : [say(`jobs.fact.engine.${engine}`)]),
      ].join(" · "),
    title: (about: string): string => `${say("votes.scores.title")}\n-# ${about}`,
    counts: (ballots: number, complete: number, people: number, pairs: number): string =>
      say("votes.scores.counts", {
        ballots,
        complete,
        people,
        pairs,
        all: complete === ballots ? "yes" : "no",
      }),
    own: (own: number): string => say("votes.scores.own", { own }),
    meaning: (intervals: boolean): string => say(intervals ? "votes.scores.meaning-intervals" : "votes.scores.meaning"),
    strengths: (row: ScoreRow, values: readonly (readonly [Variant, number])[]): string =>
      say("votes.scores.strengths", {
        row,
        values: values.map(([variant, value]) => `${variantLabel(variant)} ${signed(value)}`).join(" · "),
      }),
    paths: (found: readonly PathScore[]): string =>
      say("votes.scores.paths", {
        paths: found
          .map(({ path, won, of }) => say("votes.scores.path", { path: paperSubjectLabel(path), won, of }))
          .join(" · "),
      }),
    caveat: (sentence: string): string => `⚠️ ${sentence}`,
    chartSubtitle: (about: string, complete: number, people: number): string =>
      `${about}\n${say("votes.chart.subtitle", { complete, people, intervals: people < FEWEST_VOTERS ? "none" : "some" })}`,
    chartGroup: (row: string, ballots: number): string => `${row}\n${say("votes.chart.ballots", { ballots })}`,
    chartAlt: (rows: readonly string[]): string => clip(say("votes.chart.alt", { rows: rows.join(" ") }), 1024),
    chartAltRow: (row: string, values: readonly ChartValue[]): string =>
      say("votes.chart.alt-row", { row, values: values.map(chartValue).join(", ") }),
    exported: (about: string, ballots: number): string =>
      `${say("votes.export.title", { ballots })}\n-# ${about}\n${say("votes.export.how")}`,
    exportedPaths: (ballots: number): string => say("votes.export.paths", { ballots }),
  },
);

interface ChartValue {
  readonly variant: Variant;
  readonly mean: number;
  readonly interval: Interval | null;
  readonly paper: number;
}

function chartValue({ variant, mean, interval, paper }: ChartValue): string {
  const figures = { variant: variantLabel(variant), mean, paper };
  return interval
    ? say("votes.chart.alt-value-interval", { ...figures, low: interval.low, high: interval.high })
    : say("votes.chart.alt-value", figures);
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${number(Math.abs(value), 2)}`;

export const settings = Object.assign(sentences({ learning: "votes.auto.learning", paper: "votes.auto.paper" }), {
  pinned: (variant: Variant): string => say("votes.auto.pinned", { variant: variantLabel(variant) }),
  voters: (days: number, roleId: string | null): string =>
    days === 0 && roleId === null ? say("votes.voters.all") : say("votes.voters.some", admitted(days, roleId)),
});
