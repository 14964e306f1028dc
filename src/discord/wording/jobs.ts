/** Everything the bot says about jobs, in one place. Texts of other people go through `escapeText`. */
import { isDraft, isJudged, type Job, type JobRequest, type JobResult } from "../../jobs/job.ts";
import type { Lack, QueuePlace } from "../../jobs/queue.ts";
import { stylesOf } from "../../jobs/request-styles.ts";
import { showLora } from "../../painting-wishes.ts";
import { retold } from "../../words/retold.ts";
import { needsDescription } from "../../variant.ts";
import { number, say, sentences } from "../../words/say.ts";
import { blendWords } from "./blends.ts";
import { paintedBy } from "./descriptions.ts";
import { bar, clip, duration, escapeText, plainName, relativeTime, size } from "./markdown.ts";
import { paperLabel, variantLabel } from "./labels.ts";
import { namedShares, pairOf, plainPairOf } from "./pair-names.ts";

/** Alt texts and descriptions have this limit in Discord. */
const ALT_LENGTH = 1024;
const THREAD_NAME_LENGTH = 100;
const FAULT_LENGTH = 200;

/**
 * Pictures before one's own that are counted on its card. Cards further back say what stays true: each card that is kept up
 * to date is edited with every picture that is done, and a channel takes five edits in five seconds.
 */
export const COUNTED = 12;

const pairName = (request: JobRequest): string => say(request.hd ? "jobs.pair.hd" : "jobs.pair", plainPairOf(request));

/** The names of a blend are cut so far that each is there with its share. */
export function threadName(request: JobRequest): string {
  const frame = say(
    "jobs.thread-name",
    plainPairOf(request, () => ""),
  ).length;
  const most = request.blend ? Math.floor((THREAD_NAME_LENGTH - frame) / (1 + stylesOf(request).length)) : Infinity;
  return clip(
    say(
      "jobs.thread-name",
      plainPairOf(request, (name) => clip(name, most)),
    ),
    THREAD_NAME_LENGTH,
  );
}

export const card = {
  title: (request: JobRequest): string => say("jobs.card.title", { ...pairOf(request), userId: request.userId }),

  /** A rerun stands in the conversation that shows the pair already. */
  rerunTitle: ({ request, variant }: Job): string => {
    const { userId } = request;
    if (request.hd) return say("jobs.card.rerun-hd", { userId });
    const chosen = variant ?? "image-prompt";
    const isOwn = request.description !== null && needsDescription(chosen);
    const way = isOwn ? say("jobs.card.own-words") : variantLabel(chosen);
    return say("jobs.card.rerun", { way, seed: String(request.seed), userId });
  },

  contentAlt: ({ content }: JobRequest): string =>
    clip(say("jobs.card.content-alt", { name: plainName(content.name) }), ALT_LENGTH),
  styleAlts: (request: JobRequest): readonly string[] =>
    namedShares(request).map(({ name, share }) => {
      const alt = share === null ? say("jobs.card.style-alt", { name }) : say("blend.card.style-alt", { name, share });
      return clip(alt, ALT_LENGTH);
    }),
  resultAlt: (request: JobRequest): string => clip(pairName(request), ALT_LENGTH),

  waiting(place: QueuePlace | null): string {
    if (place === null) return say("jobs.card.waiting");
    const { lacks, ahead } = place;
    if (lacks !== undefined) return `${say("jobs.card.waiting")} ${LACKS[lacks]}`;
    if (ahead < COUNTED) return `${say("jobs.card.ahead", { ahead })}${begins(place)}`;
    return `${say("jobs.card.far-ahead", { ahead: COUNTED })}${begins(place)}`;
  },

  done(job: Job, link: string | null): string {
    const time = duration(job.result?.seconds.total ?? 0);
    if (link === null) return say("jobs.card.done", { time });
    return say(isJudged(job) ? "jobs.card.done-vote" : "jobs.card.done-look", { time, link });
  },
  failed: (reason: string): string => `⚠️ ${reason}`,
  get cancelled() {
    return say("jobs.card.cancelled");
  },
  /** A remark on how it went. */
  get byDirectMessage() {
    return say("jobs.card.by-direct-message");
  },
  get nowhere() {
    return say("jobs.card.nowhere");
  },

  /** What happened to the pictures on the way in. */
  notes: (request: JobRequest): string | null => {
    const { content } = request;
    const styles = stylesOf(request).map(({ picture }) => picture);
    const said = [
      ...content.notes.map((note) =>
        say("jobs.card.note.content", { note: escapeText(retold("picture.note.", note)) }),
      ),
      ...styles.flatMap(({ notes }) =>
        notes.map((note) => say("jobs.card.note.style", { note: escapeText(retold("picture.note.", note)) })),
      ),
      ...(styles.every(({ sha256 }) => sha256 === content.sha256) ? [say("jobs.card.note.same")] : []),
    ];
    return said.length === 0 ? null : said.join("\n");
  },
} as const;

/** Why a picture waits for more than its turn. */
const LACKS: Readonly<Record<Lack, string>> = sentences({
  worker: "jobs.card.lacks.worker",
  blends: "jobs.card.lacks.blends",
  memory: "jobs.card.lacks.memory",
  diffusion: "jobs.card.lacks.diffusion",
});

/** Not worth a word when it is about to begin anyway. */
const SOON_MS = 5000;

const begins = ({ startsAt }: QueuePlace): string =>
  startsAt === null || startsAt < Date.now() + SOON_MS
    ? ""
    : ` ${say("jobs.card.begins", { when: relativeTime(startsAt) })}`;

export const progress = {
  waiting: (place: QueuePlace | null): string => card.waiting(place),
  get describing() {
    return say("jobs.progress.describing");
  },
  /** Before the first step: engines load their networks here. */
  get preparing() {
    return say("jobs.progress.preparing");
  },
  again: ({ lastFault }: Job): string =>
    lastFault === null
      ? say("jobs.progress.again")
      : say("jobs.progress.again-after", { fault: escapeText(clip(lastFault, FAULT_LENGTH)) }),
  step(stage: string, step: number, steps: number, endsAt: number | null): string {
    const done = { stage, bar: bar(step / steps), percent: Math.round((step / steps) * 100), step, steps };
    if (endsAt === null) return say("jobs.progress.step", done);
    return say("jobs.progress.step-until", { ...done, when: relativeTime(endsAt) });
  },
  previewAlt: (step: number, steps: number, request: JobRequest): string =>
    clip(say("jobs.pair.preview", { pair: pairName(request), step, steps }), ALT_LENGTH),
} as const;

/** Which stage people are told about. */
export const stageName = sentences({ caption: "jobs.stage.caption", stylize: "jobs.stage.stylize" });

export const result = {
  ready(job: Job): string {
    const { userId, hd } = job.request;
    const about = { ...pairOf(job.request), userId };
    if (hd && job.result) {
      const { width, height } = job.result.picture;
      return say("jobs.result.ready-hd", { ...about, size: size(width, height) });
    }
    return say(isDraft(job) ? "jobs.result.ready-draft" : "jobs.result.ready", about);
  },

  /** Alt text of the picture: what it was made of, and the words it was painted by. */
  alt(job: Job): string {
    const pair = pairName(job.request);
    const words = paintedBy(job);
    return clip(words === null ? pair : say("jobs.pair.words", { pair, words }), ALT_LENGTH);
  },

  /** Variant and why, then every setting that it takes to paint the same picture again. */
  settings(job: Job): string {
    const { result: made, variantReason, request } = job;
    if (!made) return "";
    const line = `jobs.result.way${request.hd ? "-hd" : ""}${variantReason === null ? "" : "-because"}` as const;
    const said = say(line, {
      way: paperLabel(made.variant),
      reason: escapeText(retold("variant.", variantReason ?? "")),
    });
    return `${said}\n${result.facts(job)}`;
  },

  /** The settings without the variant. */
  facts({ result: made, request }: Job): string {
    if (!made) return "";
    const { seed, strength, keepColors, speed, loras } = request;
    const { engine, steps, guidance, stepCache, seconds } = made;
    const parts = [
      say(`jobs.fact.engine.${engine}`),
      say("jobs.fact.seed", { seed: String(seed) }),
      say("jobs.fact.strength", { strength: number(strength, 2) }),
      ...(request.blend ? [blendWords.facts(request)] : []),
      ...(keepColors ? [say("jobs.fact.own-colours")] : []),
      ...(engine === "diffusion" && speed !== "normal" ? [say(`jobs.fact.speed.${speed}`)] : []),
      ...loras.map((lora) => escapeText(showLora(lora))),
      ...(steps > 0 ? [say("jobs.fact.steps", { steps })] : []),
      ...(guidance === null ? [] : [say("jobs.fact.guidance", { guidance: number(guidance) })]),
      ...stylePathFact(made),
      ...(stepCache ? [say(`jobs.fact.step-cache.${stepCache}`)] : []),
      duration(seconds.total),
    ];
    return `-# ${parts.join(" · ")}`;
  },

  failed: ({ request: { userId }, failure }: Job): string =>
    failure === null ? say("jobs.result.failed-somehow", { userId }) : say("jobs.result.failed", { userId, failure }),
  lost: ({ request: { userId } }: Job): string => say("jobs.result.lost", { userId }),
  gone: ({ request: { userId } }: Job): string => say("jobs.result.gone", { userId }),
} as const;

/** How the style image entered, where there is something to tell. */
function stylePathFact({ stylePath, contours }: JobResult): readonly string[] {
  if (stylePath === null) return [];
  if (stylePath === "styleshot" && !contours) return [say("jobs.fact.path.styleshot-without-contours")];
  return [say(`jobs.fact.path.${stylePath}`)];
}

export const button = Object.assign(
  sentences({
    cancel: "jobs.button.cancel",
    "image-prompt": "jobs.button.image-prompt",
    prompt: "jobs.button.prompt",
    inst: "jobs.button.inst",
    "new-seed": "jobs.button.new-seed",
    again: "jobs.button.again",
    tweak: "jobs.button.tweak",
    more: "jobs.button.more",
    editPrompt: "jobs.button.edit-prompt",
    finish: "jobs.button.finish",
    learn: "jobs.button.learn",
    delete: "jobs.button.delete",
  }),
  { hd: (width: number, height: number): string => say("jobs.button.hd", { size: size(width, height) }) },
);

/** What *More…* shows. */
export const more = {
  title: (job: Job): string => `${say("jobs.more.title")}\n${result.settings(job)}`,
  current: (label: string): string => `✓ ${label}`,
  get rest() {
    return say("jobs.more.rest");
  },
} as const;

/** Why the job's messages are in the channel. */
export const threadRemark = Object.assign(
  sentences({
    forbidden: "jobs.no-thread.forbidden",
    mute: "jobs.no-thread.mute",
    full: "jobs.no-thread.full",
    other: "jobs.no-thread.other",
  }),
  {
    of(code: number | null): string {
      if (code === 50_013 || code === 50_001) return threadRemark.forbidden;
      return code === 160_006 ? threadRemark.full : threadRemark.other;
    },
  },
);
