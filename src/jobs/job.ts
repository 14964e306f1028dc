/** A job: what was asked for, how far it is, what came of it. */
import type { Blend } from "../blend.ts";
import type {
  EngineParts,
  LoraChoice,
  Speed,
  StepCache,
  StylePath,
  StylizerId,
  UsedStepCache,
  UsedStylePath,
} from "../painting.ts";
import type { Variant, VariantChoice } from "../variant.ts";
import { DEFAULT_LOCALE, type Locale } from "../words/locale.ts";
import { speakIn } from "../words/say.ts";
import { newJobId } from "./job-id.ts";

/** From `queued` by `captioning` (where something has to be described) and `stylizing` to one of the last three. */
export const JOB_STATES = ["queued", "captioning", "stylizing", "done", "failed", "cancelled"] as const;
export type JobState = (typeof JOB_STATES)[number];

/** States of a job to which something is still to happen. */
export const UNSETTLED_STATES = ["queued", "captioning", "stylizing"] as const satisfies readonly JobState[];

/** States a job does not leave. */
export const SETTLED_STATES = ["done", "failed", "cancelled"] as const satisfies readonly JobState[];

/** Whether it is one of those that a job does not leave. */
export const isSettled = (state: JobState): boolean => SETTLED_STATES.some((settled) => settled === state);

/** A picture in the content-addressed store. */
export interface PictureRef {
  /** Of its bytes, hex: its name in the store. */
  readonly sha256: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** File name the person gave, for people's eyes only; untrusted. */
  readonly name: string;
  /** What happened on the way in, for people, in English: "only the first page of the file is used", … (see `retold`) */
  readonly notes: readonly string[];
}

/** One of the styles of a blend. */
export interface RequestedStyle {
  readonly picture: PictureRef;
  /** The words of whoever saved it in the library; `null`: the describer's. */
  readonly description: string | null;
}

/** What a picture takes beside `JobRequest.style`, and by which weights (`blendOf`). */
export interface JobBlend extends Blend<RequestedStyle> {
  /** As `RequestedStyle.description`, of `JobRequest.style`. */
  readonly description: string | null;
}

/** What was asked for. Never changes after the job is queued. */
export interface JobRequest {
  /** Who asked: whose turn it is in the fair order, and who may cancel and delete. */
  readonly userId: string;
  /** The server it was asked in; `null` in a direct message and on a terminal. Whether it has a say tells `serverOf`. */
  readonly guildId: string | null;
  /** What is repainted. */
  readonly content: PictureRef;
  /** In whose style. */
  readonly style: PictureRef;
  /** Further styles that it is blended with; absent: none. */
  readonly blend?: JobBlend;
  /** `auto` is settled when the job is prepared (`Job.variant`). */
  readonly variant: VariantChoice;
  /** The person's own description, used in place of a generated one (*Edit prompt*); of a blend, in place of all of them. */
  readonly description: string | null;
  /** Words added to the description (`/stylize prompt:`). */
  readonly extraPrompt: string | null;
  /** How far from the content it may go, 0 to 1. */
  readonly strength: number;
  /** Denoising steps; `null`: the engine's own number. */
  readonly steps: number | null;
  /** Guidance scale; `null`: the engine's own. */
  readonly guidance: number | null;
  /** An unsigned 32-bit integer. Same seed and request, same pixels. */
  readonly seed: number;
  /** Long side of the result, pixels. */
  readonly size: number;
  /** How the style image enters a diffusion picture. */
  readonly stylePath: StylePath;
  /** The style's strokes in the content's own colours. */
  readonly keepColors: boolean;
  /** How much work goes into a diffusion picture. */
  readonly speed: Speed;
  readonly loras: readonly LoraChoice[];
  /** HD: `content` is the picture that came of the parent, which is painted larger and finer as it is. */
  readonly hd?: boolean;
  /** It waits until nobody else does, whoever asked, and takes no room of theirs: pictures that no one sits before. */
  readonly background?: boolean;
  /** The job this one reruns. */
  readonly parentId: string | null;
  /** The language of what is said about it where everybody reads it; absent: English. */
  readonly locale?: Locale;
  /**
   * The message that stands for the job where it was asked for (Discord: the acknowledged reply). Stored with the
   * request, so that a job whose process died right after it was queued still finds its place. Absent on a terminal.
   */
  readonly replyTo?: ReplyTo | null;
}

interface ReplyTo {
  readonly channelId: string;
  readonly messageId: string;
  /** The bot is no member there: it reaches that message through the interaction alone, for as long as that lasts. */
  readonly isOutside?: boolean;
}

/**
 * The server whose library, settings and votes count for a request; `null` where none has a say: on a terminal, in a direct
 * message, in a server that the bot is no member of.
 */
export const serverOf = ({ guildId, replyTo }: Pick<JobRequest, "guildId" | "replyTo">): string | null =>
  replyTo?.isOutside ? null : guildId;

/** What `work` says is for those who read about the job. */
export const speakAbout = <T>({ locale = DEFAULT_LOCALE }: Pick<JobRequest, "locale">, work: () => T): T =>
  speakIn(locale, work);

/** Wall-clock seconds of each stage; `caption` is 0 when it came from the cache or was not needed. */
interface JobSeconds {
  readonly caption: number;
  readonly stylize: number;
  readonly total: number;
}

/** The worker that painted a picture, and what of it decides about bytes. */
export interface Painter {
  readonly name: string;
  /** Version of Atelier. */
  readonly atelier: string;
  readonly parts: EngineParts;
  readonly precision: string;
  readonly stepCache: StepCache;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly device: string;
}

/** What came of a job, and how. */
export interface JobResult {
  readonly picture: PictureRef;
  readonly variant: Variant;
  /** Which engine painted it. */
  readonly engine: StylizerId;
  /** How the style image entered; `null` where it did not, or the engine has one way only. */
  readonly stylePath: UsedStylePath | null;
  /** Of StyleShot: whether the content's contours were drawn over; absent where they are nobody's business. */
  readonly contours?: boolean;
  /** Steps that were run. */
  readonly steps: number;
  /** Guidance scale used; `null` where there was none. */
  readonly guidance: number | null;
  /** What steps took over from each other; absent or `null`: nothing. */
  readonly stepCache?: UsedStepCache | null;
  /** Rows that went through the UNet; absent where there is none, and of jobs before they were counted. */
  readonly unetRows?: number;
  /** Absent: the process that has the queue. */
  readonly painter?: Painter;
  readonly seconds: JobSeconds;
}

/** A style in words, whole and without added ones, and who wrote them: a describer's id, or `user`. */
export interface StyleWords {
  readonly text: string;
  readonly describer: string;
}

/** One `/stylize`. */
export interface Job {
  /** Sortable by creation, at most 26 characters of [0-9A-Z]: fits a Discord `custom_id`. */
  readonly id: string;
  /** Moves as `transitions.ts` allows, and not once it is settled. */
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
  /** Of a blend: the same of the further styles, in their order, as far as they are known. */
  readonly otherWords: readonly StyleWords[];
  /** `null` unless it is done. */
  readonly result: JobResult | null;
  /** Why it failed, in words for people; `null` unless it did. */
  readonly failure: string | null;
  /** What the last attempt that broke off met with; `null` when none did, or the bot itself went down. */
  readonly lastFault: string | null;
  /** When it was queued, first begun, and settled, Unix milliseconds. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly settledAt: number | null;
}

/** Whether what came of it can still be finished; the embedded engine finishes whatever it paints. */
export const isDraft = ({ request, result }: Job): boolean =>
  request.speed === "draft" && result?.engine === "diffusion";

/** Whether people judge what came of it: neither drafts, nor a picture once more in HD, nor what no server can vote on. */
export const isJudged = (job: Job): boolean => !isDraft(job) && !job.request.hd && serverOf(job.request) !== null;

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
  otherWords: [],
  result: null,
  failure: null,
  lastFault: null,
  createdAt: Date.now(),
  startedAt: null,
  settledAt: null,
});
