/** What a long queue costs the bot: its start, `/queue`, each job that is done, memory. The real bot, in the sandbox. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { type APIMessage, MessageFlags } from "discord.js";

import { newJob } from "../jobs/job.ts";
import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { openStore, type Store } from "../store/store.ts";
import { botSettings } from "./bot-settings.ts";
import { benchRequest } from "./jobs.ts";
import type { Usage } from "./queue-bot.ts";

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
/** What the bot logs when it has taken up everything. */
const READY = "Atelier is ready";
/** Absolute, so that it is found from any working directory. */
const LOADER = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm")).href;

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
  let bot: BotProcess | undefined;
  try {
    await fillQueue(store, discord, jobs + WARM_UP + MEASURED);
    const startedAt = performance.now();
    bot = startBot(folder, discord);
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

interface BotProcess {
  readonly ready: Promise<void>;
  usage(): Promise<Usage>;
  close(): Promise<void>;
}

/** The bot by itself: sandbox and bench have the process of their own that it must not share its figures with. */
function startBot(folder: string, discord: DiscordSandbox): BotProcess {
  const child = fork(path.join(import.meta.dirname, "queue-bot.ts"), {
    execArgv: ["--import", LOADER],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: {
      ...process.env,
      ENGINE: "embedded",
      CAPTIONER: "palette",
      LOG_LEVEL: "info",
      ...botSettings(discord, folder),
    },
  });
  let errors = "";
  const ended = once(child, "exit");
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr! }).on("line", (line) => {
      if (line.includes(READY)) resolve();
      errors = `${errors}\n${line}`.slice(-2000);
    });
    void ended.then(() => reject(new Error(`The bot ended early.${errors}`)));
  });
  return {
    ready,
    async usage() {
      const answer = once(child, "message");
      child.send("usage");
      return ((await answer) as [Usage])[0];
    },
    async close() {
      child.kill("SIGTERM");
      await ended;
    },
  };
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
