/** What others wait for while one member floods the bot, measured with the bot in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { botSettings } from "./bot-settings.ts";
import { distribution, upload } from "./discord.ts";
import type { Distribution } from "./jobs.ts";
import { peakMemory } from "./peak-memory.ts";

export interface FloodBench {
  /** From sending a command to its acknowledgement, of a member who does not take part, milliseconds; the target is 300. */
  readonly acknowledgeMs: Distribution;
  /** Until the card of the flood's last command stood, seconds. */
  readonly seconds: number;
  /** The most that the bot's process held, bytes; `null` where the system does not say (it does on Linux). */
  readonly peakBytes: number | null;
}

const LAUNCHER = path.resolve(import.meta.dirname, "../../bin/atelier.mjs");
/** A JPEG of that side weighs 9 MB, about as much as Discord takes. */
const SIDE = 4200;
const LONGEST_MS = 300_000;
const PAUSE_MS = 100;

/** @param commands all of one member, at once, with two pictures each */
export async function benchFlood(commands = 20): Promise<FloodBench> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-bench-"));
  const discord = await startSandbox({ port: 0 });
  const bot = spawn(process.execPath, [LAUNCHER, "bot"], {
    env: { ...process.env, ...settingsFor(discord, folder, commands) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  try {
    await discord.botReady(60_000);
    const { waits, seconds } = await flooded(discord, commands);
    return {
      acknowledgeMs: distribution(waits),
      seconds,
      peakBytes: bot.pid === undefined ? null : peakMemory(bot.pid),
    };
  } finally {
    if (bot.kill()) await once(bot, "close");
    await discord.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function flooded(discord: DiscordSandbox, commands: number): Promise<{ waits: number[]; seconds: number }> {
  const heavy = await upload("heavy.jpg", SIDE, 90);
  const [linus, grace] = [discord.member("linus"), discord.member("grace")];
  const channelId = discord.channel("general").id;
  const startedAt = performance.now();
  const calls = await Promise.all(
    Array.from({ length: commands }, () => linus.slash(channelId, "stylize", { content: heavy, style: heavy })),
  );
  const isShown = ({ response }: (typeof calls)[number]): boolean => (response?.components?.length ?? 0) > 0;
  const waits: number[] = [];
  while (!calls.every(isShown)) {
    if (performance.now() - startedAt > LONGEST_MS) throw new Error("the flood did not come to an end");
    const about = await grace.slash(channelId, "about");
    waits.push((await about.acknowledged).afterMs);
    await sleep(PAUSE_MS);
  }
  return { waits, seconds: (performance.now() - startedAt) / 1000 };
}

const settingsFor = (discord: DiscordSandbox, folder: string, commands: number): Record<string, string> => ({
  ...botSettings(discord, folder),
  MODELS_DIR: path.join(folder, "models"),
  ENGINE: "embedded",
  JOBS_PER_USER: String(commands),
  LOG_LEVEL: "error",
});
