/** The processes of a bot, as Linux lists them under `/proc`. */
import { readdirSync, readFileSync } from "node:fs";

interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** `T`: stopped by a signal; `Z`: ended, but not yet asked for by its parent. */
  readonly state: string;
}

function list(): Listed[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name in parentheses may hold anything, blanks and parentheses too.
      const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return [{ pid: Number(name), parent: Number(parent), command, state }];
    } catch {
      // It ended while the list was read.
      return [];
    }
  });
}

/** The parts of the bot that run in processes of their own: the engine, and what else it starts of its own modules. */
export function partsOf(pid: number): number[] {
  const all = list();
  const below = (parent: number): Listed[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid)
    .filter(({ command }) => /\/src\/\S+\.ts\b/.test(command))
    .map((one) => one.pid);
}

/** Processes that were started with this in their environment, as `pid command`. */
export function startedWith(variable: string, value: string): string[] {
  return list()
    .filter(({ pid, state }) => {
      if (pid === process.pid || state === "Z") return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${variable}=${value}`);
      } catch {
        return false;
      }
    })
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** @returns whether there was such a process */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
