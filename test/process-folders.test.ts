import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect, it } from "vitest";

import { createLogger } from "../src/log.ts";
import { gatherLeftovers, processFolder, removeWorkersLeftovers, workerFolder } from "../src/process-folders.ts";

it("what processes left is the first one's to clear away, whether there were more of them or one alone", async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-folders-"));
  const log = createLogger("silent");
  try {
    const leave = async (folder: string, name: string): Promise<void> => {
      for (const kind of ["incoming", "work"]) await mkdir(path.join(folder, kind, name), { recursive: true });
      await writeFile(path.join(folder, "incoming", name, "kept.png"), "");
    };
    const shard = (id: number): string => processFolder(dataDir, { id, count: 4 });
    await leave(processFolder(dataDir), "alone");
    for (const id of [0, 1, 3]) await leave(shard(id), `of ${id}`);
    await gatherLeftovers(dataDir, shard(0), log);
    expect((await readdir(path.join(shard(0), "incoming"))).toSorted()).toEqual(["alone", "of 0", "of 1", "of 3"]);
    expect(await readdir(path.join(dataDir, "shards"))).toEqual(["0"]);
    await gatherLeftovers(dataDir, processFolder(dataDir), log);
    expect((await readdir(path.join(dataDir, "incoming"))).toSorted()).toEqual(["alone", "of 0", "of 1", "of 3"]);
    expect(await readdir(path.join(dataDir, "shards"))).toEqual([]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

it("what workers left that are not there any more goes, and that of others stays", async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-folders-"));
  try {
    await removeWorkersLeftovers(dataDir, new Set());
    for (const name of ["killed", "there"]) {
      await mkdir(path.join(workerFolder(dataDir, name), "job"), { recursive: true });
      await writeFile(path.join(workerFolder(dataDir, name), "job", "preview.jpg"), "");
    }
    await removeWorkersLeftovers(dataDir, new Set(["there"]));
    expect(await readdir(path.join(dataDir, "workers"))).toEqual(["there"]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
