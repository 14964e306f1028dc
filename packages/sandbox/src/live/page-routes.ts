/** The page's own files, and the pictures it offers to try commands with. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Hono } from "hono";
import type { HttpBindings } from "@hono/node-server";

import { type Try, fileOfTry } from "./tries.ts";

const PAGE_FOLDER = path.resolve(import.meta.dirname, "../../page");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".webp": "image/webp",
};

/** Nothing from elsewhere runs here, and messages are untrusted text. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data: https:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function pageRoutes(app: Hono<{ Bindings: HttpBindings }>, tries: readonly Try[]): void {
  const send = async (folder: string, name: string): Promise<Response> => {
    const type = TYPES[path.extname(name).toLowerCase()];
    const file = path.join(folder, name);
    if (!type || !file.startsWith(folder + path.sep)) return new Response("Not found", { status: 404 });
    try {
      const headers = {
        "content-type": type,
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "cache-control": "no-cache",
      };
      return new Response(await readFile(file), { headers });
    } catch {
      return new Response("Not found", { status: 404 });
    }
  };
  app.get("/", () => send(PAGE_FOLDER, "index.html"));
  app.get("/page/:name{.+}", (context) => send(PAGE_FOLDER, context.req.param("name")));
  app.get("/sandbox/tries/:index/:option", (context) => {
    const { index, option } = context.req.param();
    const file = fileOfTry(tries, index, option);
    if (file === undefined) return new Response("Not found", { status: 404 });
    return send(path.dirname(file), path.basename(file));
  });
}
