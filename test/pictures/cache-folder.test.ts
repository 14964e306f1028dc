import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { CacheFolder } from "../../src/pictures/cache-folder.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-cache-"));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (inUseMs: number): Promise<CacheFolder> => CacheFolder.open({ folder, mostBytes: 250, inUseMs });
const there = (...names: readonly string[]): boolean[] => names.map((name) => existsSync(path.join(folder, name)));

it("keeps within its bytes, and what was used last", async () => {
  const cache = await open(0);
  for (const name of ["aa/1", "bb/2"]) await cache.keep(name, Buffer.alloc(100, name));
  expect(await cache.find("aa/1")).toBe(path.join(folder, "aa/1"));
  await cache.keep("cc/3", Buffer.alloc(100));
  expect(there("aa/1", "bb/2", "cc/3")).toEqual([true, false, true]);
  expect(await cache.find("bb/2")).toBeNull();
  expect(await readFile(cache.pathOf("aa/1"))).toEqual(Buffer.alloc(100, "aa/1"));
});

it("takes nothing away that somebody may be about to read", async () => {
  const cache = await open(60_000);
  for (const name of ["aa/1", "bb/2", "cc/3", "dd/4"]) await cache.keep(name, Buffer.alloc(100));
  expect(there("aa/1", "bb/2", "cc/3", "dd/4")).toEqual([true, true, true, true]);
});

it("takes over what an earlier run left: in its order, without what is half-written or nobody asked for since a day", async () => {
  const before = await open(60_000);
  const at = async (name: string, hoursAgo: number): Promise<void> => {
    const file = await before.keep(name, Buffer.alloc(100));
    await utimes(file, new Date(), new Date(Date.now() - hoursAgo * 3_600_000));
  };
  await at("aa/1", 1);
  await at("aa/2", 3);
  await at("aa/3", 2);
  await at("aa/4", 30);
  await writeFile(path.join(folder, "aa/5.x.part"), "half");
  const after = await open(0);
  expect(there("aa/1", "aa/2", "aa/3", "aa/4", "aa/5.x.part")).toEqual([true, false, true, false, false]);
  expect(await after.find("aa/1")).not.toBeNull();
});

it("leaves what another process used of late", async () => {
  const [one, other] = [await open(60_000), await open(60_000)];
  for (const [minutes, name] of ["aa/1", "bb/2", "cc/3"].entries()) {
    const file = await one.keep(name, Buffer.alloc(100));
    await utimes(file, new Date(), new Date(Date.now() - 3_600_000 + 60_000 * minutes));
  }
  const third = await open(60_000);
  expect(there("aa/1", "bb/2", "cc/3")).toEqual([false, true, true]);
  await other.keep("bb/2", Buffer.alloc(100));
  await other.find("bb/2");
  await third.keep("dd/4", Buffer.alloc(100));
  expect(there("bb/2", "cc/3", "dd/4")).toEqual([true, false, true]);
});

it("knows when somebody else removed a file", async () => {
  const cache = await open(0);
  await rm(await cache.keep("aa/1", Buffer.alloc(10)));
  expect(await cache.find("aa/1")).toBeNull();
});
