/** A message that is kept up to date by editing: the newest view wins, one call in flight, never faster than agreed. */
import { CancelledError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { pauseAfter, waitFor } from "../../retry.ts";
import { isMessageGone, isPlaceGone, isTooOldToEdit, mayPass } from "../discord-error.ts";
import type { Sparable } from "../token-load.ts";
import { PlaceMoved } from "./place-moved.ts";
import { fingerprint, mark, type View } from "./view.ts";

/** Where the message lives. Both calls reject as discord.js does. */
export interface MessageHome {
  /** @returns the id of the new message */
  readonly create: (view: View, nonce: string) => Promise<string>;
  readonly edit: (messageId: string, view: View) => Promise<void>;
  /** Whether an edit is left out for the moment that shows no more than this; never unless told. */
  readonly spares?: (messageId: string, what: Sparable) => boolean;
}

export interface LiveMessageOptions {
  readonly home: MessageHome;
  /** The message, when it exists already. */
  readonly messageId: string | null;
  /** Least time between the starts of two edits. */
  readonly intervalMs: number;
  /** The same for every attempt to create this message, so that Discord drops a second one. */
  readonly nonce: string;
  /** Whether a new message is made where the conversation moves to, when this place is gone. */
  readonly follows: boolean;
  /** Told about each new message, and again with each view until it takes it in. */
  readonly onCreated?: (messageId: string) => Promise<void>;
  readonly log: Logger;
}

/** After calls that came to nothing. */
const RESTS = { firstMs: 1000, longestMs: 60_000 };
/** Before it is looked again whether what was spared may be shown. */
const SPARED_MS = 500;

export class LiveMessage {
  readonly #options: LiveMessageOptions;
  #messageId: string | null;
  #next: View | null = null;
  /** What the next view is; `null` for one that has to be seen. */
  #kind: Sparable | null = null;
  #shown: string | null = null;
  /** By the clock that nobody sets. */
  #lastAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | null = null;
  #hurry = new AbortController();
  #settling = 0;
  #deleted = false;
  #closed = false;
  #edited = false;
  #isNoted = true;
  /** Counts fresh messages that took the place of one too old to edit. */
  #generation = 0;
  /** Calls in a row that came to nothing, fresh messages in place of others among them: only an edit that works ends it. */
  #setbacks = 0;
  /** Why the newest view does not stand, when that may pass. */
  #fault: unknown = null;

  constructor(options: LiveMessageOptions) {
    this.#options = options;
    this.#messageId = options.messageId;
  }

  get messageId(): string | null {
    return this.#messageId;
  }

  /** Whether an edit that shows no more than this is left out for the moment. */
  spares(what: Sparable): boolean {
    return this.#messageId !== null && this.#options.home.spares?.(this.#messageId, what) === true;
  }

  /** Shows `view` as soon as the interval and the load allow, unless a newer one comes first. Never throws. */
  show(view: View, kind: Sparable = "progress"): void {
    this.#take(view, kind);
  }

  #take(view: View, kind: Sparable | null): void {
    if (this.#deleted) return;
    this.#next = view;
    this.#kind = kind;
    if (this.#mayFollowAtOnce(view)) this.#wake();
    this.#go();
  }

  /** Shows `view` (or what is waiting) without holding to the interval; resolves when it stands, or was tried in vain. */
  async settle(view?: View): Promise<void> {
    this.#settling++;
    if (view) this.#take(view, null);
    while (this.#running) {
      this.#hurry.abort();
      await this.#running;
    }
    this.#settling--;
    this.#hurry = new AbortController();
    if (this.#next !== null) this.#go();
  }

  /**
   * Shows the last view of all. Nothing is left to be tried afterwards.
   *
   * @throws what kept it from being shown, when that may pass; CancelledError when this was closed
   */
  async deliver(view: View): Promise<void> {
    if (this.#closed) throw new CancelledError("The bot is going down");
    this.#settling++;
    await this.settle(view);
    this.#settling--;
    this.#next = null;
    if (this.#fault !== null) throw this.#fault;
  }

  /** Sends what is waiting, without holding to the interval, and then nothing more. */
  async close(): Promise<void> {
    this.#settling++;
    await this.settle();
    this.#closed = true;
    this.#stayAway();
  }

  #go(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.#next !== null && this.#settling === 0) this.#go();
    });
  }

  /** Posting was no edit: the first picture need not wait. */
  #mayFollowAtOnce(view: View): boolean {
    return !this.#edited && this.#setbacks === 0 && view.files.length > 0;
  }

  /** Ends the pause that is going on, if any. */
  #wake(): void {
    this.#hurry.abort();
    this.#hurry = new AbortController();
  }

  /** Forgets the message: the next view makes a new one. */
  detach(): void {
    this.#messageId = null;
    this.#shown = null;
    this.#generation++;
  }

  async #run(): Promise<void> {
    while (this.#next !== null && !this.#deleted) {
      await this.#pause();
      const view: View | null = this.#next;
      if (view === null) return;
      if (this.#kind !== null && this.spares(this.#kind)) {
        // Whoever settles does not wait for it, and has a newer view in a moment or none that matters.
        if (this.#settling > 0) return;
        await waitFor(SPARED_MS, this.#hurry.signal, { ref: false });
        continue;
      }
      this.#next = null;
      const print = fingerprint(view);
      if (print === this.#shown) {
        await this.#note();
        continue;
      }
      this.#lastAt = performance.now();
      const isEdit = this.#messageId !== null;
      try {
        await this.#send(view);
        this.#shown = print;
        if (isEdit) this.#setbacks = 0;
        await this.#note();
      } catch (error) {
        this.#setbacks++;
        this.#fault = null;
        this.#fail(error, view, isEdit);
        // Whoever settles has waited for one try.
        if (this.#fault !== null && this.#settling > 0) return;
      }
    }
  }

  async #pause(): Promise<void> {
    const { intervalMs } = this.#options;
    const first = this.#next !== null && this.#mayFollowAtOnce(this.#next);
    const isPosted = this.#messageId !== null && !first;
    const rest = pauseAfter(this.#setbacks, RESTS);
    const wait = this.#lastAt + Math.max(isPosted ? intervalMs : 0, rest) - performance.now();
    if (wait > 0) await waitFor(wait, this.#hurry.signal, { ref: false });
  }

  async #send(view: View): Promise<void> {
    const { home, nonce } = this.#options;
    const current = this.#generation === 0 ? nonce : `${nonce.slice(0, 22)}-${this.#generation}`;
    if (this.#messageId !== null) {
      this.#edited = true;
      // An edit replaces every component: the one by which the message is found again has to be there still.
      return home.edit(this.#messageId, mark(view, current));
    }
    this.#messageId = await home.create(view, current);
    this.#isNoted = false;
  }

  /** Once more with each view until it is noted: a disk that is full keeps no message from saying so. */
  async #note(): Promise<void> {
    this.#fault = null;
    if (this.#isNoted || this.#messageId === null) return;
    try {
      await this.#options.onCreated?.(this.#messageId);
      this.#isNoted = true;
    } catch (error) {
      this.#fault = error;
      this.#options.log.warn({ err: error, messageId: this.#messageId }, "a message could not be noted");
    }
  }

  #fail(error: unknown, view: View, isEdit: boolean): void {
    const { follows, log } = this.#options;
    const hasMoved = error instanceof PlaceMoved;
    if (isMessageGone(error)) {
      // Somebody does not want to see it. It stays away.
      this.#stayAway();
      return;
    }
    if (isEdit && (isTooOldToEdit(error, this.#messageId) || (hasMoved && follows))) {
      this.detach();
      this.#next ??= view;
      return;
    }
    if (hasMoved || (!isEdit && isPlaceGone(error))) {
      // A message that may not be made is not asked for again with every step: Discord counts refusals.
      this.#stayAway();
      if (hasMoved) return;
    } else if (mayPass(error)) {
      this.#fault = error;
      this.#next ??= view;
    }
    log.warn({ err: error, messageId: this.#messageId }, "a message could not be updated");
  }

  #stayAway(): void {
    this.#deleted = true;
    this.#next = null;
  }
}
