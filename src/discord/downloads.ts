/** Fetches what somebody uploaded to Discord: from Discord's hosts only, no larger and no longer than agreed. */
import { UserError } from "../errors.ts";
import type { PictureRole } from "../images/refusals.ts";
import { isPassing } from "./discord-error.ts";
import { download } from "./wording/commands.ts";

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
  readonly size: number;
  readonly name: string;
  /** The name as it was on the person's disk, where Discord had to change it. */
  readonly title?: string | null;
}

/** @throws UserError `download-…`, phrased for the person who uploaded it; what `closing` was aborted with */
export async function downloadPicture(upload: Upload, role: PictureRole, limits: DownloadLimits): Promise<Uint8Array> {
  if (upload.size > limits.maxBytes) throw tooLarge(role, upload.size, limits);
  const url = trusted(upload.url, role, limits);
  const { seconds, closing } = limits;
  closing?.throwIfAborted();
  const late = AbortSignal.timeout(seconds * 1000);
  const signal = closing ? AbortSignal.any([late, closing]) : late;
  const fetched = () => fetchOnce(url, role, limits, signal);
  try {
    return await fetched().catch((error: unknown) => {
      if (!isPassing(error) || signal.aborted) throw error;
      return fetched();
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    closing?.throwIfAborted();
    if (late.aborted) throw refuse("timeout", download.slow(role, seconds), error);
    throw refuse("unreachable", download.unreachable(role), error);
  }
}

function trusted(address: string, role: PictureRole, { cdnBase }: DownloadLimits): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  const own = new URL(cdnBase);
  if (url && url.host === own.host && url.protocol === own.protocol) return url;
  if (url && url.protocol === "https:" && url.port === "" && DISCORD_HOSTS.includes(url.hostname)) return url;
  throw refuse("host", download.foreign(role));
}

async function fetchOnce(
  url: URL,
  role: PictureRole,
  limits: DownloadLimits,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const response = await fetch(url, { redirect: "manual", signal });
  if (response.status === 404 || response.status === 403) throw refuse("gone", download.gone(role));
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw refuse("unreachable", download.unreachable(role), new Error(`HTTP ${response.status}`));
  }
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > limits.maxBytes) {
    await response.body.cancel();
    throw tooLarge(role, announced, limits);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > limits.maxBytes) throw tooLarge(role, length, limits);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (role: PictureRole, bytes: number, { maxBytes }: DownloadLimits): UserError =>
  refuse("too-large", download.tooLarge(role, bytes, maxBytes));

const refuse = (identifier: string, words: string, cause?: unknown): UserError =>
  new UserError(`download-${identifier}`, words, cause === undefined ? undefined : { cause });
