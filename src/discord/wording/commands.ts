/**
 * What the bot says in answer to commands and buttons, apart from the jobs themselves.
 *
 * Face of this room, in which all words stand that members read, each file for those who say them: it knows their sentences
 * by name, and has them said in the language that is spoken. `markdown.ts` makes names and words of others safe to show.
 */
import type { EngineInfo } from "../../jobs/engine.ts";
import type { Job, PictureRef } from "../../jobs/job.ts";
import type { QueuePlace } from "../../jobs/queue.ts";
import type { Speed } from "../../painting.ts";
import type { VariantChoice } from "../../variant.ts";
import { retold } from "../../words/retold.ts";
import { list, say, sentences } from "../../words/say.ts";
import { clip, escapeText, plainName, relativeTime, size } from "./markdown.ts";
import { descriptionLines, type Origin } from "./descriptions.ts";
import { pairOf } from "./pair-names.ts";

/** What the bot may lack in a channel. */
export type NeededPermission = "view-channel" | "attach-files" | "send-messages" | "send-messages-in-threads";

export const missingPermissions = (names: readonly NeededPermission[]): string =>
  say("permission.missing", {
    count: names.length,
    names: list(names.map((name) => `**${say(`permission.name.${name}`)}**`)),
  });

export const noFilesHere = (): string => say("permission.no-files");

const MEBIBYTE = 1024 * 1024;
const megabytes = (bytes: number): number =>
  bytes < 10 * MEBIBYTE ? Number((bytes / MEBIBYTE).toPrecision(2)) : Math.round(bytes / MEBIBYTE);

/** What is fetched: one of the two pictures of a pair, or a style that was learned elsewhere. */
export type Fetched = "content picture" | "style picture" | "style file";

const WHAT = {
  "content picture": "content",
  "style picture": "style",
  "style file": "file",
} as const satisfies Readonly<Record<Fetched, string>>;

export const download = {
  tooLarge: (what: Fetched, bytes: number, most: number): string =>
    say("download.too-large", { what: WHAT[what], size: megabytes(bytes), most: megabytes(most) }),
  slow: (what: Fetched, seconds: number): string => say("download.slow", { what: WHAT[what], seconds }),
  gone: (what: Fetched): string => say("download.gone", { what: WHAT[what] }),
  unreachable: (what: Fetched): string => say("download.unreachable", { what: WHAT[what] }),
  foreign: (what: Fetched): string => say("download.foreign", { what: WHAT[what] }),
} as const;

export const intakeWords = {
  tooMany: (most: number): string => say("intake.too-many", { most }),
} as const;

export const promptTooLong = (length: number, most: number): string => say("prompt.too-long", { length, most });

export const router = sentences({
  unknown: "router.unknown",
  serversOnly: "router.servers-only",
});

export const replyLost = (): string => say("reply.lost");

export const jobGone = (): string => say("job.gone");

export const pictureGone = (): string => say("picture.gone");

export const alreadyUnderWay = (link: string | null): string =>
  link === null ? say("press.under-way") : say("press.under-way-there", { link });

export const cancelWords = {
  notYours: (userId: string): string => say("cancel.not-yours", { userId }),
  get tooLate() {
    return say("cancel.too-late");
  },
} as const;

export const variantName = (variant: VariantChoice): string => say(`choice.variant.${variant}`);

export const speedName = (speed: Speed): string => say(`choice.speed.${speed}`);

export const stylizeWords = sentences({
  noContent: "stylize.no-content",
  noStyle: "stylize.no-style",
});

export const againWords = Object.assign(
  sentences({
    again: "again.button",
    content: "again.content",
    style: "again.style",
    asItWas: "again.as-it-was",
    with: "again.with",
    prompt: "again.prompt",
    speed: "again.speed",
    lora: "again.lora",
    paths: "again.paths",
    gone: "again.gone",
  }),
  { asSent: (name: string): string => clip(say("again.as-sent", { name: plainName(name) }), 100) },
);

export const pairModalWords = Object.assign(
  sentences({
    variant: "pair-form.variant",
    prompt: "pair-form.prompt",
    noPicture: "pair-form.no-picture",
    lottie: "pair-form.lottie",
    tooOld: "pair-form.too-old",
  }),
  {
    title: sentences({ style: "menu.stylize-this", content: "menu.use-as-style" }),
    label: sentences({ style: "pair-form.label.style", content: "pair-form.label.content" }),
    hint: sentences({ style: "pair-form.hint.style", content: "pair-form.hint.content" }),
    missing: sentences({ style: "pair-form.missing.style", content: "pair-form.missing.content" }),
  },
);

export const editPromptWords = sentences({
  title: "edit-prompt.title",
  label: "edit-prompt.label",
  hint: "edit-prompt.hint",
  placeholder: "edit-prompt.placeholder",
  empty: "edit-prompt.empty",
});

export const tweakWords = Object.assign(
  sentences({
    title: "tweak.title",
    look: "tweak.look",
    seed: "tweak.seed",
    seedHint: "tweak.seed-hint",
    words: "tweak.words",
    style: "tweak.style",
    stylePlaceholder: "tweak.style-placeholder",
    upload: "tweak.upload",
    twoStyles: "tweak.two-styles",
  }),
  {
    strength: (strength: number): string => say("tweak.strength", { strength }),
    kept: (strength: number): string => say("tweak.strength-kept", { strength }),
    uploadAsSent: (name: string): string => clip(say("tweak.upload-as-sent", { name: plainName(name) }), 100),
    wrongSeed: (most: number): string => say("tweak.wrong-seed", { most }),
  },
);

export const hdWords = Object.assign(sentences({ draft: "hd.draft", unfinished: "hd.unfinished" }), {
  largest: ({ width, height }: PictureRef): string => say("hd.largest", { size: size(width, height) }),
});

export const queueWords = {
  line(n: number, job: Job, place: QueuePlace | null): string {
    const { request, state } = job;
    const doing = state === "queued" ? "⏳" : state === "captioning" ? "👀" : "🖌️";
    const what = { n, doing, ...pairOf(job.request), userId: request.userId };
    return place?.endsAt == null
      ? say("queue.line", what)
      : say("queue.line-ready", { ...what, ready: relativeTime(place.endsAt) });
  },
  failed: (job: Job): string =>
    say("queue.failed", {
      ...pairOf(job.request),
      when: relativeTime(job.settledAt ?? 0),
      why: escapeText(job.failure ?? say("queue.failed.unknown")),
    }),
  all(lines: readonly string[], more: number, elsewhere: number, failures: readonly string[]): string {
    const waiting = queueWords.waiting(lines, more, elsewhere);
    return failures.length === 0 ? waiting : [waiting, say("queue.failed.title"), ...failures].join("\n");
  },
  waiting(lines: readonly string[], more: number, elsewhere: number): string {
    const listed = lines.length === 0 ? [say("queue.free")] : [say("queue.title"), ...lines];
    return [
      ...listed,
      ...(lines.length === 0 || more === 0 ? [] : [say("queue.more", { more })]),
      ...(elsewhere === 0 ? [] : [say("queue.elsewhere", { elsewhere })]),
    ].join("\n");
  },
} as const;

export const described = {
  get looking() {
    return say("describe.looking");
  },
  whole: (name: string, text: string, origin: Origin): string =>
    `${say("describe.title", { name: escapeText(plainName(name)) })}\n${descriptionLines(text, origin)}`,
  alt: (name: string): string => say("describe.alt", { name: plainName(name) }),
} as const;

export function aboutText(info: EngineInfo | null): string {
  return [
    say("about.title"),
    say("about.what"),
    say("about.how"),
    say("about.image-prompt"),
    say("about.prompt"),
    say("about.more"),
    say("about.medals"),
    say("about.styles"),
    info === null
      ? say("about.starting")
      : say("about.painter", {
          stylizer: info.stylizer,
          device: escapeText(info.device),
          describer: escapeText(retold("describer.", info.describerLabel)),
        }),
    say("about.privacy"),
  ].join("\n");
}
