/**
 * Shows one job: the card, on which all can be watched, and in the end a thread with the result. Events come in, messages
 * go out.
 */
import type { Client } from "discord.js";

import type { Logger } from "../../log.ts";
import { wordsOf } from "../../jobs/description.ts";
import type { JobEvent } from "../../jobs/events.ts";
import { isSettled, type Job, type JobResult } from "../../jobs/job.ts";
import type { QueuePlace } from "../../jobs/queue.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import { isSameStyle } from "../../jobs/request-styles.ts";
import type { Surface, SurfaceRepository } from "../../store/surface-repository.ts";
import { announce } from "./announce.ts";
import { isPlaceGone } from "../discord-error.ts";
import { sourcePictures } from "./job-pictures.ts";
import { JobStanding } from "./job-standing.ts";
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import { OutsideVenue } from "../messages/outside-venue.ts";
import type { PendingReplies } from "../messages/pending-reply.ts";
import { PlaceMoved } from "../messages/place-moved.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import { Venue } from "../messages/venue.ts";
import type { Cover, View, ViewFile } from "../messages/view.ts";
import { type CardOptions, cardView } from "./job-views.ts";
import { SurfaceNotes } from "./surface-notes.ts";
import { describerName, descriptions } from "../wording/descriptions.ts";
import { card, threadName } from "../wording/jobs.ts";

/** How often the card may be edited, milliseconds. */
const PACE_MS = 2000;

/** Long side of the result on the card, pixels: as large as Discord shows it. */
const RESULT_SIDE = 1024;

export interface PresenterParts {
  readonly client: Client;
  readonly surfaces: SurfaceRepository;
  readonly files: PictureStore;
  readonly replies: PendingReplies;
  readonly findJob: (id: string) => Promise<Job | null>;
  readonly log: Logger;
  readonly cover: Cover;
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

/** How long before a reply cannot be edited any more it says where the result will be. */
const NOTICE_MS = 30_000;

export class JobPresenter {
  readonly #parts: PresenterParts;
  readonly #venue: Venue;
  /** Where the bot is no member: in place of the venue. */
  readonly #outside: OutsideVenue | null;
  /** Until its reply says that the result comes by direct message. */
  #notice: NodeJS.Timeout | null = null;
  readonly #card: LiveMessage;
  readonly #opened: Promise<void>;
  readonly #takenUp: boolean;
  readonly #standing: JobStanding;
  readonly #notes: SurfaceNotes;
  #open = false;
  /** Description of the job that this one reruns; it stands in the same conversation. */
  #parentWords: string | null = null;
  #sources: CardOptions["sources"] = null;
  /** The one that the card shows. */
  #preview: ViewFile | null = null;
  #result: ViewFile | null = null;
  #remark: string | null = null;
  #finishing = false;

  /** @param takenUp it was shown before, and may have posted what nobody noted */
  constructor(parts: PresenterParts, job: Job, surface: Surface, takenUp: boolean) {
    this.#parts = parts;
    this.#standing = new JobStanding(job);
    this.#notes = new SurfaceNotes(parts.surfaces, surface);
    this.#takenUp = takenUp;
    const { client, replies, log, cover } = parts;
    const { channelId, threadId, cardMessageId } = surface;
    const onMoved = (): Promise<void> => this.#notes.threadless({ threadId: null });
    this.#venue = new Venue({ client, channelId, threadId, replies, log, cover, onMoved });
    if (takenUp && cardMessageId !== null) this.#venue.lookAfter(cardMessageId);
    const { userId, replyTo } = job.request;
    this.#outside = replyTo?.isOutside
      ? new OutsideVenue({ client, replyId: replyTo.messageId, userId, directId: threadId, replies, log, cover })
      : null;
    if (takenUp) this.#outside?.lookAround();
    this.#card = new LiveMessage({
      home: (this.#outside ?? this.#venue).front,
      messageId: cardMessageId,
      intervalMs: PACE_MS,
      nonce: this.#nonce("card"),
      follows: false,
      onCreated: (messageId) => this.#notes.note({ cardMessageId: messageId }),
      log: log.child({ job: job.id }),
    });
    this.#opened = this.#begin();
    this.#opened.catch(() => undefined);
    if (replyTo && this.#outside && !isSettled(job.state)) this.#giveNotice(replies.lastsFor(replyTo.messageId));
  }

  /** Whether there is a word to come from it before the job is over. */
  get hasToTell(): boolean {
    return this.#notice !== null;
  }

  /** @param leftMs for how long the reply can be edited */
  #giveNotice(leftMs: number): void {
    if (leftMs === 0) return;
    this.#notice = setTimeout(
      () => {
        this.#notice = null;
        this.#remark = card.byDirectMessage;
        if (this.#open && !this.#finishing) void this.#card.settle(this.#cardView());
      },
      Math.max(0, leftMs - NOTICE_MS),
    ).unref();
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
    return linkTo(this.#surface, this.#outside ? this.#surface.channelId : this.#venue.placeId);
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
    // Its file goes with the job.
    this.#preview = null;
    if (again && this.#surface.cardMessageId !== null) this.#venue.lookAfter(this.#surface.cardMessageId);
    try {
      await (this.#outside ? this.#finishOutside(this.#outside, again) : this.#finish());
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
    if (this.job.result) this.#result = await this.#resultPicture(this.job, this.job.result);
    await this.#card.settle(this.#cardView());
    await this.#notes.note({ finished: true });
  }

  /** Sends what waits to be sent, and then nothing more. */
  async close(): Promise<void> {
    clearTimeout(this.#notice ?? undefined);
    await this.#opened.catch(() => undefined);
    await this.#card.close();
  }

  async #begin(): Promise<void> {
    const { files, findJob, log } = this.#parts;
    try {
      const { parentId } = this.job.request;
      const parent = parentId === null ? null : await findJob(parentId);
      const isOfItsPair = parent !== null && isSameStyle(parent.request, this.job.request);
      this.#parentWords = isOfItsPair ? parent.description : null;
      // A rerun stands in a conversation that shows its pair already, unless it has another style.
      if (parentId === null || (parent && !isOfItsPair)) this.#sources = await sourcePictures(files, this.job.request);
      // The card of a job that has ended is touched last, when there is a result to point to.
      if (!isSettled(this.job.state)) await this.#card.settle(this.#cardView());
    } catch (error) {
      log.warn({ err: error, job: this.job.id }, "a job could not be shown properly");
    }
    this.#open = true;
    this.#render();
  }

  /** The place of the result: a thread under the card, taken up where an earlier process or try has opened it. */
  async #openTalk(): Promise<void> {
    const cardId = this.#card.messageId;
    if (this.#venue.threadId !== null || cardId === null || this.#notes.isThreadless) return;
    if (this.#takenUp && (await this.#takeUpTalk(cardId))) return;
    const { firstRemark, log } = this.#parts;
    const remark = await this.#venue.openThread(cardId, threadName(this.job.request));
    const { threadId } = this.#venue;
    if (remark !== null && firstRemark(this.#surface.channelId)) this.#remark = remark;
    const noted = remark === null ? this.#notes.note({ threadId }) : this.#notes.threadless();
    // The result does not wait for that: what cannot be noted now is noted with it.
    await noted.catch((error: unknown) => log.warn({ err: error, job: this.job.id }, "a place could not be noted"));
  }

  /**
   * Goes on where an earlier process talked, which a full disk may have kept from noting where that was.
   *
   * @returns whether there is such a place
   */
  async #takeUpTalk(cardId: string): Promise<boolean> {
    const place = await this.#venue.findTalk(cardId, [this.#nonce("result")]);
    if (place === "thread") await this.#notes.note({ threadId: cardId });
    if (place === "channel") await this.#notes.threadless();
    return place !== null;
  }

  #render(): void {
    if (!this.#open || this.#finishing) return;
    if (!this.#card.spares("previews")) this.#preview = this.#standing.preview;
    const { written } = this.#standing;
    this.#card.show(this.#cardView(), written.at(-1)?.done === false ? "streaming" : "progress");
  }

  async #finish(): Promise<void> {
    await this.#opened;
    const { files, log } = this.#parts;
    const job = this.job;
    const posts = job.state !== "cancelled" && this.#surface.resultMessageId === null;
    if (posts) {
      if (await this.#isErased()) return;
      await this.#openTalk();
      const resultMessageId = await announce(job, this.#words(), this.#nonce("result"), this.#venue, { files, log });
      const isErased = await this.#isErased();
      // From now on people can vote, whether the message can be noted or not.
      if (job.state === "done" && !isErased) this.#parts.onResult(job, this.#venue.placeId, resultMessageId);
      await this.#notes.note({ resultMessageId });
      // While it was on its way, nobody knew of the message.
      if (isErased || (await this.#isErased())) return this.#venue.remove(resultMessageId);
    }
    await this.#removeEarlierTalk();
    // Where the result stands right below the card there is no need to show it twice.
    if (job.result && this.#venue.threadId !== null) this.#result = await this.#resultPicture(job, job.result);
    // The card comes last: it says that everything else is there.
    await this.#card.deliver(this.#cardView());
    await this.#notes.note({ finished: true });
  }

  /** Whether somebody was forgotten, or the server left, meanwhile. */
  async #isErased(): Promise<boolean> {
    return (await this.#parts.findJob(this.job.id)) === null;
  }

  /** The result takes the place of the card, or is sent to the person. Nobody votes on it, and nothing comes after it. */
  async #finishOutside(venue: OutsideVenue, again: boolean): Promise<void> {
    await this.#opened;
    const { files, log } = this.#parts;
    const job = this.job;
    if (job.state === "cancelled") await this.#card.deliver(this.#cardView());
    else if (this.#surface.resultMessageId === null) {
      if (again) venue.lookAround();
      // What is on its way to the card must not arrive after the result.
      await this.#card.close();
      const resultMessageId = await announce(job, this.#words(), this.#nonce("result"), venue, { files, log });
      await this.#notes.note({ resultMessageId, threadId: venue.directId });
    }
    await this.#notes.note({ finished: true });
  }

  /** Versions before this one showed progress and description in messages of their own, below the card. */
  async #removeEarlierTalk(): Promise<void> {
    const { descriptionMessageId, progressMessageId } = this.#surface;
    for (const messageId of [descriptionMessageId, progressMessageId])
      if (messageId !== null) await this.#venue.remove(messageId);
    if (descriptionMessageId !== null || progressMessageId !== null)
      await this.#notes.note({ descriptionMessageId: null, progressMessageId: null });
  }

  /** The result for the card, which does without it where its file is not to be read. */
  async #resultPicture({ id, request }: Job, { picture }: JobResult): Promise<ViewFile | null> {
    try {
      return await thumbnailFile(this.#parts.files, picture, "result", card.resultAlt(request), RESULT_SIDE);
    } catch (error) {
      this.#parts.log.warn({ err: error, job: id }, "a card stays without its result");
      return null;
    }
  }

  /** InST needs no words, and a rerun does not repeat those of the job it reruns. */
  #hasDescription(): boolean {
    const { variant, request } = this.job;
    if (variant === "inst" || request.variant === "inst") return false;
    return this.#parentWords === null || (request.description !== null && request.description !== this.#parentWords);
  }

  /** Each style in words, whole, as the result shows it. */
  #words(): string | null {
    const { written } = this.#standing;
    if (!this.#hasDescription() || written.some(({ done }) => !done)) return null;
    const [first, ...others] = wordsOf(this.job).map(({ text, describer }, n) => ({
      text,
      by: describerName(describer, this.#parts.describerLabel),
      note: written[n]?.note ?? null,
    }));
    return first ? descriptions.whole(this.job.request, [first, ...others]) : null;
  }

  #cardView(): View {
    const { status, steadyStatus, written } = this.#standing;
    return cardView(this.#card.spares("previews") ? steadyStatus : status, {
      sources: this.#sources,
      picture: this.#result ?? this.#preview,
      // As long as there is nothing else to look at.
      words: this.#hasDescription() && this.#preview === null ? written : [],
      link: this.#surface.resultMessageId === null ? null : this.link,
      remark: this.#remark,
    });
  }
}
