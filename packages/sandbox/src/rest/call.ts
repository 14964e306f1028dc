/** One REST request as a route sees it, and how its body is read. */
import type { Context } from "hono";
import type { HttpBindings } from "@hono/node-server";

import { ApiError } from "../api-error.ts";
import { type Json, asObject } from "../json.ts";
import type { FilesByIndex, UploadedFile } from "../messages/uploads.ts";

export type RestContext = Context<{ Bindings: HttpBindings }>;

export interface RestCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The body when it is an object; else empty. */
  readonly json: Json;
  /** The body as it came. */
  readonly body: unknown;
  readonly files: FilesByIndex;
}

export type TokenKind = "bot" | "interaction";

/** A request the bot made, for tests and the transcript. */
export interface RequestRecord {
  readonly at: number;
  readonly method: string;
  /** The route's pattern: `/channels/:channel/messages`. */
  readonly route: string;
  /** By which token: the bot's own counts against its global limit, an interaction's (in the path) against none but its own. */
  readonly token: TokenKind;
  /** The path below `/api/v10`, with the query. */
  readonly path: string;
  readonly body: unknown;
  readonly files: readonly { readonly field: string; readonly name: string; readonly bytes: number }[];
  /** 0 until it is answered, and for ever when the connection was cut. */
  status: number;
}

export interface ReadBody {
  readonly body: unknown;
  readonly files: FilesByIndex;
}

/**
 * Reads JSON, or multipart with `payload_json` and `files[n]`.
 *
 * @throws ApiError 50109 for broken JSON, a bare 400 for broken multipart or a broken line, 40005 when the whole body is beyond any upload
 */
export async function readBody(context: RestContext, maxBytes: number): Promise<ReadBody> {
  const request = context.req.raw;
  const type = context.req.header("content-type") ?? "";
  const files = new Map<string, UploadedFile>();
  if (request.method === "GET" || request.method === "HEAD") return { body: undefined, files };
  const bytes = new Uint8Array(await request.arrayBuffer().catch(unreadable));
  if (bytes.byteLength > maxBytes) throw new ApiError(40005);
  if (bytes.byteLength === 0) return { body: undefined, files };
  if (!type.startsWith("multipart/form-data")) return { body: parse(new TextDecoder().decode(bytes)), files };

  const form = await new Response(bytes, { headers: { "content-type": type } }).formData().catch(unreadable);
  let body: unknown = {};
  for (const [field, value] of form.entries()) {
    if (field === "payload_json") body = parse(typeof value === "string" ? value : await value.text());
    else if (typeof value !== "string") {
      const index = /^files\[(\d+)\]$/.exec(field)?.[1] ?? field;
      const contentType = value.type && value.type !== "application/octet-stream" ? value.type : undefined;
      files.set(index, { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()), contentType });
    }
  }
  return { body, files };
}

function unreadable(): never {
  throw new ApiError(0, { status: 400, message: "400: Bad Request" });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(50109);
  }
}

export const callOf = (context: RestContext, { body, files }: ReadBody): RestCall => ({
  params: context.req.param() as Record<string, string>,
  query: new URL(context.req.url).searchParams,
  headers: context.req.raw.headers,
  json: asObject(body),
  body,
  files,
});

/** An answer with status 201. */
export class Created {
  readonly json: Json;
  constructor(json: Json) {
    this.json = json;
  }
}

/** What a route answers: JSON, a `Created`, or nothing (204). */
export type Answer = Json | readonly Json[] | Created | undefined;
export type Handler = (call: RestCall) => Answer | Promise<Answer>;

/** An integer of the query within bounds. */
export function limitOf(query: URLSearchParams, fallback: number, most: number): number {
  const value = Number(query.get("limit") ?? fallback);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, most) : fallback;
}
