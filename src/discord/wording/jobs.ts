/** Everything the bot says about jobs, in one place. Texts of other people go through `escapeText`. */
import { conditioning } from "../../caption/conditioning.ts";
import { paintingWords } from "../../jobs/description.ts";
import { isDraft, isJudged, type Job, type JobRequest } from "../../jobs/job.ts";
import type { Lack, QueuePlace } from "../../jobs/queue.ts";
import { stylePathWords } from "../../painting.ts";
import { showLora } from "../../painting-wishes.ts";
import { needsDescription, PAPER_LABEL, VARIANT_LABEL } from "../../variant.ts";
import { bar, clip, escapeText, plainName, relativeTime, size } from "./markdown.ts";

/** Alt texts and descriptions have this limit in Discord. */
const ALT_LENGTH = 1024;
const THREAD_NAME_LENGTH = 100;
const FAULT_LENGTH = 200;

/**
 * Pictures before one's own that are counted on its card. Cards further back say what stays true: each card that is kept up
 * to date is edited with every picture that is done, and a channel takes five edits in five seconds.
 */
export const COUNTED = 12;

const contentName = (request: JobRequest): string => escapeText(plainName(request.content.name));
const styleName = (request: JobRequest): string => escapeText(plainName(request.style.name));

/** Subject and style, as alt texts name them. */
const pairName = ({ content, style, hd }: JobRequest): string =>
  `${plainName(content.name)}, repainted in the style of ${plainName(style.name)}${hd ? ", in HD" : ""}`;

export const threadName = ({ content, style }: JobRequest): string =>
  clip(`${plainName(content.name)} in the style of ${plainName(style.name)}`, THREAD_NAME_LENGTH);

export const card = {
  title: (request: JobRequest): string =>
    `### 🎨 ${contentName(request)} in the style of ${styleName(request)}\n-# for <@${request.userId}>`,

  /** A rerun stands in the conversation that shows the pair already. */
  rerunTitle: ({ request, variant }: Job): string => {
    if (request.hd) return `🔍 **HD**: the same picture, larger and finer, for <@${request.userId}>`;
    const chosen = variant ?? "image-prompt";
    const way = request.description !== null && needsDescription(chosen) ? "In your own words" : VARIANT_LABEL[chosen];
    return `🔁 **${way}**, seed ${request.seed}, for <@${request.userId}>`;
  },

  contentAlt: (request: JobRequest): string => clip(`Content: ${plainName(request.content.name)}`, ALT_LENGTH),
  styleAlt: (request: JobRequest): string => clip(`Style: ${plainName(request.style.name)}`, ALT_LENGTH),
  resultAlt: (request: JobRequest): string => clip(pairName(request), ALT_LENGTH),

  waiting(place: QueuePlace | null): string {
    if (place === null) return "⏳ In the queue.";
    if (place.lacks !== undefined) return `⏳ In the queue. ${LACKS[place.lacks]}`;
    if (place.ahead === 0) return `⏳ You are next.${begins(place)}`;
    if (place.ahead === 1) return `⏳ One picture before yours.${begins(place)}`;
    const count = place.ahead < COUNTED ? String(place.ahead) : `At least ${COUNTED}`;
    return `⏳ ${count} pictures before yours.${begins(place)}`;
  },

  done(job: Job, link: string | null): string {
    const done = `✅ Done in ${duration(job.result?.seconds.total ?? 0)}`;
    if (link === null) return `${done}.`;
    return `${done}: [${isJudged(job) ? "vote for it, or paint it another way" : "have a look"}](${link})`;
  },
  failed: (reason: string): string => `⚠️ ${reason}`,
  cancelled: "🛑 Stopped before it was finished.",
  /** A remark on how it went. */
  byDirectMessage:
    "This takes longer than Discord lets me keep this message up to date. The result comes to you as a direct message; if I may not send you any, `/history` has it.",
  nowhere: "I may not post here any more, so there is nothing else to see.",

  /** What happened to the pictures on the way in. */
  notes: ({ content, style }: JobRequest): string | null => {
    const said = [
      ...content.notes.map((note) => `Content picture: ${escapeText(note)}.`),
      ...style.notes.map((note) => `Style picture: ${escapeText(note)}.`),
      ...(content.sha256 === style.sha256 ? ["Content and style are the same picture. Bold choice!"] : []),
    ];
    return said.length === 0 ? null : said.map((line) => `-# ${line}`).join("\n");
  },
} as const;

/** Why a picture waits for more than its turn. */
const LACKS: Readonly<Record<Lack, string>> = {
  worker: "No machine that paints is connected just now. Yours begins when one is.",
  blends:
    "Several styles at once need a machine with a newer Atelier, and none is connected just now. Yours begins when one is.",
  memory:
    "A picture of this size needs a machine with more memory, and none is connected just now. Yours begins when one is.",
  diffusion:
    "A LoRA needs a machine with the diffusion engine, and none is connected just now. Yours begins when one is.",
};

/** Not worth a word when it is about to begin anyway. */
const SOON_MS = 5000;

const begins = ({ startsAt }: QueuePlace): string =>
  startsAt === null || startsAt < Date.now() + SOON_MS ? "" : ` Yours begins ${relativeTime(startsAt)}.`;

export const progress = {
  waiting: (place: QueuePlace | null): string => card.waiting(place),
  describing: "👀 **Reading the style**",
  /** Before the first step: engines load their networks here. */
  preparing: "🖌️ **Mixing the paints**",
  again: ({ lastFault }: Job): string =>
    `-# The first attempt broke off${lastFault === null ? "" : ` (${escapeText(clip(lastFault, FAULT_LENGTH))})`}, so this is a fresh one.`,
  step: (stage: string, step: number, steps: number, endsAt: number | null): string =>
    `🖌️ **${stage}**\n${bar(step / steps)}  ${Math.round((step / steps) * 100)} %, step ${step} of ${steps}${endsAt === null ? "" : `, ready ${relativeTime(endsAt)}`}`,
  previewAlt: (step: number, steps: number, request: JobRequest): string =>
    clip(`${pairName(request)}: preview at step ${step} of ${steps}`, ALT_LENGTH),
} as const;

/** Which stage people are told about. */
export const stageName = { caption: "Reading the style", stylize: "Painting" } as const;

export const result = {
  ready(job: Job): string {
    const pair = `**${contentName(job.request)}** in the style of **${styleName(job.request)}**`;
    if (job.request.hd && job.result) {
      const { width, height } = job.result.picture;
      return `<@${job.request.userId}> here it is in **HD**, ${size(width, height)}: ${pair} ✨`;
    }
    return isDraft(job)
      ? `<@${job.request.userId}> a first draft of ${pair} ✏️\n-# *Finish it* paints the same picture with care.`
      : `<@${job.request.userId}> here it is: ${pair} ✨`;
  },

  /** Alt text of the picture: what it was made of, and the words it was painted by. */
  alt: (job: Job): string =>
    clip([pairName(job.request), conditioning(paintingWords(job))].filter(Boolean).join(": "), ALT_LENGTH),

  /** Variant and why, then every setting that it takes to paint the same picture again. */
  settings(job: Job): string {
    if (!job.result) return "";
    const why = job.variantReason === null ? "" : `, chosen because ${escapeText(job.variantReason)}`;
    return `-# **${PAPER_LABEL[job.result.variant]}**${job.request.hd ? ", HD" : ""}${why}\n${result.facts(job)}`;
  },

  /** The settings without the variant. */
  facts({ result: made, request }: Job): string {
    if (!made) return "";
    const parts = [
      `${made.engine} engine`,
      `seed ${request.seed}`,
      `strength ${request.strength.toFixed(2)}`,
      ...(request.keepColors ? ["own colours kept"] : []),
      ...(made.engine === "diffusion" && request.speed !== "normal" ? [request.speed] : []),
      ...request.loras.map((lora) => escapeText(showLora(lora))),
      ...(made.steps > 0 ? [`${made.steps} ${made.steps === 1 ? "step" : "steps"}`] : []),
      ...(made.guidance === null ? [] : [`guidance ${made.guidance}`]),
      ...(made.stylePath === null ? [] : [`style by ${stylePathWords(made.stylePath, made.contours)}`]),
      ...(made.stepCache ? [`step cache ${made.stepCache}`] : []),
      duration(made.seconds.total),
    ];
    return `-# ${parts.join(" · ")}`;
  },

  failed: (job: Job): string => `<@${job.request.userId}> ⚠️ ${job.failure ?? "This one did not work out."}`,
  lost: (job: Job): string =>
    `<@${job.request.userId}> ⚠️ The picture was painted, but Discord would not take it. Press *Try again* in a moment.`,
  gone: (job: Job): string =>
    `<@${job.request.userId}> ⚠️ The picture was painted, but I can no longer read it. Press *Try again*, and I paint it once more.`,
} as const;

export const button = {
  cancel: "Cancel",
  "image-prompt": "With style image",
  prompt: "Description only",
  inst: "Style image only",
  "new-seed": "Again",
  again: "Try again",
  tweak: "Tweak",
  more: "More…",
  editPrompt: "Edit prompt",
  finish: "Finish it",
  hd: (width: number, height: number): string => `HD, ${size(width, height)}`,
  learn: "Learn this style",
  delete: "Delete",
} as const;

/** What *More…* shows. */
export const more = {
  title: (job: Job): string => `### This picture, another way\n${result.settings(job)}`,
  current: (label: string): string => `✓ ${label}`,
  rest: "### What else you can do",
} as const;

/** Seconds as people say them. */
function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Why the job's messages are in the channel. */
export const threadRemark = {
  forbidden:
    "I may not start threads here, so everything is posted in the channel (missing permission: Create Public Threads).",
  mute: "I may not write in threads here, so everything is posted in the channel (missing permission: Send Messages in Threads).",
  full: "This server has as many open threads as Discord allows, so everything is posted in the channel.",
  other: "I could not start a thread, so everything is posted in the channel.",
  of(code: number | null): string {
    if (code === 50_013 || code === 50_001) return threadRemark.forbidden;
    return code === 160_006 ? threadRemark.full : threadRemark.other;
  },
} as const;
