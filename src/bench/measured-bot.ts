/** The bot as a process that says what it has used so far, whenever it is asked. Settings from the environment. */
import { readConfig } from "../config.ts";
import { runBot } from "../main.ts";
import { peakMemory } from "./peak-memory.ts";

export interface Usage {
  /** Of all threads, milliseconds. */
  readonly cpuMs: number;
  /** Largest resident set so far, megabytes. */
  readonly peakMb: number;
  /** Resident now, megabytes, and of these what its objects take. */
  readonly residentMb: number;
  readonly heapMb: number;
}

process.on("message", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const peakMb = (peakMemory() ?? maxRSS * 1024) / 1e6;
  const { rss, heapUsed } = process.memoryUsage();
  const cpuMs = (userCPUTime + systemCPUTime) / 1000;
  process.send!({ cpuMs, peakMb, residentMb: rss / 1e6, heapMb: heapUsed / 1e6 } satisfies Usage);
});
process.channel?.unref();
process.exitCode = await runBot(readConfig({ ...process.env }));
