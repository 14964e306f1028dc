/** What a long queue costs the bot: its start, `/queue`, each job that is done, memory. The real bot, in the sandbox. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type APIMessage, MessageFlags } from "discord.js";

import { newJob } from "../jobs/job.ts";
import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { openStore, type Store } from "../store/store.ts";
import { benchRequest } from "./jobs.ts";
import { type LaunchedBot, launchBot } from "./launch-bot.ts";

/** Each person has this many jobs in the queue. */
const JOBS_OF_EACH = 5;
/** Long side of the pictures, pixels: it is the bot that is measured, not the engine. */
const SIZE = 64;
/** Jobs that are done before those that are measured, and these. */
const WARM_UP = 5;
const MEASURED = 10;
const ASKED = 5;
const WAIT_MS = 600_000;
const LOOK_MS = 20;
export interface QueueBench {
  /** That waited when the bot was started. */
  readonly jobs: number;
  /** From the start of the process until it has taken up everything. */
  readonly readySeconds: number;
  /** From sending `/queue` to its whole answer; the worst of five. */
  readonly queueAnswerMs: number;
  /** Processor time of the bot's process for one job that is painted and told, milliseconds. */
  readonly settleMs: number;
  /** Largest resident set of the bot's process, megabytes. */
  readonly peakMb: number;
}

/** Starts the bot on a folder in which so many jobs wait, and a few more, which it paints meanwhile. */
export async function benchQueue(jobs: number): Promise<QueueBench> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-bench-"));
  const discord = await startSandbox({ port: 0 });
  const store = await openStore(folder);
  let bot: LaunchedBot | undefined;
  try {
    await fillQueue(store, discord, jobs + WARM_UP + MEASURED);
    const startedAt = performance.now();
    bot = launchBot(folder, discord);
    await bot.ready;
    const readySeconds = (performance.now() - startedAt) / 1000;
    const queueAnswerMs = await askForQueue(discord);
    const before = { done: await doneOf(store, WARM_UP), usage: await bot.usage() };
    const after = { done: await doneOf(store, before.done + MEASURED), usage: await bot.usage() };
    const settleMs = (after.usage.cpuMs - before.usage.cpuMs) / (after.done - before.done);
    return { jobs, readySeconds, queueAnswerMs, settleMs, peakMb: after.usage.peakMb };
  } finally {
    await bot?.close();
    await store.close();
    await discord.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Jobs as an earlier process leaves them, whose cards were not posted yet. */
async function fillQueue(store: Store, discord: DiscordSandbox, count: number): Promise<void> {
  const asked = await benchRequest(store, SIZE);
  const channels = ["general", "gallery"].map((name) => discord.channel(name).id);
  for (let n = 0; n < count; n++) {
    const channelId = channels[n % channels.length]!;
    const guildId = discord.guild.id;
    const userId = String(1_000_000 + Math.floor(n / JOBS_OF_EACH));
    const job = newJob({ ...asked, guildId, userId, seed: n, replyTo: { channelId, messageId: "0" } });
    await store.jobs.insert(job, n % JOBS_OF_EACH);
    await store.surfaces.create({ jobId: job.id, guildId, channelId });
  }
}

/** The slowest of a few `/queue`, one after the other, milliseconds. */
async function askForQueue(discord: DiscordSandbox): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < ASKED; n++) {
    const askedAt = performance.now();
    const call = await discord.member("ada").slash(discord.channel("general").id, "queue");
    const isAnswered = (): boolean => call.response !== undefined && !isThinking(call.response);
    await discord.waitFor(isAnswered, { timeoutMs: WAIT_MS, what: "the answer to /queue" });
    times.push(performance.now() - askedAt);
  }
  return Math.max(...times);
}

const isThinking = ({ flags }: APIMessage): boolean => ((flags ?? 0) & MessageFlags.Loading) !== 0;

/** Waits until so many jobs are done. @returns how many are */
async function doneOf({ db }: Store, wanted: number): Promise<number> {
  for (;;) {
    const { done } = await db
      .selectFrom("jobs")
      .select(({ fn }) => fn.countAll<number>().as("done"))
      .where("state", "=", "done")
      .executeTakeFirstOrThrow();
    if (done >= wanted) return done;
    await sleep(LOOK_MS);
  }
}
