/** Node, memory, and the disks that Atelier writes to. */
import { access, constants, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { formatBytes, freeBytes } from "../../checkpoints/disk.ts";
import type { Config } from "../../config.ts";
import { examineEncryption } from "./encryption.ts";
import { fault, note, ok, type Finding } from "./finding.ts";

export async function examineMachine(config: Pick<Config, "DATA_DIR" | "MODELS_DIR">): Promise<Finding[]> {
  return [
    examineNode(process.versions.node),
    examineMemory(os.totalmem(), os.freemem()),
    await examineFolder("DATA_DIR", config.DATA_DIR, 1e9),
    await examineEncryption("DATA_DIR", config.DATA_DIR),
    await examineFolder("MODELS_DIR", config.MODELS_DIR, 5e9),
  ];
}

/** The versions that `engines` in package.json names. */
export function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const platform = `${process.platform} ${process.arch}`;
  if (major < 20 || (major === 20 && minor < 19)) {
    return fault(`Node.js ${version} is too old`, "Install Node.js 22 or 24 (20.19 is the oldest that works).");
  }
  if (major >= 25) return note(`Node.js ${version} is newer than what Atelier is tested with (20 to 24)`);
  return ok(`Node.js ${version} on ${platform}, ${os.availableParallelism()} processors`);
}

export function examineMemory(total: number, free: number): Finding {
  const text = `${formatBytes(total)} of memory, ${formatBytes(free)} unused`;
  if (total >= 7.5e9) return ok(text);
  return note(text, "Stable Diffusion wants 8 GB or more; the embedded engine runs here.");
}

/** Whether a folder, or the nearest one above that exists, can be written to, and has room. */
export async function examineFolder(setting: string, folder: string, comfortable: number): Promise<Finding> {
  let existing = folder;
  while ((await stat(existing).catch(() => null)) === null && path.dirname(existing) !== existing) {
    existing = path.dirname(existing);
  }
  const what = `${setting} ${folder}`;
  const other = `Let ${setting} name another folder, or give this user the right to write there.`;
  if (!(await stat(existing)).isDirectory()) return fault(`${what}: ${existing} is not a folder`, other);
  const writable = await access(existing, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable) return fault(`${what} cannot be written to`, other);
  const free = await freeBytes(existing);
  const text = `${what}: ${formatBytes(free)} free`;
  if (free < 1e8) return fault(text, `Free some room, or let ${setting} name a folder on another disk.`);
  return free < comfortable ? note(text, `${formatBytes(comfortable)} or more is comfortable.`) : ok(text);
}
