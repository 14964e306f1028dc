/** Shows one job: card, thread, description, progress, result. Events come in, messages go out. */
import type { Client } from "discord.js";

import type { Logger } from "../../log.ts";
import { BY_USER } from "../../jobs/description.ts";
import type { JobEvent } from "../../jobs/events.ts";
import { isSettled, type Job, type JobResult } from "../../jobs/job.ts";
import type { QueuePlace } from "../../jobs/queue.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import type { Surface, SurfaceRepository } from "../../store/surface-repository.ts";
import { CancelledError } from "../../errors.ts";
import { retrying } from "../../retry.ts";
import { announce } from "./announce.ts";
import { isPlaceGone, mayPass } from "../discord-error.ts";
import { inputThumbnails } from "./job-pictures.ts";
import { JobStanding } from "./job-standing.ts";
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import type { PendingReplies } from "../messages/pending-reply.ts";
import { PlaceMoved } from "../messages/place-moved.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import { Venue } from "../messages/venue.ts";
import type { View, ViewFile } from "../messages/view.ts";
import { cardView, descriptionView, noDescriptionView, progressView } from "./job-views.ts";
import { SurfaceNotes } from "./surface-notes.ts";
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
  readonly #standing: JobStanding;
  readonly #notes: SurfaceNotes;
  #open = false;
  /** Description of the job that this one reruns; it stands in the same conversation. */
  #parentWords: string | null = null;
  #thumbnails: readonly ViewFile[] = [];
  #remark: string | null = null;
  #finishing = false;

  /** @param takenUp it was shown before, and may have posted what nobody noted */
  constructor(parts: PresenterParts, job: Job, surface: Surface, takenUp: boolean) {
    this.#parts = parts;
    this.#standing = new JobStanding(job);
    this.#notes = new SurfaceNotes(parts.surfaces, surface);
    this.#takenUp = takenUp;
    const { client, replies, log } = parts;
    const { channelId, threadId, cardMessageId } = surface;
    const onMoved = (): Promise<void> =>
      this.#notes.threadless({ threadId: null, descriptionMessageId: null, progressMessageId: null });
    this.#venue = new Venue({ client, channelId, threadId, replies, log, onMoved });
    if (takenUp && cardMessageId !== null) this.#venue.lookAfter(cardMessageId);
    const { front, talk } = this.#venue;
    const live = (kind: "card" | "description" | "progress"): LiveMessage =>
      new LiveMessage({
        home: kind === "card" ? front : talk,
        messageId: surface[`${kind}MessageId`],
        intervalMs: kind === "card" && this.#isRerun ? PACE.progress : PACE[kind],
        nonce: this.#nonce(kind),
        streams: kind === "description",
        follows: kind === "progress",
        onCreated: (messageId) => this.#notes.note({ [`${kind}MessageId`]: messageId }),
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
    return this.job.request.parentId !== null;
  }

  get job(): Job {
    return this.#standing.job;
  }

  /** A job that was queued again by hand says what it has to say anew. */
  #nonce(kind: string): string {
    const { round } = this.#notes;
    return nonceFor(this.job.id, round === 0 ? kind : `${kind} ${round}`);
  }

  get #surface(): Surface {
    return this.#notes.surface;
  }

  /** Where the job can be looked at. */
  get link(): string {
    return linkTo(this.#surface, this.#venue.placeId);
  }

  /** Takes an event in. Messages follow at their own pace. */
  handle(event: JobEvent): void {
    this.#standing.take(event);
    if (!isSettled(event.job.state)) this.#render();
  }

  /** The job's place in the queue changed. */
  setPlace(place: QueuePlace | null): void {
    this.#standing.place = place;
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
    const { id } = this.job;
    if (!isPlaceGone(error) && !(error instanceof PlaceMoved)) throw error;
    log.warn({ err: error, job: id }, "the place of a job is gone, its end is told on its card at most");
    this.#remark = card.nowhere;
    await this.#card.settle(this.#cardView());
    await this.#notes.note({ finished: true });
  }

  /** Sends what waits to be sent, and then nothing more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opened.catch(() => undefined);
    await Promise.all([this.#card.close(), this.#description.close(), this.#progress.close()]);
  }

  /**
   * Card first, then the thread under it, then what stands in the thread.
   *
   * @throws CancelledError when this is closed before it is known where to talk
   */
  async #begin(): Promise<void> {
    const { files, findJob, log } = this.#parts;
    try {
      const { parentId } = this.job.request;
      this.#parentWords = parentId === null ? null : ((await findJob(parentId))?.description ?? null);
      if (!this.#isRerun) this.#thumbnails = await inputThumbnails(files, this.job.request);
      // The card of a job that has ended is touched last, when there is a result to point to.
      if (!isSettled(this.job.state)) await this.#card.settle(this.#cardView());
      const cardId = this.#card.messageId;
      if (this.#venue.threadId === null && cardId !== null && !this.#notes.isThreadless) await this.#openThread(cardId);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      log.warn({ err: error, job: this.job.id }, "a job could not be shown properly");
    }
    this.#open = true;
    this.#render();
  }

  async #openThread(cardId: string): Promise<void> {
    if (this.#takenUp && (await this.#takeUpTalk(cardId))) return;
    const { firstRemark } = this.#parts;
    const remark = await this.#venue.openThread(cardId, threadName(this.job.request));
    if (this.#venue.threadId !== null) await this.#notes.note({ threadId: this.#venue.threadId });
    if (remark === null) return;
    if (firstRemark(this.#surface.channelId)) this.#remark = remark;
    await this.#notes.threadless();
  }

  /**
   * Goes on where an earlier process talked, which a full disk may have kept from noting where that was.
   *
   * @returns whether there is such a place
   */
  async #takeUpTalk(cardId: string): Promise<boolean> {
    const nonces = TALK.map((kind) => this.#nonce(kind));
    const place = await retrying(() => this.#venue.findTalk(cardId, nonces), {
      pauses: SEARCH,
      mayPass,
      signal: this.#closing.signal,
    });
    if (place === "thread") await this.#notes.note({ threadId: cardId });
    if (place === "channel") await this.#notes.threadless();
    return place !== null;
  }

  #render(): void {
    if (!this.#open || this.#finishing) return;
    this.#card.show(this.#cardView());
    if (this.#hasDescription()) this.#description.show(this.#descriptionView());
    if (!this.#isRerun) this.#progress.show(progressView(this.#standing.status, this.#standing.preview));
  }

  async #finish(): Promise<void> {
    await this.#opened;
    const { files, log } = this.#parts;
    const job = this.job;
    const missing = !this.#standing.written?.done;
    const words = this.#hasDescription() ? (missing ? noDescriptionView() : this.#descriptionView()) : null;
    // Above the result where that can be; else below it, as the picture does not wait for the words.
    if (words !== null) await this.#description.settle(words);
    const posts = job.state !== "cancelled" && this.#surface.resultMessageId === null;
    if (posts) {
      const resultMessageId = await announce(job, this.#nonce("result"), this.#venue, { files, log });
      // From now on people can vote, whether the message can be noted or not.
      if (job.state === "done") this.#parts.onResult(job, this.#venue.placeId, resultMessageId);
      await this.#notes.note({ resultMessageId });
    }
    if (words !== null) await this.#description.deliver(words);
    this.#standing.preview = null;
    if (job.result && this.#thumbnails.length === INPUTS) this.#thumbnails = await this.#withResult(job.result);
    if (this.#progress.messageId !== null)
      await this.#progress.deliver(progressView(this.#standing.status, this.#standing.preview));
    // The card comes last: it says that everything else is there.
    await this.#card.deliver(this.#cardView());
    await this.#notes.note({ finished: true });
  }

  /** The card's pictures with the result; without it, where its file is not to be read. */
  async #withResult({ picture }: JobResult): Promise<readonly ViewFile[]> {
    try {
      return [...this.#thumbnails, await thumbnailFile(this.#parts.files, picture, "result", card.resultAlt)];
    } catch (error) {
      this.#parts.log.warn({ err: error, job: this.job.id }, "a card stays without its result");
      return this.#thumbnails;
    }
  }

  /** InST needs no words, and a rerun does not repeat those of the job it reruns. */
  #hasDescription(): boolean {
    const { variant, request } = this.job;
    if (variant === "inst" || request.variant === "inst") return false;
    return this.#parentWords === null || (request.description !== null && request.description !== this.#parentWords);
  }

  #descriptionView(): View {
    const { describer, request } = this.job;
    const by = describer === null || describer === BY_USER ? describer : this.#parts.describerLabel(describer);
    return descriptionView(this.#standing.written, by, request.extraPrompt);
  }

  #cardView(): View {
    const { preview, status, steadyStatus } = this.#standing;
    return cardView(this.#isRerun ? status : steadyStatus, {
      pictures: this.#isRerun ? (preview ? [preview] : []) : this.#thumbnails,
      threadId: this.#venue.threadId,
      link: this.#surface.resultMessageId === null ? null : this.link,
      remark: this.#remark,
    });
  }
}
