/** A client of the model hub: what files a revision has, and their bytes. https://huggingface.co/docs/hub/api */
import { z } from "zod";

import { CancelledError, messageOf } from "../errors.ts";
import { retrying } from "../retry.ts";
import type { Checksum } from "./checksum.ts";
import { errorOfResponse, HubError, type RequestContext } from "./hub-error.ts";
import { DEFAULT_RETRY, hubRetry, type RetryPolicy } from "./hub-retry.ts";

export interface HubOptions {
  /** `HF_ENDPOINT`, without a slash at its end. */
  readonly endpoint: string;
  /** `HF_TOKEN`; sent to the endpoint's host and to no other. */
  readonly token?: string | undefined;
  readonly retry?: RetryPolicy;
  /** An answer or a connection that stays silent for so long counts as broken. */
  readonly silenceMs?: number;
}

export interface HubFile {
  readonly path: string;
  readonly size: number;
  readonly checksum: Checksum;
}

/** Bytes `start` to `end - 1` of a file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const MOST_REDIRECTS = 5;
/** A person waits for the answer to a question; a download has time. */
const QUESTION_TRIES = 3;

const sha1 = z.string().regex(/^[0-9a-f]{40}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().nonnegative();
const revisionSchema = z.object({ sha: sha1 });
const pathsSchema = z.array(
  z.object({
    path: z.string(),
    type: z.string(),
    size,
    oid: z.string(),
    lfs: z.object({ oid: sha256, size }).nullish(),
  }),
);

export class HubClient {
  readonly endpoint: string;
  readonly retry: RetryPolicy;
  readonly silenceMs: number;
  readonly #token: string | undefined;

  constructor(options: HubOptions) {
    this.endpoint = options.endpoint;
    this.retry = options.retry ?? DEFAULT_RETRY;
    this.silenceMs = options.silenceMs ?? 60_000;
    this.#token = options.token;
  }

  /** The commit that a branch or tag stands for now. @throws HubError, CancelledError */
  async commitOf(repo: string, revision: string, signal?: AbortSignal): Promise<string> {
    const url = `${this.endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}`;
    const answer = await this.#json(url, {}, { repo, revision, path: null }, revisionSchema, signal);
    return answer.sha;
  }

  /**
   * Size and checksum of those of `paths` that the revision has. Large files have a sha256, small ones git's hash.
   *
   * @throws HubError, CancelledError
   */
  async pathsInfo(repo: string, revision: string, paths: readonly string[], signal?: AbortSignal): Promise<HubFile[]> {
    const url = `${this.endpoint}/api/models/${repo}/paths-info/${encodeURIComponent(revision)}`;
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ paths, expand: false }),
    };
    const answer = await this.#json(url, init, { repo, revision, path: null }, pathsSchema, signal);
    return answer
      .filter((entry) => entry.type === "file")
      .map(({ path, size, oid, lfs }) => ({
        path,
        size: lfs?.size ?? size,
        checksum: lfs ? { algorithm: "sha256", digest: lfs.oid } : { algorithm: "git-sha1", digest: oid },
      }));
  }

  /**
   * One try at a file, or a range of it. The answer's status is 200 (the whole file) or 206 (the range).
   *
   * @throws HubError, CancelledError
   */
  async open(
    repo: string,
    revision: string,
    path: string,
    range: ByteRange | null,
    signal: AbortSignal,
  ): Promise<Response> {
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    const url = `${this.endpoint}/${repo}/resolve/${encodeURIComponent(revision)}/${encoded}`;
    const headers = range ? { range: `bytes=${range.start}-${range.end - 1}` } : {};
    return this.#request(url, { headers }, { repo, revision, path }, signal);
  }

  async #json<T>(
    url: string,
    init: RequestInit,
    about: Pick<RequestContext, "repo" | "revision" | "path">,
    schema: z.ZodType<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return retrying(
      async () => {
        const silence = AbortSignal.timeout(this.silenceMs);
        const response = await this.#request(url, init, about, signal ? AbortSignal.any([signal, silence]) : silence);
        const body: unknown = await response.json().catch((error: unknown) => {
          throw networkError(error, this.endpoint);
        });
        const parsed = schema.safeParse(body);
        if (parsed.success) return parsed.data;
        throw new HubError("protocol", `${new URL(url).host} does not answer as a model hub does (${about.repo}).`);
      },
      hubRetry({ ...this.retry, tries: Math.min(QUESTION_TRIES, this.retry.tries) }, signal),
    );
  }

  /** One request, redirects followed by hand: the token must not travel to another host. */
  async #request(
    url: string,
    init: RequestInit,
    about: Pick<RequestContext, "repo" | "revision" | "path">,
    signal: AbortSignal,
  ): Promise<Response> {
    let target = new URL(url);
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      const headers = new Headers(init.headers);
      headers.set("user-agent", "atelier");
      // A compressed answer has no ranges and another length.
      headers.set("accept-encoding", "identity");
      if (this.#token && target.origin === new URL(this.endpoint).origin) {
        headers.set("authorization", `Bearer ${this.#token}`);
      }
      const response = await fetch(target, { ...init, headers, redirect: "manual", signal }).catch((error: unknown) => {
        throw networkError(error, target.origin);
      });
      if (response.ok) return response;
      const location = response.headers.get("location");
      await response.body?.cancel().catch(() => {});
      if (response.status < 300 || response.status >= 400 || location === null) {
        const context = { ...about, endpoint: this.endpoint, hasToken: this.#token !== undefined };
        throw errorOfResponse(response, context);
      }
      target = new URL(location, target);
      if (target.protocol !== "https:" && target.protocol !== new URL(this.endpoint).protocol) {
        throw new HubError("protocol", `The hub redirects ${about.repo} to an address that is not https.`);
      }
    }
    throw new HubError("protocol", `The hub redirects ${about.path ?? about.repo} in circles.`);
  }
}

/** The error for a request that got no answer, or whose answer broke off. */
export function networkError(error: unknown, origin: string, advice = "HF_ENDPOINT names the hub."): Error {
  if (error instanceof HubError || error instanceof CancelledError) return error;
  if (error instanceof DOMException && error.name === "AbortError") return new CancelledError();
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error && "code" in cause ? String(cause.code) : messageOf(cause);
  const words = `The connection to ${origin} failed (${reason}). Is this machine online? ${advice}`.trimEnd();
  return new HubError("network", words, { cause: error });
}
