/** What people have to hear: each piece is tried until Discord takes it, a few at a time, however long that takes. */
import { type Client, DiscordAPIError, Events, HTTPError } from "discord.js";

import type { Logger } from "../../log.ts";
import { pauseAfter, type Pauses } from "../../retry.ts";
import { isPassing, mayPass } from "../discord-error.ts";

/** Deliveries under way at once. Each makes about five calls, and Discord takes fifty in a second. */
const AT_ONCE = 8;
/** Of these, to one place: a channel takes five messages in five seconds, and others need not wait for that. */
const AT_ONCE_PER_PLACE = 3;
/** Before another try. */
const PAUSES: Pauses = { firstMs: 1000, longestMs: 30_000, jitter: Math.random };
/** A fault that is not known to pass may do so all the same; more tries than this are left to the next start. */
const MOST_ODD_TRIES = 5;

export interface DeliveriesOptions {
  readonly log: Logger;
  /** Before another try. */
  readonly pauses?: Pauses;
}

/** Does its work whole or rejects; what it did the last time it need not do again. `again`: it was tried before. */
export type Attempt = (again: boolean) => Promise<void>;

interface Delivery {
  readonly name: string;
  readonly place: string;
  readonly attempt: Attempt;
  state: "ready" | "running" | "resting";
  /** There was news while it ran. */
  rerun: boolean;
  tries: number;
  oddTries: number;
  restsSince: number;
  timer: NodeJS.Timeout | undefined;
  readonly over: Promise<boolean>;
  readonly end: (isDone: boolean) => void;
}

/**
 * Only the tries live here. What is to be told is in the database, with its owner, who hands it in again at the next
 * start until it was told.
 */
export class Deliveries {
  readonly #log: Logger;
  readonly #pauses: Pauses;
  /** Everything that is not over, by name. */
  readonly #open = new Map<string, Delivery>();
  readonly #ready = new Set<Delivery>();
  readonly #running = new Map<Delivery, Promise<void>>();
  readonly #perPlace = new Map<string, number>();
  /** Kinds of calls that failed the last time. */
  readonly #failing = new Set<string>();
  #unreachable = false;
  #closed = false;

  constructor({ log, pauses = PAUSES }: DeliveriesOptions) {
    this.#log = log;
    this.#pauses = pauses;
  }

  /** Notices when Discord is back: the gateway, or any call of a kind that had failed. */
  listen(client: Client): void {
    client.on(Events.ShardReady, () => this.wake());
    client.on(Events.ShardResume, () => this.wake());
    client.rest.on("response", ({ method, route }, { status }) => this.#heard(`${method} ${route}`, status));
  }

  /**
   * Tries `attempt` at once, and again until it succeeds. What has this name and is open already is not begun a second
   * time; when it is just being tried, it is tried once more afterwards, for there may be news.
   *
   * @param place the channel that it goes to, or another name for what shares a rate limit
   * @returns resolves to `true` when it is done, to `false` when it is left to the next start; never rejects
   */
  owe(name: string, place: string, attempt: Attempt): Promise<boolean> {
    const known = this.#open.get(name);
    if (known) {
      known.rerun ||= known.state === "running";
      return known.over;
    }
    if (this.#closed) return Promise.resolve(false);
    let end = (_isDone: boolean): void => undefined;
    const over = new Promise<boolean>((resolve) => {
      end = resolve;
    });
    const fresh = { rerun: false, tries: 0, oddTries: 0, restsSince: 0, timer: undefined };
    const delivery: Delivery = { name, place, attempt, state: "ready", ...fresh, over, end };
    this.#open.set(name, delivery);
    this.#line(delivery);
    return over;
  }

  /** Discord answers again: whatever rests is tried, but nothing more often than the first pause allows. */
  wake(): void {
    for (const delivery of this.#open.values()) {
      if (delivery.state !== "resting") continue;
      const left = delivery.restsSince + this.#pauses.firstMs - performance.now();
      if (left > 0) this.#rest(delivery, left);
      else this.#line(delivery);
    }
  }

  /** Resolves when nothing is being tried; what rests is not waited for. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  /** Leaves what is open to the next start; resolves when nothing is being tried any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const delivery of this.#open.values()) if (delivery.state !== "running") this.#finish(delivery, false);
    await this.idle();
  }

  #heard(kind: string, status: number): void {
    if (status >= 500 || status === 401 || status === 429) {
      this.#failing.add(kind);
      return;
    }
    const isBack = this.#failing.delete(kind) || this.#unreachable;
    this.#unreachable = false;
    if (isBack) this.wake();
  }

  #line(delivery: Delivery): void {
    clearTimeout(delivery.timer);
    delivery.state = "ready";
    this.#ready.add(delivery);
    this.#next();
  }

  #next(): void {
    for (const delivery of this.#ready) {
      if (this.#running.size >= AT_ONCE) return;
      if (this.#countIn(delivery.place) >= AT_ONCE_PER_PLACE) continue;
      this.#ready.delete(delivery);
      delivery.state = "running";
      this.#perPlace.set(delivery.place, this.#countIn(delivery.place) + 1);
      this.#running.set(delivery, this.#run(delivery));
    }
  }

  #countIn(place: string): number {
    return this.#perPlace.get(place) ?? 0;
  }

  async #run(delivery: Delivery): Promise<void> {
    let fault: unknown = null;
    try {
      await delivery.attempt(delivery.tries > 0);
    } catch (error) {
      fault = error ?? new Error("no reason was given");
    }
    this.#running.delete(delivery);
    const left = this.#countIn(delivery.place) - 1;
    if (left > 0) this.#perPlace.set(delivery.place, left);
    else this.#perPlace.delete(delivery.place);
    if (fault === null) this.#succeeded(delivery);
    else this.#failed(delivery, fault);
    this.#next();
  }

  #succeeded(delivery: Delivery): void {
    const wasDown = delivery.tries > 0;
    if (delivery.rerun && !this.#closed) {
      delivery.rerun = false;
      this.#line(delivery);
    } else this.#finish(delivery, !delivery.rerun);
    if (wasDown) this.wake();
  }

  #failed(delivery: Delivery, error: unknown): void {
    const { name } = delivery;
    delivery.tries++;
    delivery.rerun = false;
    if (this.#closed) {
      this.#log.info({ delivery: name }, "left to the next start");
      this.#finish(delivery, false);
    } else if (!mayPass(error) && ++delivery.oddTries >= MOST_ODD_TRIES) {
      this.#log.error({ err: error, delivery: name }, "given up until the next start");
      this.#finish(delivery, false);
    } else {
      const isAnswered = error instanceof HTTPError || error instanceof DiscordAPIError;
      if (isPassing(error) && !isAnswered) this.#unreachable = true;
      const pause = pauseAfter(delivery.tries, this.#pauses);
      this.#log.warn({ err: error, delivery: name, tries: delivery.tries, pauseMs: Math.round(pause) }, "to be told");
      delivery.restsSince = performance.now();
      this.#rest(delivery, pause);
    }
  }

  #rest(delivery: Delivery, pauseMs: number): void {
    clearTimeout(delivery.timer);
    delivery.state = "resting";
    delivery.timer = setTimeout(() => this.#line(delivery), pauseMs).unref();
  }

  #finish(delivery: Delivery, isDone: boolean): void {
    clearTimeout(delivery.timer);
    this.#ready.delete(delivery);
    this.#open.delete(delivery.name);
    delivery.end(isDone);
  }
}
