/** The processes that a process has started, where Linux says so; none elsewhere. */
import { readdir, readFile } from "node:fs/promises";

const PROC = "/proc";

/** @returns their ids */
export async function children(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (const id of await readdir(PROC).catch(() => [])) {
    if (!/^\d+$/.test(id)) continue;
    const status = await readFile(`${PROC}/${id}/status`, "utf8").catch(() => "");
    if (status.includes(`\nPPid:\t${pid}\n`)) found.push(Number(id));
  }
  return found;
}
