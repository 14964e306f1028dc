/** Whose turn it is. */
import { BACKGROUND_TURN, isBackgroundTurn } from "../background.ts";
import type { JobRequest } from "../job.ts";
import type { QueuedJob } from "../repositories.ts";

/** Users that are remembered without a thought. */
const FEW = 64;

/**
 * The fair order of the queue: start-time fair queuing (Goyal, Vin and Cheng, "Start-time Fair Queuing", SIGCOMM 1996),
 * users as flows, each job one unit. Whoever has waited without being served goes first; somebody who sends ten jobs
 * takes turns with the others and cannot be starved by them either.
 */
export class FairOrder {
  /** Turn of the job that was begun last: the virtual time. */
  #now = 0;
  /** By user, the turn after that of their newest job. */
  readonly #next = new Map<string, number>();
  /** Users at which those are forgotten next whose turns are over. */
  #forgetAt = FEW;

  /** The turn of a new job of this user. Lower turns run first; equal ones in order of arrival. */
  join(userId: string): number {
    const turn = Math.max(this.#now, this.#next.get(userId) ?? 0);
    this.#next.set(userId, turn + 1);
    return turn;
  }

  /** Takes up a job that was given its turn earlier, by this process or one before it. */
  rejoin(userId: string, turn: number): void {
    this.#next.set(userId, Math.max(this.#next.get(userId) ?? 0, turn + 1));
  }

  /** A job of this turn was begun. */
  begin(turn: number): void {
    if (turn <= this.#now) return;
    this.#now = turn;
    // Not with each job: then every one would cost the more, the more people wait.
    if (this.#next.size < this.#forgetAt) return;
    for (const [userId, next] of this.#next) if (next <= turn) this.#next.delete(userId);
    this.#forgetAt = Math.max(FEW, 2 * this.#next.size);
  }
}

/** The order of all jobs: a fair one of those that somebody waits for, and behind them one of those in the background. */
export class Turns {
  readonly #before = new FairOrder();
  readonly #behind = new FairOrder();

  /** The turn of a new job. Lower ones run first. */
  join({ userId, background = false }: Pick<JobRequest, "userId" | "background">): number {
    return background ? BACKGROUND_TURN + this.#behind.join(userId) : this.#before.join(userId);
  }

  /** Takes up jobs that were given their turns earlier. @param left in their order */
  rejoin(left: readonly QueuedJob[]): void {
    for (const isBehind of [false, true]) {
      const first = left.find(({ turn }) => isBackgroundTurn(turn) === isBehind);
      if (first) this.begin(first.turn);
    }
    for (const { job, turn } of left) {
      const [order, own] = this.#of(turn);
      order.rejoin(job.request.userId, own);
    }
  }

  /** A job of this turn was begun. */
  begin(turn: number): void {
    const [order, own] = this.#of(turn);
    order.begin(own);
  }

  #of(turn: number): readonly [FairOrder, number] {
    return isBackgroundTurn(turn) ? [this.#behind, turn - BACKGROUND_TURN] : [this.#before, turn];
  }
}
