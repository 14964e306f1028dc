import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { backUp } from "../../src/store/backup/backup.ts";
import { restore } from "../../src/store/backup/restore.ts";
import { packTar, type TarFile } from "../../src/store/backup/tar.ts";
import { lockFolder } from "../../src/store/folder-lock.ts";
import { openStore } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";

const run = promisify(execFile);

let folder: string;
let data: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-backup-"));
  data = path.join(folder, "data");
  file = path.join(folder, "backup.tar");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A job and three pictures, of which one fills its last block and one has none. @returns the job's id */
async function fill(): Promise<string> {
  const store = await openStore(data);
  const job = queuedJob();
  await store.jobs.insert(job, 0);
  for (const bytes of [Buffer.alloc(1024, 7), Buffer.from("a picture"), Buffer.alloc(0)]) await store.files.put(bytes);
  await store.close();
  return job.id;
}

const restored = (): string => path.join(folder, "restored");
const isEmpty = async (place: string): Promise<boolean> => (await readdir(place)).every((name) => name === "bot.lock");

describe("a backup", () => {
  it("holds the database and all pictures, is a tar for everybody and for its owner alone", async () => {
    const id = await fill();
    // Neither whose pictures they are nor what a file manager left is one of them.
    for (const name of ["installation", ".DS_Store"]) await writeFile(path.join(data, "pictures", name), "x");
    expect(await backUp(data, undefined, file)).toMatchObject({ files: 6 });
    for (const name of ["installation", ".DS_Store"]) await rm(path.join(data, "pictures", name));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["backup.tar", "data"]);
    const { stdout } = await run("tar", ["-tf", file]);
    expect(stdout.split("\n").slice(0, 2)).toEqual(["manifest.json", "atelier.db"]);

    await restore(file, restored(), undefined);
    const store = await openStore(restored());
    expect(await store.jobs.get(id)).toMatchObject({ id, state: "queued" });
    await store.close();
    const { stdout: differences } = await run("diff", [
      "-r",
      path.join(data, "pictures"),
      path.join(restored(), "pictures"),
    ]);
    expect(differences).toBe("");
    expect(await readdir(restored())).not.toContainEqual(expect.stringContaining("restoring"));
  });

  it("is of one moment, whoever writes meanwhile", async () => {
    const store = await openStore(data);
    const stop = new AbortController();
    const writer = (async () => {
      while (!stop.signal.aborted) {
        const { sha256 } = await store.files.put(Buffer.from(String(Math.random())));
        await store.jobs.insert(queuedJob(), 0);
        await store.pictures.remember({ sha256, width: 1, height: 1 });
      }
    })();
    await expect.poll(async () => (await store.jobs.unsettled()).length).toBeGreaterThan(20);
    await backUp(data, undefined, file);
    stop.abort();
    await writer;
    const all = (await store.jobs.unsettled()).length;
    await store.close();
    await restore(file, restored(), undefined);
    const copy = await openStore(restored());
    const kept = (await copy.jobs.unsettled()).length;
    expect(kept).toBeGreaterThan(20);
    expect(kept).toBeLessThanOrEqual(all);
    // Every picture that the copy knows is there, as it is written before it is known.
    const known = await copy.db.selectFrom("pictures").select("sha256").where("width", "=", 1).execute();
    expect(known.length).toBeGreaterThan(20);
    for (const { sha256 } of known) expect(await copy.files.has(sha256)).toBe(true);
    await copy.close();
  });

  it("is not restored over anything, nor where a bot runs", async () => {
    await fill();
    await backUp(data, undefined, file);
    await expect(restore(file, data, undefined)).rejects.toMatchObject({ identifier: "folder-not-empty" });
    const lock = lockFolder(restored());
    await expect(restore(file, restored(), undefined)).rejects.toMatchObject({ identifier: "bot-running" });
    lock.release();
    await expect(restore(file, restored(), "postgres://nobody@127.0.0.1:1/none")).rejects.toMatchObject({
      identifier: "backup-of-other-database",
    });
    expect(await isEmpty(restored())).toBe(true);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ["cut short", (bytes) => bytes.subarray(0, bytes.length - 2048)],
    ["cut within a picture", (bytes) => bytes.subarray(0, bytes.indexOf("a picture") + 3)],
    [
      "with a picture that was changed",
      (bytes) => Buffer.from(bytes.toString("latin1").replace("a picture", "b picture"), "latin1"),
    ],
    ["empty", () => Buffer.alloc(0)],
    ["something else", () => Buffer.from("SQLite format 3".padEnd(4096, "x"))],
  ])("%s is refused, and leaves nothing", async (_, harm) => {
    await fill();
    await backUp(data, undefined, file);
    await writeFile(file, harm(await readFile(file)));
    await expect(restore(file, restored(), undefined)).rejects.toMatchObject({ identifier: "backup-damaged" });
    expect(await isEmpty(restored())).toBe(true);
  });

  it.each([
    ["of a newer Atelier", "backup-newer", { version: 999 }, "pictures/ab/x.png"],
    ["with a name that leads elsewhere", "backup-damaged", {}, "../outside.png"],
    ["with a name that begins elsewhere", "backup-damaged", {}, "/tmp/outside.png"],
    ["with a name that winds", "backup-damaged", {}, "pictures/../../outside.png"],
  ])("%s is refused", async (_, identifier, change, name) => {
    const manifest = JSON.stringify({
      format: 1,
      database: "sqlite",
      version: 1,
      at: new Date().toISOString(),
      ...change,
    });
    async function* files(): AsyncGenerator<TarFile> {
      for (const [each, text] of [
        ["manifest.json", manifest],
        [name, "x"],
        ["complete", ""],
      ] as const)
        yield {
          name: each,
          bytes: text.length,
          content: (async function* () {
            yield Buffer.from(text);
          })(),
        };
    }
    await writeFile(file, packTar(files()));
    await expect(restore(file, restored(), undefined)).rejects.toMatchObject({ identifier });
    expect(await isEmpty(restored())).toBe(true);
    expect(await readdir(folder)).not.toContain("outside.png");
  });
});
