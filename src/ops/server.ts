/** The three pages, over HTTP. They name no person, no server and no secret. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type { Registry } from "prom-client";

import { messageOf, UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Readiness } from "./readiness.ts";

/** Whoever watches needs one or two. */
const MOST_CONNECTIONS = 32;
const REQUEST_MS = 10_000;

interface Pages {
  readonly registry: Registry;
  readonly readiness: Readiness;
  readonly log: Logger;
}

/** @throws UserError `ops-port` */
export async function openServer(port: number, host: string, pages: Pages): Promise<{ close(): Promise<void> }> {
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    answer(request, response, pages).catch((error: unknown) => {
      pages.log.warn({ err: error }, "a page for whoever watches could not be made");
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listening(server, port, host);
  pages.log.info({ port, host }, "health and metrics can be asked for");
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, pages: Pages): Promise<void> {
  const send = (status: number, type: string, body: string): void => {
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  if (request.method !== "GET" && request.method !== "HEAD") return send(405, "text/plain", "Only GET is answered.\n");
  switch (new URL(request.url ?? "/", "http://localhost").pathname) {
    case "/live":
      return send(200, "text/plain", "alive\n");
    case "/ready": {
      const report = await pages.readiness.report();
      return send(report.ready ? 200 : 503, "application/json", `${JSON.stringify(report)}\n`);
    }
    case "/metrics":
      return send(200, pages.registry.contentType, await pages.registry.metrics());
    default:
      return send(404, "text/plain", "There are /live, /ready and /metrics.\n");
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "another program has it" : `the system says no: ${messageOf(cause)}`;
      reject(
        new UserError(
          "ops-port",
          `OPS_PORT ${port} on ${host} cannot be had (${why}). Choose another OPS_PORT or OPS_HOST, or leave both out.`,
          { cause },
        ),
      );
    });
    server.listen(port, host, () => resolve());
  });
}
