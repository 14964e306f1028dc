/**
 * Measures the queue of several machines, for `npm run bench -- fleet`: `tsx test/remote/measure.ts [--jobs 10000]`. Four
 * workers of five pictures at once, 5 ms each, 200 people who send by Zipf's law; over PostgreSQL, then over Redis.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import type { FleetFigures } from "../../src/bench/fleet.ts";
import { connect } from "../../src/jobs/remote/connection.ts";
import { createRemoteQueue } from "../../src/jobs/remote/remote-queue.ts";
import { createLogger } from "../../src/log.ts";
import { openStore } from "../../src/store/store.ts";
import { request } from "../jobs/requests.ts";
import { newDatabase } from "./new-database.ts";
import { findPostgres, startPostgres } from "./postgres-server.ts";
import { startRedis } from "./redis-server.ts";

const { values } = parseArgs({ options: { jobs: { type: "string", default: "10000" } } });
const JOBS = Number(values.jobs);
const [USERS, WORKERS, AT_ONCE, PAINT_MS, LOCK_MS] = [200, 4, 5, 5, 10_000];
const LONG_MS = 60_000;

const log = createLogger("error");
const bin = await findPostgres();
if (bin === null) throw new Error("There is no PostgreSQL on this machine");
const postgres = await startPostgres(bin);
const redis = await startRedis();
const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-measure-"));

interface Child {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

async function startWorker(
  database: string,
  queue: string,
  name: string,
  paintMs: number,
  atOnce: number,
): Promise<Child> {
  const script = path.join(import.meta.dirname, "fixtures", "quick-worker.ts");
  const args = ["--import", "tsx/esm", script, folder, database, queue, name, atOnce, paintMs, LOCK_MS, 0].map(String);
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      if (output.includes("ready")) resolve();
    });
  });
  return { child, ended: new Promise((resolve) => child.once("exit", () => resolve(output))) };
}

const quantile = (sorted: readonly number[], share: number): number =>
  Number(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1));

/** Who sends the `n`th job: the `k`th person one of k shares. The sequence is always the same. */
const sharesOf = Array.from({ length: USERS }, (_, k) => 1 / (k + 1));
const TOTAL = sharesOf.reduce((sum, share) => sum + share, 0);
function senderOf(n: number): string {
  let at = ((n * 0.618_033_988_75) % 1) * TOTAL;
  return `user-${Math.max(
    0,
    sharesOf.findIndex((share) => (at -= share) < 0),
  )}`;
}

/** The most that somebody who still waits was ahead of another who does, in jobs. */
function largestLead(begun: readonly string[]): number {
  const left = new Map<string, number>();
  for (const user of begun) left.set(user, (left.get(user) ?? 0) + 1);
  const served = new Map([...left.keys()].map((user) => [user, 0]));
  let lead = 0;
  for (const user of begun) {
    served.set(user, served.get(user)! + 1);
    left.set(user, left.get(user)! - 1);
    const waiting = [...left].flatMap(([other, jobs]) => (jobs > 0 ? [served.get(other)!] : []));
    if (left.get(user)! > 0) lead = Math.max(lead, served.get(user)! - Math.min(...waiting));
  }
  return lead;
}

/** Fills the queue, drains it, and kills a worker. */
async function measure(server: FleetFigures["server"]): Promise<FleetFigures> {
  const database = await newDatabase(postgres.url);
  const queueUrl = server === "postgres" ? database.url : redis.url;
  const store = await openStore(folder, database.url);
  const exchange = await connect(queueUrl, { log, connections: 3 });
  const config = { DATA_DIR: folder, JOBS_PER_USER: JOBS, JOBS_PER_GUILD: JOBS };
  const queue = createRemoteQueue({ exchange, repositories: store, config, log });
  await queue.resume();

  const enqueueMs: number[] = [];
  let next = 0;
  const send = async (): Promise<void> => {
    for (let n = next++; n < JOBS; n = next++) {
      const begunAt = performance.now();
      await queue.enqueue(request({ variant: "inst", userId: senderOf(n), guildId: null }));
      enqueueMs.push(performance.now() - begunAt);
    }
  };
  await Promise.all([send(), send()]);
  enqueueMs.sort((a, b) => a - b);
  const placesAt = performance.now();
  const { jobs } = await queue.snapshot(undefined, 25);
  await queue.places(jobs.map(({ id }) => id));
  const placesMs = performance.now() - placesAt;

  let done = 0;
  const all = new Promise<void>((resolve) => {
    queue.subscribe(({ type }) => {
      if (type === "done" && ++done === JOBS) resolve();
    });
  });
  const names = Array.from({ length: WORKERS }, (_, n) => `quick-${n}`);
  const drainAt = performance.now();
  const workers = await Promise.all(names.map((name) => startWorker(database.url, queueUrl, name, PAINT_MS, AT_ONCE)));
  const readyAt = performance.now();
  await all;
  const seconds = (performance.now() - readyAt) / 1000;
  const drainedSeconds = Math.round((performance.now() - drainAt) / 100) / 10;
  const [{ connections }] = (await database.query(
    "select count(*)::int as connections from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  )) as [{ connections: number }];
  const [{ twice }] = (await database.query(
    "select count(*)::int as twice from jobs where attempts <> 1 or state <> 'done'",
  )) as [{ twice: number }];
  const begun = (await database.query("select user_id from jobs order by started_at, id")) as { user_id: string }[];
  const largest = largestLead(begun.map(({ user_id }) => user_id));
  const own = 6 - (server === "redis" ? 3 : 0);
  for (const { child } of workers) child.kill("SIGTERM");
  const memory = await Promise.all(workers.map(async ({ ended }) => Number(/"rssMb":(\d+)/.exec(await ended)?.[1])));

  // One long picture, whose worker is killed.
  const first = await startWorker(database.url, queueUrl, "killed", LONG_MS, 1);
  const begunTwice = new Promise<number>((resolve) => {
    let killedAt = 0;
    queue.subscribe((event) => {
      if (event.type !== "started") return;
      if (event.attempt === 2) return resolve(performance.now() - killedAt);
      killedAt = performance.now();
      first.child.kill("SIGKILL");
    });
  });
  const other = new Promise<Child>((resolve) => {
    void first.ended.then(() => resolve(startWorker(database.url, queueUrl, "heir", LONG_MS, 1)));
  });
  const job = await queue.enqueue(request({ variant: "inst" }));
  const recoverySeconds = (await begunTwice) / 1000;
  const cancelAt = performance.now();
  await queue.cancel(job.id);
  const cancelMs = performance.now() - cancelAt;
  (await other).child.kill("SIGTERM");
  await (
    await other
  ).ended;

  await queue.close();
  await exchange.close();
  await store.close();
  return {
    server,
    jobs: JOBS,
    workers: WORKERS,
    atOnce: AT_ONCE,
    enqueueMs: { p50: quantile(enqueueMs, 0.5), p99: quantile(enqueueMs, 0.99) },
    placesMs: Math.round(placesMs),
    jobsPerSecond: Math.round(JOBS / seconds),
    drainedSeconds,
    notOnce: twice,
    largestLead: largest,
    connectionsPerWorker: (connections - own) / WORKERS,
    workerMb: memory,
    botMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    recoverySeconds: Number(recoverySeconds.toFixed(1)),
    lockSeconds: LOCK_MS / 1000,
    // As the fixture sets it.
    checkSeconds: LOCK_MS / 3000,
    cancelMs: Math.round(cancelMs),
  };
}

for (const server of ["postgres", "redis"] as const) console.log(JSON.stringify(await measure(server)));
await rm(folder, { recursive: true, force: true });
await redis.remove();
await postgres.remove();
