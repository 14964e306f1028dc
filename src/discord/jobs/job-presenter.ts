/** Shows one job: card, thread, description, progress, result. Events come in, messages go out. */
import type { Client } from "discord.js";

import type { Logger } from "../../log.ts";
import { BY_USER } from "../../jobs/description.ts";
import type { JobEvent } from "../../jobs/events.ts";
import { isSettled, type Job, type JobResult } from "../../jobs/job.ts";
import type { QueuePlace } from "../../jobs/queue.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import type { Surface, SurfacePatch, SurfaceRepository } from "../../store/surface-repository.ts";
import { CancelledError } from "../../errors.ts";
import { retrying } from "../../retry.ts";
import { announce } from "./announce.ts";
import { isPlaceGone, mayPass } from "../discord-error.ts";
import { inputThumbnails, previewFile } from "./job-pictures.ts";
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import type { PendingReplies } from "../messages/pending-reply.ts";
import { PlaceMoved } from "../messages/place-moved.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import { Venue } from "../messages/venue.ts";
import type { View, ViewFile } from "../messages/view.ts";
import {
  cardView,
  descriptionView,
  type JobStatus,
  noDescriptionView,
  progressView,
  type Written,
} from "./job-views.ts";
import { card, threadName } from "../wording/jobs.ts";

/** How often messages may be edited, milliseconds. */
const PACE = { card: 2000, description: 1000, progress: 3000 } as const;

/** What stands in the conversation below the card. */
const TALK = ["description", "progress", "result"] as const;
/** Between tries to find out where an earlier process held it. */
const SEARCH = { firstMs: 1000, longestMs: 30_000 };

/** Pictures on the card of a job that has no result yet. */
const INPUTS = 2;

export interface PresenterParts {
  readonly client: Client;
  readonly surfaces: SurfaceRepository;
  readonly files: PictureStore;
  readonly replies: PendingReplies;
  readonly findJob: (id: string) => Promise<Job | null>;
  readonly log: Logger;
  readonly describerLabel: (id: string) => string;
  /** A finished picture was posted. */
  readonly onResult: (job: Job, channelId: string, messageId: string) => void;
  /** Whether a channel was told already why there is no thread; tells and remembers. */
  readonly firstRemark: (channelId: string) => boolean;
}

/** Where a job can be looked at. @param talkId the thread or channel in which its result is posted */
export function linkTo(surface: Surface, talkId: string): string {
  const { guildId, channelId, cardMessageId, resultMessageId } = surface;
  const [place, message] = resultMessageId === null ? [channelId, cardMessageId] : [talkId, resultMessageId];
  return `https://discord.com/channels/${guildId ?? "@me"}/${place}/${message}`;
}

export class JobPresenter {
  readonly #parts: PresenterParts;
  readonly #venue: Venue;
  readonly #card: LiveMessage;
  readonly #description: LiveMessage;
  readonly #progress: LiveMessage;
  readonly #opened: Promise<void>;
  readonly #closing = new AbortController();
  readonly #takenUp: boolean;
  #job: Job;
  #surface: Surface;
  #unwritten: SurfacePatch = {};
  #unraised: string | null = null;
  #open = false;
  #place: QueuePlace | null = null;
  #stage: JobStatus["stage"] = null;
  #attempt = 0;
  #step: JobStatus["step"] = null;
  #held: JobStatus["held"] = null;
  #cardEndsAt: number | null = null;
  #written: Written | null = null;
  #preview: ViewFile | null = null;
  /** Description of the job that this one reruns; it stands in the same conversation. */
  #parentWords: string | null = null;
  #thumbnails: readonly ViewFile[] = [];
  #remark: string | null = null;
  #finishing = false;

  /** @param takenUp it was shown before, and may have posted what nobody noted */
  constructor(parts: PresenterParts, job: Job, surface: Surface, takenUp: boolean) {
    this.#parts = parts;
    this.#job = job;
    this.#surface = surface;
    this.#takenUp = takenUp;
    this.#adopt(job);
    const { client, replies, log } = parts;
    const { channelId, threadId, cardMessageId } = surface;
    this.#venue = new Venue({ client, channelId, threadId, replies, log, onMoved: () => this.#moved() });
    if (takenUp && cardMessageId !== null) this.#venue.lookAfter(cardMessageId);
    const { front, talk } = this.#venue;
    const live = (kind: "card" | "description" | "progress"): LiveMessage =>
      new LiveMessage({
        home: kind === "card" ? front : talk,
        messageId: surface[`${kind}MessageId`],
        intervalMs: kind === "card" && this.#isRerun ? PACE.progress : PACE[kind],
        nonce: nonceFor(job.id, kind),
        streams: kind === "description",
        follows: kind === "progress",
        onCreated: (messageId) => this.#note({ [`${kind}MessageId`]: messageId }),
        log: log.child({ job: job.id, message: kind }),
      });
    this.#card = live("card");
    this.#description = live("description");
    this.#progress = live("progress");
    this.#opened = this.#begin();
    this.#opened.catch(() => undefined);
  }

  /** A rerun stands in a conversation already: its card shows the progress, too. */
  get #isRerun(): boolean {
    return this.#job.request.parentId !== null;
  }

  get job(): Job {
    return this.#job;
  }

  /** Where the job can be looked at. */
  get link(): string {
    return linkTo(this.#surface, this.#venue.placeId);
  }

  /** Takes an event in. Messages follow at their own pace. */
  handle(event: JobEvent): void {
    this.#adopt(event.job);
    if (event.type === "started") {
      this.#stage = event.stage;
      this.#attempt = event.attempt;
      this.#step = null;
      if (event.stage === "stylize") this.#preview = null;
    } else if (event.type === "description") {
      this.#written = { text: event.text, done: event.done, note: event.note ?? null };
    } else if (event.type === "progress") {
      const endsAt = event.etaSeconds === null ? null : Date.now() + event.etaSeconds * 1000;
      this.#step = { step: event.step, steps: event.steps, endsAt };
    } else if (event.type === "held") {
      this.#held = event.by;
    } else if (event.type === "preview") {
      this.#preview = previewFile(event.path, event.step, event.steps);
    }
    if (!isSettled(event.job.state)) this.#render();
  }

  /** The job's place in the queue changed. */
  setPlace(place: QueuePlace | null): void {
    this.#place = place;
    this.#render();
  }

  /**
   * Tells the end of a settled job. What an earlier call told is not told again.
   *
   * @param again an earlier call may have posted what nobody noted
   * @throws whatever kept it from being told
   */
  async finish(again: boolean): Promise<void> {
    this.#finishing = true;
    if (again && this.#surface.cardMessageId !== null) this.#venue.lookAfter(this.#surface.cardMessageId);
    try {
      await this.#finish();
    } catch (error) {
      await this.#giveUp(error);
    }
  }

  /** Where nothing can be posted any more, nobody tries again. */
  async #giveUp(error: unknown): Promise<void> {
    const { log } = this.#parts;
    const { id } = this.#job;
    if (!isPlaceGone(error) && !(error instanceof PlaceMoved)) throw error;
    log.warn({ err: error, job: id }, "the place of a job is gone, its end is told on its card at most");
    this.#remark = card.nowhere;
    await this.#card.settle(this.#cardView());
    await this.#note({ finished: true });
  }

  /** Sends what waits to be sent, and then nothing more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opened.catch(() => undefined);
    await Promise.all([this.#card.close(), this.#description.close(), this.#progress.close()]);
  }

  #adopt(job: Job): void {
    this.#job = job;
    if (job.description !== null && !this.#written?.done)
      this.#written = { text: job.description, done: true, note: null };
    if (job.state === "queued") this.#stage = null;
  }

  /**
   * Card first, then the thread under it, then what stands in the thread.
   *
   * @throws CancelledError when this is closed before it is known where to talk
   */
  async #begin(): Promise<void> {
    const { files, findJob, log } = this.#parts;
    try {
      const { parentId } = this.#job.request;
      this.#parentWords = parentId === null ? null : ((await findJob(parentId))?.description ?? null);
      if (!this.#isRerun) this.#thumbnails = await inputThumbnails(files, this.#job.request);
      // The card of a job that has ended is touched last, when there is a result to point to.
      if (!isSettled(this.#job.state)) await this.#card.settle(this.#cardView());
      const cardId = this.#card.messageId;
      if (this.#venue.threadId === null && cardId !== null && !this.#surface.flags.includes("threadless"))
        await this.#openThread(cardId);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      log.warn({ err: error, job: this.#job.id }, "a job could not be shown properly");
    }
    this.#open = true;
    this.#render();
  }

  async #openThread(cardId: string): Promise<void> {
    if (this.#takenUp && (await this.#takeUpTalk(cardId))) return;
    const { firstRemark } = this.#parts;
    const remark = await this.#venue.openThread(cardId, threadName(this.#job.request));
    if (this.#venue.threadId !== null) await this.#note({ threadId: this.#venue.threadId });
    if (remark === null) return;
    if (firstRemark(this.#surface.channelId)) this.#remark = remark;
    await this.#stayInChannel();
  }

  /**
   * Goes on where an earlier process talked, which a full disk may have kept from noting where that was.
   *
   * @returns whether there is such a place
   */
  async #takeUpTalk(cardId: string): Promise<boolean> {
    const nonces = TALK.map((kind) => nonceFor(this.#job.id, kind));
    const place = await retrying(() => this.#venue.findTalk(cardId, nonces), {
      pauses: SEARCH,
      mayPass,
      signal: this.#closing.signal,
    });
    if (place === "thread") await this.#note({ threadId: cardId });
    if (place === "channel") await this.#stayInChannel();
    return place !== null;
  }

  /** What is said in the channel goes on there: a later start would find no message of it in a thread. */
  async #stayInChannel(): Promise<void> {
    this.#unraised = "threadless";
    await this.#note({});
  }

  #render(): void {
    if (!this.#open || this.#finishing) return;
    this.#card.show(this.#cardView());
    if (this.#hasDescription()) this.#description.show(this.#descriptionView());
    if (!this.#isRerun) this.#progress.show(progressView(this.#status(), this.#preview));
  }

  async #finish(): Promise<void> {
    await this.#opened;
    const { files, log } = this.#parts;
    const job = this.#job;
    const missing = this.#written === null || !this.#written.done;
    const words = this.#hasDescription() ? (missing ? noDescriptionView() : this.#descriptionView()) : null;
    // Above the result where that can be; else below it, as the picture does not wait for the words.
    if (words !== null) await this.#description.settle(words);
    const posts = job.state !== "cancelled" && this.#surface.resultMessageId === null;
    if (posts) {
      const resultMessageId = await announce(job, this.#venue, files, log);
      // From now on people can vote, whether the message can be noted or not.
      if (job.state === "done") this.#parts.onResult(job, this.#venue.placeId, resultMessageId);
      await this.#note({ resultMessageId });
    }
    if (words !== null) await this.#description.deliver(words);
    this.#preview = null;
    if (job.result && this.#thumbnails.length === INPUTS) this.#thumbnails = await this.#withResult(job.result);
    if (this.#progress.messageId !== null) await this.#progress.deliver(progressView(this.#status(), this.#preview));
    // The card comes last: it says that everything else is there.
    await this.#card.deliver(this.#cardView());
    await this.#note({ finished: true });
  }

  /** The card's pictures with the result; without it, where its file is not to be read. */
  async #withResult({ picture }: JobResult): Promise<readonly ViewFile[]> {
    try {
      return [...this.#thumbnails, await thumbnailFile(this.#parts.files, picture, "result", card.resultAlt)];
    } catch (error) {
      this.#parts.log.warn({ err: error, job: this.#job.id }, "a card stays without its result");
      return this.#thumbnails;
    }
  }

  /** InST needs no words, and a rerun does not repeat those of the job it reruns. */
  #hasDescription(): boolean {
    const { variant, request } = this.#job;
    if (variant === "inst" || request.variant === "inst") return false;
    return this.#parentWords === null || (request.description !== null && request.description !== this.#parentWords);
  }

  #descriptionView(): View {
    const { describer, request } = this.#job;
    const by = describer === null || describer === BY_USER ? describer : this.#parts.describerLabel(describer);
    return descriptionView(this.#written, by, request.extraPrompt);
  }

  #status(): JobStatus {
    return {
      job: this.#job,
      place: this.#place,
      stage: this.#stage,
      attempt: this.#attempt,
      step: this.#step,
      held: this.#held,
    };
  }

  #cardView(): View {
    const status = this.#status();
    const steady = status.step && { ...status.step, endsAt: this.#steadyEnd(status.step.endsAt) };
    return cardView(this.#isRerun ? status : { ...status, step: steady }, {
      pictures: this.#isRerun ? (this.#preview ? [this.#preview] : []) : this.#thumbnails,
      threadId: this.#venue.threadId,
      link: this.#surface.resultMessageId === null ? null : this.link,
      remark: this.#remark,
    });
  }

  /** The card is not edited for every second that an estimate moves. */
  #steadyEnd(endsAt: number | null): number | null {
    const shown = this.#cardEndsAt;
    if (endsAt === null || shown === null) this.#cardEndsAt = endsAt;
    else if (Math.abs(endsAt - shown) > Math.max(15_000, 0.2 * (endsAt - Date.now()))) this.#cardEndsAt = endsAt;
    return this.#cardEndsAt;
  }

  async #moved(): Promise<void> {
    this.#unraised = "threadless";
    await this.#note({ threadId: null, descriptionMessageId: null, progressMessageId: null });
  }

  /** What cannot be written now is written with the next note. */
  async #note(patch: SurfacePatch): Promise<void> {
    this.#surface = { ...this.#surface, ...patch };
    const notes = { ...this.#unwritten, ...patch };
    this.#unwritten = notes;
    const { surfaces } = this.#parts;
    if (this.#unraised !== null) await surfaces.raise(this.#job.id, this.#unraised);
    this.#unraised = null;
    await surfaces.update(this.#job.id, notes);
    if (this.#unwritten === notes) this.#unwritten = {};
  }
}
