/**
 * Deletion that deletes: what somebody deletes here or on Discord is erased, and members who want it are forgotten.
 *
 * Face of this room. What is erased of database and files says `src/store/erasing/eraser.ts`; here is who asks for it, and what
 * has to be stopped and taken off Discord besides.
 */
import {
  type Client,
  GatewayDispatchEvents as Dispatch,
  type GatewayChannelDeleteDispatchData,
  type GatewayMessageDeleteBulkDispatchData,
  type GatewayMessageDeleteDispatchData,
  Routes,
} from "discord.js";
import PQueue from "p-queue";

import { throwIfCancelled } from "../../breathe.ts";
import { CancelledError } from "../../errors.ts";
import type { ErasedWatch } from "../../jobs/erased-watch.ts";
import { isSettled } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Logger } from "../../log.ts";
import { type Hindrance, untilRoom } from "../../room.ts";
import type { Shard } from "../../shard.ts";
import { Eraser, type Others } from "../../store/erasing/eraser.ts";
import { jobsOf, type MessagePlace, type Scope } from "../../store/erasing/erase-member.ts";
import type { Erasure } from "../../store/erasing/erasure-repository.ts";
import type { Store } from "../../store/store.ts";
import { isMessageGone, isPlaceGone } from "../discord-error.ts";
import type { Intake } from "../intake/intake.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { persevere } from "../messages/persevere.ts";
import type { Surveys } from "../study/surveys.ts";
import type { LearningDesk } from "../styles/learning-desk.ts";
import { retentionWords } from "../wording/privacy.ts";
import { deletedMeanwhile } from "./deleted-messages.ts";
import { Sweeper, type SweeperOptions } from "./sweeper.ts";

export interface ErasingOptions {
  readonly client: Client;
  readonly store: Store;
  readonly queue: JobQueue;
  /** Of this process. */
  readonly erased: Pick<ErasedWatch, "look">;
  readonly intake: Intake;
  readonly learning: LearningDesk;
  readonly surveys: Surveys;
  readonly deliveries: Deliveries;
  /** Drops what is held in memory for a member. */
  readonly dropOf: (userId: string) => void;
  readonly dataDir: string;
  readonly config: SweeperOptions["config"];
  /** Whose servers this process looks after; default: all. */
  readonly shard?: Shard | undefined;
  readonly log: Logger;
}

export class Erasing {
  readonly #options: ErasingOptions;
  readonly #eraser: Eraser;
  readonly sweeper: Sweeper;
  /** One after the other: nobody waits for it but the member who is told. */
  readonly #turn = new PQueue({ concurrency: 1 });
  readonly #closing = new AbortController();
  /** Ids of erasures that are under way. */
  readonly #forgetting = new Set<string>();

  constructor(options: ErasingOptions) {
    this.#options = options;
    const { store, intake, dataDir } = options;
    const eraser = new Eraser({ store, dataDir, discard: intake.discard.bind(intake) });
    this.#eraser = eraser;
    this.sweeper = new Sweeper({ ...options, eraser, everyHour: () => this.#everyHour() });
  }

  /** Begins to listen for what people delete on Discord. */
  listen(): void {
    const { client, store } = this.#options;
    const hear = (event: Dispatch, find: (data: never) => Promise<readonly string[]>): void => {
      client.ws.on(event, (data: unknown) => this.#inTurn(async () => this.#erase(await find(data as never))));
    };
    hear(Dispatch.MessageDelete, ({ id }: GatewayMessageDeleteDispatchData) => this.#jobsShownBy([id]));
    hear(Dispatch.MessageDeleteBulk, ({ ids }: GatewayMessageDeleteBulkDispatchData) => this.#jobsShownBy(ids));
    for (const event of [Dispatch.ThreadDelete, Dispatch.ChannelDelete] as const)
      hear(event, ({ id }: Pick<GatewayChannelDeleteDispatchData, "id">) => store.surfaces.inChannel(id));
  }

  /** Takes up what an earlier process left, and looks for what was deleted meanwhile, without anybody waiting for it. */
  async resume(): Promise<void> {
    const { store, log } = this.#options;
    const recalled = await store.erasures.recall();
    if (recalled > 0) log.info({ members: recalled }, "the database is older than wishes to be forgotten: done again");
    await this.#forgetOpen();
    void this.#catchUp();
    this.sweeper.start();
  }

  /** What of others keeps pictures of a job; `null` when it is being compared itself. */
  othersThan(jobId: string): Promise<Others | null> {
    return this.#eraser.othersThan(jobId);
  }

  /**
   * Erases a job.
   *
   * @param place of the message that shows it, where the bot may take that off
   * @returns `false` when it is being compared or under way
   */
  async delete(jobId: string, place: MessagePlace | null): Promise<boolean> {
    const { store } = this.#options;
    const erased = await this.#turn.add(() => this.#eraser.job(jobId));
    if (erased === null && (await store.jobs.get(jobId)) !== null) return false;
    if (place) await this.#remove(place);
    return true;
  }

  /**
   * Writes down that a member is to be forgotten, in one server or everywhere, and begins with it. From then on it is done,
   * whatever happens meanwhile.
   *
   * @returns `done` resolves when it is, but for messages on Discord, and for traces in the database's own files where
   * something else uses these just now
   */
  async forget(scope: Scope): Promise<{ readonly done: Promise<void> }> {
    return { done: this.#forget(await this.#options.store.erasures.ask(scope)) };
  }

  /** Waits until what was asked for is done. */
  idle(): Promise<void> {
    return this.#turn.onIdle();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.sweeper.close();
    await this.#turn.onIdle();
  }

  /** Takes up what was asked for and is not done: by an earlier process, in the terminal, or since a fault. */
  async #forgetOpen(): Promise<void> {
    for (const erasure of await this.#options.store.erasures.open())
      if (!this.#forgetting.has(erasure.id)) this.#noted(this.#forget(erasure));
  }

  async #everyHour(): Promise<void> {
    await this.#forgetOpen();
    await this.#takeOff();
  }

  /** @throws CancelledError when the bot goes down: the next start does it */
  async #forget(erasure: Erasure): Promise<void> {
    const { store, queue, learning, surveys, erased, dropOf, log } = this.#options;
    const { signal } = this.#closing;
    const body = async (): Promise<Hindrance | null> => {
      throwIfCancelled(signal);
      dropOf(erasure.userId);
      for (const id of await jobsOf(store.db, erasure)) {
        const job = await queue.get(id);
        if (job && !isSettled(job.state)) await queue.cancel(id);
      }
      await learning.stopOf(erasure);
      const answered = await store.surveys.answeredBy(erasure);
      const hindrance = await this.#eraser.member(erasure);
      surveys.changed(answered);
      return hindrance;
    };
    this.#forgetting.add(erasure.id);
    try {
      const hindrance = await this.#turn.add(() =>
        this.#untilRoom(body, "nothing can be written; a member is forgotten when it can"),
      );
      if (hindrance !== null) log.warn({ by: hindrance }, retentionWords.notScrubbed);
    } finally {
      this.#forgetting.delete(erasure.id);
    }
    // Others hear of it within seconds.
    await erased.look().catch((error: unknown) => log.warn({ err: error }, "what is kept in memory follows"));
    await this.#takeOff();
  }

  async #catchUp(): Promise<void> {
    const { client, store, log } = this.#options;
    try {
      for await (const jobId of deletedMeanwhile(client, store, this.#closing.signal))
        this.#inTurn(() => this.#erase([jobId]));
    } catch (error) {
      log.warn({ err: error }, "what was deleted meanwhile is looked for again at the next start");
    }
  }

  async #jobsShownBy(messageIds: readonly string[]): Promise<readonly string[]> {
    const { surfaces, votes } = this.#options.store;
    const jobs: string[] = [];
    for (const id of messageIds) {
      const jobId = (await surfaces.byResultMessage(id))?.jobId ?? (await votes.judged(id))?.candidate.jobId;
      if (jobId !== undefined) jobs.push(jobId);
    }
    return jobs;
  }

  async #erase(jobIds: readonly string[]): Promise<void> {
    for (const id of jobIds)
      await this.#untilRoom(
        () => this.#eraser.job(id),
        "nothing can be written; what was deleted is erased when it can",
      );
  }

  #untilRoom<T>(body: () => Promise<T>, words: string): Promise<T> {
    const { dataDir: folder, log } = this.#options;
    const onHeld = (by: Hindrance | null): void => {
      if (by !== null) log.error({ by }, words);
    };
    return untilRoom(body, { folder, signal: this.#closing.signal, onHeld });
  }

  /** Has messages about forgotten members taken off Discord, however long that takes. */
  async #takeOff(): Promise<void> {
    const { store, deliveries } = this.#options;
    for (const [id, places] of await store.erasures.messages())
      void deliveries.owe(`erasure ${id}`, "erasures", async () => {
        for (const place of places) await this.#remove(place);
        await store.erasures.noteGone(id);
      });
  }

  async #remove({ channelId, messageId }: MessagePlace): Promise<void> {
    const route = Routes.channelMessage(channelId, messageId);
    await persevere(() => this.#options.client.rest.delete(route)).catch((error: unknown) => {
      if (!isMessageGone(error) && !isPlaceGone(error)) throw error;
    });
  }

  #inTurn(work: () => Promise<void>): void {
    this.#noted(this.#turn.add(work));
  }

  #noted(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!(error instanceof CancelledError))
        this.#options.log.error({ err: error }, "what was deleted could not be erased");
    });
  }
}
