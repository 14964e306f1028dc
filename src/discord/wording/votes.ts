/** Everything the bot says about votes, comparisons and scores. */
import type { Job } from "../../jobs/job.ts";
import type { Variant } from "../../variant.ts";
import { MEDALS, PLACES, type Place, POINTS, type Subject } from "../../votes/ballot.ts";
import type { Interval } from "../../votes/bootstrap.ts";
import { FEWEST_VOTERS } from "../../votes/scores.ts";
import { LETTERS, type Letter } from "../../votes/comparison.ts";
import type { PathScore } from "../../votes/paths.ts";
import { paperSubjectLabel, variantLabel } from "./labels.ts";
import { bar, clip, escapeText, plainName, relativeTime } from "./markdown.ts";

const pairName = ({ request }: Job): string =>
  `${escapeText(plainName(request.content.name))} in the style of ${escapeText(plainName(request.style.name))}`;

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** What a picture got in a round. */
export interface Tally {
  readonly letter: Letter;
  readonly subject: Subject;
  readonly medals: Readonly<Record<Place, number>>;
  readonly points: number;
}

const list = new Intl.ListFormat("en", { type: "conjunction" });

/** Two or three. */
const inWays = (pictures: number): string => `in ${pictures === 2 ? "two" : "three"} ways`;
const lettersOf = (pictures: number): readonly Letter[] => LETTERS.slice(0, pictures);

export const comparison = {
  painting(job: Job, done: number, of: number, endsAt: number | null): string {
    const when = endsAt === null ? "" : `, ready ${relativeTime(endsAt)}`;
    return `### ⚖️ Blind comparison: ${pairName(job)}\n🖌️ Painting it ${inWays(of)}\n${bar(done / of)}  ${done} of ${of}${when}\n-# for <@${job.request.userId}>`;
  },
  ready: (job: Job, pictures: number, link: string): string =>
    `### ⚖️ Blind comparison: ${pairName(job)}\n✅ Painted ${inWays(pictures)}, for you to judge: [have a look](${link})`,
  failed: (words: string): string => `⚠️ There is no comparison this time: ${words}`,
  pictureFailed: "one of the pictures did not work out. Please try again.",
  otherPath: "the engine painted by another style path than it was asked for. Please try again.",
  notPosted:
    "I could not post the pictures here. Somebody who manages the server has to let me send messages and attach files in this channel.",
  cancelled: "🛑 The comparison was stopped before it began.",

  open: (job: Job, pictures: number, closesAt: number): string =>
    `<@${job.request.userId}> ⚖️ **${pairName(job)}**, painted ${inWays(pictures)}. Which do you like best?\nGive ${PLACES.slice(
      0,
      pictures,
    )
      .map((place) => MEDALS[place])
      .join(
        " ",
      )} to ${list.format(lettersOf(pictures).map((letter) => `**${letter}**`))} below. I will tell which is which ${relativeTime(closesAt)}, when voting ends.`,
  sheetAlt: (job: Job, pictures: number): string =>
    `Overview: ${plainName(job.request.content.name)}, ${plainName(job.request.style.name)}, and the pictures ${list.format(lettersOf(pictures))}`,
  cell: { content: "Content", style: "Style" },
  revealedCell: (letter: Letter, subject: Subject): string => `${letter}: ${paperSubjectLabel(subject)}`,
  picture: (letter: Letter): string => `### ${letter}`,
  /** Says nothing of how it was made: descriptions belong to some variants only. */
  pictureAlt: (letter: Letter, { request }: Job): string =>
    `Picture ${letter} of a blind comparison: ${plainName(request.content.name)} in the style of ${plainName(request.style.name)}`,

  revealed(job: Job, tallies: readonly Tally[], ballots: number, own: boolean): string {
    const title = `### ⚖️ Revealed: ${pairName(job)}`;
    if (ballots === 0)
      return `${title}\nNobody voted. ${list.format(tallies.map((tally) => `${tally.letter} is ${name(tally)}`))}.`;
    const best = tallies.filter(({ points }) => points === tallies[0]!.points);
    const winner =
      best.length === 1
        ? `${name(best[0]!)} (${best[0]!.letter}) was liked best.`
        : `${list.format(best.map((tally) => `${name(tally)} (${tally.letter})`))} are level.`;
    const lines = tallies.map((tally) => `${tally.letter} · ${name(tally)} · ${tallyWords(tally)}`);
    const whose = own ? ", one of them by the person who asked" : "";
    return `${title}\n${winner}\n${lines.join("\n")}\n-# ${count(ballots, "ballot")}${whose}. 🥇 3 points, 🥈 2, 🥉 1.`;
  },
  revealedPicture: (tally: Tally): string =>
    `### ${tally.letter}: ${paperSubjectLabel(tally.subject)}\n${tallyWords(tally)}`,

  notYours: (userId: string): string => `Only <@${userId}> or a moderator can do that.`,
  gone: "I no longer know this comparison. Start a new one with `/compare`.",
  over: "This comparison is over and its pictures are revealed already.",
  underWay: (link: string): string => `This pair is being compared here already: [have a look](${link}).`,
  unfinished: "That picture is not finished yet. Press *Compare* again when it is.",
  noPair: "I need two pictures: `content` to repaint, and `style`.",
  missingPicture: "I no longer have the pictures of this pair. Start afresh with `/compare` and upload them again.",
} as const;

/** What `/compare` says of the style paths that it is given. */
export const comparedPaths = {
  unknown: (name: string, known: readonly string[]): string =>
    `I know no style path called “${escapeText(clip(name, 40))}”. There are: ${known.join(", ")}.`,
  twice: "The same style path is there twice; name each once.",
  howMany: (least: number, most: number): string =>
    `A comparison takes ${least} or ${most} style paths, with commas between them: \`attention, adapter\`.`,
  variantAlone: "Choose `paths` too: without them all variants are compared, so there is none to choose.",
  needsDiffusion:
    "Style paths belong to Stable Diffusion, and this Atelier paints with its embedded engine, which has one way of its own. Leave `paths` out to compare the variants.",
  notLearned:
    "No token has been learned for that style picture in this server. Learn it first (`/style learn`), or leave `token` out.",
} as const;

const name = ({ subject }: Pick<Tally, "subject">): string => `**${paperSubjectLabel(subject)}**`;

const tallyWords = ({ medals, points }: Tally): string =>
  `${PLACES.map((place) => `${MEDALS[place]} ${medals[place]}`).join("  ")} = ${count(points, "point")}`;

export const voteButton = {
  compare: "Compare",
  ballot: "My ballot",
  end: "Reveal now",
  cancel: "Cancel",
  face: "It shows a face",
  noFace: "It shows no face",
} as const;

/** Completes "members who …"; one of the two is asked for. */
const admitted = (days: number, roleId: string | null): string =>
  list.format([
    ...(roleId === null ? [] : [`have the role <@&${roleId}>`]),
    ...(days === 0 ? [] : [`have had their account for at least ${count(days, "day")}`]),
  ]);

export const ballotPanel = {
  unfinished: "There is nothing to vote on yet: this picture is not finished.",
  ownWords:
    "This picture was painted by somebody's own words, not by its style alone, so it takes no part in the vote on its pair.",
  title: (closesAt: number, open: boolean): string =>
    open
      ? `### 🗳️ Your ballot on this pair\nVoting ends ${relativeTime(closesAt)}.`
      : `### 🗳️ Your ballot on this pair\nVoting on this pair is over (${relativeTime(closesAt)}), so new medals no longer count.`,
  /** A picture of the pair, with the person's medal on it or none. */
  line: (place: Place | null, what: string): string =>
    place === null ? `▫️ ${what}` : `${MEDALS[place]} ${what} · ${count(POINTS[place], "point")}`,
  smallAlt: (label: string): string => `The picture "${label}", small`,
  empty: "You have not given any medal yet.",
  how: (pictures: number): string =>
    pictures > 1
      ? `-# Give 🥇 🥈 🥉 to the ${pictures} pictures of this pair, each medal once. Moving a medal moves your vote, taking it off takes it back.`
      : "-# Give 🥇 🥈 🥉 once there are several pictures of this pair here: the buttons paint it in other ways.",
  picture: (label: string, link: string): string => `[${label}](${link})`,
  notAdmitted: (days: number, roleId: string | null): string =>
    `⚠️ Your medals do not count here: this server counts only those of members who ${admitted(days, roleId)}.`,
  face: (prominent: boolean, by: "detector" | "moderator"): string =>
    `-# The content picture counts among those ${prominent ? "with" : "without"} a face (says ${by === "detector" ? "the detector" : "a moderator"}).`,
  noVerdict: "-# Whether the content picture shows a face is not known, so it counts among those without.",
  notModerator: "Only a moderator can change that.",
} as const;

export const SCOPE_NAME = { server: "This server", everywhere: "Everywhere" } as const;
export const CATEGORY_NAME = { overall: "Overall", face: "Faces", "non-face": "Non-faces" } as const;
export const PERIOD_NAME = { all: "All time", "90": "90 days", "30": "30 days", "7": "7 days" } as const;

export interface ScoreFilter {
  readonly scope: keyof typeof SCOPE_NAME;
  readonly category: keyof typeof CATEGORY_NAME;
  readonly period: keyof typeof PERIOD_NAME;
  readonly engine: string;
}

export const scores = {
  /** What the figures are about. */
  about: ({ scope, category, period, engine }: ScoreFilter): string =>
    [
      SCOPE_NAME[scope],
      ...(category === "overall" ? [] : [CATEGORY_NAME[category]]),
      PERIOD_NAME[period],
      ...(engine === "all" ? [] : [`${engine} engine`]),
    ].join(" · "),
  title: (about: string): string => `### 📊 Which way of painting people prefer\n-# ${about}`,
  counts: (ballots: number, complete: number, people: number, pairs: number): string =>
    `**${count(ballots, "ballot")}** (${complete === ballots ? "all complete" : `${complete.toLocaleString("en")} complete`}) by **${count(people, "person", "people")}** on **${count(pairs, "pair")}**`,
  own: (own: number): string =>
    own === 0 ? "" : `-# ${count(own, "complete ballot")} by the person who asked for the pictures.`,
  none: "No ballots yet. Give 🥇 🥈 🥉 to several results of one pair, or start a blind `/compare`.",
  meaning: (intervals: boolean): string =>
    `-# Mean points of complete ballots (🥇 3, 🥈 2, 🥉 1)${intervals ? " ± half of the 95 % interval, resampled by voter" : ""}; below ours, what the paper's voters gave. Image: style image only; Img+desc: style image + description; Desc: description only.`,
  paperAlone: "-# Mean points (🥇 3, 🥈 2, 🥉 1); so far there are only those of the paper's voters.",
  strengths: (of: string, values: readonly (readonly [Variant, number])[]): string =>
    `**Strength**, ${of}, partial ballots too (0 is average; Bradley-Terry): ${values.map(([variant, value]) => `${variantLabel(variant)} ${signed(value)}`).join(" · ")}`,
  paths: (scores: readonly PathScore[]): string =>
    `**Style paths**, in comparisons of their own (how often one was liked better than another): ${scores.map(({ path, won, of }) => `${paperSubjectLabel(path)} ${won} of ${of}`).join(" · ")}`,
  caveat: (sentence: string): string => `⚠️ ${sentence}`,
  chartTitle: "What people prefer",
  chartSubtitle: (about: string, complete: number, people: number): string =>
    `${about}\n${count(complete, "complete ballot")} by ${count(people, "person", "people")}, ${people < FEWEST_VOTERS ? "too few for intervals" : "95 % intervals"}`,
  paper: "the paper",
  chartGroup: (row: string, ballots: number): string => `${row}\n${count(ballots, "ballot")}`,
  chartAlt: (rows: readonly string[]): string => clip(`Mean points out of 3. ${rows.join(" ")}`, 1024),
  chartAltRow: (row: string, values: readonly ChartValue[]): string =>
    `${row}: ${values.map(({ variant, mean, interval, paper }) => `${variantLabel(variant)} ${mean.toFixed(2)} (${interval ? `${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}, ` : ""}the paper ${paper.toFixed(2)})`).join(", ")}.`,
  exported: (about: string, ballots: number): string =>
    `### 📦 ${count(ballots, "ballot")}, anonymised\n-# ${about}\nPeople, servers and pictures are hidden behind secret ids, and times cut to the day. The ids stay the same from export to export, so among very few people somebody may still be recognised: think before you pass it on.\n\`atelier scores --from ballots.json\` computes every figure again.`,
  exportedPaths: (ballots: number): string =>
    `${count(ballots, "ballot")} on style paths in \`path-ballots.csv\`: they are counted apart and enter no figure of the variants.`,
  exportForManagers:
    "Ballots are exported by members with the permission **Manage Server**, and by roles that they choose in `/settings`.",
  exportForOwner:
    "The ballots of all servers are exported by whoever runs this bot alone. Those of this server: leave `scope` away.",
  nothingToExport:
    "There are no such ballots to export yet. Give 🥇 🥈 🥉 to several results of one pair, or start a blind `/compare`.",
} as const;

interface ChartValue {
  readonly variant: Variant;
  readonly mean: number;
  readonly interval: Interval | null;
  readonly paper: number;
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

export const settings = {
  pinned: (variant: Variant): string => `**Auto** always takes *${variantLabel(variant)}*.`,
  learning: "**Auto** learns: it starts at the paper's finding and moves to what this server's ballots say.",
  paper: "**Auto** follows the paper's finding and does not learn from ballots.",
  voters(days: number, roleId: string | null): string {
    if (days === 0 && roleId === null) return "**Voters**: every member's medals count.";
    return `**Voters**: only medals of members count who ${admitted(days, roleId)}.`;
  },
} as const;
