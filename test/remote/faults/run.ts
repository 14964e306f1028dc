/** Faults drawn by a seed, done to a fleet while it paints; then everything that must hold all the same. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";

import { connect } from "../../../src/jobs/remote/connection.ts";
import { createLogger } from "../../../src/log.ts";
import { openStore } from "../../../src/store/store.ts";
import { Draw, type Weighted } from "../../draw.ts";
import { newDatabase, type TestDatabase } from "../new-database.ts";
import { findPostgres, startPostgres } from "../postgres-server.ts";
import { startRedis } from "../redis-server.ts";
import type { TestServer } from "../test-server.ts";
import { Fleet } from "./fleet.ts";
import { auditJobs, violationsOf } from "./verdict.ts";

const LOCK_MS = 3000;
const WORKERS = 3;
/** Whoever is still at work this long after the last fault is lost. */
const SETTLE_MS = 180_000;
/** The bot finds what it was not told within this time. */
const TELL_MS = 7000;
/** A clock that is wrong is so by so much. */
const MINUTE = 60_000;

export interface FaultOptions {
  readonly seed: number;
  readonly faults: number;
  readonly jobs: number;
  readonly server: "postgres" | "redis";
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

type Fault = (draw: Draw) => Promise<void>;

/** @returns what was violated, and what there was */
export async function runFaults({ seed, faults, jobs, server, keep = false }: FaultOptions): Promise<FaultReport> {
  const begunAt = performance.now();
  const draw = new Draw(seed);
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-faults-"));
  const servers: Record<string, TestServer> = { postgres: await startPostgres((await findPostgres())!) };
  if (server === "redis") servers["redis"] = await startRedis({ appendfsync: draw.pick(["always", "everysec"]) });
  const database = await newDatabase(servers["postgres"]!.url);
  const queue = server === "redis" ? servers["redis"]!.url : database.url;
  await makeTables(folder, database, queue);
  const fleet = new Fleet({ folder, database: database.url, queue, servers, lockMs: LOCK_MS });
  const count: Record<string, number> = {};
  try {
    const start = (index: number): Promise<void> => {
      const aheadMs = draw.pick([0, 0, -MINUTE, MINUTE]);
      return fleet.startWorker(index, { paintMs: draw.whole(100, 1500), aheadMs, tiny: draw.chance(1 / 3) });
    };
    await Promise.all([fleet.startBot(), ...Array.from({ length: WORKERS }, (_, index) => start(index))]);
    const kinds = kindsOf(fleet, start, queue);
    let asked = 0;
    for (let n = 0; n < faults; n++) {
      // So that there is work while there are faults.
      const due = Math.ceil(((n + 1) / faults) * jobs);
      const missing = due - asked;
      if (missing > 0) fleet.tellBot({ send: missing });
      asked = due;
      const [name, fault] = draw.weighted(kinds);
      count[name] = (count[name] ?? 0) + 1;
      await fault(draw);
      await sleep(draw.between(0, 300));
      // What a bot did not take before it was killed is sent again.
      if (name === "bot killed") asked = fleet.said.filter(({ taken }) => taken !== undefined).length;
    }
    await untilTaken(fleet, jobs);
    const unsettled = "select count(*)::int as n from jobs where state in ('queued', 'captioning', 'stylizing')";
    const until = performance.now() + SETTLE_MS;
    while (performance.now() < until && (await numberOf(database, unsettled)) > 0) await sleep(250);
    await sleep(TELL_MS);
    await fleet.close();
    const violations = [...fleet.crashes, ...(await violationsOf(fleet, database))];
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
    await fleet.close();
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

/** Waits until bots have said that they took so many jobs. */
async function untilTaken(fleet: Fleet, jobs: number): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  const taken = (): number => fleet.said.filter((line) => line.taken !== undefined).length;
  for (let asked = 0; performance.now() < until;) {
    const missing = jobs - taken();
    if (missing <= 0) return;
    if (asked === 0) {
      // Of what earlier ones were sent, some may still be on its way.
      await sleep(1000);
      asked = Math.max(0, jobs - taken());
      if (asked > 0) fleet.tellBot({ send: asked });
    }
    await sleep(250);
  }
}

function kindsOf(fleet: Fleet, start: (index: number) => Promise<void>, queue: string): Weighted<[string, Fault]> {
  const worker = (draw: Draw): number => draw.whole(0, WORKERS - 1);
  const restart =
    (signal: "SIGKILL" | "SIGTERM"): Fault =>
    async (draw) => {
      const index = worker(draw);
      await fleet.endWorker(index, signal);
      await start(index);
    };
  const serverDies =
    (name: string): Fault =>
    async (draw) => {
      await fleet.servers[name]!.kill();
      await sleep(draw.between(0, 500));
      await fleet.servers[name]!.start();
    };
  const kinds: [number, [string, Fault]][] = [
    [4, ["worker killed", restart("SIGKILL")]],
    [2, ["worker told to stop", restart("SIGTERM")]],
    [2, ["bot killed", () => fleet.endBot().then(() => fleet.startBot())]],
    [3, ["PostgreSQL killed", serverDies("postgres")]],
    [
      3,
      [
        "network cut",
        async (draw) => {
          const { networks } = fleet.workers[worker(draw)]!;
          const lost = draw.chance(0.5) ? networks : [draw.pick(networks)];
          for (const network of lost) network.cut();
          await sleep(LOCK_MS * draw.between(0.5, 1.5));
          for (const network of lost) network.mend();
        },
      ],
    ],
    [
      3,
      [
        "job cancelled",
        async (draw) => {
          const taken = fleet.said.flatMap((line) => line.taken ?? []);
          if (taken.length > 0)
            fleet.tellBot({ cancel: taken[draw.whole(Math.max(0, taken.length - 10), taken.length - 1)]! });
        },
      ],
    ],
    [
      2,
      [
        "disk full",
        async (draw) => {
          const full = fleet.workers.flatMap(({ tinyDisk }) => tinyDisk ?? []);
          for (const disk of full)
            await writeFile(path.join(disk, "filler"), Buffer.alloc(4 << 20)).catch(() => undefined);
          await sleep(draw.between(500, 2000));
          for (const disk of full) await rm(path.join(disk, "filler"), { force: true });
        },
      ],
    ],
  ];
  if ("redis" in fleet.servers) {
    kinds.push([3, ["Redis killed", serverDies("redis")]]);
    kinds.push([
      1,
      [
        "Redis emptied",
        async () => {
          const redis = new Redis(queue);
          await redis.flushall();
          redis.disconnect();
        },
      ],
    ]);
  }
  return kinds;
}
