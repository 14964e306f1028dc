/** A model hub on this machine, with a separate host for large files, that can be told to misbehave. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Request {
  readonly host: "hub" | "files";
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
}

/** Answers a request in the server's place; `false` leaves it to the server. */
export type Misbehaviour = (request: Request, response: ServerResponse, content: Buffer | null) => boolean;

export const COMMIT = "c".repeat(40);

/** Deterministic bytes. */
export const bytesOf = (length: number, seed = 1): Buffer => {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
};

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
export const gitSha1 = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

export class LocalHub {
  /** Files by `organisation/name/path`; those named `.json` or `.txt` are small ones, all others large. */
  readonly files = new Map<string, Buffer>();
  readonly requests: Request[] = [];
  /** What `main` stands for. Any other commit is taken to have the same files. */
  commit = COMMIT;
  misbehave: Misbehaviour = () => false;
  /** Ranges being served now, and the most there were at once. */
  open = 0;
  mostOpen = 0;
  readonly #hub: Server;
  readonly #files: Server;

  private constructor() {
    this.#hub = createServer((request, response) => void this.#answer("hub", request, response));
    this.#files = createServer((request, response) => void this.#answer("files", request, response));
  }

  static async start(): Promise<LocalHub> {
    const hub = new LocalHub();
    for (const server of [hub.#hub, hub.#files]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    }
    return hub;
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#files]) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  /** Requests for the bytes of files. */
  get downloads(): Request[] {
    return this.requests.filter(({ host, path }) => host === "files" || path.includes("/resolve/"));
  }

  async #answer(host: Request["host"], incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const path = decodeURIComponent(incoming.url ?? "/");
    const { range = null, authorization = null } = incoming.headers;
    const request = { host, method: incoming.method ?? "GET", path, range, authorization };
    this.requests.push(request);
    const file = path.includes("/resolve/") ? path.slice(1).replace(/\/resolve\/[^/]+\//, "/") : path.slice(1);
    const content = this.files.get(file) ?? null;
    if (this.misbehave(request, response, content)) return;
    if (host === "files") return this.#send(request, response, content!);
    if (path.startsWith("/api/models/")) return this.#api(path, Buffer.concat(chunks).toString(), response);
    if (content === null) return end(response, 404, { "x-error-code": "EntryNotFound" });
    if (isSmall(file)) return this.#send(request, response, content);
    const { port } = this.#files.address() as AddressInfo;
    return end(response, 302, { location: `http://127.0.0.1:${port}/${encodeURI(file)}` });
  }

  #api(path: string, body: string, response: ServerResponse): void {
    const [, repo, action, revision] = /^\/api\/models\/([^/]+\/[^/]+)\/([^/]+)\/(.+)$/.exec(path)!;
    if (![...this.files.keys()].some((name) => name.startsWith(`${repo}/`))) {
      return end(response, 401, { "x-error-code": "RepoNotFound" });
    }
    const commit = revision === "main" ? this.commit : revision!;
    if (!/^[0-9a-f]{40}$/.test(commit)) return end(response, 404, { "x-error-code": "RevisionNotFound" });
    if (action === "revision") return json(response, { sha: commit });
    const { paths } = JSON.parse(body) as { paths: string[] };
    return json(
      response,
      paths.flatMap((name) => {
        const content = this.files.get(`${repo}/${name}`);
        if (!content) return [];
        const large = { oid: sha256(content), size: content.length, pointerSize: 130 };
        const entry = { type: "file", path: name, size: content.length, oid: gitSha1(content) };
        return [isSmall(name) ? entry : { ...entry, oid: gitSha1(Buffer.from("pointer")), lfs: large }];
      }),
    );
  }

  #send({ range }: Request, response: ServerResponse, content: Buffer): void {
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    response.on("close", () => (this.open -= 1));
    // A moment's wait, so that requests overlap as they do over a network.
    setTimeout(() => sendRange(response, content, range), 3);
  }
}

/** Answers as a decent server does, for misbehaviours that only change the content. */
export function sendRange(response: ServerResponse, content: Buffer, range: string | null): void {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
  if (first === undefined) return end(response, 200, {}, content);
  const start = Number(first);
  const stop = last ? Math.min(Number(last) + 1, content.length) : content.length;
  if (start >= content.length) return end(response, 416, { "content-range": `bytes */${content.length}` });
  const headers = { "content-range": `bytes ${start}-${stop - 1}/${content.length}` };
  return end(response, 206, headers, content.subarray(start, stop));
}

export function end(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body: Buffer = Buffer.alloc(0),
): void {
  response.writeHead(status, { "content-length": String(body.length), ...headers });
  response.end(body);
}

const isSmall = (name: string): boolean => /\.(?:json|txt)$/.test(name);

const json = (response: ServerResponse, value: unknown): void =>
  end(response, 200, { "content-type": "application/json" }, Buffer.from(JSON.stringify(value)));
