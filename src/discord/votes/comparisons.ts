/** Blind comparisons from the first brush stroke to the reveal; each step can be taken up by a restarted bot. */
import type { Client } from "discord.js";
import PQueue from "p-queue";

import { CancelledError, UserError } from "../../errors.ts";
import { newJobId } from "../../jobs/job-id.ts";
import { isSettled, type Job, type JobRequest, speakAbout } from "../../jobs/job.ts";
import type { JobQueue, Reservation } from "../../jobs/queue.ts";
import { blendKey, isSameStyle, stylesOf } from "../../jobs/request-styles.ts";
import type { Logger } from "../../log.ts";
import { type Random, shuffled } from "../../random.ts";
import type { Store } from "../../store/store.ts";
import type { Variant } from "../../variant.ts";
import { sayAloud, speakIn, spoken, spokenAloud } from "../../words/say.ts";
import { type CardWords, type ComparedPaths, type Comparison, LETTERS } from "../../votes/comparison.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { mayPass } from "../discord-error.ts";
import { type PendingReplies, type PendingReply, replyPlace } from "../messages/pending-reply.ts";
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import { Venue } from "../messages/venue.ts";
import type { Cover } from "../messages/view.ts";
import { speakToServer } from "../language.ts";
import { comparison as words } from "../wording/votes.ts";
import type { Shown } from "./comparison-pictures.ts";
import { outcomeView, paintingView } from "./comparison-views.ts";
import { post, reveal, withdraw } from "./post-comparison.ts";
import type { Votes } from "./votes.ts";

/** The variant with both words and picture comes first: its description is then there for the other. */
const ORDER: readonly Variant[] = ["image-prompt", "prompt", "inst"];
const CARD_PACE_MS = 3000;
const HOUR_MS = 3_600_000;

export interface ComparisonsOptions {
  readonly client: Client;
  readonly store: Store;
  readonly queue: JobQueue;
  readonly votes: Votes;
  readonly deliveries: Deliveries;
  readonly replies: PendingReplies;
  readonly log: Logger;
  readonly cover: Cover;
  readonly random?: Random;
}

export type ComparisonRequest = Omit<JobRequest, "variant" | "replyTo" | "parentId" | "guildId" | "locale"> & {
  readonly guildId: string;
};

export interface ComparisonForm {
  /** How long people may vote. */
  readonly hours: number;
  /** What is compared in place of the variants. */
  readonly paths: ComparedPaths | null;
}

type Place = Pick<Comparison, "id" | "channelId">;

export class Comparisons {
  readonly #options: ComparisonsOptions;
  /** Pairs are asked for one after the other, so that none is begun twice. */
  readonly #turn = new PQueue({ concurrency: 1 });
  /** Those that this process began: nothing of them stands anywhere that was not noted. */
  readonly #begun = new Set<string>();
  /** Comparison of each job whose end it waits for. */
  readonly #jobs = new Map<string, Place>();
  readonly #cards = new Map<string, LiveMessage>();
  /** Messages of each comparison that tell already what is what. */
  readonly #revealed = new Map<string, Set<string>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(options: ComparisonsOptions) {
    this.#options = options;
    this.#unsubscribe = options.queue.subscribe(({ type, job }) => {
      const comparison = this.#jobs.get(job.id);
      if (comparison && (type === "started" || isSettled(job.state))) this.#owe(comparison);
    });
  }

  /**
   * Queues the jobs and shows in `reply` how far they are.
   *
   * @param reservation room in the queue for them
   * @throws UserError when there is no room in the queue, a picture is missing, or the pair is being compared here already
   */
  start(
    request: ComparisonRequest,
    form: ComparisonForm,
    reply: PendingReply,
    reservation: Reservation,
  ): Promise<void> {
    const [own, aloud] = [spoken(), spokenAloud()];
    const begin = async (): Promise<void> => {
      const { store } = this.#options;
      const { messageId, channelId } = replyPlace(reply);
      const { content } = request;
      const pictures = [content, ...stylesOf(request).map(({ picture }) => picture)];
      const stored = await Promise.all(pictures.map(({ sha256 }) => store.files.has(sha256)));
      if (stored.includes(false)) throw new UserError("missing-picture", words.missingPicture);
      const judges = form.paths ? "paths" : "variants";
      const rival = await this.#rivalOf(request, judges, channelId);
      if (rival) throw new UserError("compared-already", words.underWay(linkOf(rival)));
      const [comparison, job] = await this.#queue(request, form, { channelId, messageId }, reservation);
      const { id } = comparison;
      this.#begun.add(id);
      sayAloud(() => this.#card(comparison).show(paintingView(comparison, job, 0, null)));
      this.#owe(comparison);
    };
    // Whoever had the turn before may speak another language.
    return this.#turn.add(() => speakIn(own, begin, aloud));
  }

  /** The same pair that is being compared in a channel already. */
  async #rivalOf(
    request: ComparisonRequest,
    judges: Comparison["judges"],
    channelId: string,
  ): Promise<Comparison | undefined> {
    for (const other of await this.#options.store.comparisons.unfinished()) {
      if (other.judges !== judges || other.channelId !== channelId) continue;
      if (other.contentSha256 !== request.content.sha256 || other.styleSha256 !== request.style.sha256) continue;
      const job = (await this.#jobsOf(other)).find((known) => known !== null);
      if (!job || isSameStyle(job.request, request)) return other;
    }
    return undefined;
  }

  /** Queues the jobs and remembers what they are for; none stays in the queue when that fails. */
  async #queue(
    request: ComparisonRequest,
    { hours, paths }: ComparisonForm,
    { channelId, messageId }: { readonly channelId: string; readonly messageId: string },
    reservation: Reservation,
  ): Promise<readonly [Comparison, Job]> {
    const { store, queue, deliveries, random = Math.random } = this.#options;
    const id = newJobId();
    const jobs: Job[] = [];
    try {
      const wanted = paths
        ? paths.paths.map((stylePath) => ({ variant: paths.variant, stylePath }))
        : ORDER.map((variant) => ({ variant }));
      const asked = { ...request, parentId: null, locale: spokenAloud() };
      for (const one of wanted) jobs.push(await queue.enqueue({ ...asked, ...one }, reservation));
      const letters = shuffled(LETTERS.slice(0, jobs.length), random);
      const comparison: Comparison = {
        id,
        judges: paths ? "paths" : "variants",
        state: "painting",
        guildId: request.guildId,
        channelId,
        userId: request.userId,
        contentSha256: request.content.sha256,
        styleSha256: request.style.sha256,
        hours,
        cardMessageId: messageId,
        sheetMessageId: null,
        createdAt: Date.now(),
        closesAt: null,
        cardSays: null,
        jobs: jobs
          .map((job, i) => ({ letter: letters[i]!, jobId: job.id }))
          .sort((a, b) => (a.letter < b.letter ? -1 : 1)),
      };
      await store.comparisons.insert(comparison);
      for (const job of jobs) this.#jobs.set(job.id, comparison);
      return [comparison, jobs[0]!];
    } catch (error) {
      // Whatever kept it from being written may keep a cancellation from being written, too.
      for (const job of jobs)
        void deliveries.owe(`cancelling ${job.id}`, channelId, async () => void (await queue.cancel(job.id)));
      throw error;
    }
  }

  /** Stops a comparison that is being painted, reveals one that is open. `false`: it is over already. */
  async end(id: string): Promise<boolean> {
    const { comparisons } = this.#options.store;
    const comparison = await comparisons.get(id);
    if (!comparison) return false;
    const cardSays = await this.#speakAbout(comparison, () => ({ line: words.cancelled, good: false }));
    const ended =
      (await comparisons.move(id, "painting", "cancelled", { cardSays })) ??
      (await comparisons.move(id, "open", "closing"));
    if (ended) this.#owe(ended);
    return ended !== null;
  }

  /** Takes up what an earlier process left. Call before the queue resumes. */
  async resume(): Promise<void> {
    for (const comparison of await this.#options.store.comparisons.unfinished()) {
      if (comparison.state === "painting") for (const { jobId } of comparison.jobs) this.#jobs.set(jobId, comparison);
      this.#owe(comparison);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.#turn.onIdle();
    await Promise.all([...this.#cards.values()].map((card) => card.close()));
  }

  #owe({ id, channelId }: Place): void {
    void this.#options.deliveries.owe(`comparison ${id}`, channelId, (again) =>
      this.#goOn(id, again || !this.#begun.has(id)),
    );
  }

  /** What `work` says of a comparison is for everybody there, in the language that it was asked for in. */
  async #speakAbout<T>(comparison: Comparison, work: () => T | Promise<T>): Promise<T> {
    const job = (await this.#jobsOf(comparison)).find((one) => one !== null);
    return job ? speakAbout(job.request, work) : speakToServer(this.#options, comparison.guildId, work);
  }

  /** Takes a comparison as far as it goes now. May be called again at any time; what was done is not done again. */
  async #goOn(id: string, again: boolean): Promise<void> {
    const known = await this.#options.store.comparisons.get(id);
    if (known) await this.#speakAbout(known, () => this.#takeOn(known, again));
    else this.#forget(id);
  }

  async #takeOn(known: Comparison, again: boolean): Promise<void> {
    const { store } = this.#options;
    const { id } = known;
    let comparison: Comparison | null = known;
    if (comparison.state === "painting") comparison = await this.#look(comparison, again);
    if (comparison?.state === "open" && (comparison.closesAt ?? 0) <= Date.now())
      comparison = (await store.comparisons.move(id, "open", "closing")) ?? comparison;
    if (comparison?.state === "closing") comparison = await this.#reveal(comparison);
    if (comparison?.state === "cancelled" || comparison?.state === "failed") await this.#clearAway(comparison);
    if (comparison?.cardSays) await this.#say(comparison, comparison.cardSays);
    if (comparison?.state === "open") this.#schedule(comparison);
    else if (comparison?.state !== "painting") this.#forget(id);
  }

  /** Finds out how far the pictures are, and opens the comparison when all are there. @returns it as it stands then */
  async #look(comparison: Comparison, again: boolean): Promise<Comparison | null> {
    const { queue } = this.#options;
    const jobs = await this.#jobsOf(comparison);
    const broken = jobs.find((job) => job === null || job.state === "failed" || job.state === "cancelled");
    if (broken !== undefined) return this.#fail(comparison, broken?.failure ?? words.pictureFailed);
    const there = jobs.filter((job) => job !== null);
    const done = there.filter(({ state }) => state === "done");
    // An engine that knows no style paths took the place of the one that was asked.
    if (comparison.judges === "paths" && done.some(({ result, request }) => result?.stylePath !== request.stylePath))
      return this.#fail(comparison, words.otherPath);
    if (done.length === there.length) return this.#open(comparison, shownOf(comparison, done), again);
    const places = await Promise.all(there.map((job) => queue.place(job.id)));
    const ends = places.map((place) => place?.endsAt ?? null).filter((at) => at !== null);
    const endsAt = ends.length > 0 ? Math.max(...ends) : null;
    this.#card(comparison).show(paintingView(comparison, there[0]!, done.length, endsAt));
    return comparison;
  }

  async #open(comparison: Comparison, shown: readonly Shown[], again: boolean): Promise<Comparison | null> {
    const { store, votes, log } = this.#options;
    const { id, guildId, channelId, hours } = comparison;
    const { request } = shown[0]!.job;
    const { content, style } = request;
    await store.votes.openRound({
      id,
      blind: true,
      guildId,
      channelId,
      contentSha256: content.sha256,
      styleSha256: style.sha256,
      blend: blendKey(request),
      closesAt: Date.now() + hours * HOUR_MS,
    });
    const { closesAt } = (await store.votes.round(id))!;
    let sheetMessageId: string;
    try {
      const venue = this.#venue(comparison);
      if (again) venue.lookAfter(comparison.cardMessageId);
      sheetMessageId = await post(comparison, shown, closesAt, { store, venue });
    } catch (error) {
      if (mayPass(error)) throw error;
      if (!(error instanceof CancelledError))
        log.warn({ err: error, comparison: id }, "a comparison could not be posted");
      return this.#fail(comparison, words.notPosted);
    }
    const cardSays = {
      line: words.ready(shown[0]!.job, shown.length, linkOf({ ...comparison, sheetMessageId })),
      good: true,
    };
    const open = await store.comparisons.move(id, "painting", "open", { closesAt, cardSays });
    if (!open) return store.comparisons.get(id);
    const candidates = await store.votes.candidates(id);
    votes.invite(
      channelId,
      shown.flatMap(({ job }) => candidates.find(({ jobId }) => jobId === job.id)?.messageId ?? []),
    );
    votes.categorise(content);
    return open;
  }

  async #fail({ id }: Comparison, reason: string): Promise<Comparison | null> {
    const { comparisons } = this.#options.store;
    const cardSays = { line: words.failed(reason), good: false };
    return (await comparisons.move(id, "painting", "failed", { cardSays })) ?? comparisons.get(id);
  }

  /** Nothing is left of a comparison that never opened: no job, no picture without its overview, no ballot. */
  async #clearAway(comparison: Comparison): Promise<void> {
    const { store, queue, votes } = this.#options;
    for (const { jobId } of comparison.jobs) await queue.cancel(jobId);
    await withdraw(comparison, { store, venue: this.#venue(comparison) });
    await votes.closeRound(comparison.id);
  }

  async #say(comparison: Comparison, { line, good }: CardWords): Promise<void> {
    await this.#card(comparison).deliver(outcomeView(line, good));
    await this.#options.store.comparisons.noteSaid(comparison.id);
    this.#cards.delete(comparison.id);
  }

  async #reveal(comparison: Comparison): Promise<Comparison | null> {
    const { store, votes, log } = this.#options;
    const { id } = comparison;
    // A process may have died between the decision to close and the last look at the medals.
    await votes.closeRound(id);
    const jobs = (await this.#jobsOf(comparison)).filter((job) => job !== null);
    const ballots = await votes.ballotsOf(id);
    const done = this.#revealed.get(id) ?? new Set();
    this.#revealed.set(id, done);
    try {
      await reveal(comparison, shownOf(comparison, jobs), ballots, { store, venue: this.#venue(comparison), done });
    } catch (error) {
      if (mayPass(error)) throw error;
      // The channel is gone or closed to the bot: the ballots are counted all the same.
      log.warn({ err: error, comparison: id }, "a comparison could not be revealed");
    }
    return (await store.comparisons.move(id, "closing", "closed")) ?? store.comparisons.get(id);
  }

  #schedule(comparison: Comparison): void {
    const { id, closesAt } = comparison;
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    if (this.#closed) return;
    const wait = Math.max(0, (closesAt ?? 0) - Date.now());
    this.#timers.set(id, setTimeout(() => this.#owe(comparison), wait).unref());
  }

  #forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#cards.delete(id);
    this.#revealed.delete(id);
    this.#begun.delete(id);
    for (const [jobId, comparison] of this.#jobs) if (comparison.id === id) this.#jobs.delete(jobId);
  }

  #jobsOf(comparison: Comparison): Promise<(Job | null)[]> {
    return Promise.all(comparison.jobs.map(({ jobId }) => this.#options.queue.get(jobId)));
  }

  #card(comparison: Comparison): LiveMessage {
    const known = this.#cards.get(comparison.id);
    if (known) return known;
    const card = new LiveMessage({
      home: this.#venue(comparison).front,
      messageId: comparison.cardMessageId,
      intervalMs: CARD_PACE_MS,
      nonce: nonceFor(comparison.id, "card"),
      follows: false,
      log: this.#options.log.child({ comparison: comparison.id }),
    });
    this.#cards.set(comparison.id, card);
    return card;
  }

  #venue({ channelId }: Comparison): Venue {
    const { client, replies, log, cover } = this.#options;
    return new Venue({ client, channelId, threadId: null, replies, log, cover, onMoved: () => Promise.resolve() });
  }
}

/** A comparison's jobs that are done, under their letters, A first. */
const shownOf = ({ judges, jobs: places }: Comparison, jobs: readonly Job[]): Shown[] =>
  places.flatMap(({ letter, jobId }) => {
    const job = jobs.find(({ id }) => id === jobId);
    if (!job?.result) return [];
    const { variant, stylePath } = job.result;
    return [{ letter, job, subject: judges === "paths" ? stylePath! : variant }];
  });

/** Where a comparison can be looked at. */
const linkOf = ({ guildId, channelId, sheetMessageId, cardMessageId }: Comparison): string =>
  `https://discord.com/channels/${guildId}/${channelId}/${sheetMessageId ?? cardMessageId}`;
