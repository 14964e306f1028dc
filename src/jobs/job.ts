/** A job: what was asked for, how far it is, what came of it. */
import type { StylePath, StylizerId } from "../stylize/stylizer.ts";
import type { Variant, VariantChoice } from "../variant.ts";
import { newJobId } from "./job-id.ts";

export const JOB_STATES = ["queued", "captioning", "stylizing", "done", "failed", "cancelled"] as const;
export type JobState = (typeof JOB_STATES)[number];

/** States a job does not leave. */
export const isSettled = (state: JobState): boolean => state === "done" || state === "failed" || state === "cancelled";

/** A picture in the content-addressed store. */
export interface PictureRef {
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  /** File name the person gave, for people's eyes only; untrusted. */
  readonly name: string;
  /** What happened on the way in, for people: "first frame of an animation", … */
  readonly notes: readonly string[];
}

/** What was asked for. Never changes after the job is queued. */
export interface JobRequest {
  readonly userId: string;
  /** `null` on a terminal. */
  readonly guildId: string | null;
  readonly content: PictureRef;
  readonly style: PictureRef;
  readonly variant: VariantChoice;
  /** The person's own description, used in place of a generated one (*Edit prompt*). */
  readonly description: string | null;
  /** Words added to the description (`/stylize prompt:`). */
  readonly extraPrompt: string | null;
  readonly strength: number;
  readonly steps: number | null;
  readonly guidance: number | null;
  readonly seed: number;
  readonly size: number;
  readonly stylePath: StylePath;
  /** The job this one reruns. */
  readonly parentId: string | null;
  /**
   * The message that stands for the job where it was asked for (Discord: the acknowledged reply). Stored with the
   * request, so that a job whose process died right after it was queued still finds its place. Absent on a terminal.
   */
  readonly replyTo?: { readonly channelId: string; readonly messageId: string } | null;
}

/** Wall-clock seconds of each stage; `caption` is 0 when it came from the cache or was not needed. */
interface JobSeconds {
  readonly caption: number;
  readonly stylize: number;
  readonly total: number;
}

export interface JobResult {
  readonly picture: PictureRef;
  readonly variant: Variant;
  readonly engine: StylizerId;
  readonly stylePath: Exclude<StylePath, "auto"> | null;
  readonly steps: number;
  readonly guidance: number | null;
  readonly seconds: JobSeconds;
}

/** One `/stylize`. */
export interface Job {
  /** Sortable by creation, at most 26 characters of [0-9A-Z]: fits a Discord `custom_id`. */
  readonly id: string;
  readonly state: JobState;
  readonly request: JobRequest;
  /** How often an engine has begun to work on it. */
  readonly attempts: number;
  /** Variant that will be or was painted, once chosen, with the reason in words for people. */
  readonly variant: Variant | null;
  readonly variantReason: string | null;
  /** Description in use, once known, whole and without added words, and who wrote it (a describer's id, or `user`). */
  readonly description: string | null;
  readonly describer: string | null;
  readonly result: JobResult | null;
  /** Why it failed, in words for people. */
  readonly failure: string | null;
  /** What the last attempt that broke off met with; `null` when none did, or the bot itself went down. */
  readonly lastFault: string | null;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly settledAt: number | null;
}

/** A job that nobody has begun. */
export const newJob = (request: JobRequest): Job => ({
  id: newJobId(),
  state: "queued",
  request,
  attempts: 0,
  variant: null,
  variantReason: null,
  description: null,
  describer: null,
  result: null,
  failure: null,
  lastFault: null,
  createdAt: Date.now(),
  startedAt: null,
  settledAt: null,
});
