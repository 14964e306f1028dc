/** Faults drawn by a seed, done to a fleet while it paints; then everything that must hold all the same. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { connect } from "../../../src/jobs/remote/connection.ts";
import { createLogger } from "../../../src/log.ts";
import { openStore } from "../../../src/store/store.ts";
import { Draw } from "../../draw.ts";
import { newDatabase, type TestDatabase } from "../new-database.ts";
import { findPostgres, startPostgres } from "../postgres-server.ts";
import { startRedis } from "../redis-server.ts";
import type { TestServer } from "../test-server.ts";
import { inTime, Overdue, until } from "./deadline.ts";
import { Fleet } from "./fleet.ts";
import { kindsOf } from "./kinds.ts";
import { type Members, membersByMessages, membersInDiscord } from "./members.ts";
import { auditJobs, violationsOf } from "./verdict.ts";

const WORKERS = 3;
/** Faults that are done at once, each to something else. */
const TOGETHER = 3;
/** Whoever is still at work when nothing was settled for so long is lost. */
const SETTLE_MS = 120_000;
/** The bot finds what it was not told within this time. */
const TELL_MS = 7000;
/** A clock that is wrong is so by so much. */
const MINUTE = 60_000;

export interface FaultOptions {
  readonly seed: number;
  readonly faults: number;
  readonly jobs: number;
  readonly server: "postgres" | "redis";
  /** Of a worker's lock; default: 3. */
  readonly lockSeconds?: number;
  /** Members of a Discord ask the whole bot, and what is posted there is counted: without disks that are full. */
  readonly posted?: boolean;
  /** Leave logs and pictures where they are. */
  readonly keep?: boolean;
}

export interface FaultReport {
  readonly violations: readonly string[];
  /** How often there was each kind of fault. */
  readonly faults: Readonly<Record<string, number>>;
  /** How many jobs ended in each way. */
  readonly ends: Readonly<Record<string, number>>;
  /** Jobs that were begun more than once. */
  readonly again: number;
  readonly seconds: number;
  readonly kept?: string;
}

/** @returns what was violated, and what there was */
export async function runFaults(options: FaultOptions): Promise<FaultReport> {
  const { seed, faults, jobs, server, lockSeconds = 3, posted = false, keep = false } = options;
  const begunAt = performance.now();
  const draw = new Draw(seed);
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-faults-"));
  const servers: Record<string, TestServer> = { postgres: await startPostgres((await findPostgres())!) };
  if (server === "redis") servers["redis"] = await startRedis({ appendfsync: draw.pick(["always", "everysec"]) });
  const database = await newDatabase(servers["postgres"]!.url);
  const queue = server === "redis" ? servers["redis"]!.url : database.url;
  await makeTables(folder, database, queue);
  const lockMs = lockSeconds * 1000;
  const inDiscord = posted ? await membersInDiscord(folder, database, queue, lockMs) : null;
  const settings = inDiscord?.settings;
  const fleet = new Fleet({ folder, database: database.url, queue, servers, lockMs, ...(settings && { settings }) });
  const members = inDiscord ?? membersByMessages(fleet);
  const count: Record<string, number> = {};
  const violations: string[] = [];
  try {
    const start = (index: number, by: Draw): Promise<void> => {
      const aheadMs = by.pick([0, 0, -MINUTE, MINUTE]);
      return fleet.startWorker(index, { paintMs: by.whole(100, 1500), aheadMs, tiny: !posted && by.chance(1 / 3) });
    };
    await Promise.all([fleet.startBot(), ...Array.from({ length: WORKERS }, (_, n) => start(n, draw.fork()))]);
    const kinds = kindsOf({ fleet, workers: WORKERS, start, queue, lockMs, members, hasDisks: !posted });
    try {
      let asked = 0;
      const busy = new Map<string, Promise<void>>();
      for (let n = 0; n < faults; n++) {
        // So that there is work while there are faults. What a bot did not take before it was killed is sent again.
        const due = Math.ceil(((n + 1) / faults) * jobs);
        if (due > asked) members.send(due - asked);
        asked = due;
        const { name, to, work } = draw.weighted(kinds)(draw.fork());
        count[name] = (count[name] ?? 0) + 1;
        await busy.get(to);
        while (busy.size >= TOGETHER) await Promise.race(busy.values());
        const done = work().then(async () => {
          busy.delete(to);
          if (name === "bot killed") asked = await members.taken();
        });
        done.catch(() => undefined);
        busy.set(to, done);
        await sleep(draw.between(0, 300));
      }
      await Promise.all(busy.values());
      await untilSettled(members, database, jobs);
      await sleep(TELL_MS);
      violations.push(...(await members.violations()));
      await inTime("bot and workers are gone", fleet.close());
    } catch (error) {
      if (!(error instanceof Overdue)) throw error;
      violations.push(error.message);
    }
    violations.push(...fleet.crashes, ...(await inTime("all is looked at", violationsOf(fleet, database))));
    const ends = (await database.query("select state, count(*)::int as n from jobs group by state")) as {
      state: string;
      n: number;
    }[];
    const isKept = keep || violations.length > 0;
    const again = await numberOf(database, "select count(*)::int as n from jobs where fence > 1");
    const seconds = Math.round((performance.now() - begunAt) / 1000);
    if (!isKept) await rm(folder, { recursive: true, force: true });
    return {
      violations,
      faults: count,
      ends: Object.fromEntries(ends.map(({ state, n }) => [state, n])),
      again,
      seconds,
      ...(isKept && { kept: folder }),
    };
  } finally {
    await fleet.close().catch(() => undefined);
    await members.close();
    fleet.unmount();
    for (const one of Object.values(servers)) await one.remove();
  }
}

/** The tables of both, and a trigger that writes down every move of a job. */
async function makeTables(folder: string, database: TestDatabase, queue: string): Promise<void> {
  await (await openStore(path.join(folder, "data"), database.url)).close();
  await (await connect(queue, { log: createLogger("silent") })).close();
  await auditJobs(database);
}

async function numberOf(database: TestDatabase, query: string): Promise<number> {
  return ((await database.query(query)) as [{ n: number }])[0].n;
}

/** Waits until bots took as many jobs as wanted and all are settled, for as long as that gets on. */
async function untilSettled(members: Members, database: TestDatabase, jobs: number): Promise<void> {
  for (let before = await members.taken(); before < jobs; before = await members.taken()) {
    // Of what earlier bots were sent, some may still be on its way.
    await sleep(1000);
    const taken = await members.taken();
    if (taken > before) continue;
    members.send(jobs - taken);
    await until(`bots took more jobs than ${taken} of ${jobs}`, async () => (await members.taken()) > taken, SETTLE_MS);
  }
  const unsettled = "select count(*)::int as n from jobs where state in ('queued', 'captioning', 'stylizing')";
  const left = (): Promise<number> => numberOf(database, unsettled);
  for (let before = await left(); before > 0; before = await left())
    await until(`one of ${before} jobs more is settled`, async () => (await left()) < before, SETTLE_MS);
}
