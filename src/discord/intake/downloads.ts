/** Fetches what somebody uploaded to Discord into a file: from Discord's hosts only, no larger and no longer than agreed. */
import { open } from "node:fs/promises";

import { asDiskFull, UserError } from "../../errors.ts";
import { isPassing } from "../discord-error.ts";
import { download as words, type Fetched } from "../wording/commands.ts";

const DISCORD_HOSTS = ["cdn.discordapp.com", "media.discordapp.net"];

export interface DownloadLimits {
  /** `DISCORD_CDN_BASE`: one more host to trust, over the protocol it names. */
  readonly cdnBase: string;
  readonly maxBytes: number;
  readonly seconds: number;
  /** Ends the download with the signal's reason, when the bot goes down. */
  readonly closing?: AbortSignal;
}

/** An upload, as an interaction describes it. */
export interface Upload {
  readonly url: string;
  /** Bytes; 0 where Discord does not say. */
  readonly size: number;
  readonly name: string;
  /** The name as it was on the person's disk, where Discord had to change it. */
  readonly title?: string | null;
}

/**
 * Nothing of the upload stays in memory.
 *
 * @param what it is to people: "content picture"
 * @param target the file it is written to
 * @throws UserError `download-…` or `disk-full`, phrased for the person who uploaded it; what `closing` was aborted with
 */
export async function download(upload: Upload, what: Fetched, target: string, limits: DownloadLimits): Promise<void> {
  if (upload.size > limits.maxBytes) throw tooLarge(what, upload.size, limits);
  const url = trusted(upload.url, what, limits);
  const { seconds, closing } = limits;
  closing?.throwIfAborted();
  const late = AbortSignal.timeout(seconds * 1000);
  const signal = closing ? AbortSignal.any([late, closing]) : late;
  const fetched = () => fetchOnce(url, what, target, limits, signal);
  try {
    await fetched().catch((error: unknown) => {
      if (!isPassing(error) || signal.aborted) throw error;
      return fetched();
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    closing?.throwIfAborted();
    if (late.aborted) throw refuse("timeout", words.slow(what, seconds), error);
    throw asDiskFull(error) ?? refuse("unreachable", words.unreachable(what), error);
  }
}

function trusted(address: string, what: Fetched, { cdnBase }: DownloadLimits): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  const own = new URL(cdnBase);
  if (url && url.host === own.host && url.protocol === own.protocol) return url;
  if (url && url.protocol === "https:" && url.port === "" && DISCORD_HOSTS.includes(url.hostname)) return url;
  throw refuse("host", words.foreign(what));
}

async function fetchOnce(
  url: URL,
  what: Fetched,
  target: string,
  limits: DownloadLimits,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(url, { redirect: "manual", signal });
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    if (response.status === 404 || response.status === 403) throw refuse("gone", words.gone(what));
    throw refuse("unreachable", words.unreachable(what), new Error(`HTTP ${response.status}`));
  }
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > limits.maxBytes) {
    await response.body.cancel();
    throw tooLarge(what, announced, limits);
  }
  const file = await open(target, "w");
  try {
    let length = 0;
    for await (const chunk of response.body) {
      length += chunk.length;
      if (length > limits.maxBytes) throw tooLarge(what, length, limits);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
}

const tooLarge = (what: Fetched, bytes: number, { maxBytes }: DownloadLimits): UserError =>
  refuse("too-large", words.tooLarge(what, bytes, maxBytes));

const refuse = (identifier: string, text: string, cause?: unknown): UserError =>
  new UserError(`download-${identifier}`, text, cause === undefined ? undefined : { cause });
