/** `atelier worker` as a process of its own, to be told to stop, or killed. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";

import type { Settings } from "../discord/studio.ts";

export interface LaunchedWorker {
  readonly child: ChildProcess;
  /** Resolves when it takes work, or has ended. */
  readonly ready: Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>;
  readonly output: () => string;
}

const CLI = path.resolve(import.meta.dirname, "../../bin/atelier.mjs");

/** @param settings what the bot has too, and `WORKER_NAME` */
export function launchWorker(settings: Settings): LaunchedWorker {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...settings, LOG_LEVEL: "info" };
  const child = spawn(process.execPath, [CLI, "worker"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => {
        output += data.toString();
        if (output.includes("the worker is ready")) resolve();
      });
    child.once("close", () => resolve());
  });
  const ended = new Promise<{ code: number | null; signal: string | null; output: string }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, output }));
  });
  return { child, ready, ended, output: () => output };
}
