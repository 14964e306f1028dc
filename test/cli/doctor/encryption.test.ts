/** Whether the doctor tells encrypted disks from others, over trees of the files in which Linux says it. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { examineEncryption } from "../../../src/cli/doctor/encryption.ts";

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "atelier-disk-")));
  root = path.join(folder, "root");
  await mkdir(path.join(root, "proc/self"), { recursive: true });
  await mkdir(path.join(root, "sys/dev/block"), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

/** A system where the folder's own file system is of this type on this device; `/` is on another one. */
const mounted = (type: string, device: string): Promise<void> =>
  writeFile(
    path.join(root, "proc/self/mountinfo"),
    `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n40 22 ${device} / ${folder} rw shared:1 - ${type} /dev/x rw\n`,
  );

/** A device, and those that it lies on. */
async function device(name: string, numbers: string, uuid: string | null, ...under: readonly string[]): Promise<void> {
  const place = path.join(root, "sys/devices", name);
  await mkdir(path.join(place, "slaves"), { recursive: true });
  if (uuid !== null) {
    await mkdir(path.join(place, "dm"));
    await writeFile(path.join(place, "dm/uuid"), `${uuid}\n`);
  }
  for (const other of under) await symlink(path.join(root, "sys/devices", other), path.join(place, "slaves", other));
  await symlink(place, path.join(root, "sys/dev/block", numbers));
}

const examined = async (): Promise<string> =>
  (await examineEncryption("DATA_DIR", path.join(folder, "not/there/yet"), root)).text;

it("knows LUKS, under a volume too", async () => {
  await device("dm-0", "254:0", "CRYPT-LUKS2-0123-data");
  await device("dm-1", "254:1", "LVM-abc", "dm-0");
  await mounted("ext4", "254:0");
  expect(await examined()).toBe("DATA_DIR lies on an encrypted disk");
  await mounted("xfs", "254:1");
  expect(await examined()).toBe("DATA_DIR lies on an encrypted disk");
});

it("knows a plain disk, and a file system that encrypts", async () => {
  await device("sda2", "8:2", null);
  await mounted("ext4", "8:2");
  expect(await examined()).toBe("DATA_DIR lies on a disk that is not encrypted");
  await mounted("fuse.gocryptfs", "0:51");
  expect(await examined()).toBe("DATA_DIR lies on an encrypted disk");
});

it("says where nobody tells: a network's disk, another system", async () => {
  await mounted("nfs4", "0:48");
  expect(await examined()).toMatch(/does not tell/);
  await rm(path.join(root, "proc"), { recursive: true });
  expect(await examined()).toMatch(/does not tell/);
});
