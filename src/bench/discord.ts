/** What a person in Discord waits for, measured with the whole bot against the sandbox while its engine paints. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";

import { type DiscordSandbox, startSandbox, type UploadedFile } from "@atelier/sandbox";
import sharp from "sharp";

import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import { startBot } from "../main.ts";
import { botSettings } from "./bot-settings.ts";
import type { Distribution } from "./jobs.ts";

export interface DiscordBenchOptions {
  /** Commands used, one after the other, while the engine paints the earlier ones. */
  readonly commands?: number;
  /** Long side of the uploaded pictures, pixels. */
  readonly uploadSize?: number;
}

/** Milliseconds. Bot and sandbox share a process here, so every figure is an upper bound of the bot's own. */
export interface DiscordBench {
  /** From sending a command to its acknowledgement; the target is 300. */
  readonly acknowledgeMs: Distribution;
  /** From the job being queued to the first message in its thread; the target is 1000. */
  readonly firstMessageMs: Distribution;
  /** How late the process that holds the gateway's heartbeat runs its timers; the target is 50. */
  readonly heartbeatLagMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Interval of the timer whose lateness is measured, milliseconds. */
const RESOLUTION = 5;
const WAIT_MS = 60_000;

/** Runs the bot on data of its own; `config` says which engine. */
export async function benchDiscord(
  config: Config,
  log: Logger,
  { commands = 8, uploadSize = 1600 }: DiscordBenchOptions = {},
): Promise<DiscordBench> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-bench-"));
  const discord = await startSandbox({ port: 0 });
  const running = await startBot(settingsFor(config, discord, folder, commands), log);
  try {
    const queuedAt = new Map<string, number>();
    running.bot.queue.subscribe(({ type, job }) => {
      const id = job.request.replyTo?.messageId;
      if (type === "queued" && id !== undefined) queuedAt.set(id, Date.now());
    });
    const content = await upload("content.jpg", uploadSize, 20);
    const style = await upload("style.jpg", uploadSize, 200);
    const acknowledged: number[] = [];
    const firstMessages: number[] = [];
    const ada = discord.member("ada");
    const channelId = discord.channel("general").id;
    const lag = monitorEventLoopDelay({ resolution: RESOLUTION });
    for (let n = 0; n <= commands; n++) {
      const call = await ada.slash(channelId, "stylize", { content, style, variant: "image-prompt", seed: n });
      const { afterMs } = await call.acknowledged;
      const wait = { timeoutMs: WAIT_MS, what: "the first message of a thread" };
      const card = await discord.waitFor(() => call.response, wait);
      const route = `/channels/${card.id}/messages`;
      const first = await discord.waitFor(() => discord.requests.find(({ path }) => path.endsWith(route)), wait);
      // The first command finds everything cold and the engine idle.
      if (n === 0) lag.enable();
      else {
        acknowledged.push(afterMs);
        firstMessages.push(first.at - queuedAt.get(card.id)!);
      }
    }
    lag.disable();
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
    return {
      acknowledgeMs: distribution(acknowledged),
      firstMessageMs: distribution(firstMessages),
      heartbeatLagMs: { p50: late(lag.percentile(50)), p99: late(lag.percentile(99)), max: late(lag.max) },
    };
  } finally {
    await running.close();
    await discord.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const settingsFor = (config: Config, discord: DiscordSandbox, folder: string, commands: number): Config => ({
  ...config,
  ...botSettings(discord, folder),
  JOBS_PER_USER: commands + 1,
  JOBS_PER_GUILD: commands + 1,
});

/** A photograph's size and weight: noise over waves. */
export async function upload(name: string, size: number, hue: number): Promise<UploadedFile> {
  const waves = `<path d="M0 ${size / 2}q${size / 4} -${size / 3} ${size / 2} 0t${size / 2} 0" stroke="hsl(${hue + 120},70%,30%)" stroke-width="${size / 9}" fill="none"/>`;
  const svg = `<svg width="${size}" height="${size}"><rect width="100%" height="100%" fill="hsl(${hue},60%,60%)"/>${waves}</svg>`;
  const noise = { type: "gaussian", mean: 128, sigma: 20 } as const;
  const grain = await sharp({ create: { width: size, height: size, channels: 3, background: "#888", noise } })
    .png()
    .toBuffer();
  const bytes = await sharp(Buffer.from(svg))
    .composite([{ input: grain, blend: "soft-light" }])
    .jpeg({ quality: 92 })
    .toBuffer();
  return { name, bytes };
}

export function distribution(values: readonly number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}
