/** What a worker tells of its jobs while it works on them: lossy, the newest wins. What became of them stands in rows. */
import { readFile } from "node:fs/promises";

import { z } from "zod";

import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { VARIANTS } from "../../variant.ts";
import type { JobEvent } from "../events.ts";
import { JOB_STATES, type Job } from "../job.ts";
import { type Exchange, MOST_PREVIEW, MOST_WORDS, type TellOptions, type Told } from "./exchange.ts";

const stage = z.enum(["caption", "stylize"]);
const steps = { step: z.number(), steps: z.number() };

const happenedSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("started"), stage, attempt: z.number() }),
  z.object({ type: z.literal("description"), text: z.string(), done: z.boolean(), note: z.string().optional() }),
  z.object({ type: z.literal("progress"), stage, ...steps, etaSeconds: z.number().nullable() }),
  z.object({ type: z.literal("preview"), ...steps, unsafe: z.boolean().default(false) }),
  z.object({ type: z.literal("held"), by: z.enum(["full", "unwritable"]).nullable() }),
  /** It is settled, or back in the queue: its row says which. */
  z.object({ type: z.literal("look") }),
]);

/** What of a job changes while it is worked on. */
const nowSchema = z.object({
  state: z.enum(JOB_STATES),
  attempts: z.number(),
  variant: z.enum(VARIANTS).nullable(),
  variantReason: z.string().nullable(),
  description: z.string().nullable(),
  describer: z.string().nullable(),
  otherWords: z.array(z.object({ text: z.string(), describer: z.string() })).default([]),
  startedAt: z.number().nullable(),
});

const newsSchema = z.object({
  job: z.string(),
  /** Of the lease of whoever tells: what an earlier one tells counts no more. */
  fence: z.number(),
  now: nowSchema.optional(),
  happened: happenedSchema.optional(),
});

/** News of a job; without `happened`, the bytes hold all of it. */
type News = z.infer<typeof newsSchema>;
type Happened = z.infer<typeof happenedSchema>;

/** News of a job as a bot hears it. */
export interface HeardNews {
  readonly job: string;
  readonly fence: number;
  readonly now: z.infer<typeof nowSchema> | undefined;
  readonly happened: Happened;
  /** JPEG, of a preview. */
  readonly picture: () => Promise<Uint8Array | null>;
}

/** Reads what was told. `null`: of another version, or gone. */
export async function hearNews(told: Told): Promise<HeardNews | null> {
  let news = newsSchema.safeParse(told.message).data;
  if (news && !news.happened)
    news = newsSchema.safeParse(JSON.parse(String(Buffer.from((await told.bytes()) ?? "null")))).data;
  if (!news?.happened) return null;
  const { job, fence, now, happened } = news;
  return { job, fence, now, happened, picture: () => told.bytes() };
}

/** The job that news are of, at once, for whoever wants only some. */
export const jobOf = ({ message }: Told): string | null => newsSchema.safeParse(message).data?.job ?? null;

interface Outgoing {
  readonly job: Job;
  readonly fence: number;
  readonly happened: Happened;
  /** File of a preview. */
  readonly path?: string;
}

/** Sends news one after the other; of what only shows how far a job is, the newest. */
export class LiveNews {
  readonly #exchange: Exchange;
  readonly #log: Logger;
  readonly #waiting: Outgoing[] = [];
  #sending: Promise<void> | null = null;

  constructor(exchange: Exchange, log: Logger) {
    this.#exchange = exchange;
    this.#log = log;
  }

  /** Tells what an event of the worker's own says. */
  tell(event: JobEvent, fence: number): void {
    const { job } = event;
    if (event.type === "queued") return;
    if (event.type === "done" || event.type === "failed" || event.type === "cancelled") return this.look(job, fence);
    const { job: _, ...rest } = event;
    if (rest.type !== "preview") return this.#send({ job, fence, happened: rest });
    const { path, ...happened } = rest;
    this.#send({ job, fence, happened, path });
  }

  /** Has whoever presents a job look at its row. */
  look(job: Job, fence: number): void {
    this.#send({ job, fence, happened: { type: "look" } });
  }

  /** Resolves when all is told, or could not be. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  #send(news: Outgoing): void {
    const { type } = news.happened;
    if (type === "progress" || type === "preview" || type === "description") {
      const older = this.#waiting.findIndex(({ job, happened }) => job.id === news.job.id && happened.type === type);
      const replaced = this.#waiting[older];
      if (replaced && !("done" in replaced.happened && replaced.happened.done)) this.#waiting.splice(older, 1);
    }
    this.#waiting.push(news);
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = null));
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        await this.#sendOne(next);
      } catch (error) {
        this.#log.debug({ job: next.job.id, error: messageOf(error) }, "news of a job could not be told");
      }
    }
  }

  async #sendOne({ job, fence, happened, path }: Outgoing): Promise<void> {
    const { state, attempts, variant, variantReason, startedAt, description, describer, otherWords } = job;
    const words = { description, describer, otherWords: [...otherWords] };
    const now = { state, attempts, variant, variantReason, startedAt, ...words };
    const news: News = { job: job.id, fence, now, happened };
    const options: TellOptions = {};
    if (happened.type === "look") {
      await this.#exchange.tell("news", news);
      await this.#exchange.forget([keyOf(job, "preview"), keyOf(job, "words")]);
      return;
    }
    if (path !== undefined) {
      const bytes = await readFile(path);
      if (bytes.length > MOST_PREVIEW) return;
      Object.assign(options, { bytes, key: keyOf(job, "preview") });
      // Words are known by now, and would leave no room.
      news.now = undefined;
    }
    const bytes = Buffer.from(JSON.stringify(news));
    if (bytes.length <= MOST_WORDS) return this.#exchange.tell("news", news, options);
    await this.#exchange.tell("news", { job: job.id, fence }, { bytes, key: keyOf(job, "words") });
  }
}

const keyOf = (job: Job, what: string): string => `${job.id}/${what}`;
