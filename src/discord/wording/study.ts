/** Everything the bot says about studies that people take part in. */
import type { Flag } from "../../study/flags.ts";
import type { Survey } from "../../study/survey/survey.ts";
import type { Letter } from "../../votes/comparison.ts";
import { clip, escapeText, relativeTime } from "./markdown.ts";

const ALT_LENGTH = 1024;

const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

const named = ({ run }: Pick<Survey, "run">): string => `**${escapeText(run)}**`;

const ends = ({ closesAt, closesWidth }: Pick<Survey, "closesAt" | "closesWidth">): string =>
  closesWidth === null
    ? `It closes ${relativeTime(closesAt)}.`
    : `It closes once every mean is known to ± ${(closesWidth / 2).toFixed(2)} points, ${relativeTime(closesAt)} at the latest.`;

export const studyWords = {
  invitation: (survey: Survey, pairs: number, people: number, rankings: number): string =>
    [
      `### 🧪 Which way of repainting do you like best?`,
      `A study over ${count(pairs, "pair")} of pictures, each repainted in three ways. You see up to ${survey.each} of them, one after the other, to yourself alone, and say by two presses which you like best and second best. It takes a few minutes, and you can stop and go on at any time.`,
      people === 0
        ? "Nobody has taken part yet."
        : `${count(people, "person has", "people have")} given ${count(rankings, "answer")} so far.`,
      `-# ${named(survey)} · ${ends(survey)}`,
    ].join("\n"),
  over: (survey: Survey, people: number): string =>
    `### 🧪 The study ${named(survey)} is over\n${people === 0 ? "Nobody took part." : `${count(people, "person", "people")} took part. Thank you!`}`,
  takePart: "Take part",
  consent: (each: number): string =>
    [
      "### 🧪 Before you begin",
      `You are shown up to ${each} pairs of pictures: a content, a style, and three repainted ones, A, B and C. You say which you like best, and which second best. There is no right answer; please just look.`,
      "**What is kept:** your answers with your Discord id, and how long each took. Other people see means over everybody, and files in which you stand under an id that nobody can trace back.",
      "**It is up to you.** Nobody pays for it, and nothing depends on it. *Withdraw* takes all your answers out again at any time, also of a study that is over; *Forget me* in `/privacy` does so, too.",
    ].join("\n"),
  agree: "I agree, begin",
  question: (position: number, of: number): string =>
    `### Which do you like best?\n-# ${position + 1} of ${of} · above: content and style, below: A, B and C`,
  second: (best: Letter): string => `Best: **${best}**. And second best?`,
  back: "Back",
  withdraw: "Withdraw",
  contentAlt: (name: string): string => clip(`Content: ${name}`, ALT_LENGTH),
  styleAlt: (name: string): string => clip(`Style: ${name}`, ALT_LENGTH),
  /** Says nothing of how it was made. */
  pictureAlt: (letter: Letter, content: string, style: string): string =>
    clip(`Picture ${letter}: ${content} in the style of ${style}`, ALT_LENGTH),
  thanks: (answers: number): string =>
    `### 🧪 Thank you!\nThese were all: you gave ${count(answers, "answer")}. The result is shown where you were invited, when the study is over.`,
  withdrawn: "Your answers are taken out. You can take part again as long as the study is open.",
  nothingToWithdraw: "You have given no answers in this study.",
  gone: "This study is not there any more.",
  closed: "This study is over. Thank you for wanting to take part!",
  blocked: "You may not use me in this server, so you cannot take part.",
  notAdmitted:
    "In this server only some members' votes count, by the age of their account or a role, so you cannot take part.",

  notManager: "Studies are for those who manage this server.",
  noRuns:
    "There is no finished study to ask people about. Whoever runs the bot makes one: `atelier study run --contents DIR --styles DIR --out DATA_DIR/studies/NAME`",
  under: (run: string): string =>
    `People are taking part in ${named({ run })} here already. \`/study close\` ends that.`,
  unknown: "I know no such study in this server. `/study start` begins one.",
  alreadyClosed: "This study is over already.",
  closing: "The study is closed. Its result stands where people were invited.",
  choice: ({ run, state, createdAt }: Survey): string =>
    clip(`${run} (${state === "open" ? "open" : "over"}, ${new Date(createdAt).toISOString().slice(0, 10)})`, 100),

  status: (survey: Survey, people: number, answers: number, flagged: readonly (readonly Flag[])[]): string =>
    [
      `### 🧪 ${named(survey)}`,
      `${count(people, "person", "people")}, ${count(answers, "answer")}. ${survey.state === "open" ? ends(survey) : "It is over."}`,
      ...(flagged.length === 0 ? [] : [studyWords.flagged(flagged)]),
    ].join("\n"),
  flagged: (flagged: readonly (readonly Flag[])[]): string => {
    const by = (flag: Flag): number => flagged.filter((flags) => flags.includes(flag)).length;
    const why = [
      ...(by("check") > 0 ? [`${by("check")} liked an untouched picture best`] : []),
      ...(by("pace") > 0 ? [`${by("pace")} answered faster than anybody can look`] : []),
    ];
    return `-# Left out of the table: ${count(flagged.length, "person", "people")} (${why.join(", ")}).`;
  },
  width: (width: number): string => `-# Every mean is known to ± ${(width / 2).toFixed(2)} points or better.`,
  report: (survey: Survey, at: number): string => `### 🧪 Report on ${named(survey)}, ${relativeTime(at)}`,
  reportFiles: "-# The answers as files, anonymised. `atelier study report` makes a page of them.",
  outOfDate: (survey: Survey): string =>
    `### 🧪 Report on ${named(survey)}\n⚠️ This report is out of date: answers were added or taken back since, so I have taken it away. \`/study report\` makes a new one.`,
} as const;
