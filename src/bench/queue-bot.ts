/** The bot as a process that says what it has used so far, whenever it is asked. Settings from the environment. */
import { readConfig } from "../config.ts";
import { runBot } from "../main.ts";
import { peakMemory } from "./peak-memory.ts";

export interface Usage {
  /** Of all threads, milliseconds. */
  readonly cpuMs: number;
  /** Largest resident set so far, megabytes. */
  readonly peakMb: number;
}

process.on("message", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const peakMb = (peakMemory() ?? maxRSS * 1024) / 1e6;
  process.send!({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb } satisfies Usage);
});
process.channel?.unref();
process.exitCode = await runBot(readConfig({ ...process.env }));
