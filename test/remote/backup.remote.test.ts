/** A backup of an installation on PostgreSQL, by PostgreSQL's own programs. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { backUp } from "../../src/store/backup/backup.ts";
import { restore } from "../../src/store/backup/restore.ts";
import { openStore } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";

const server = inject("postgres");
const hasPrograms = await promisify(execFile)("pg_dump", ["--version"]).then(
  () => true,
  () => false,
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-backup-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function newDatabase(): Promise<string> {
  const name = `t${randomBytes(8).toString("hex")}`;
  const client = new pg.Client({ connectionString: server! });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return Object.assign(new URL(server!), { pathname: `/${name}` }).href;
}

describe.skipIf(server === null || !hasPrograms)("a backup of a PostgreSQL database (needs pg_dump)", () => {
  it("is made while a bot has it open, and restored into an empty database and folder", async () => {
    const [from, to] = [await newDatabase(), await newDatabase()];
    const [data, copied] = [path.join(folder, "data"), path.join(folder, "copied")];
    const file = path.join(folder, "backup.tar");
    const store = await openStore(data, from);
    const job = queuedJob();
    await store.jobs.insert(job, 0);
    const { sha256 } = await store.files.put(Buffer.from("a picture"));
    await backUp(data, from, file);
    await store.close();

    await expect(restore(file, copied, undefined)).rejects.toMatchObject({ identifier: "backup-of-other-database" });
    await expect(restore(file, copied, from)).rejects.toMatchObject({ identifier: "database-not-empty" });
    await restore(file, copied, to);
    const copy = await openStore(copied, to);
    expect(await copy.jobs.get(job.id)).toEqual(job);
    expect(await copy.files.has(sha256)).toBe(true);
    await copy.close();
  });
});
