import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect, it } from "vitest";

import { copyFolder } from "./copy-folder.ts";

it("a copy of a folder in use leaves out what was listed and is gone", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-copy-"));
  const [from, to] = [path.join(folder, "from"), path.join(folder, "to")];
  await mkdir(path.join(from, "pictures"), { recursive: true });
  for (const name of ["atelier.db", "atelier.db-shm", "pictures/one.png"]) await writeFile(path.join(from, name), name);
  // Listed like any file, and not there when it is opened.
  await symlink(path.join(folder, "nowhere"), path.join(from, "atelier.db-wal"));
  await copyFolder(from, to, (name) => !name.endsWith("-shm"));
  expect((await readdir(to, { recursive: true })).toSorted()).toEqual(["atelier.db", "pictures", "pictures/one.png"]);
  await rm(folder, { recursive: true });
});
