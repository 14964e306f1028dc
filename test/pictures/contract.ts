/** What every store of pictures keeps to, wherever the files lie. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";

import { expect, it } from "vitest";

import type { PictureStore } from "../../src/jobs/repositories.ts";

/** @param open a view of the same store from another machine, each time */
export function picturesContract(open: () => Promise<PictureStore>): void {
  it("keeps bytes under their hash, for every machine", async () => {
    const [here, there] = [await open(), await open()];
    const bytes = randomBytes(1000);
    const { sha256 } = await here.put(bytes);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    for (const files of [here, there]) {
      expect(await files.has(sha256)).toBe(true);
      expect(await files.has(sha256, "token")).toBe(false);
      expect(await readFile(await files.local(sha256))).toEqual(bytes);
    }
    expect((await there.put(bytes)).sha256, "a second time").toBe(sha256);
  });

  it("takes the same bytes ten times at once, and gives them out as often", async () => {
    const [here, there] = [await open(), await open()];
    const bytes = randomBytes(1.5 * 2 ** 20);
    const kept = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? here : there).put(bytes, "token")));
    expect(new Set(kept.map(({ sha256 }) => sha256)).size).toBe(1);
    const another = await open();
    const paths = await Promise.all(kept.map(({ sha256 }) => another.local(sha256, "token")));
    for (const file of new Set(paths)) expect((await readFile(file)).equals(bytes)).toBe(true);
  });

  it("removes for every machine, also what is not there", async () => {
    const [here, there] = [await open(), await open()];
    const { sha256 } = await here.put(randomBytes(10));
    await there.remove(sha256);
    await there.remove(sha256);
    expect(await here.has(sha256)).toBe(false);
    await expect(readFile(await (await open()).local(sha256))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("lists what is there, when it was written and how large it is", async () => {
    const [here, there] = [await open(), await open()];
    const since = Date.now() - 60_000;
    const put = new Map<string, number>();
    for (const [n, extension] of ["png", "token", "state", "png", "png", "png", "png"].entries())
      put.set(`${(await here.put(randomBytes(100 + n), extension)).sha256}.${extension}`, 100 + n);
    const [gone] = put.keys();
    await there.remove(...(gone!.split(".") as [string, string]));
    put.delete(gone!);
    const found = new Map<string, number>();
    for await (const { sha256, extension, bytes, writtenAt } of there.list()) {
      found.set(`${sha256}.${extension}`, bytes);
      expect(writtenAt).toBeGreaterThan(since);
    }
    for (const [name, bytes] of put) expect(found.get(name)).toBe(bytes);
    expect(found.has(gone!)).toBe(false);
  });

  it("belongs to the installation that asked first, and to no other", async () => {
    const [here, there] = [await open(), await open()];
    expect(await here.belongsTo("one")).toBe(true);
    expect(await there.belongsTo("another")).toBe(false);
    expect(await there.belongsTo("one")).toBe(true);
  });

  it("takes no path for a hash", async () => {
    const files = await open();
    await expect(files.local("../../etc/passwd")).rejects.toThrow(
      /Expected a sha256 in hex, got "\.\.\/\.\.\/etc\/passwd"/,
    );
    await expect(files.local("0".repeat(64), "../png")).rejects.toThrow(/Expected a file extension/);
  });
}
