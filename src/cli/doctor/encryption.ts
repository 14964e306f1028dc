/** Whether a folder lies on an encrypted disk, where the system tells: Linux does, of its own encryption. */
import { readdir, readFile, realpath } from "node:fs/promises";
import path from "node:path";

import { note, ok, type Finding } from "./finding.ts";

/** File systems that encrypt what is written into them. */
const ENCRYPTING = new Set(["ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"]);
/** What LUKS and plain dm-crypt name their devices by. */
const CRYPT = "CRYPT-";
/** Devices under each other, at most: a volume on an array on an encrypted partition are three. */
const DEEPEST = 8;

const ADVICE =
  "Members' pictures lie there. Put the folder on an encrypted disk (LUKS on Linux, FileVault, BitLocker): docs/OPERATING.md says how.";

/** @param root of the system's files, for tests */
export async function examineEncryption(setting: string, folder: string, root = "/"): Promise<Finding> {
  const encrypted = await isEncrypted(folder, root).catch(() => null);
  if (encrypted === null) return note(`${setting}: the system does not tell whether its disk is encrypted`, ADVICE);
  return encrypted
    ? ok(`${setting} lies on an encrypted disk`)
    : note(`${setting} lies on a disk that is not encrypted`, ADVICE);
}

/** @returns `null` where that cannot be told: another system, a network's or a container's disk */
async function isEncrypted(folder: string, root: string): Promise<boolean | null> {
  const mounts = mountsOf(await readFile(path.join(root, "proc/self/mountinfo"), "utf8"));
  const real = await existing(folder);
  const mount = mounts.findLast(({ at }) => real === at || real.startsWith(at.endsWith("/") ? at : `${at}/`));
  if (!mount) return null;
  if (ENCRYPTING.has(mount.type)) return true;
  const device = path.join(root, "sys/dev/block", mount.device);
  return mount.device.startsWith("0:") ? null : liesOnCrypt(device, 0);
}

async function liesOnCrypt(device: string, depth: number): Promise<boolean | null> {
  const place = await realpath(device).catch(() => null);
  if (place === null || depth > DEEPEST) return null;
  const uuid = await readFile(path.join(place, "dm/uuid"), "utf8").catch(() => "");
  if (uuid.startsWith(CRYPT)) return true;
  const under = await readdir(path.join(place, "slaves")).catch(() => []);
  for (const name of under) if (await liesOnCrypt(path.join(place, "slaves", name), depth + 1)) return true;
  return false;
}

interface Mount {
  readonly device: string;
  readonly at: string;
  readonly type: string;
}

/** By the length of where they are, the deepest last. */
const mountsOf = (text: string): Mount[] =>
  text
    .split("\n")
    .flatMap((line): Mount[] => {
      const [own = "", system = ""] = line.split(" - ");
      const [, , device, , at] = own.split(" ");
      const [type] = system.split(" ");
      // Spaces and backslashes in paths stand as octal numbers.
      const plain = at?.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
      return device && plain && type ? [{ device, at: plain, type }] : [];
    })
    .toSorted((a, b) => a.at.length - b.at.length);

async function existing(folder: string): Promise<string> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const real = await realpath(at).catch(() => null);
    if (real !== null) return real;
  }
}
