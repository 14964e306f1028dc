/** Measurements that need no checkpoint: the embedded engine, the bot, the queue, the votes. */
import path from "node:path";

import { benchDiscord } from "../../bench/discord.ts";
import { benchEmbedded } from "../../bench/embedded.ts";
import { benchFlood } from "../../bench/flood.ts";
import { benchJobs } from "../../bench/jobs.ts";
import { benchQueue } from "../../bench/queue.ts";
import { benchShard, FULL_SHARD } from "../../bench/shard.ts";
import type { Usage } from "../../bench/measured-bot.ts";
import { benchVotes } from "../../bench/votes.ts";
import { readConfig } from "../../config.ts";
import { readStoredPicture } from "../../images/decode.ts";
import { createLogger } from "../../log.ts";
import { needsDescription } from "../../variant.ts";
import { progressLine } from "../progress.ts";
import { EMBEDDED_USUAL, type EmbeddedBenchCommand } from "./embedded-options.ts";
import { atMost, heading, megabytes, ms, row, seconds } from "./print.ts";

const SAMPLES = path.resolve(import.meta.dirname, "../../../samples");

/** Seconds for a whole picture, by its long side at most: the usual form, and the HD form. */
const WHOLE_PICTURE = [
  [512, 2.5],
  [1024, 10],
] as const;

export async function embedded({ size, variant, runs, against }: EmbeddedBenchCommand = EMBEDDED_USUAL): Promise<void> {
  heading(`Embedded engine, ${variant} at ${size} px, medians of ${runs} fresh processes`);
  const bar = progressLine();
  let run = 0;
  const { atelier, other } = await benchEmbedded({
    content: await readStoredPicture(path.join(SAMPLES, "content/lighthouse.jpg")),
    style: await readStoredPicture(path.join(SAMPLES, "style/night.jpg")),
    size,
    variant,
    runs,
    against: against ?? null,
    onRun: () => bar.show(++run, 2 * runs, "Painting"),
  }).finally(() => bar.stop());
  const most = WHOLE_PICTURE.find(([longest]) => size <= longest)?.[1];
  const usual = size <= EMBEDDED_USUAL.size;
  if (needsDescription(variant)) row("describing the style", seconds(atelier.describeSeconds));
  row("whole picture", seconds(atelier.seconds), most === undefined ? undefined : atMost(atelier.seconds, most, "s"));
  row("once more, in the same process", seconds(atelier.warmSeconds));
  row(
    "first preview",
    seconds(atelier.firstPreviewSeconds),
    usual ? atMost(atelier.firstPreviewSeconds, 1, "s") : undefined,
  );
  row("previews", String(atelier.previews), { text: "6 at least", held: atelier.previews >= 6 });
  row("processor time, all threads", seconds(atelier.cpuSeconds));
  row(
    "peak memory",
    `${atelier.peakMegabytes.toFixed(0)} MB`,
    usual ? atMost(atelier.peakMegabytes, 400, "MB") : undefined,
  );
  if (!other) return console.log("  (the prototype is not beside the project: not compared)");
  const name = against ?? "the one-thread prototype";
  row(`${name}: whole picture`, seconds(other.seconds));
  row(`${name}: processor time`, seconds(other.cpuSeconds));
  row("its time taken, of the picture", (atelier.seconds / other.seconds).toFixed(2));
  row("its time taken, of the processor", (atelier.cpuSeconds / other.cpuSeconds).toFixed(2));
}

export async function jobs(): Promise<void> {
  heading("Queue and engine process");
  const result = await benchJobs(readConfig({ ENGINE: "embedded" }), createLogger("error"));
  row("enqueue, to disk (median, p95)", `${ms(result.enqueueMs.median)}, ${ms(result.enqueueMs.p95)}`);
  row("cancel (median)", ms(result.cancelMs.median));
  row("engine start", ms(result.engineStartMs));
  row("first preview after enqueue", result.firstPreviewMs === null ? "none" : ms(result.firstPreviewMs));
  row("event-loop lag while painting (p99)", ms(result.loopLagMs.p99), atMost(result.loopLagMs.p99, 50, "ms"));
  row("event-loop lag while painting (max)", ms(result.loopLagMs.max));
}

export async function bot(): Promise<void> {
  heading("Bot in the sandbox, while the engine paints");
  const result = await benchDiscord(readConfig({ ENGINE: "embedded" }), createLogger("error"));
  const { acknowledgeMs, firstMessageMs, heartbeatLagMs } = result;
  row("acknowledged (median)", ms(acknowledgeMs.median), atMost(acknowledgeMs.median, 300, "ms"));
  row("acknowledged (worst)", ms(acknowledgeMs.max), atMost(acknowledgeMs.max, 300, "ms"));
  row("enqueue to first thread message (worst)", ms(firstMessageMs.max), atMost(firstMessageMs.max, 1000, "ms"));
  row("heartbeat lag (p99)", ms(heartbeatLagMs.p99), atMost(heartbeatLagMs.p99, 50, "ms"));
  row("heartbeat lag (max)", ms(heartbeatLagMs.max));
}

export async function flood(): Promise<void> {
  heading("Bot in the sandbox, while one member sends 20 commands with the heaviest pictures");
  const { acknowledgeMs, peakBytes, seconds: whole } = await benchFlood();
  row("others acknowledged (median)", ms(acknowledgeMs.median), atMost(acknowledgeMs.median, 300, "ms"));
  row("others acknowledged (worst)", ms(acknowledgeMs.max), atMost(acknowledgeMs.max, 300, "ms"));
  row("all 40 pictures taken in", seconds(whole));
  if (peakBytes !== null) row("most memory of the bot's process", megabytes(peakBytes));
}

export async function votes(): Promise<void> {
  heading("Votes, medians of 5");
  const result = benchVotes();
  row(`${result.ballots} ballots from ${result.changes} medals put and taken`, ms(result.ballotsMs));
  row("table, intervals and strengths from these", ms(result.reportMs));
  row("both", ms(result.totalMs), atMost(result.totalMs, 200, "ms"));
}

export async function shard(): Promise<void> {
  const { servers, channels, roles, messages, reactions } = FULL_SHARD;
  heading(`Bot in ${servers} servers of ${channels} channels and ${roles} roles`);
  const { readySeconds, ready, after } = await benchShard(FULL_SHARD);
  row("ready", seconds(readySeconds), atMost(readySeconds, 60, "s"));
  row("ready (CPU time)", seconds(ready.cpuMs / 1000));
  const memory = ({ residentMb, heapMb }: Usage): string => `${residentMb.toFixed(0)} MB, heap ${heapMb.toFixed(0)} MB`;
  row("memory then", memory(ready));
  row(`after ${messages} messages, ${reactions} reactions`, memory(after), atMost(after.residentMb, 350, "MB"));
  row(
    "a message or reaction (CPU time)",
    `${((1000 * (after.cpuMs - ready.cpuMs)) / (messages + reactions)).toFixed(0)} µs`,
  );
}

export interface QueueBenchCommand {
  /** That wait. */
  readonly jobs: number;
  readonly json: boolean;
}

/** What a short queue is. */
const FEW_JOBS = 10;

export async function queue({ jobs, json }: QueueBenchCommand): Promise<void> {
  const result = await benchQueue(jobs);
  if (json) return console.log(JSON.stringify(result));
  const { readySeconds, queueAnswerMs, settleMs, peakMb } = result;
  heading(`Bot with ${jobs} jobs waiting`);
  row("ready", seconds(readySeconds), atMost(readySeconds, 5, "s"));
  row("/queue (worst)", ms(queueAnswerMs), atMost(queueAnswerMs, 300, "ms"));
  row("peak memory", `${peakMb.toFixed(0)} MB`, atMost(peakMb, 400, "MB"));
  row("a job that is done (CPU time)", ms(settleMs));
  row(`the same with ${FEW_JOBS} waiting`, ms((await benchQueue(FEW_JOBS)).settleMs));
}
