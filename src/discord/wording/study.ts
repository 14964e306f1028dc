/** Everything the bot says about studies that people take part in. What they agree to stays in English, in which it was weighed. */
import type { Flag } from "../../study/flags.ts";
import type { Survey } from "../../study/survey/survey.ts";
import type { Letter } from "../../votes/comparison.ts";
import { say, type Sentence, sentences } from "../../words/say.ts";
import { clip, duration, escapeText, relativeTime } from "./markdown.ts";

const ALT_LENGTH = 1024;

const named = ({ run }: Pick<Survey, "run">): string => `**${escapeText(run)}**`;

const ends = ({ closesAt, closesWidth }: Pick<Survey, "closesAt" | "closesWidth">): string =>
  closesWidth === null
    ? say("study.closes", { when: relativeTime(closesAt) })
    : say("study.closes-at-width", { width: closesWidth / 2, when: relativeTime(closesAt) });

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const CHOICE = {
  painting: "study.choice.painting",
  open: "study.choice.open",
  closing: "study.choice.closed",
  closed: "study.choice.closed",
} as const satisfies Readonly<Record<Survey["state"], Sentence>>;

function standingWords(survey: Survey): string {
  if (survey.state === "painting") return say("study.not-yet");
  return survey.state === "open" ? ends(survey) : say("study.status.over");
}

export const studyWords = Object.assign(
  sentences({
    takePart: "study.take-part",
    back: "study.back",
    withdraw: "study.withdraw",
    withdrawn: "study.withdrawn",
    nothingToWithdraw: "study.nothing-to-withdraw",
    gone: "study.gone",
    closed: "study.closed",
    notAdmitted: "study.not-admitted",
    notManager: "study.not-manager",
    noRuns: "study.no-runs",
    unknown: "study.unknown",
    alreadyClosed: "study.already-closed",
    closing: "study.closing",
    reportFiles: "study.report-files",
    noFigures: "study.no-figures",
    stopPainting: "study.stop-painting",
    stopped: "study.stopped",
    paintedAlready: "study.painted-already",
    notYet: "study.not-yet",
    paintingAlready: "study.painting-already",
    tooFewPairs: "study.too-few-pairs",
    noStyles: "study.no-styles",
    noRoom: "study.no-room",
  }),
  {
    /** Also told to the server's log channel. */
    blocked: { sentence: "study.blocked" } as const,
    invitation: (survey: Survey, pairs: number, people: number, answers: number): string =>
      [
        say("study.invitation.title"),
        say("study.invitation", { pairs, each: survey.each }),
        people === 0 ? say("study.invitation.nobody-yet") : say("study.invitation.so-far", { people, answers }),
        `-# ${named(survey)} · ${ends(survey)}`,
      ].join("\n"),
    /** @param at pictures that are there, of all, and seconds until all are; `null` where nobody can tell */
    painting: (
      survey: Survey,
      { done, of, seconds }: { readonly done: number; readonly of: number; readonly seconds: number | null },
    ): string =>
      [
        say("study.painting.title", { study: named(survey) }),
        say("study.painting", { done, of }),
        seconds === null
          ? say("study.painting.unknown-time")
          : say("study.painting.time", { time: duration(Math.max(1, seconds)) }),
        say("study.painting.whose"),
      ].join("\n"),
    defaultName: (at: number): string => say("study.default-name", { date: dayOf(at) }),
    paintingStopped: (survey: Survey): string => say("study.painting-stopped", { study: named(survey) }),
    /** @param why as a job says it; empty: somebody stopped it */
    notPainted: (survey: Survey, why: string): string =>
      `${say("study.not-painted", { study: named(survey) })} ${why === "" ? say("study.picture-stopped") : why}`,
    tooManyStyles: (most: number): string => say("study.too-many-styles", { most }),
    alike: (one: string, other: string): string =>
      say("study.alike", { one: `**${escapeText(one)}**`, other: `**${escapeText(other)}**` }),
    over: (survey: Survey, people: number): string =>
      `${say("study.over", { study: named(survey) })}\n${people === 0 ? say("study.over.nobody") : say("study.over.people", { people })}`,
    consent: (each: number): string =>
      [
        "### 🧪 Before you begin",
        `You are shown up to ${each} pairs of pictures: a content, a style, and three repainted ones, A, B and C. You say which you like best, and which second best. There is no right answer; please just look.`,
        "**What is kept:** your answers with your Discord id, and how long each took. Other people see means over everybody, and files in which you stand under an id that nobody can trace back.",
        "**It is up to you.** Nobody pays for it, and nothing depends on it. *Withdraw* takes all your answers out again at any time, also of a study that is over; *Forget me* in `/privacy` does so, too.",
      ].join("\n"),
    agree: "I agree, begin",
    question: (position: number, of: number): string =>
      `${say("study.question")}\n${say("study.question.where", { position: position + 1, of })}`,
    second: (best: Letter): string => say("study.question.second", { best }),
    contentAlt: (name: string): string => clip(say("study.content-alt", { name }), ALT_LENGTH),
    styleAlt: (name: string): string => clip(say("study.style-alt", { name }), ALT_LENGTH),
    /** Says nothing of how it was made. */
    pictureAlt: (letter: Letter, content: string, style: string): string =>
      clip(say("study.picture-alt", { letter, content, style }), ALT_LENGTH),
    thanks: (answers: number): string => `${say("study.thanks.title")}\n${say("study.thanks", { answers })}`,

    under: (run: string): string => say("study.under-way", { study: named({ run }) }),
    choice: ({ run, state, createdAt }: Survey): string =>
      clip(say(CHOICE[state], { run, date: dayOf(createdAt) }), 100),

    status: (survey: Survey, people: number, answers: number, flagged: readonly (readonly Flag[])[]): string =>
      [
        `### 🧪 ${named(survey)}`,
        `${say("study.status", { people, answers })} ${standingWords(survey)}`,
        ...(flagged.length === 0 ? [] : [flaggedWords(flagged)]),
      ].join("\n"),
    flagged: flaggedWords,
    width: (width: number): string => say("study.width", { width: width / 2 }),
    report: (survey: Survey, at: number): string =>
      say("study.report", { study: named(survey), when: relativeTime(at) }),
    outOfDate: (survey: Survey): string =>
      `${say("study.report.title", { study: named(survey) })}\n${say("study.report.out-of-date")}`,
  },
);

/** Who is left out of the table, and for what. */
function flaggedWords(flagged: readonly (readonly Flag[])[]): string {
  const by = (flag: Flag): number => flagged.filter((flags) => flags.includes(flag)).length;
  const why = [
    ...(by("check") > 0 ? [say("study.flagged.check", { people: by("check") })] : []),
    ...(by("pace") > 0 ? [say("study.flagged.pace", { people: by("pace") })] : []),
  ];
  return say("study.flagged", { people: flagged.length, why: why.join(", ") });
}
