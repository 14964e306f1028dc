/**
 * Fetches one file: several ranges at a time, hashed in order while they arrive. What is on disk is always a prefix of
 * the file, so that a broken download goes on where it stopped.
 */
import { open, rename, rm, stat, type FileHandle } from "node:fs/promises";

import { throwIfCancelled } from "../breathe.ts";
import { Retries, type RetryNotice } from "../retry.ts";
import { hashInto, startHash } from "./checksum.ts";
import { whereDiskIsFull } from "./disk.ts";
import { HubError } from "./hub-error.ts";
import { networkError, type ByteRange, type HubFile } from "./hub.ts";
import { hubRetry, type RetryPolicy } from "./hub-retry.ts";

export interface DownloadOptions {
  readonly file: HubFile;
  /** One try at the file or at a range of it. */
  readonly open: (range: ByteRange | null, signal: AbortSignal) => Promise<Response>;
  /** Where the whole file is put, once its checksum holds. */
  readonly target: string;
  readonly retry: RetryPolicy;
  readonly silenceMs: number;
  /** Ranges under way at once. */
  readonly connections?: number;
  readonly segmentBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file that are here, those of an earlier try included. May fall when a try was worthless. */
  readonly onProgress?: (bytes: number) => void;
  readonly onRetry?: (notice: RetryNotice) => void;
}

const CONNECTIONS = 4;
const SEGMENT_BYTES = 8 * 1024 * 1024;

/** The server sends the whole file whatever range it is asked for. */
class RangesIgnored extends Error {}

/** Where a file lies until it is whole. Another version of it has another name. */
export const partialPath = (target: string, file: HubFile): string =>
  `${target}.${file.checksum.digest.slice(0, 12)}.part`;

/**
 * @throws HubError (`corrupt` when the checksum does not hold even after a fresh start), UserError when the disk is
 *   full, CancelledError; what has arrived stays for the next try, unless it is corrupt
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { file, target } = options;
  const partial = partialPath(target, file);
  const resumed = (await stat(partial).catch(() => null))?.size ?? 0;
  for (const attempt of resumed > 0 ? ["resumed", "fresh", "last"] : ["fresh", "last"]) {
    if (await fetchInto(partial, options)) {
      await rename(partial, target);
      return;
    }
    await rm(partial, { force: true });
    options.onProgress?.(0);
    if (attempt === "last") break;
  }
  throw new HubError(
    "corrupt",
    `${file.path} arrived damaged twice: its ${file.checksum.algorithm} is not what it should be.`,
  );
}

/** Completes the partial file; says whether its checksum holds. */
async function fetchInto(partial: string, options: DownloadOptions): Promise<boolean> {
  const { file, signal } = options;
  const handle = await open(partial, "a");
  try {
    const size = (await handle.stat()).size;
    if (size > file.size) return false;
    const hash = startHash(file.checksum.algorithm, file.size);
    await hashInto(hash, partial, { end: size, signal });
    const sink = new Sink(handle, size, (bytes) => hash.update(bytes));
    options.onProgress?.(sink.written);
    try {
      await inSegments(sink, options);
    } catch (error) {
      if (!(error instanceof RangesIgnored)) throw error;
      await inOneStream(sink, options);
    }
    await handle.sync();
    return hash.digest("hex") === file.checksum.digest;
  } catch (error) {
    throw whereDiskIsFull(error, partial);
  } finally {
    await handle.close();
  }
}

/** The end of the partial file. */
class Sink {
  written: number;
  readonly #handle: FileHandle;
  readonly #seen: (bytes: Uint8Array) => void;

  constructor(handle: FileHandle, written: number, seen: (bytes: Uint8Array) => void) {
    this.#handle = handle;
    this.written = written;
    this.#seen = seen;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#handle.appendFile(bytes);
    this.#seen(bytes);
    this.written += bytes.length;
  }
}

async function inSegments(sink: Sink, options: DownloadOptions): Promise<void> {
  const { file, connections = CONNECTIONS, segmentBytes = SEGMENT_BYTES } = options;
  const others = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, others.signal]) : others.signal;
  let next = sink.written;
  let received = sink.written;
  const underWay: Promise<Uint8Array>[] = [];
  const start = (): void => {
    const range = { start: next, end: Math.min(next + segmentBytes, file.size) };
    const onBytes = (count: number): void => options.onProgress?.((received += count));
    const segment = fetchSegment(range, options, signal, onBytes);
    segment.catch(() => {}); // awaited below, in order; until then a failure is nobody's
    underWay.push(segment);
    next = range.end;
  };
  try {
    while (sink.written < file.size) {
      while (underWay.length < connections && next < file.size) start();
      await sink.append(await underWay.shift()!);
    }
  } finally {
    others.abort();
  }
}

/** One range, tried until it is whole; bytes that have arrived are not asked for again. */
async function fetchSegment(
  range: ByteRange,
  options: DownloadOptions,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<Uint8Array> {
  const { file } = options;
  const bytes = new Uint8Array(range.end - range.start);
  const retries = new Retries(hubRetry(options.retry, signal, options.onRetry));
  let have = 0;
  while (have < bytes.length) {
    const rest = { start: range.start + have, end: range.end };
    const whole = rest.start === 0 && rest.end === file.size;
    try {
      for await (const chunk of bodyOf(whole ? null : rest, options, signal)) {
        bytes.set(chunk, have);
        have += chunk.length;
        onBytes(chunk.length);
        retries.succeeded();
      }
      if (have < bytes.length) throw new HubError("network", `The connection broke off within ${file.path}.`);
    } catch (error) {
      if (error instanceof RangesIgnored) throw error;
      await retries.failed(error);
    }
  }
  return bytes;
}

/** The whole file in one answer, for servers without ranges; what is on disk already is skipped. */
async function inOneStream(sink: Sink, options: DownloadOptions): Promise<void> {
  const { file, signal } = options;
  const retries = new Retries(hubRetry(options.retry, signal, options.onRetry));
  while (sink.written < file.size) {
    try {
      let position = 0;
      for await (const chunk of bodyOf(null, options, signal)) {
        const fresh = chunk.subarray(Math.max(0, sink.written - position));
        position += chunk.length;
        if (fresh.length === 0) continue;
        await sink.append(fresh);
        options.onProgress?.(sink.written);
        retries.succeeded();
      }
      if (sink.written < file.size) throw new HubError("network", `The connection broke off within ${file.path}.`);
    } catch (error) {
      await retries.failed(error);
    }
  }
}

/** The bytes of one answer, checked against what was asked for, with a limit on silence. */
async function* bodyOf(
  range: ByteRange | null,
  options: DownloadOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { file, silenceMs } = options;
  throwIfCancelled(signal);
  const silence = new AbortController();
  const both = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  const giveUp = (): void =>
    silence.abort(new HubError("network", `The server went silent for ${silenceMs / 1000} s within ${file.path}.`));
  let timer = setTimeout(giveUp, silenceMs);
  try {
    const response = await options.open(range, both);
    const expected = range ? range.end - range.start : file.size;
    expectAnswer(response, file, range, expected);
    let received = 0;
    for await (const chunk of chunksOf(response, both)) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMs);
      received += chunk.length;
      if (received > expected) throw wrongSize(file, "more");
      yield chunk;
    }
  } catch (error) {
    throw error instanceof RangesIgnored ? error : networkError(error, "the server", "");
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** The body of an answer. Node 20's own iteration never ends when it is aborted while the last chunk is looked at. */
async function* chunksOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  if (!response.body) return;
  const reader = response.body.getReader();
  let stop = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  aborted.catch(() => {});
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await Promise.race([reader.read(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    reader.cancel().catch(() => {});
  }
}

function expectAnswer(response: Response, file: HubFile, range: ByteRange | null, expected: number): void {
  if (range && response.status === 200) throw new RangesIgnored();
  const length = response.headers.get("content-length");
  if (length !== null && Number(length) !== expected)
    throw wrongSize(file, Number(length) > expected ? "more" : "fewer");
  if (!range) return;
  const wanted = `bytes ${range.start}-${range.end - 1}/${file.size}`;
  const given = response.headers.get("content-range");
  if (given !== wanted)
    throw new HubError("protocol", `Asked for ${wanted} of ${file.path}, the server sent ${given}.`);
}

const wrongSize = (file: HubFile, comparison: "more" | "fewer"): HubError =>
  new HubError("size", `The server sends ${comparison} bytes for ${file.path} than the hub says (${file.size}).`);
