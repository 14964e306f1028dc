/** Has the pictures of a study painted by the queue that members' pictures go through; what is done is not done again. */
import { CancelledError } from "../errors.ts";
import type { Job, JobRequest, PictureRef } from "../jobs/job.ts";
import { isSettled } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { Repositories } from "../jobs/repositories.ts";
import { DEFAULT_SETTINGS, type StylizerId, waysOf } from "../painting.ts";
import type { Manifest, Source } from "./manifest.ts";
import type { PlannedPicture } from "./places.ts";

/** Who asks, as far as the queue is concerned; and the library of what the study has learned. */
export const STUDY = "study";
/** Jobs that stand in the queue for each that is painted: none of them waits for this process. */
const AHEAD = 2;

/** A picture that engines have to paint, and which engine has to. */
export interface Order {
  readonly engine: StylizerId;
  readonly request: JobRequest;
}

/** What has to be asked for to have a picture; `null` for controls that nobody paints. */
export function orderFor(
  { pair, candidate, place }: PlannedPicture,
  engine: StylizerId,
  settings: Manifest["settings"],
): Order | null {
  const isPainted = candidate.kind !== "control" || candidate.control === "embedded";
  if (!isPainted || place.seed === null) return null;
  const how =
    candidate.kind === "control"
      ? ({ engine: "embedded", variant: "inst", stylePath: "auto" } as const)
      : { engine, variant: candidate.variant, stylePath: candidate.stylePath };
  const { keepColors, speed, loras } = DEFAULT_SETTINGS;
  const { size, strength, steps, guidance } = settings;
  return {
    engine: how.engine,
    request: {
      userId: STUDY,
      // What was learned is used where a style path takes it: `auto` would take it too.
      guildId: waysOf(how.stylePath).token ? STUDY : null,
      content: refOf(pair.content),
      style: refOf(pair.style),
      variant: how.variant,
      description: null,
      extraPrompt: null,
      size,
      strength,
      steps,
      guidance,
      seed: place.seed,
      stylePath: how.stylePath,
      keepColors,
      speed,
      loras,
      parentId: null,
    },
  };
}

export const refOf = ({ sha256, width, height, file, notes }: Source): PictureRef => ({
  sha256,
  width,
  height,
  name: file,
  notes,
});

/** The same for orders of the same picture, and for jobs that came of them. */
export const keyOf = ({
  engine,
  request: { content, style, variant, stylePath, seed, size, strength },
}: Order): string => JSON.stringify([engine, content.sha256, style.sha256, variant, stylePath, seed, size, strength]);

/** By their keys, all that earlier runs had painted and that is there still. */
export async function paintedBefore({ jobs, files }: Repositories): Promise<Map<string, Job>> {
  const found = new Map<string, Job>();
  for (const job of await jobs.finished(Number.MAX_SAFE_INTEGER)) {
    if (job.result && (await files.has(job.result.picture.sha256)))
      found.set(keyOf({ engine: job.result.engine, request: job.request }), job);
  }
  return found;
}

/** Lets go of what a run that was killed had asked for: whatever is missing is asked for again, with all its attempts. */
export async function forgetUnsettled({ jobs }: Pick<Repositories, "jobs">): Promise<void> {
  for (const { job } of await jobs.unsettled()) await jobs.transition(job.id, "cancelled", { settledAt: Date.now() });
}

/** What a study knows of a queue. */
export type StudyQueue = Pick<JobQueue, "enqueue" | "get" | "subscribe" | "resume">;

export interface PaintOptions {
  readonly queue: StudyQueue;
  /** Pictures that engines paint at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** A job is over, done or failed. */
  readonly onSettled: (order: Order, job: Job) => Promise<void>;
  /** Nothing can be written for the moment, and all wait; `false`: it goes on. */
  readonly onHeld: (isHeld: boolean) => void;
}

/** Has all orders painted, a few at once, in their order. @throws CancelledError; what `onSettled` throws */
export async function paintPictures(orders: readonly Order[], options: PaintOptions): Promise<void> {
  const { queue, concurrency, signal, onSettled, onHeld } = options;
  const waiting = new Map<string, (job: Job) => void>();
  const stop = queue.subscribe((event) => {
    if (event.type === "held") onHeld(event.by !== null);
    else if (isSettled(event.job.state)) waiting.get(event.job.id)?.(event.job);
  });
  const stopped = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new CancelledError()), { once: true });
  });
  stopped.catch(() => undefined);
  const settled = async ({ id }: Job): Promise<Job> => {
    const over = new Promise<Job>((resolve) => waiting.set(id, resolve));
    try {
      const now = await queue.get(id);
      return now && isSettled(now.state) ? now : await Promise.race([over, stopped]);
    } finally {
      waiting.delete(id);
    }
  };
  // All lanes take from one list.
  const left = orders.values();
  const lane = async (): Promise<void> => {
    for (const order of left) {
      if (signal.aborted) throw new CancelledError();
      await onSettled(order, await settled(await queue.enqueue(order.request)));
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency * AHEAD }, lane));
  } finally {
    stop();
  }
}
