/** What Discord saw of the bot: every message it ever made, what became of it, and every answer that a member waits for. */
import { createHash } from "node:crypto";

import type { Change, DiscordSandbox, InteractionCall, Message, RequestRecord } from "@atelier/sandbox";

export interface Entry {
  /** Kept up to date by the sandbox. */
  readonly message: Message;
  /** By the order of what happens; `null` while it stands. */
  deletedAt: number | null;
  readonly madeAt: number;
}

export interface Asked {
  readonly who: string;
  readonly what: string;
  readonly call: InteractionCall;
  /** Unix milliseconds, by the clock of this process. */
  readonly at: number;
}

/** Answers by which Discord tells a bot to leave a place, a message or an interaction alone. */
const REFUSALS = [401, 403, 404];

export class Ledger {
  readonly #discord: DiscordSandbox;
  readonly #stop: () => void;
  readonly #entries = new Map<string, Entry>();
  readonly asked: Asked[] = [];
  /** Threads that were deleted. */
  readonly #goneThreads = new Set<string>();
  /** Channels that were closed to the bot for a while. */
  readonly closedPlaces = new Set<string>();
  #count = 0;

  constructor(discord: DiscordSandbox) {
    this.#discord = discord;
    this.#stop = discord.onChange((change) => this.#note(change));
  }

  close(): void {
    this.#stop();
  }

  get entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /** The messages of the bot that stand now. */
  get standing(): Message[] {
    return this.entries.filter((entry) => !this.isGone(entry)).map(({ message }) => message);
  }

  find(messageId: string | null | undefined): Entry | undefined {
    return messageId == null ? undefined : this.#entries.get(messageId);
  }

  isGone({ message, deletedAt }: Entry): boolean {
    return deletedAt !== null || this.#goneThreads.has(message.channelId);
  }

  isThreadGone(id: string | null): boolean {
    return id !== null && this.#goneThreads.has(id);
  }

  /** Messages that were made with this nonce, in their order. */
  withNonce(nonce: string): Entry[] {
    return this.entries.filter(({ message }) => message.nonce === nonce);
  }

  /** Requests that Discord refused so that the bot rightly gave something up. */
  refusals(about: (request: RequestRecord) => boolean): RequestRecord[] {
    return this.#discord.requests.filter((request) => REFUSALS.includes(request.status) && about(request));
  }

  #note(change: Change): void {
    const at = ++this.#count;
    if (change.kind === "message-created" && change.message.authorId === this.#discord.botUserId)
      this.#entries.set(change.message.id, { message: change.message, deletedAt: null, madeAt: at });
    else if (change.kind === "message-deleted") {
      const entry = this.#entries.get(change.message.id);
      if (entry) entry.deletedAt ??= at;
    } else if (change.kind === "thread-deleted") {
      this.#goneThreads.add(change.channel.id);
      for (const entry of this.#entries.values())
        if (entry.message.channelId === change.channel.id) entry.deletedAt ??= at;
    }
  }
}

/** Custom ids of the buttons on a message. */
export const buttonsOf = ({ components }: Pick<Message, "components">): string[] =>
  [...JSON.stringify(components).matchAll(/"custom_id":"([^"]+)"/g)].map((match) => match[1]!);

/** The nonce by which the bot posts something once; the same as in `src/discord/nonce.ts`, so that a change there is noticed. */
export const nonceOf = (id: string, kind: string): string =>
  createHash("sha256").update(`${id}/${kind}`).digest("base64url").slice(0, 25);
