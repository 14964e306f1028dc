/** Blind comparisons from the first brush stroke to the reveal; each step can be taken up by a restarted bot. */
import type { Client } from "discord.js";

import { UserError } from "../../errors.ts";
import { newJobId } from "../../jobs/job-id.ts";
import { isSettled, type Job, type JobRequest } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Logger } from "../../log.ts";
import type { Random } from "../../random.ts";
import type { Store } from "../../store/store.ts";
import type { Variant } from "../../variant.ts";
import { type Comparison, LETTERS, shuffled } from "../../votes/comparison.ts";
import { isPassing } from "../discord-error.ts";
import { LiveMessage } from "../live-message.ts";
import { nonceFor } from "../nonce.ts";
import type { Reply } from "../reply.ts";
import { Venue } from "../venue.ts";
import { comparison as words } from "../wording/votes.ts";
import type { Shown } from "./comparison-pictures.ts";
import { outcomeView, paintingView } from "./comparison-views.ts";
import { InTurn } from "./in-turn.ts";
import { post, reveal } from "./post-comparison.ts";
import type { Votes } from "./votes.ts";

/** The variant with both words and picture comes first: its description is then there for the other. */
const ORDER: readonly Variant[] = ["image-prompt", "prompt", "inst"];
const CARD_PACE_MS = 3000;
/** Until a comparison is tried again that Discord would not let end. */
const AGAIN_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface ComparisonsOptions {
  readonly client: Client;
  readonly store: Store;
  readonly queue: JobQueue;
  readonly votes: Votes;
  readonly log: Logger;
  readonly random?: Random;
}

export type ComparisonRequest = Omit<JobRequest, "variant" | "replyTo" | "parentId" | "guildId"> & {
  readonly guildId: string;
};

export class Comparisons {
  readonly #options: ComparisonsOptions;
  readonly #turn = new InTurn();
  /** Comparison of each job that is not settled. */
  readonly #jobs = new Map<string, string>();
  readonly #cards = new Map<string, LiveMessage>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(options: ComparisonsOptions) {
    this.#options = options;
    this.#unsubscribe = options.queue.subscribe(({ type, job }) => {
      const id = this.#jobs.get(job.id);
      if (id !== undefined && (type === "started" || isSettled(job.state))) this.#soon(id, () => this.#look(id));
    });
  }

  /**
   * Queues the three jobs and shows in `reply` how far they are.
   *
   * @throws UserError when there is no room in the queue, a picture is missing, or the pair is being compared here already
   */
  start(request: ComparisonRequest, hours: number, reply: Reply): Promise<void> {
    return this.#turn.run(async () => {
      const { store, queue, random = Math.random } = this.#options;
      const { messageId, channelId } = reply;
      if (messageId === null) throw new UserError("no-reply", "Discord lost track of that command. Please try again.");
      const { content, style, guildId, userId } = request;
      const stored = await Promise.all([content, style].map(({ sha256 }) => store.files.has(sha256)));
      if (stored.includes(false)) throw new UserError("missing-picture", words.missingPicture);
      const rival = (await store.comparisons.unfinished()).find(
        (other) =>
          other.channelId === channelId && other.contentSha256 === content.sha256 && other.styleSha256 === style.sha256,
      );
      if (rival) throw new UserError("compared-already", words.underWay(linkOf(rival)));
      const id = newJobId();
      const jobs: Job[] = [];
      try {
        for (const variant of ORDER) {
          const job = await queue.enqueue({ ...request, variant, parentId: null });
          this.#jobs.set(job.id, id);
          jobs.push(job);
        }
      } catch (error) {
        for (const job of jobs) await queue.cancel(job.id);
        throw error;
      }
      const letters = shuffled(LETTERS, random);
      const comparison: Comparison = {
        id,
        state: "painting",
        guildId,
        channelId,
        userId,
        contentSha256: content.sha256,
        styleSha256: style.sha256,
        hours,
        cardMessageId: messageId,
        sheetMessageId: null,
        createdAt: Date.now(),
        closesAt: null,
        jobs: jobs
          .map((job, i) => ({ letter: letters[i]!, jobId: job.id }))
          .sort((a, b) => (a.letter < b.letter ? -1 : 1)),
      };
      await store.comparisons.insert(comparison);
      await reply.show(paintingView(comparison, jobs[0]!, 0, null));
      this.#soon(id, () => this.#look(id));
    });
  }

  /** Stops a comparison that is being painted, reveals one that is open. `false`: it is over already. */
  end(id: string): Promise<boolean> {
    return this.#turn.run(async () => {
      const comparison = await this.#options.store.comparisons.get(id);
      if (comparison?.state === "painting") return this.#stop(comparison);
      if (comparison?.state === "open") return this.#close(comparison);
      return false;
    });
  }

  /** Takes up what an earlier process left. Call before the queue resumes. */
  async resume(): Promise<void> {
    for (const comparison of await this.#options.store.comparisons.unfinished()) {
      const { id, state, jobs } = comparison;
      for (const { jobId } of jobs) this.#jobs.set(jobId, id);
      if (state === "painting") this.#soon(id, () => this.#look(id));
      else if (state === "open") this.#schedule(comparison);
      else this.#soon(id, () => this.#reveal(comparison));
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.#turn.idle();
    await Promise.all([...this.#cards.values()].map((card) => card.settle()));
  }

  /** Finds out how far the pictures are, and goes on when all are there. */
  async #look(id: string): Promise<void> {
    const { store, queue } = this.#options;
    const comparison = await store.comparisons.get(id);
    if (comparison?.state !== "painting") return;
    const jobs = await this.#jobsOf(comparison);
    const broken = jobs.find((job) => job === null || job.state === "failed" || job.state === "cancelled");
    if (broken !== undefined) return this.#fail(comparison, broken?.failure ?? words.pictureFailed);
    const there = jobs.filter((job) => job !== null);
    const done = there.filter(({ state }) => state === "done");
    if (done.length < there.length) {
      const places = await Promise.all(there.map((job) => queue.place(job.id)));
      const ends = places.map((place) => place?.endsAt ?? null).filter((at) => at !== null);
      this.#card(comparison).show(
        paintingView(comparison, there[0]!, done.length, ends.length > 0 ? Math.max(...ends) : null),
      );
      return;
    }
    await this.#open(comparison, shownOf(comparison, done));
  }

  async #open(comparison: Comparison, shown: readonly Shown[]): Promise<void> {
    const { store, votes, log } = this.#options;
    const { id, guildId, channelId, hours } = comparison;
    const { content, style } = shown[0]!.job.request;
    await store.votes.openRound({
      id,
      blind: true,
      guildId,
      channelId,
      contentSha256: content.sha256,
      styleSha256: style.sha256,
      closesAt: Date.now() + hours * HOUR_MS,
    });
    const { closesAt } = (await store.votes.round(id))!;
    let sheetMessageId: string;
    try {
      sheetMessageId = await post(comparison, shown, closesAt, { store, venue: this.#venue(comparison) });
    } catch (error) {
      if (isPassing(error)) throw error;
      log.warn({ err: error, comparison: id }, "a comparison could not be posted");
      await votes.closeRound(id);
      return this.#fail(comparison, words.notPosted);
    }
    const open = await store.comparisons.move(id, "painting", "open", closesAt);
    for (const { job } of shown) this.#jobs.delete(job.id);
    const candidates = await store.votes.candidates(id);
    votes.invite(
      channelId,
      shown.flatMap(({ job }) => candidates.find(({ jobId }) => jobId === job.id)?.messageId ?? []),
    );
    votes.categorise(content);
    const link = linkOf({ ...comparison, sheetMessageId });
    await this.#card(comparison).settle(outcomeView(words.ready(shown[0]!.job, link), true));
    this.#cards.delete(id);
    if (open) this.#schedule(open);
  }

  async #stop(comparison: Comparison): Promise<boolean> {
    const { store } = this.#options;
    if (!(await store.comparisons.move(comparison.id, "painting", "cancelled"))) return false;
    await this.#abandon(comparison, words.cancelled);
    return true;
  }

  async #fail(comparison: Comparison, reason: string): Promise<void> {
    const { store } = this.#options;
    if (await store.comparisons.move(comparison.id, "painting", "failed"))
      await this.#abandon(comparison, words.failed(reason));
  }

  async #abandon(comparison: Comparison, line: string): Promise<void> {
    for (const { jobId } of comparison.jobs) {
      this.#jobs.delete(jobId);
      await this.#options.queue.cancel(jobId);
    }
    await this.#card(comparison).settle(outcomeView(line, false));
    this.#cards.delete(comparison.id);
  }

  async #close({ id }: Comparison): Promise<boolean> {
    const { store, votes } = this.#options;
    const closing = await store.comparisons.move(id, "open", "closing");
    if (!closing) return false;
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    await votes.closeRound(id);
    await this.#reveal(closing);
    return true;
  }

  async #reveal(comparison: Comparison): Promise<void> {
    const { store, votes, log } = this.#options;
    // A process may have died between the decision to close and the last look at the medals.
    await votes.closeRound(comparison.id);
    const jobs = (await this.#jobsOf(comparison)).filter((job) => job !== null);
    const ballots = await votes.ballotsOf(comparison.id);
    try {
      await reveal(comparison, shownOf(comparison, jobs), ballots, { store, venue: this.#venue(comparison) });
    } catch (error) {
      if (isPassing(error)) throw error;
      // The channel is gone or closed to the bot: the ballots are counted all the same.
      log.warn({ err: error, comparison: comparison.id }, "a comparison could not be revealed");
    }
    await store.comparisons.move(comparison.id, "closing", "closed");
  }

  #schedule(comparison: Comparison): void {
    if (this.#closed) return;
    const { id, closesAt } = comparison;
    const wait = Math.max(0, (closesAt ?? 0) - Date.now());
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.#soon(id, async () => void (await this.#close(comparison))), wait).unref(),
    );
  }

  /** Does something in turn; when the line to Discord is broken, once more later. */
  #soon(id: string, work: () => Promise<void>): void {
    if (this.#closed) return;
    this.#turn.run(work).catch((error: unknown) => {
      this.#options.log.error({ err: error, comparison: id }, "a comparison could not go on, trying again later");
      if (!this.#closed) this.#timers.set(id, setTimeout(() => void this.resume(), AGAIN_MS).unref());
    });
  }

  #jobsOf(comparison: Comparison): Promise<(Job | null)[]> {
    return Promise.all(comparison.jobs.map(({ jobId }) => this.#options.queue.get(jobId)));
  }

  #card(comparison: Comparison): LiveMessage {
    const known = this.#cards.get(comparison.id);
    if (known) return known;
    const card = new LiveMessage({
      home: this.#venue(comparison).talk,
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
    const { client, log } = this.#options;
    return new Venue({ client, channelId, threadId: null, log, onMoved: () => Promise.resolve() });
  }
}

/** A comparison's jobs under their letters, A first. */
const shownOf = (comparison: Comparison, jobs: readonly Job[]): Shown[] =>
  comparison.jobs.flatMap(({ letter, jobId }) => {
    const job = jobs.find(({ id }) => id === jobId);
    return job ? [{ letter, job }] : [];
  });

/** Where a comparison can be looked at. */
export const linkOf = ({ guildId, channelId, sheetMessageId, cardMessageId }: Comparison): string =>
  `https://discord.com/channels/${guildId}/${channelId}/${sheetMessageId ?? cardMessageId}`;
