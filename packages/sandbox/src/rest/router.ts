/** What every REST request goes through: record, faults, authorisation, rate limits, the route, the error shape. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Hono } from "hono";
import type { HttpBindings } from "@hono/node-server";
import type { ContentfulStatusCode } from "hono/utils/http-status";

import { ApiError, errorText } from "../api-error.ts";
import type { Fault, Faults } from "../faults.ts";
import type { World } from "../world/world.ts";
import {
  type Answer,
  Created,
  type Handler,
  type ReadBody,
  type RequestRecord,
  type RestContext,
  type TokenKind,
  callOf,
  readBody,
} from "./call.ts";
import { RateLimits, refusal } from "./rate-limits.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RouteOptions {
  /** Interaction callbacks and webhooks carry their token in the path. */
  readonly withoutToken?: boolean;
}

/** Looks at a finished request; what it returns becomes violations. */
export type RequestReferee = (request: RequestRecord) => readonly string[];

export interface RouterOptions {
  /** Added to every answer. */
  readonly latencyMs: number;
  readonly referee: RequestReferee | undefined;
}

export class RestRouter {
  readonly #app: Hono<{ Bindings: HttpBindings }>;
  readonly #world: World;
  readonly #faults: Faults;
  readonly #limits = new RateLimits();
  readonly #options: RouterOptions;
  readonly requests: RequestRecord[] = [];

  constructor(app: Hono<{ Bindings: HttpBindings }>, world: World, faults: Faults, options: RouterOptions) {
    this.#app = app;
    this.#world = world;
    this.#faults = faults;
    this.#options = options;
  }

  route(method: Method, pattern: string, handler: Handler, options: RouteOptions = {}): void {
    this.#app.on(method, `/api/v10${pattern}`, (context) => this.#serve(context, pattern, handler, options));
  }

  /** Last of all: everything that is no route of the sandbox. */
  catchUnknown(): void {
    this.#app.all("/api/*", async (context) => {
      const { read } = await this.#read(context, Number.POSITIVE_INFINITY);
      const record = this.#record(context, "(unknown)", "bot", read);
      record.status = 404;
      this.#world.violate(`unknown route ${record.method} ${record.path}`);
      return context.json({ message: "404: Not Found", code: 0 }, 404);
    });
  }

  #record(context: RestContext, route: string, token: TokenKind, { body, files }: ReadBody): RequestRecord {
    const url = new URL(context.req.url);
    const record: RequestRecord = {
      at: Date.now(),
      method: context.req.method,
      route,
      token,
      path: url.pathname.replace(/^\/api\/v10/, "") + url.search,
      body,
      files: [...files].map(([field, { name, bytes }]) => ({ field, name, bytes: bytes.byteLength })),
      status: 0,
    };
    this.requests.push(record);
    return record;
  }

  /** A body that cannot be read is recorded as none, and refused in its turn. */
  async #read(context: RestContext, maxBytes: number): Promise<{ read: ReadBody; unreadable?: ApiError }> {
    try {
      return { read: await readBody(context, maxBytes) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { read: { body: undefined, files: new Map() }, unreadable: error };
    }
  }

  async #serve(context: RestContext, pattern: string, handler: Handler, options: RouteOptions): Promise<Response> {
    const { read, unreadable } = await this.#read(context, this.#world.maxUploadBytes * 12);
    const record = this.#record(context, pattern, options.withoutToken ? "interaction" : "bot", read);
    const fault = this.#faults.take(`${record.method} ${pattern}`, record);
    if (fault && !fault.afterHandling) await hold(fault);
    const early = fault && !fault.afterHandling ? applyFault(context, fault) : null;
    const response = early ?? (await this.#answer(context, pattern, handler, options, read, unreadable));
    const late = fault?.afterHandling ? await applyLate(context, fault) : null;
    if (this.#options.latencyMs > 0) await sleep(this.#options.latencyMs);
    const final = late ?? response;
    record.status = fault?.reset ? 0 : final.status;
    if (!early) for (const text of this.#options.referee?.(record) ?? []) this.#world.violate(text);
    this.#world.tell({ kind: "request" });
    return final;
  }

  async #answer(
    context: RestContext,
    pattern: string,
    handler: Handler,
    options: RouteOptions,
    read: ReadBody,
    unreadable: ApiError | undefined,
  ): Promise<Response> {
    if (!options.withoutToken && context.req.header("authorization") !== `Bot ${this.#world.application.botToken}`)
      return context.json({ message: "401: Unauthorized", code: 0 }, 401);
    const call = callOf(context, read);
    const { channel, guild, token, application } = call.params;
    const major = channel ?? guild ?? token ?? application ?? "";
    const limit = this.#limits.take(`${context.req.method} ${pattern}`, major, !options.withoutToken);
    for (const [name, value] of Object.entries(limit.headers)) context.header(name, value);
    if (limit.refusal) return context.json(limit.refusal, 429);
    try {
      if (unreadable) throw unreadable;
      return toResponse(context, await handler(call));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 50035)
        this.#world.violate(`${context.req.method} ${pattern}: invalid body ${JSON.stringify(error.errors)}`);
      return context.json(error.body, error.status as ContentfulStatusCode);
    }
  }
}

function toResponse(context: RestContext, answer: Answer): Response {
  // A 204 must not say that it is JSON: the client would try to read it.
  if (answer === undefined) return context.body(null, 204);
  if (answer instanceof Created) return context.json(answer.json, 201);
  return context.json(answer);
}

function applyFault(context: RestContext, fault: Fault): Response | null {
  if (fault.reset) return cut(context);
  const { status } = fault;
  if (status === undefined) return null;
  if (status === 429) {
    if (fault.retryAfter === null) return context.text("error code: 1015", 429);
    const { headers, refusal: body } = refusal(
      fault.retryAfter ?? 1,
      fault.global ? "global" : "user",
      fault.global ?? false,
    );
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    return context.json({ ...body, ...(fault.code && { code: fault.code }) }, 429);
  }
  if (fault.proxy) return context.html(proxyPage(status), status as ContentfulStatusCode);
  const message = fault.code ? errorText(fault.code) : `${status}: ${STATUS_TEXT[status] ?? "Error"}`;
  return context.json({ message, code: fault.code ?? 0 }, status as ContentfulStatusCode);
}

/** Handled, and then the answer is late, wrong or lost. */
async function applyLate(context: RestContext, fault: Fault): Promise<Response | null> {
  await hold(fault);
  return applyFault(context, fault);
}

async function hold({ delayMs, until }: Fault): Promise<void> {
  if (delayMs) await sleep(delayMs);
  await until;
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  413: "Request entity too large",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Time-out",
};

const proxyPage = (status: number): string =>
  `<html><head><title>${status} ${STATUS_TEXT[status] ?? "Error"}</title></head><body>cloudflare</body></html>`;

function cut(context: RestContext): Response {
  context.env.incoming.socket.destroy();
  return context.body(null, 500);
}
