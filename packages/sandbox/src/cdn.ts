/** The CDN: attachments behind signed addresses that expire, as on cdn.discordapp.com. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

import type { Clock } from "./clock.ts";
import type { Attachment } from "./world/types.ts";

const LIFETIME_SECONDS = 24 * 60 * 60;

export interface CdnFault {
  /** Waits before the first byte. */
  readonly delayMs?: number;
  /** Sends the headers and half of the bytes, then nothing more. */
  readonly stall?: boolean;
  readonly status?: number;
  /** Answers this page instead of the picture. */
  readonly html?: string;
}

export class Cdn {
  readonly #key = randomBytes(32);
  readonly #clock: Clock;
  readonly #attachments = new Map<string, Attachment>();
  /** Pictures whose addresses last and need no signature, by their path without an ending. */
  readonly #assets = new Map<string, Uint8Array>();
  /** Where it is reached; known once the server listens. */
  base = "";
  /** Files that were asked for so far, found or not. */
  downloads = 0;
  /** Applies to every download while it is set. */
  fault: CdnFault | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(attachment: Attachment): void {
    this.#attachments.set(pathOf(attachment), attachment);
  }

  /** @param path without an ending: each format is made when it is asked for */
  publish(path: string, bytes: Uint8Array): void {
    this.#assets.set(path, bytes);
  }

  asset(path: string): Uint8Array | undefined {
    return this.#assets.get(path);
  }

  /** A fresh address, good for a day. */
  sign(attachment: Attachment): string {
    const path = pathOf(attachment);
    const issued = Math.floor(this.#clock.now() / 1000);
    const is = issued.toString(16);
    const ex = (issued + LIFETIME_SECONDS).toString(16);
    return `${this.base}/${path}?ex=${ex}&is=${is}&hm=${this.#signature(path, ex, is)}&`;
  }

  /** The attachment behind a path, when the signature is right and has not expired. */
  find(path: string, query: URLSearchParams): Attachment | undefined {
    const [ex = "", is = "", hm = ""] = ["ex", "is", "hm"].map((key) => query.get(key) ?? "");
    const expected = Buffer.from(this.#signature(path, ex, is));
    const given = Buffer.from(hm);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
    if (Number.parseInt(ex, 16) * 1000 < this.#clock.now()) return undefined;
    return this.#attachments.get(path);
  }

  /** The attachment that one of this CDN's addresses points to, whether or not it has expired. */
  byUrl(url: string): Attachment | undefined {
    if (!url.startsWith(`${this.base}/`)) return undefined;
    return this.#attachments.get(decodeURI(new URL(url).pathname.slice(1)));
  }

  #signature(path: string, ex: string, is: string): string {
    return createHmac("sha256", this.#key).update(`${path}|${ex}|${is}`).digest("hex");
  }
}

const pathOf = ({ folder, id, name }: Attachment): string => `${folder}/${id}/${name}`;
