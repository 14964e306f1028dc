/** Objects in a bucket of an S3 server, over signed requests. */
import { AwsV4Signer } from "aws4fetch";

import { messageOf } from "../errors.ts";
import { type Pauses, retrying } from "../retry.ts";
import type { BucketAddress } from "./address.ts";
import { type Listed, type ListPage, readListPage } from "./list-page.ts";

/** Whose requests they are. */
export interface BucketKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An object may be so large, bytes: more than any picture that is taken. */
const MOST_BYTES = 512 * 2 ** 20;

const ANSWER_MS = 15_000;
/** The slowest link that is waited for, bytes in a millisecond. */
const SLOWEST = 64;
const PAUSES: Pauses = { firstMs: 200, longestMs: 3000, jitter: Math.random };
const TRIES = 5;
/** Statuses that say nothing of the request: too much at once, a conflict with another write, the server's own faults. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
/** Of an answer that refuses, at most. */
const REASON_BYTES = 16_384;

/** The server does not answer, or not as it should; whoever writes waits as for a disk (`src/room.ts`). */
class BucketAwayError extends Error {
  override readonly name = "BucketAwayError";
  readonly code = "PICTURES_AWAY";
}

/** The server answers, and refuses. */
export class BucketRefusal extends Error {
  override readonly name = "BucketRefusal";
  readonly status: number;
  /** S3's own word, such as `AccessDenied`; empty where it said none. */
  readonly word: string;
  constructor(status: number, word: string) {
    super(`the bucket refused: ${word === "" ? status : `${word} (${status})`}`);
    this.status = status;
    this.word = word;
  }
}

interface Asked {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** Empty: the bucket itself. */
  readonly key: string;
  /** What else is asked. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BucketOptions {
  readonly address: BucketAddress;
  readonly keys: BucketKeys;
  /** Of a request, in a row. */
  readonly tries?: number;
  /** Until the server begins to answer, and between two pieces of what it sends, milliseconds. */
  readonly answerMs?: number;
  /** Objects that are asked for at once, at most; 1000 by the protocol. */
  readonly pageKeys?: number;
}

export class Bucket {
  readonly #options: BucketOptions;

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  /**
   * Puts an object that is never changed: one of that name that is there stays.
   *
   * @param sha256 of the bytes, hex, which AWS checks
   */
  async put(key: string, bytes: Uint8Array, sha256: string): Promise<void> {
    if (bytes.length > MOST_BYTES) throw new RangeError(`A picture of ${bytes.length} bytes is too large`);
    const body = new Uint8Array(bytes);
    const headers = { "x-amz-content-sha256": sha256, "if-none-match": "*" };
    const answer = await this.#ask({ method: "PUT", key, body, headers });
    if (answer.status !== 412) await assertOk(answer);
    await answer.body?.cancel();
  }

  /** The bytes; `null` when there are none of that name. */
  get(key: string): Promise<Uint8Array | null> {
    return this.#ask({ method: "GET", key }, async (answer, patience) => {
      if (answer.status === 404 && !(await isBucketGone(answer))) return null;
      await assertOk(answer);
      return read(answer, patience);
    });
  }

  async has(key: string): Promise<boolean> {
    const answer = await this.#ask({ method: "HEAD", key });
    if (answer.status === 404) return false;
    await assertOk(answer);
    return true;
  }

  /** One that is not there is no fault. */
  async remove(key: string): Promise<void> {
    const answer = await this.#ask({ method: "DELETE", key });
    if (answer.status !== 404) await assertOk(answer);
    await answer.body?.cancel();
  }

  /** All objects that are there, a page at a time, in the server's order. */
  async *list(): AsyncGenerator<Listed> {
    const { address, pageKeys } = this.#options;
    const query = {
      "list-type": "2",
      ...(address.prefix !== "" && { prefix: address.prefix }),
      ...(pageKeys !== undefined && { "max-keys": String(pageKeys) }),
    };
    for (let from: string | null = ""; from !== null;) {
      const page: ListPage = await this.#page({ ...query, ...(from !== "" && { "continuation-token": from }) });
      for (const { key, ...about } of page.objects)
        if (key.startsWith(address.prefix)) yield { key: key.slice(address.prefix.length), ...about };
      from = page.next;
    }
  }

  #page(query: Readonly<Record<string, string>>): Promise<ListPage> {
    return this.#ask({ method: "GET", key: "", query }, async (answer, patience) => {
      await assertOk(answer);
      return readListPage(Buffer.from(await read(answer, patience)).toString());
    });
  }

  /**
   * @param take makes something of the answer while its request still counts as one try
   * @throws BucketAwayError when all tries fail in ways that may pass
   */
  #ask(asked: Asked): Promise<Response>;
  #ask<T>(asked: Asked, take: (answer: Response, patience: Patience) => Promise<T>): Promise<T>;
  #ask(asked: Asked, take: (answer: Response, patience: Patience) => Promise<unknown> = async (answer) => answer) {
    return retrying(() => this.#askOnce(asked, take), {
      pauses: PAUSES,
      tries: this.#options.tries ?? TRIES,
      mayPass: (error) => error instanceof BucketAwayError,
    });
  }

  async #askOnce<T>(asked: Asked, take: (answer: Response, patience: Patience) => Promise<T>): Promise<T> {
    const { answerMs = ANSWER_MS } = this.#options;
    const patience = new Patience(answerMs, (asked.body?.length ?? 0) / SLOWEST);
    try {
      const { url, headers } = await this.#sign(asked);
      const { method, body } = asked;
      const answer = await fetch(url, {
        method,
        headers,
        redirect: "manual",
        signal: patience.signal,
        ...(body && { body }),
      });
      if (PASSING.has(answer.status)) throw new BucketAwayError(`the server said ${answer.status}`);
      return await take(answer, patience);
    } catch (error) {
      if (error instanceof BucketAwayError || error instanceof BucketRefusal || error instanceof RangeError)
        throw error;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new BucketAwayError(`no answer: ${messageOf(cause)}`, { cause: error });
    } finally {
      patience.end();
    }
  }

  #sign({ method, key, query = {}, body, headers = {} }: Asked): ReturnType<AwsV4Signer["sign"]> {
    const { address, keys } = this.#options;
    const { endpoint, bucket, prefix, region } = address;
    const url = new URL(`${endpoint}/${bucket}${key === "" ? "" : `/${prefix}${key}`}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return new AwsV4Signer({
      method,
      url: url.href,
      headers: { ...headers },
      ...keys,
      region,
      service: "s3",
      ...(body && { body }),
    }).sign();
  }
}

/** Ends a request that takes too long. */
class Patience {
  readonly #ms: number;
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout;

  /** @param sendMs what it takes to send the request itself, milliseconds */
  constructor(ms: number, sendMs: number) {
    this.#ms = ms;
    this.#timer = setTimeout(() => this.#giveUp(), ms + sendMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Something came: begins to count anew. */
  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(), this.#ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #giveUp(): void {
    this.#abort.abort(new Error("it took too long"));
  }
}

/** @throws RangeError when there are more than are ever put */
async function read(answer: Response, patience: Patience): Promise<Uint8Array> {
  const length = Number(answer.headers.get("content-length") ?? 0);
  if (length > MOST_BYTES) throw new RangeError(`A stored picture of ${length} bytes is too large`);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body ?? []) {
    patience.renew();
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new RangeError(`A stored picture is larger than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, bytes);
}

/** @throws BucketRefusal */
async function assertOk(answer: Response): Promise<void> {
  if (answer.ok) return;
  throw new BucketRefusal(answer.status, await wordOf(answer));
}

/** A 404 speaks of the object, or of the whole bucket. */
const isBucketGone = async (answer: Response): Promise<boolean> => (await wordOf(answer.clone())) === "NoSuchBucket";

const wordOf = async (answer: Response): Promise<string> =>
  /<Code>(\w+)<\/Code>/.exec((await answer.text().catch(() => "")).slice(0, REASON_BYTES))?.[1] ?? "";
