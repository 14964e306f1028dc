/** Starts the whole bot as a process of its own, beside whoever measures it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

import type { DiscordSandbox } from "@atelier/sandbox";

import { LOADER } from "../process/fork.ts";
import { botEnvironment } from "./bot-settings.ts";
import type { Usage } from "./measured-bot.ts";

/** What the bot logs when it has taken up everything. */
const READY = "Atelier is ready";

export interface LaunchedBot {
  readonly ready: Promise<void>;
  usage(): Promise<Usage>;
  close(): Promise<void>;
}

/** The bot by itself: sandbox and bench have the process of their own that it must not share its figures with. */
export function launchBot(folder: string, discord: DiscordSandbox): LaunchedBot {
  const child = fork(path.join(import.meta.dirname, "measured-bot.ts"), {
    execArgv: ["--import", LOADER],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: {
      ...process.env,
      ENGINE: "embedded",
      CAPTIONER: "palette",
      LOG_LEVEL: "info",
      ...botEnvironment(discord, folder),
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
