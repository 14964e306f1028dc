/** The processes that a process has started, where Linux says so; none elsewhere. */
import { readdir, readFile } from "node:fs/promises";

const PROC = "/proc";

interface Child {
  readonly pid: number;
  /** Its command line, with NUL between arguments. */
  readonly command: string;
}

async function children(pid: number): Promise<Child[]> {
  const found: Child[] = [];
  for (const id of await readdir(PROC).catch(() => [])) {
    if (!/^\d+$/.test(id)) continue;
    const status = await readFile(`${PROC}/${id}/status`, "utf8").catch(() => "");
    if (!status.includes(`\nPPid:\t${pid}\n`)) continue;
    found.push({ pid: Number(id), command: await readFile(`${PROC}/${id}/cmdline`, "utf8").catch(() => "") });
  }
  return found;
}

/** Ids of the engines among them. */
export const enginesOf = async (pid: number): Promise<number[]> =>
  (await children(pid)).filter(({ command }) => command.includes("engine/child")).map((child) => child.pid);
