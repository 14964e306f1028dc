/**
 * Votes by reaction: gateway events become recorded changes, medals that no longer count are taken away.
 *
 * Face of this room, in which people judge. `Comparisons` are results that are judged blind; commands show ballots with
 * `ballot-panel.ts` and figures with `scores-view.ts`. What votes amount to is reckoned in `src/votes`.
 */
import {
  type Client,
  Events,
  GatewayDispatchEvents as Dispatch,
  type GatewayMessageDeleteBulkDispatchData,
  type GatewayMessageDeleteDispatchData,
  type GatewayMessageReactionAddDispatchData,
  type GatewayMessageReactionRemoveAllDispatchData,
  type GatewayMessageReactionRemoveDispatchData,
  type GatewayMessageReactionRemoveEmojiDispatchData,
  SnowflakeUtil,
} from "discord.js";
import PQueue from "p-queue";

import { newJobId } from "../../jobs/job-id.ts";
import { BY_USER, paintingWords, wordsOf } from "../../jobs/description.ts";
import { isJudged, type Job, type PictureRef } from "../../jobs/job.ts";
import { blendKey } from "../../jobs/request-styles.ts";
import type { Tasks } from "../../jobs/tasks.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import type { Judged, TimedRound } from "../../store/vote-repository.ts";
import {
  type Ballot,
  derive,
  type Medal,
  type Place,
  placeOf,
  PLACES,
  standing,
  type Subject,
} from "../../votes/ballot.ts";
import { type Candidate, castBallots, castPathBallots, type RecordedChange } from "../../votes/rounds.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { mayPass } from "../discord-error.ts";
import { categorise } from "./categorise.ts";
import { type MessageRef, putMedals, removeMedal } from "./reactions.ts";
import { catchUp, type CaughtUp } from "./catch-up.ts";

/** How long results take ballots after the newest one of their pair in the thread, milliseconds. */
const VOTING_MS = 7 * 86_400_000;

export interface VotesOptions {
  readonly client: Client;
  readonly store: Store;
  readonly tasks: Pick<Tasks, "findFaces">;
  readonly deliveries: Deliveries;
  readonly log: Logger;
}

export const isOpen = (round: TimedRound, now = Date.now()): boolean => round.closedAt === null && now < round.closesAt;

/** Whether a result says something about its variant: painted by somebody's own words, it is of another style. */
export function showsItsStyle(job: Job): boolean {
  const { ownWords, description } = paintingWords(job);
  return (
    ownWords.length === 0 && (description === null || wordsOf(job).every(({ describer }) => describer !== BY_USER))
  );
}

export class Votes {
  readonly #options: VotesOptions;
  /** Changes are recorded in the order they happened, whatever has to be looked up for them. */
  readonly #turn = new PQueue({ concurrency: 1 });
  readonly #errands = new Set<Promise<unknown>>();
  readonly #looks = new Set<Promise<void>>();
  #closed = false;

  constructor(options: VotesOptions) {
    this.#options = options;
  }

  /**
   * Begins to listen. Raw dispatches are read, not discord.js's reactions: they come whole, whether the message, the user or an
   * archived thread is in a cache or not.
   */
  listen(): void {
    const { client } = this.#options;
    const hear = (event: Dispatch, take: (data: never) => Promise<void>): void => {
      client.ws.on(event, (data: unknown) => this.#inTurn(event, () => take(data as never)));
    };
    hear(Dispatch.MessageReactionAdd, (data: GatewayMessageReactionAddDispatchData) => this.#added(data));
    hear(Dispatch.MessageReactionRemove, (data: GatewayMessageReactionRemoveDispatchData) =>
      this.#cleared(data.message_id, { place: placeIn(data), voterId: data.user_id }),
    );
    hear(Dispatch.MessageReactionRemoveAll, (data: GatewayMessageReactionRemoveAllDispatchData) =>
      this.#cleared(data.message_id, {}),
    );
    hear(Dispatch.MessageReactionRemoveEmoji, (data: GatewayMessageReactionRemoveEmojiDispatchData) =>
      this.#cleared(data.message_id, { place: placeIn(data) }),
    );
    hear(Dispatch.MessageDelete, ({ id }: GatewayMessageDeleteDispatchData) => this.#deleted(id));
    hear(Dispatch.MessageDeleteBulk, async ({ ids }: GatewayMessageDeleteBulkDispatchData) => {
      for (const id of ids) await this.#deleted(id);
    });
    // A session that could not be resumed has missed events, as a restart has.
    client.on(Events.ShardReady, () => void this.reconcile());
  }

  /**
   * A result was posted: from now on it takes ballots, among the other results of its pair in the same place. Drafts and HD do
   * not: a variant is judged by its pictures, and by each of them once.
   */
  posted(job: Job, channelId: string, messageId: string): void {
    if (!isJudged(job)) return;
    void this.#errand("candidate", job.id, () => this.#turn.add(() => this.#welcome(job, channelId, messageId)));
  }

  /** Puts the bot's medals on messages, one after the other, without anybody waiting for it. */
  invite(channelId: string, messageIds: readonly string[]): void {
    for (const messageId of messageIds) this.#putMedals({ channelId, messageId });
  }

  /** Finds out whether a content picture that is voted on shows a face, without anybody waiting for it. */
  categorise(content: PictureRef): void {
    const { store, tasks, log } = this.#options;
    const look = categorise(content, store, tasks, log).catch((error: unknown) => {
      log.warn({ err: error }, "looking for faces did not work");
    });
    this.#looks.add(look);
    void look.finally(() => this.#looks.delete(look));
  }

  /** Reads the medals of all open rounds again: what happened while nobody listened. Resolves when all is recorded. */
  async reconcile(): Promise<void> {
    const { store, log } = this.#options;
    if (this.#closed) return;
    try {
      for (const { jobId, messageId } of await store.votes.strays(Date.now() - VOTING_MS)) {
        const [job, surface] = [await store.jobs.get(jobId), await store.surfaces.get(jobId)];
        if (job && surface) this.posted(job, surface.threadId ?? surface.channelId, messageId);
      }
      const rounds = await store.votes.openRounds(Date.now());
      await Promise.all(rounds.map(({ id }) => this.#errand("round", id, () => this.#readAgain(id))));
    } catch (error) {
      log.error({ err: error }, "votes could not be read again");
    }
  }

  #readAgain(id: string): Promise<void> {
    return this.#turn.add(async () => {
      const round = await this.#options.store.votes.round(id);
      if (round?.closedAt === null) await this.#tidy(round, await this.#catchUp(round));
    });
  }

  /** Reads a round's medals one last time and takes no more ballots on it. */
  closeRound(id: string): Promise<void> {
    return this.#turn.add(async () => {
      const { votes } = this.#options.store;
      const round = await votes.round(id);
      if (!round || round.closedAt !== null) return;
      await this.#catchUp(round);
      await votes.closeRound(id, Date.now());
    });
  }

  /** The ballots of one round that count, on whatever is judged in it. */
  async ballotsOf(roundId: string): Promise<Ballot<Subject>[]> {
    const { votes, voteSettings } = this.#options.store;
    const round = await votes.round(roundId);
    if (!round) return [];
    const settings = await voteSettings.get(round.guildId);
    const [candidates, changes] = [await votes.candidates(roundId), await votes.changes(roundId)];
    const study = { rounds: [round], candidates, changes };
    return [...castBallots(study, () => settings), ...castPathBallots(study, () => settings)];
  }

  /** Waits until what was heard so far is recorded. */
  recorded(): Promise<void> {
    return this.#turn.add(() => undefined);
  }

  /** Waits until what was heard so far is recorded, and what is to be done about it is done. */
  async idle(): Promise<void> {
    await this.recorded();
    await Promise.all([...this.#errands, ...this.#looks]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.recorded();
    await Promise.all(this.#looks);
  }

  async #welcome(job: Job, channelId: string, messageId: string): Promise<void> {
    const { guildId, content, style, userId } = job.request;
    const { store } = this.#options;
    if (guildId === null || !job.result || !showsItsStyle(job)) return;
    const now = Date.now();
    const round = await store.votes.joinRound({
      id: newJobId(),
      blind: false,
      guildId,
      channelId,
      contentSha256: content.sha256,
      styleSha256: style.sha256,
      blend: blendKey(job.request),
      closesAt: now + VOTING_MS,
    });
    const { variant, engine: by } = job.result;
    await store.votes.addCandidate(
      {
        roundId: round.id,
        messageId,
        jobId: job.id,
        variant,
        stylePath: null,
        engine: by,
        letter: null,
        requesterId: userId,
      },
      now,
    );
    this.invite(channelId, [messageId]);
    this.categorise(content);
  }

  async #added(data: GatewayMessageReactionAddDispatchData): Promise<void> {
    const { client, store } = this.#options;
    const { user_id: voterId, message_id: messageId, channel_id: channelId } = data;
    const place = placeIn(data);
    if (place === null || voterId === client.user?.id || data.member?.user.bot === true) return;
    const judged = await store.votes.judged(messageId);
    if (!judged || !isOpen(judged.round)) {
      if (judged || (await store.votes.isNoResult(messageId))) this.#takeOff({ channelId, messageId }, place, voterId);
      return;
    }
    const { round, candidate } = judged;
    const roles = data.member?.roles ?? null;
    await store.votes.record(round, messageId, [{ ...changeOf(judged, place, voterId), change: "put", roles }]);
    const { stale } = derive(standing(await store.votes.changes(round.id, voterId)));
    if (stale.length > 0) await this.#takeOffStale(round, voterId, stale, [candidate]);
  }

  /** Medals of one voter or of all, of one place or of all, went from a message. */
  async #cleared(
    messageId: string,
    which: { readonly place?: Place | null; readonly voterId?: string },
  ): Promise<void> {
    const { votes } = this.#options.store;
    if (which.place === null) return;
    const judged = await votes.judged(messageId);
    if (!judged || !isOpen(judged.round)) return;
    const { round, candidate } = judged;
    const known = await votes.changes(round.id, which.voterId);
    for (const voterId of new Set(known.map((change) => change.voterId))) {
      const gone = standing(known.filter((change) => change.voterId === voterId)).filter(
        ({ result, place }) => result === candidate.jobId && (which.place === undefined || which.place === place),
      );
      await votes.record(
        round,
        messageId,
        gone.map(({ place }) => ({ ...changeOf(judged, place, voterId), change: "taken" })),
      );
    }
  }

  async #deleted(messageId: string): Promise<void> {
    const { votes } = this.#options.store;
    const judged = await votes.judged(messageId);
    // What was decided stays decided, whoever tidies up afterwards.
    if (!judged || !isOpen(judged.round)) return;
    await this.#cleared(messageId, {});
    await votes.markDeleted(messageId, Date.now());
  }

  async #catchUp(round: TimedRound): Promise<CaughtUp> {
    const { client, store, log } = this.#options;
    const { votes, erasures } = store;
    return catchUp(round, { client, votes, wasForgotten: erasures.includes, log });
  }

  /** After a while of deafness: stale medals go, the bot's own come back. */
  async #tidy(round: TimedRound, { voters, missing }: CaughtUp): Promise<void> {
    const { votes } = this.#options.store;
    for (const voterId of voters) {
      const { stale } = derive(standing(await votes.changes(round.id, voterId)));
      if (stale.length > 0) await this.#takeOffStale(round, voterId, stale, []);
    }
    for (const { messageId, places } of missing) this.#putMedals({ channelId: round.channelId, messageId }, places);
  }

  async #takeOffStale(
    round: TimedRound,
    voterId: string,
    stale: readonly Medal[],
    known: readonly Candidate[],
  ): Promise<void> {
    const candidates = [...known, ...(await this.#options.store.votes.candidates(round.id))];
    for (const { result, place } of stale) {
      const messageId = candidates.find(({ jobId }) => jobId === result)?.messageId;
      if (messageId !== undefined) this.#takeOff({ channelId: round.channelId, messageId }, place, voterId);
    }
  }

  #putMedals(message: MessageRef, places: readonly Place[] = PLACES): void {
    void this.#errand("medals", message.messageId, () => putMedals(this.#options.client, message, places));
  }

  #takeOff(message: MessageRef, place: Place, voterId: string): void {
    void this.#errand("stale", `${message.messageId} ${place} ${voterId}`, async () => {
      await removeMedal(this.#options.client, message, place, voterId);
    });
  }

  #inTurn(what: string, work: () => Promise<void>): void {
    if (this.#closed) return;
    this.#turn.add(work).catch((error: unknown) => {
      this.#options.log.error({ err: error, what }, "a vote could not be recorded, reading them again");
      void this.reconcile();
    });
  }

  /**
   * Something to be done about votes, a few of a kind at a time: reactions take long, and words to people do not wait for
   * them. What cannot be done any more, such as on a deleted message, is let be.
   */
  #errand(kind: string, id: string, work: () => Promise<void>): Promise<void> {
    const errand = this.#options.deliveries.owe(`${kind} ${id}`, kind, async () => {
      await work().catch((error: unknown) => {
        if (mayPass(error)) throw error;
        this.#options.log.warn({ err: error, errand: kind, id }, "an errand about votes did not work");
      });
    });
    this.#errands.add(errand);
    return errand.then(() => void this.#errands.delete(errand));
  }
}

const placeIn = ({ emoji }: { readonly emoji: { readonly id: string | null; readonly name: string | null } }) =>
  emoji.id === null ? placeOf(emoji.name) : null;

const changeOf = ({ round, candidate }: Judged, place: Place, voterId: string): Omit<RecordedChange, "change"> => ({
  roundId: round.id,
  result: candidate.jobId,
  place,
  voterId,
  accountAt: SnowflakeUtil.timestampFrom(voterId),
  roles: null,
  at: Date.now(),
});
