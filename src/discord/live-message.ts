/** A message that is kept up to date by editing: the newest view wins, one call in flight, never faster than agreed. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Logger } from "../log.ts";
import { isMessageGone, isPlaceGone, isTooOldToEdit } from "./discord-error.ts";
import { PlaceMoved } from "./place-moved.ts";
import { fingerprint, type View } from "./view.ts";

/** Where the message lives. Both calls reject as discord.js does. */
export interface MessageHome {
  /** @returns the id of the new message */
  readonly create: (view: View, nonce: string) => Promise<string>;
  readonly edit: (messageId: string, view: View) => Promise<void>;
}

export interface LiveMessageOptions {
  readonly home: MessageHome;
  /** The message, when it exists already. */
  readonly messageId: string | null;
  /** Least time between the starts of two edits. */
  readonly intervalMs: number;
  /** Words that grow: their first edit comes without delay. */
  readonly streams?: boolean;
  /** The same for every attempt to create this message, so that Discord drops a second one. */
  readonly nonce: string;
  /** Whether a new message is made where the conversation moves to, when this place is gone. */
  readonly follows: boolean;
  /** Told about each new message, before anything else is sent. */
  readonly onCreated?: (messageId: string) => Promise<void>;
  readonly log: Logger;
}

export class LiveMessage {
  readonly #options: LiveMessageOptions;
  #messageId: string | null;
  #next: View | null = null;
  #shown: string | null = null;
  #lastAt = 0;
  #running: Promise<void> | null = null;
  #hurry = new AbortController();
  #deleted = false;
  #edited = false;
  /** Counts fresh messages that took the place of one too old to edit. */
  #generation = 0;

  constructor(options: LiveMessageOptions) {
    this.#options = options;
    this.#messageId = options.messageId;
  }

  get messageId(): string | null {
    return this.#messageId;
  }

  /** Shows `view` as soon as the interval allows, unless a newer one comes first. Never throws. */
  show(view: View): void {
    if (this.#deleted) return;
    this.#next = view;
    if (this.#mayFollowAtOnce(view)) this.#wake();
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      if (this.#next !== null) this.show(this.#next);
    });
  }

  /** Shows `view` (or what is waiting) without holding to the interval; resolves when it stands. */
  async settle(view?: View): Promise<void> {
    if (view) this.show(view);
    while (this.#running) {
      this.#hurry.abort();
      await this.#running;
    }
    this.#hurry = new AbortController();
  }

  /** Posting was no edit: the first picture need not wait, nor need the first words of a message that streams. */
  #mayFollowAtOnce(view: View): boolean {
    return !this.#edited && (this.#options.streams === true || view.files.length > 0);
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
      const view: View = this.#next;
      this.#next = null;
      const print = fingerprint(view);
      if (print === this.#shown) continue;
      this.#lastAt = Date.now();
      try {
        await this.#send(view);
        this.#shown = print;
      } catch (error) {
        this.#fail(error, view);
      }
    }
  }

  async #pause(): Promise<void> {
    const first = this.#next !== null && this.#mayFollowAtOnce(this.#next);
    const wait = this.#messageId === null || first ? 0 : this.#lastAt + this.#options.intervalMs - Date.now();
    if (wait <= 0) return;
    await sleep(wait, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
  }

  async #send(view: View): Promise<void> {
    const { home, nonce, onCreated } = this.#options;
    if (this.#messageId !== null) {
      this.#edited = true;
      return home.edit(this.#messageId, view);
    }
    this.#messageId = await home.create(
      view,
      this.#generation === 0 ? nonce : `${nonce.slice(0, 22)}-${this.#generation}`,
    );
    await onCreated?.(this.#messageId);
  }

  #fail(error: unknown, view: View): void {
    if (isMessageGone(error)) {
      // Somebody does not want to see it. It stays away.
      this.#deleted = true;
      this.#next = null;
      return;
    }
    if (isTooOldToEdit(error) || (error instanceof PlaceMoved && this.#options.follows)) {
      this.detach();
      this.#next ??= view;
      return;
    }
    const isRefused = this.#messageId === null && isPlaceGone(error);
    if (isRefused || error instanceof PlaceMoved) {
      // A message that may not be made is not asked for again with every step: Discord counts refusals.
      this.#deleted = true;
      this.#next = null;
      if (error instanceof PlaceMoved) return;
    }
    this.#options.log.warn({ err: error, messageId: this.#messageId }, "a message could not be updated");
  }
}
