/** A Redis server of the test's own, which writes what it is told: real, empty, gone afterwards. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { Redis } from "ioredis";

import { freePort } from "./free-port.ts";
import type { TestServer } from "./test-server.ts";

/** Whether there is a `redis-server`. */
export const hasRedis = (): Promise<boolean> =>
  promisify(execFile)("redis-server", ["--version"]).then(
    () => true,
    () => false,
  );

/** Makes and starts a server on a free port of this machine. @param more settings by their names */
export async function startRedis(more: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const server: TestServer = {
    url,
    async start() {
      const own = { port, dir: folder, save: "", appendonly: "yes", bind: "127.0.0.1", loglevel: "warning" };
      const settings = { ...own, ...more };
      const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
      child = spawn("redis-server", args, { stdio: "ignore" });
      const probe = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
      probe.on("error", () => undefined);
      await probe.ping();
      probe.disconnect();
    },
    async kill() {
      const ended = child;
      child = null;
      if (!ended) return;
      const gone = new Promise((resolve) => ended.once("exit", resolve));
      ended.kill("SIGKILL");
      await gone;
    },
    async remove() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
