/** The bot as a process that says what it has used so far, whenever it is asked. Settings from the environment. */
import { readFileSync } from "node:fs";

import { readConfig } from "../config.ts";
import { runBot } from "../main.ts";

export interface Usage {
  /** Of all threads, milliseconds. */
  readonly cpuMs: number;
  /** Largest resident set so far, megabytes. */
  readonly peakMb: number;
}

/** Linux counts what the parent process held when it forked into `maxRSS`; its own figure for the new program is apart. */
function peakKiB(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}

process.on("message", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send!({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: (peakKiB() * 1024) / 1e6 } satisfies Usage);
});
process.channel?.unref();
process.exitCode = await runBot(readConfig({ ...process.env }));
