/**
 * Has a study painted by workers that paint for a bot as well. Its jobs stand in their queue behind everybody else's; what
 * came of one is taken into the study's own store at once and out of theirs, so that the store alone says what is done.
 *
 * What a run that was killed left in their queue is painted all the same, and the next run takes it in.
 */
import { readFile } from "node:fs/promises";

import { messageOf, UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { describeStyle } from "../jobs/describe-style.ts";
import { promptHash } from "../jobs/description.ts";
import type { EngineInfo } from "../jobs/engine.ts";
import { isSettled, type Job, type JobRequest, type PictureRef } from "../jobs/job.ts";
import type { JobListener } from "../jobs/events.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { Repositories } from "../jobs/repositories.ts";
import type { Tasks } from "../jobs/tasks.ts";
import { untilRoom } from "../room.ts";
import { needsDescription } from "../variant.ts";
import type { StudyPlan } from "./manifest.ts";
import { keyOf, type StudyQueue } from "./paint-pictures.ts";

export interface OverWorkersParts {
  /** In the workers' store, of the study alone: in whose name its jobs are asked for. */
  readonly askedBy: string;
  /** Of the workers. */
  readonly queue: JobQueue;
  readonly tasks: Tasks;
  readonly shared: Repositories;
  readonly info: EngineInfo;
  /** The study's own store, and its folder. */
  readonly own: Repositories;
  readonly folder: string;
  /** What its pictures have to be painted by. */
  readonly plan: Pick<StudyPlan, "atelier"> & { readonly engine: Omit<StudyPlan["engine"], "stylizer" | "describer"> };
  /** Takes a settled job out of the workers' store, with what it painted but not what it was made of. */
  readonly erase: (jobId: string) => Promise<void>;
  readonly log: Logger;
}

type Lent = Pick<PictureRef, "sha256" | "width" | "height">;

export class OverWorkers implements StudyQueue {
  readonly #parts: OverWorkersParts;
  readonly #listeners = new Set<JobListener>();
  /** Jobs of the study in the workers' queue. */
  readonly #asked = new Set<string>();
  /** Of these, by what they paint, those that an earlier run asked for. */
  readonly #left = new Map<string, Job>();
  readonly #taking = new Map<string, Promise<Job>>();
  readonly #described = new Map<string, Promise<void>>();
  readonly #lent = new Map<string, Lent>();
  readonly #closing = new AbortController();
  readonly #deaf: () => void;

  constructor(parts: OverWorkersParts) {
    this.#parts = parts;
    this.#deaf = parts.queue.subscribe((event) => {
      const { job } = event;
      if (!this.#asked.has(job.id)) return;
      if (!isSettled(job.state)) return this.#tell(event);
      this.#takeIn(job).then(
        (taken) => this.#tell({ type: job.state, job: taken } as typeof event),
        (error: unknown) => parts.log.warn({ job: job.id, error: messageOf(error) }, "a picture was not taken in"),
      );
    });
  }

  /** Hashes of what workers see of the study's pictures. */
  get lent(): readonly string[] {
    return [...this.#lent.keys()];
  }

  /** Lets workers see a picture of the study. */
  async lend(picture: Lent): Promise<void> {
    const { shared, own } = this.#parts;
    const { sha256, width, height } = picture;
    if (!(await shared.files.has(sha256))) await shared.files.put(await readFile(await own.files.local(sha256)), "png");
    await shared.pictures.remember({ sha256, width, height });
    this.#lent.set(sha256, picture);
  }

  /** @throws UserError where a picture was painted otherwise than the study is */
  accept({ result }: Pick<Job, "result">): void {
    if (result === null) return;
    const { atelier, engine } = this.#parts.plan;
    const { painter } = result;
    const refuse = (why: string): never => {
      throw new UserError(
        "other-worker",
        `${why} Have all workers run the same Atelier with the same settings, and begin the command again: what is done stays.`,
      );
    };
    if (!painter) return refuse("A worker of another version of Atelier took a picture of this study.");
    if (painter.atelier !== atelier)
      return refuse(`The worker ${painter.name} is of Atelier ${painter.atelier}, and this study of ${atelier}.`);
    for (const part of ["parts", "precision", "stepCache"] as const)
      if (painter[part] !== engine[part])
        refuse(`The ${part} of the worker ${painter.name} is ${painter[part]}, and this study's is ${engine[part]}.`);
  }

  async enqueue(request: JobRequest): Promise<Job> {
    const { queue, askedBy, info } = this.#parts;
    const key = keyOf({ engine: info.stylizer, request });
    const left = this.#left.get(key);
    if (left) {
      this.#left.delete(key);
      return left;
    }
    await Promise.all([this.lend(request.content), this.lend(request.style)]);
    if (request.variant === "auto" || needsDescription(request.variant)) await this.#describe(request.style);
    const job = await queue.enqueue({ ...request, userId: askedBy, guildId: null, background: true });
    this.#asked.add(job.id);
    return job;
  }

  async get(id: string): Promise<Job | null> {
    const { shared, own } = this.#parts;
    const job = await (this.#taking.get(id) ?? shared.jobs.get(id));
    if (job === null) return own.jobs.get(id);
    return isSettled(job.state) ? this.#takeIn(job) : job;
  }

  subscribe(listener: JobListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes in what was painted since an earlier run ended, and hears of what still is. */
  async resume(): Promise<void> {
    const { queue, shared, askedBy, info } = this.#parts;
    await queue.resume();
    for (const { job } of await shared.jobs.unsettled()) {
      if (job.request.userId !== askedBy) continue;
      this.#asked.add(job.id);
      this.#left.set(keyOf({ engine: info.stylizer, request: job.request }), job);
    }
    for (const job of await shared.jobs.painted(askedBy, null, { limit: Number.MAX_SAFE_INTEGER }))
      await this.#takeIn(job);
  }

  /** Takes what nobody has begun out of the workers' queue. */
  async close(): Promise<void> {
    const { queue, shared, erase } = this.#parts;
    this.#deaf();
    this.#closing.abort();
    await Promise.allSettled(this.#taking.values());
    for (const id of this.#asked) {
      const job = await shared.jobs.get(id);
      if (job?.state === "queued" && (await queue.cancel(id))) await erase(id);
    }
  }

  /** Once for each, whoever comes to it first. */
  #takeIn(job: Job): Promise<Job> {
    const known = this.#taking.get(job.id);
    if (known) return known;
    const taking = this.#take(job);
    this.#taking.set(job.id, taking);
    // Whoever asks again may have more luck with the disk.
    taking.catch(() => this.#taking.delete(job.id));
    return taking;
  }

  async #take(job: Job): Promise<Job> {
    const { own, shared, erase, folder } = this.#parts;
    if (job.result && this.#isAccepted(job)) {
      const { picture } = job.result;
      const keep = async (): Promise<void> => {
        await own.files.put(await readFile(await shared.files.local(picture.sha256)), "png");
        await own.pictures.remember(picture);
        if ((await own.jobs.get(job.id)) === null) await own.jobs.insert(job, 0);
      };
      const onHeld: Parameters<typeof untilRoom>[1]["onHeld"] = (by) => this.#tell({ type: "held", job, by });
      await untilRoom(keep, { folder, signal: this.#closing.signal, onHeld });
    }
    await erase(job.id);
    this.#asked.delete(job.id);
    return job;
  }

  #isAccepted(job: Job): boolean {
    try {
      this.accept(job);
      return true;
    } catch {
      return false;
    }
  }

  /** Before a picture is painted by its words, so that two workers do not find words of their own. */
  #describe({ sha256 }: PictureRef): Promise<void> {
    const { tasks, shared, own, info } = this.#parts;
    const describe = async (): Promise<void> => {
      const key = { styleSha256: sha256, describer: info.describer, promptHash: promptHash() };
      const known = await own.captions.find(key);
      if (known !== null) return shared.captions.save(key, known);
      const { signal } = this.#closing;
      const hooks = { signal, onWaiting: () => undefined };
      const { text, describer } = await describeStyle({ tasks, store: shared }, sha256, hooks);
      await own.captions.save({ ...key, describer }, text);
    };
    const known = this.#described.get(sha256) ?? describe();
    this.#described.set(sha256, known);
    return known;
  }

  readonly #tell: JobListener = (event) => {
    for (const listener of this.#listeners) listener(event);
  };
}
