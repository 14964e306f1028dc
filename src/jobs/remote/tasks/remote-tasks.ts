/**
 * Tasks that workers of any machine do: the bot's side.
 *
 * What was asked for stands in `asked-tasks.ts`, who is there to do it in `roster.ts`; states of learnings go through the
 * store of pictures (`state-files.ts`). The other side is `task-work.ts`, for `caption-work.ts` and `learn-work.ts`.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";

import type { z } from "zod";

import { messageOf, type UserError } from "../../../errors.ts";
import type { FaceReport } from "../../../faces/face-report.ts";
import type { Logger } from "../../../log.ts";
import { writeWhole } from "../../../write-whole.ts";
import type { DescribeReply, EngineHooks, EngineInfo, LearnReply } from "../../engine.ts";
import type { Erased } from "../../erased.ts";
import type { Holder } from "../../erased-watch.ts";
import type { WorkerRepository } from "../../fleet.ts";
import { replySchemas } from "../../reply-schemas.ts";
import { SharedWork } from "../../shared-work.ts";
import { type Lesson, type StoredPicture, type TaskHooks, taskId, type Tasks, TRIES } from "../../tasks.ts";
import type { Exchange, Told } from "../exchange.ts";
import { AskedTasks } from "./asked-tasks.ts";
import { Roster } from "./roster.ts";
import { forgetState, stateFile, type StateFilesParts } from "./state-files.ts";
import { CAPABILITY_OF, type TaskNews, type TaskTicket } from "./wire.ts";

export interface RemoteTasksOptions extends StateFilesParts {
  readonly exchange: Exchange;
  readonly workers: Pick<WorkerRepository, "present">;
  /** For what is shown of learnings. */
  readonly folder: string;
  readonly log: Logger;
  /** How often it is looked who is there, and what became of what was asked for, milliseconds. */
  readonly watchMs?: number;
}

/** Begins to hear what workers tell, and knows who is there. */
export async function openRemoteTasks(options: RemoteTasksOptions): Promise<Tasks & Holder> {
  const tasks = new RemoteTasks(options);
  await tasks.start();
  return tasks;
}

class RemoteTasks implements Tasks, Holder {
  readonly folder: string;
  readonly #options: RemoteTasksOptions;
  readonly #roster: Roster;
  readonly #asked: AskedTasks;
  readonly #shared = new SharedWork();

  constructor(options: RemoteTasksOptions) {
    const { exchange, log, watchMs, workers, folder } = options;
    this.#options = options;
    this.folder = folder;
    this.#roster = new Roster(workers);
    const onLook = (): Promise<void> =>
      this.#roster.look().catch((error: unknown) => {
        log.debug({ error: messageOf(error) }, "it could not be looked which workers are there");
      });
    this.#asked = new AskedTasks({ exchange, log, onLook, ...(watchMs !== undefined && { watchMs }) });
  }

  async start(): Promise<void> {
    await this.#roster.look();
    await this.#asked.start();
  }

  close(): Promise<void> {
    return this.#asked.close();
  }

  letGo(erased: Erased): Promise<void> {
    return this.#asked.letGo(erased);
  }

  get info(): EngineInfo | null {
    return this.#roster.info;
  }

  whyNoLearning(): UserError | null {
    return this.#roster.refusal("learn");
  }

  findFaces({ sha256 }: StoredPicture, hooks: TaskHooks = {}): Promise<FaceReport> {
    const ticket = { kind: "faces", picture: { sha256 }, tries: hooks.tries ?? TRIES } as const;
    return this.#do(sha256, ticket, hooks, replySchemas.faces);
  }

  isUnsafe({ sha256 }: StoredPicture, hooks: TaskHooks = {}): Promise<boolean> {
    const ticket = { kind: "safety", picture: { sha256 }, tries: hooks.tries ?? TRIES } as const;
    return this.#do(sha256, ticket, hooks, replySchemas.safety);
  }

  styleVector({ sha256 }: StoredPicture, hooks: TaskHooks = {}): Promise<readonly number[]> {
    const ticket = { kind: "style-vector", picture: { sha256 }, tries: hooks.tries ?? TRIES } as const;
    // Nobody waits for it: it stays in the queue until somebody comes who can.
    return this.#do(sha256, ticket, { ...hooks, onWaiting: () => undefined }, replySchemas["style-vector"]);
  }

  describe({ sha256 }: StoredPicture, hooks: TaskHooks = {}): Promise<DescribeReply> {
    const ticket = { kind: "describe", picture: { sha256 }, tries: hooks.tries ?? TRIES } as const;
    return this.#do(sha256, ticket, hooks, replySchemas.describe);
  }

  learn(lesson: Lesson, hooks: TaskHooks = {}): Promise<LearnReply> {
    const onWaiting = hooks.onWaiting ?? (() => undefined);
    return this.#do(lesson.id, { kind: "learn", lesson }, { ...hooks, onWaiting }, replySchemas.learn);
  }

  async reached(lessonId: string): Promise<string> {
    return (await stateFile(this.#options, lessonId)) ?? path.join(this.folder, `${lessonId}.none`);
  }

  async forget(lessonId: string): Promise<void> {
    await forgetState(this.#options, lessonId);
    await rm(this.#samplesOf(lessonId), { recursive: true, force: true });
  }

  async keepOnly(lessonIds: ReadonlySet<string>, isOpen: (lessonId: string) => Promise<boolean>): Promise<void> {
    const shown = await readdir(this.folder).catch(() => []);
    for (const id of new Set([...(await this.#options.states.ids()), ...shown]))
      if (!lessonIds.has(id) && !(await isOpen(id))) await this.forget(id);
  }

  /** @param hooks with `onWaiting`, it waits while nobody can do it; without, it is refused then */
  #do<T>(of: string, ticket: TaskTicket, hooks: TaskHooks, schema: z.ZodType<T>): Promise<T> {
    const capability = CAPABILITY_OF[ticket.kind];
    const id = taskId(ticket.kind, of);
    return this.#shared.run(id, hooks, async ({ signal, onNews }) => {
      await this.#asked.look();
      const refusal = this.#roster.refusal(capability);
      if (refusal && !hooks.onWaiting) throw refusal;
      let waits: string | null = null;
      const onLook = (): void => {
        const why = this.#roster.refusal(capability)?.message ?? null;
        if (why !== waits) hooks.onWaiting?.(why);
        waits = why;
      };
      onLook();
      const hear = (news: TaskNews, bytes: Told["bytes"]): Promise<void> => this.#hear(of, news, bytes, onNews);
      return schema.parse(await this.#asked.ask(id, ticket, { signal, onNews: hear, onLook }));
    });
  }

  async #hear(
    of: string,
    news: TaskNews,
    bytes: Told["bytes"],
    onNews: NonNullable<EngineHooks["onNews"]>,
  ): Promise<void> {
    if (news.type === "text") {
      const text = news.text === "" ? Buffer.from((await bytes()) ?? "").toString() : news.text;
      if (text !== "") onNews({ type: "text", text });
    } else if (news.type !== "preview") onNews(news);
    else {
      const jpeg = await bytes();
      if (!jpeg) return;
      const folder = this.#samplesOf(of);
      await mkdir(folder, { recursive: true });
      const file = path.join(folder, `${news.step}.jpg`);
      await writeWhole(file, jpeg);
      onNews({ ...news, path: file });
    }
  }

  #samplesOf(id: string): string {
    return path.join(this.folder, id);
  }
}
