/** The most memory that a process has held so far. */
import { readFileSync } from "node:fs";

/**
 * Its largest resident set, bytes; `null` where the system does not say (it does on Linux). Unlike `maxRSS`, this figure
 * leaves out what the parent process held when it forked.
 *
 * @param pid default: this process
 */
export function peakMemory(pid: number | "self" = "self"): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
