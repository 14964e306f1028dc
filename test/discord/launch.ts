/** Runs the bot as a process of its own, to look at its last words or to kill it. */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";

import type { Settings } from "./studio.ts";

export interface Launched {
  readonly child: ChildProcess;
  /** Everything it printed so far. */
  readonly output: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/**
 * @param settings also what Node itself heeds, such as `NODE_OPTIONS` and `TMPDIR`
 * @param maxFileKiB the size that no file may grow beyond: a disk that is full, as far as the bot can tell
 */
export function launch(
  settings: Settings & Readonly<Record<string, string>>,
  maxFileKiB: number | "unlimited" = "unlimited",
): Launched {
  const script = path.join(import.meta.dirname, "bot-process.ts");
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...settings };
  const limited = `ulimit -f ${maxFileKiB}; exec "$0" --import tsx/esm "$1"`;
  const command = ["-c", limited, process.execPath, script];
  const child = spawn("bash", command, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      output += data.toString();
    });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, output }));
  });
  return { child, output: () => output, ended };
}
