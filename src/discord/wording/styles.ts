/** Everything the bot says about the library of styles and about learning. */
import type { GalleryStyle } from "../../jobs/gallery.ts";
import type { Kin } from "../../jobs/style-likeness.ts";
import type { Style } from "../../jobs/style.ts";
import type { End, Kept } from "../../store/learning-repository.ts";
import { list, number, say, type Sentence, sentences } from "../../words/say.ts";
import { bar, clip, escapeText, quote, relativeTime } from "./markdown.ts";

const DESCRIPTION_LENGTH = 1500;
/** Alt texts may have 1024 characters. */
const ALT_LENGTH = 1000;

/** What is left to look at, if anything is. */
const notSeen = (unseen: number): readonly string[] => (unseen === 0 ? [] : [say("styles.not-seen", { unseen })]);

/** Sentences one after the other. */
const together = (...said: readonly string[]): string => said.join(" ");

/** A line on styles that are like one; none where there are no others. */
function kinLines({ similar, count, others, unseen }: Kin): readonly string[] {
  if (others === 0) return [];
  if (similar === null) return [say("styles.kin.unknown")];
  if (similar.length === 0) return [together(say("styles.kin.none"), ...notSeen(unseen))];
  const names = list(similar.map(({ name }) => `**${escapeText(name)}**`));
  const more = count > similar.length ? [say("styles.kin.more")] : [];
  return [together(say("styles.kin.some", { names }), ...more, ...notSeen(unseen))];
}

export const styleWords = {
  unknown: (name: string): string => say("styles.unknown", { name: escapeText(clip(name, 80)) }),
  unknownOutside: (name: string): string => say("styles.unknown-outside", { name: escapeText(clip(name, 80)) }),
  taken: (name: string): string => say("styles.taken", { name: escapeText(name) }),
  takenByGallery: (name: string): string => say("styles.taken-by-gallery", { name: escapeText(name) }),
  ofGallery: (name: string): string => say("styles.of-gallery", { name: escapeText(name) }),
  inGallery: (name: string): string => say("styles.in-gallery", { name: escapeText(name) }),
  aboutGallery: ({ name, words }: GalleryStyle): string =>
    `### 🎨 ${escapeText(name)}\n${quote(words)}\n${say("styles.about-gallery")}`,
  get gone() {
    return say("styles.gone");
  },
  full: (most: number): string => say("styles.full", { most }),
  notYours: (ownerId: string): string => say("styles.not-yours", { userId: ownerId }),
  saved: ({ name }: Style, canLearn: boolean): string =>
    together(say("styles.saved", { name: escapeText(name) }), ...(canLearn ? [say("styles.saved.learn")] : [])),
  savedBefore: ({ name }: Style): string => say("styles.saved-before", { name: escapeText(name) }),
  imported: ({ name }: Style, vectors: number): string => say("styles.imported", { name: escapeText(name), vectors }),
  renamed: (from: string, to: string): string => say("styles.renamed", { from: escapeText(from), to: escapeText(to) }),
  removed: (name: string): string => say("styles.removed", { name: escapeText(name) }),
  about: ({ name, tokenSha256, ownerId, createdAt }: Style, description: string | null, kin: Kin): string =>
    [
      `### 🎨 ${escapeText(name)}`,
      ...(description === null ? [] : [quote(escapeText(clip(description, DESCRIPTION_LENGTH)))]),
      say(tokenSha256 === null ? "styles.about.not-learned" : "styles.about.learned", {
        userId: ownerId,
        when: relativeTime(createdAt),
      }),
      ...kinLines(kin),
    ].join("\n"),
  alt: ({ name }: Pick<Style, "name">): string => clip(say("styles.alt", { name }), ALT_LENGTH),
  get none() {
    return say("styles.none");
  },
  noPage: (pages: number): string => say("styles.no-page", { pages }),
  list: (count: number, page: number, pages: number): string =>
    `${say("styles.list.title")}\n${say(pages === 1 ? "styles.list.count" : "styles.list.count-page", { count, page, pages })}`,
  similar(name: string, shown: number, count: number, unseen: number): string {
    const all = say("styles.similar.all", { count: shown });
    const said = shown < count ? say("styles.similar.closest", { shown, count }) : all;
    return `${say("styles.similar.title", { name: escapeText(name) })}\n${together(said, ...notSeen(unseen))}`;
  },
  noneSimilar: (name: string, unseen: number): string =>
    together(say("styles.similar.none", { name: escapeText(name) }), ...notSeen(unseen)),
  alone: (name: string): string => say("styles.similar.alone", { name: escapeText(name) }),
  notSeenItself: (name: string): string => say("styles.similar.not-seen-itself", { name: escapeText(name) }),
  listAlt: (names: readonly string[]): string => clip(say("styles.list.alt", { names: names.join(", ") }), ALT_LENGTH),
  notLearned: (name: string): string => say("styles.not-learned", { name: escapeText(name) }),
  exported: (name: string): string => say("styles.exported", { name: escapeText(name) }),
  get tokenGone() {
    return say("styles.token-gone");
  },
  needsPicture: (name: string): string => say("styles.needs-picture", { name: escapeText(name) }),
  otherPicture: (name: string): string => say("styles.other-picture", { name: escapeText(name) }),
} as const;

/** Choices have this limit in Discord. */
const CHOICE_LENGTH = 100;

/** With as much of its name as there is room for. */
function choiceWords(sentence: Sentence, name: string): string {
  const room = CHOICE_LENGTH - say(sentence, { name: "" }).length;
  return say(sentence, { name: clip(name, room) });
}

/** What autocomplete calls a style. */
export const namedStyleChoice = {
  learned: (name: string): string => choiceWords("styles.choice.learned", name),
  gallery: (name: string): string => choiceWords("styles.choice.gallery", name),
  recent: (name: string): string => choiceWords("styles.choice.recent", name),
} as const;

export const styleButton = sentences({ save: "styles.button.save" });

export interface LearningStatus {
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  readonly firstLoss: number | null;
  readonly endsAt: number | null;
  /** Side of the square that the picture is seen in, pixels; `null` while it is not known. */
  readonly size: number | null;
}

export const learning = {
  title: (name: string, userId: string): string => say("learning.title", { name: escapeText(name), userId }),
  threadName: (name: string): string =>
    clip(say("learning.thread-name", { name: name.replaceAll(/[\p{Cc}]/gu, "") }), 100),
  get waiting() {
    return say("learning.waiting");
  },
  get working() {
    return say("learning.working");
  },
  /** The last word. */
  end(styleName: string, how: End, kept: Kept): string {
    const name = escapeText(styleName);
    if (kept === "gone") return say("learning.end.gone");
    if (how === "done" && kept === "kept") return say("learning.end.done", { name });
    if (how === "done" && kept === "nothing") return say("learning.end.no-better", { name });
    return together(
      typeof how === "string" ? say("learning.end.stopped") : `⚠️ ${asSentence(how.failure)}`,
      say(`learning.end.${kept}`, { name }),
    );
  },
  progress: ({ step, steps, loss, firstLoss, endsAt, size }: LearningStatus): string =>
    [
      progressLine(step, steps, endsAt),
      ...(loss === null || firstLoss === null
        ? []
        : [say("learning.progress.loss", { loss: lossWords(loss), first: lossWords(firstLoss) })]),
      ...(size === null
        ? []
        : [say(size === 256 ? "learning.progress.size-small" : "learning.progress.size", { size })]),
    ].join("\n"),
  result: (steps: number, firstLoss: number, loss: number, size: number): string =>
    say("learning.result", { steps, size, first: lossWords(firstLoss), loss: lossWords(loss) }),
  sample: (step: number): string => say("learning.sample", { steps: step }),
  sampleAlt: (step: number): string => say("learning.sample.alt", { steps: step }),
  get curveTitle() {
    return say("learning.curve.title");
  },
  get curveSubtitle() {
    return say("learning.curve.subtitle");
  },
  get curveSteps() {
    return say("learning.curve.steps");
  },
  curveBest: (loss: number): string => say("learning.curve.best", { loss: lossWords(loss) }),
  curveAlt(points: readonly (readonly [step: number, loss: number])[]): string {
    const [steps, loss] = points.at(-1)!;
    return say("learning.curve.alt", { first: lossWords(points[0]![1]), loss: lossWords(loss), steps });
  },
  notYours: (userId: string): string => say("learning.not-yours", { userId }),
  get tooLate() {
    return say("learning.too-late");
  },
  already: (name: string): string => say("learning.already", { name: escapeText(name) }),
} as const;

const lossWords = (loss: number): string => number(loss, 4);

const asSentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);

function progressLine(step: number, steps: number, endsAt: number | null): string {
  const done = { bar: bar(step / steps), step, steps };
  if (endsAt === null) return say("learning.progress", done);
  return say("learning.progress.until", { ...done, when: relativeTime(endsAt) });
}
