/** The demo's stage: the sandbox in this process, the unmodified bot in a child process that knows no other Discord. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";

import { botEnvironment } from "../../bench/bot-settings.ts";
import { UserError } from "../../errors.ts";
import { createLogger } from "../../log.ts";
import { samplePairs } from "./samples.ts";

/** A bot that starts with every network cold may take a while to say hello. */
const READY_MS = 120_000;
const CLOSE_MS = 10_000;

export interface Stage {
  readonly discord: DiscordSandbox;
  /** Resolves with the exit code when the bot ends. */
  readonly botEnded: Promise<number | null>;
  close(): Promise<void>;
}

/** Raises the curtain: resolves when the bot is connected and its commands are registered. */
export async function openStage(options: { readonly port: number; readonly dataDir: string }): Promise<Stage> {
  const discord = await startSandbox({
    name: "Atelier",
    port: options.port,
    log: createLogger(process.env["LOG_LEVEL"] ?? "error"),
    tries: await samplePairs(),
  });
  const bot = startBot(discord, options.dataDir);
  const botEnded = once(bot, "exit").then(([code]) => code as number | null);
  const close = async (): Promise<void> => {
    bot.kill("SIGTERM");
    const forced = setTimeout(() => bot.kill("SIGKILL"), CLOSE_MS);
    await botEnded;
    clearTimeout(forced);
    await discord.close();
  };
  const starting = new AbortController();
  void botEnded.then(() =>
    starting.abort(new UserError("bot-ended", "The bot ended before it was ready; it said why above.")),
  );
  try {
    await discord.botReady(READY_MS, starting.signal);
  } catch (error) {
    await close();
    throw error;
  }
  return { discord, botEnded, close };
}

function startBot(discord: DiscordSandbox, dataDir: string): ChildProcess {
  const root = path.dirname(createRequire(import.meta.url).resolve("../../../package.json"));
  return spawn(process.execPath, [path.join(root, "bin/atelier.mjs"), "bot"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      LOG_LEVEL: "error",
      ...process.env,
      ...botEnvironment(discord, dataDir),
    },
  });
}
