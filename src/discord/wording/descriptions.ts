/** How a style in words is shown: whole, with what the picture is not painted by set apart, and who wrote it. */
import { conditioning } from "../../caption/conditioning.ts";
import { styleText, usedSentences } from "../../caption/style-sentences.ts";
import { BY_USER, paintingWords } from "../../jobs/description.ts";
import type { Job, JobRequest } from "../../jobs/job.ts";
import { retold } from "../../words/retold.ts";
import { say } from "../../words/say.ts";
import { blendWords } from "./blends.ts";
import { clip, escapeText, quote } from "./markdown.ts";

/** All text of a Components V2 message together may have 4000 characters; the rest is for the result below it. */
const DESCRIPTION_LENGTH = 1800;
const EXTRA_LENGTH = 500;
/** Notes carry error messages, which can be long. */
const NOTE_LENGTH = 250;

/** The describer that is no captioner, in whichever of its versions. */
const PALETTE = /^palette(-\d+)?$/;

/** Of a blend: of all descriptions, of each note, and of what was added. Its names and shares stand there as well. */
const OF_BLEND = { descriptions: 1200, note: 60, extra: 400 } as const;

/** A description as far as it is written. */
export interface Written {
  readonly text: string;
  readonly done: boolean;
  /** What people should know about how it came about. */
  readonly note: string | null;
}

export interface Origin {
  /** Name of the describer (`describerName`), or `BY_USER`. */
  readonly by: string;
  /** What people should know about how it came about. */
  readonly note: string | null;
}

export const description = {
  growing: (text: string): string => `${description.written(text)} ▌`,

  /** All of it, while it is not known yet what will be made of it. */
  written: (text: string): string => `${say("description.title")}\n${quoted(text, DESCRIPTION_LENGTH, escapeText)}`,

  /** @param extra words that the person added */
  whole: (text: string, origin: Origin, extra: string | null): string =>
    [say("description.title"), descriptionLines(text, origin), ...addedLines(extra)].join("\n"),
} as const;

const addedLines = (extra: string | null, most = EXTRA_LENGTH): readonly string[] =>
  extra?.trim() ? [quoted(extra, most, escapeText), say("description.added")] : [];

interface DescribedStyle extends Origin {
  readonly text: string;
}

/** The same for all styles of a request, in their order: those of a blend stand under their names. */
export const descriptions = {
  growing(request: JobRequest, written: readonly Written[]): string {
    const [first] = written;
    if (!hasWordsForEach(request)) return (first?.done ? description.written : description.growing)(first?.text ?? "");
    const most = Math.floor(OF_BLEND.descriptions / written.length);
    const lines = written.map(({ text, done }) => `${quoted(text, most, escapeText)}${done ? "" : " ▌"}`);
    return underNames(request, lines).join("\n");
  },

  whole(request: JobRequest, styles: readonly [DescribedStyle, ...DescribedStyle[]]): string {
    const [{ text: only, ...by }] = styles;
    if (!hasWordsForEach(request)) return description.whole(only, by, request.extraPrompt);
    const most = Math.floor(OF_BLEND.descriptions / styles.length);
    const lines = styles.map(({ text, ...origin }) =>
      origin.by === BY_USER
        ? `${quoted(text, most, withUnusedInItalics)}\n${blendWords.ownersWords}`
        : descriptionLines(text, origin, most, OF_BLEND.note),
    );
    return [...underNames(request, lines), ...addedLines(request.extraPrompt, OF_BLEND.extra)].join("\n");
  },
} as const;

/** A person's own words stand for all of a blend. */
const hasWordsForEach = ({ blend, description: own }: JobRequest): boolean => blend !== undefined && !own?.trim();

function underNames(request: JobRequest, lines: readonly string[]): readonly string[] {
  const titles = blendWords.titles(request);
  // An empty line keeps one style from the next.
  return [blendWords.title, ...lines.map((line, n) => `${n === 0 ? "" : "\n"}${titles[n]}\n${line}`)];
}

/** The words that a picture is painted by, for people: those of all its styles, then those that were added. */
export function paintedBy(job: Job): string | null {
  const { description: first, others, ownWords } = paintingWords(job);
  const described = [first, ...others].flatMap((text) => (text === null ? [] : styleText(text)));
  return conditioning({ description: null, ownWords: [...described, ...ownWords] });
}

/** A finished description and the small print under it. A person's own words are all used. */
export function descriptionLines(
  text: string,
  { by, note }: Origin,
  most = DESCRIPTION_LENGTH,
  mostOfNote = NOTE_LENGTH,
): string {
  if (by === BY_USER) return `${quoted(text, most, escapeText)}\n${say("description.own")}`;
  const isPartly = usedSentences(text).some(({ isUsed }) => !isUsed);
  return [
    quoted(text, most, withUnusedInItalics),
    say(isPartly ? "description.by-partly" : "description.by", { by: escapeText(by) }),
    ...(note === null
      ? []
      : [`-# ⚠️ ${escapeText(clip(retold("describer.", note.replaceAll(/\s+/g, " ")), mostOfNote))}`]),
  ].join("\n");
}

/**
 * Who described a style, for `Origin.by`.
 *
 * @param describer a describer's id, or `BY_USER`; `null` where nobody knows any more
 * @param labelOf the names that captioners have of their own
 */
export function describerName(describer: string | null, labelOf: (id: string) => string): string {
  if (describer === null) return say("description.me");
  if (describer === BY_USER) return describer;
  return PALETTE.test(describer) ? say("describer.palette") : labelOf(describer);
}

/** Control characters but for the end of a line, and what turns the direction of writing around. */
const INVISIBLE = /[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069]/gu;

/** Quoted, and cut so that it fits with all its escapes. */
function quoted(text: string, most: number, format: (text: string) => string): string {
  const plain = text.replaceAll(/\r\n?/g, "\n").replaceAll(INVISIBLE, "");
  for (let length = most; ; length = Math.floor(length * 0.7)) {
    const shown = quote(format(clip(plain, length)));
    if (shown.length <= most) return shown;
  }
}

function withUnusedInItalics(text: string): string {
  let at = 0;
  let shown = "";
  for (const { sentence, isUsed } of usedSentences(text)) {
    const start = text.indexOf(sentence, at);
    const words = escapeText(sentence);
    shown += escapeText(text.slice(at, start)) + (isUsed ? words : `*${words}*`);
    at = start + sentence.length;
  }
  return shown + escapeText(text.slice(at));
}
