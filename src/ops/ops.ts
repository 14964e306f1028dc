/**
 * Health and metrics of a process for whoever runs it: `/live`, `/ready`, `/metrics`, on a port that `OPS_PORT` names.
 *
 * Face of this room. What is measured of each part stands in a file of its own.
 */
import type { Client } from "discord.js";
import { collectDefaultMetrics, Registry } from "prom-client";

import type { Config } from "../config.ts";
import type { Engine } from "../jobs/engine.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import { isConnected, measureDiscord } from "./discord-metrics.ts";
import { measureEngine } from "./engine-metrics.ts";
import { measureQueue } from "./queue-metrics.ts";
import { type Check, Readiness } from "./readiness.ts";
import { openServer } from "./server.ts";
import { measureStore } from "./store-metrics.ts";

/** Gauges of prom-client that are named like counters; those by type say the same. */
const MISNAMED = ["handles", "requests", "resources"].map((what) => `nodejs_active_${what}_total`);

/** What a process has of the parts; a worker has no client and no queue. */
interface OpsParts {
  readonly store: Pick<Store, "db" | "files" | "jobDesk" | "jobs">;
  readonly engine?: Pick<Engine, "info">;
  readonly queue?: Pick<JobQueue, "subscribe">;
  readonly client?: Client;
  /** What else has to hold before the process is ready, by a word for it. */
  readonly checks?: Readonly<Record<string, Check>>;
}

export interface Ops {
  /** Measures and asks these parts from now on; until then the process is alive and not ready. */
  watch(parts: OpsParts): void;
  close(): Promise<void>;
}

/**
 * Listens on `OPS_PORT`; does nothing where there is none.
 *
 * @example const ops = await startOps(config, log); ops?.watch({ store, engine, queue, client });
 * @throws UserError `ops-port` when the port cannot be had
 */
export async function startOps(
  config: Pick<Config, "OPS_PORT" | "OPS_HOST" | "DATA_DIR">,
  log: Logger,
): Promise<Ops | null> {
  if (config.OPS_PORT === undefined) return null;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const readiness = new Readiness();
  const server = await openServer(config.OPS_PORT, config.OPS_HOST, { registry, readiness, log });
  const undo: (() => unknown)[] = [() => server.close()];
  return {
    watch({ store, engine, queue, client, checks = {} }) {
      undo.push(measureStore(registry, store, config.DATA_DIR), measureEngine(registry));
      readiness.add("store", async () => void (await store.jobs.handChanges()));
      if (engine) readiness.add("engine", () => (engine.info === null ? "it has not started" : null));
      if (queue) undo.push(measureQueue(registry, queue, store.jobDesk));
      if (client) {
        undo.push(measureDiscord(registry, client));
        readiness.add("discord", () => (isConnected(client) ? null : "the gateway is not connected"));
      }
      for (const [name, check] of Object.entries(checks)) readiness.add(name, check);
    },
    async close() {
      for (const step of undo.splice(0).reverse()) await step();
      registry.clear();
    },
  };
}
