/** The queue of several machines with one worker, in one process, for the contract. */
import { randomBytes } from "node:crypto";

import { choosePaperVariant } from "../../src/jobs/choose-variant.ts";
import { createLocalTasks } from "../../src/jobs/local/local-tasks.ts";
import { connect } from "../../src/jobs/remote/connection.ts";
import type { Exchange, LockTimes } from "../../src/jobs/remote/exchange.ts";
import { PaintWork } from "../../src/jobs/remote/paint-work.ts";
import { Presence } from "../../src/jobs/remote/presence.ts";
import { createRemoteQueue } from "../../src/jobs/remote/remote-queue.ts";
import { createLogger } from "../../src/log.ts";
import { workerFolder } from "../../src/process-folders.ts";
import { openStore } from "../../src/store/store.ts";
import type { Adapter } from "../jobs/contract/bench.ts";
import { newDatabase } from "./new-database.ts";

const log = createLogger(process.env["TEST_LOG_LEVEL"] ?? "silent");

/** So that a test does not wait long until somebody counts as gone. */
const QUICK: LockTimes & { readonly sweepMs: number } = { lockMs: 1500.5, checkMs: 1000 / 3, sweepMs: 300 };

/** A database with the tables of Atelier and of the queue, as a template for others. */
export async function makeTemplate(postgres: string): Promise<string> {
  const { url } = await newDatabase(postgres);
  await (await openStore("unused", url)).close();
  await (await connect(url, { log })).close();
  return new URL(url).pathname.slice(1);
}

/** @param queueAt where the queue is, given the database of a test and a name of its own */
export function severalMachines(
  template: () => string,
  postgres: string,
  queueAt: (database: string) => string,
): Adapter {
  const databases = new Map<string, { readonly url: string; readonly prefix: string }>();
  const placeOf = async (dataDir: string) => {
    const known = databases.get(dataDir);
    if (known) return known;
    const { url } = await newDatabase(postgres, template());
    const place = { url, prefix: `t${randomBytes(8).toString("hex")}` };
    databases.set(dataDir, place);
    return place;
  };
  return {
    takesOverFirst: false,
    openStore: async (dataDir) => openStore(dataDir, (await placeOf(dataDir)).url),
    async make({ engine, store, dataDir, concurrency, perUser, perGuild, chooseVariant = choosePaperVariant }) {
      const { url, prefix } = await placeOf(dataDir);
      const at = (connections: number): Promise<Exchange> => connect(queueAt(url), { log, prefix, connections });
      const exchanges = [await at(3), await at(2)] as const;
      const config = { DATA_DIR: dataDir, JOBS_PER_USER: perUser, JOBS_PER_GUILD: perGuild };
      const { sweepMs } = QUICK;
      const queue = createRemoteQueue({ exchange: exchanges[0], repositories: store, config, log, sweepMs });
      const name = `worker-${randomBytes(4).toString("hex")}`;
      const folder = workerFolder(dataDir, name);
      const tasks = createLocalTasks({ engine, files: store.files, dataDir: folder });
      const common = { exchange: exchanges[1], engine, tasks, repositories: store, chooseVariant, folder, name };
      const work = new PaintWork({ ...common, concurrency, times: QUICK, log });
      const report = { name, capabilities: ["paint"], info: engine.info!, concurrency };
      const presence = new Presence({ workers: store.workers, report, works: [work], log });
      await presence.start();
      await work.start();
      let gone = false;
      return {
        queue,
        async close() {
          if (gone) return;
          gone = true;
          await work.close();
          await queue.close();
          await presence.close();
          for (const exchange of exchanges) await exchange.close();
        },
        async vanish() {
          if (gone) return;
          gone = true;
          for (const exchange of exchanges) await exchange.close();
          void presence.close().catch(() => undefined);
          void queue.close();
        },
      };
    },
  };
}
