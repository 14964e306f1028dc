import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { sql } from "../../src/store/kysely.ts";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openDatabase } from "../../src/store/database.ts";
import { createJobRepository } from "../../src/store/job-repository.ts";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { WHOLE } from "../../src/shard.ts";
import { createVoteRepository } from "../../src/store/vote-repository.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-store-"));
  store = await openStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a file of SQLite", () => {
  it("writes ahead, enforces foreign keys and waits for other writers", async () => {
    const pragma = async (name: string) => Object.values((await sql.raw(`pragma ${name}`).execute(store.db)).rows[0]!);
    expect(await pragma("journal_mode")).toEqual(["wal"]);
    expect(await pragma("foreign_keys")).toEqual([1]);
    expect(await pragma("busy_timeout")).toEqual([5000]);
    expect(await pragma("user_version")).toEqual([MIGRATIONS.length]);
  });

  it("runs only the migrations that a database lacks, and all of them or none", async () => {
    const file = path.join(folder, "other.db");
    await (await openDatabase(file)).destroy();
    const second = {
      name: "002-more",
      up: async (db: Parameters<(typeof MIGRATIONS)[0]["up"]>[0]) => {
        await sql`create table more (a integer) strict`.execute(db);
      },
    };
    const broken = {
      name: "003-broken",
      up: async () => {
        throw new Error("broken migration");
      },
    };
    await expect(openDatabase(file, [...MIGRATIONS, second, broken])).rejects.toThrow("broken migration");
    const db = await openDatabase(file, [...MIGRATIONS, second]);
    expect((await sql`select * from more`.execute(db)).rows).toEqual([]);
    await db.destroy();
  });

  it("keeps the jobs of an older database", async () => {
    const file = path.join(folder, "older.db");
    await (await openDatabase(file, MIGRATIONS.slice(0, 3))).destroy();
    const job = queuedJob();
    const raw = new Database(file);
    for (const name of ["a", "b"])
      raw.prepare("insert into pictures (sha256, width, height) values (?, 1, 1)").run(name);
    raw
      .prepare(
        `insert into jobs (id, state, user_id, content_sha256, style_sha256, request, turn, attempts, failure, created_at)
         values (?, 'failed', 'anna', 'a', 'b', ?, 0, 1, 'No paint.', 0)`,
      )
      .run(job.id, JSON.stringify({ ...job.request, keepColors: undefined, speed: undefined, loras: undefined }));
    raw.close();
    const db = await openDatabase(file);
    expect(await createJobRepository(db, WHOLE).get(job.id)).toMatchObject({
      failure: "No paint.",
      lastFault: null,
      request: { ...job.request, keepColors: false, speed: "normal", loras: [] },
    });
    await db.destroy();
  });

  it("refuses a database of a newer Atelier, and says what to do", async () => {
    const file = path.join(folder, "newer.db");
    await (await openDatabase(file)).destroy();
    const raw = new Database(file);
    raw.pragma("user_version = 99");
    raw.close();
    await expect(openDatabase(file)).rejects.toMatchObject({
      name: "UserError",
      identifier: "database-newer",
      message: expect.stringMatching(/newer Atelier \(version 99.*Update Atelier/),
    });
  });

  it("says that a file which is no database is damaged, and what to do", async () => {
    const data = path.join(folder, "damaged");
    await (await openStore(data)).close();
    await writeFile(path.join(data, "atelier.db"), Buffer.alloc(9000, "not a database "));
    await expect(openStore(data)).rejects.toMatchObject({
      identifier: "database-corrupt",
      message: expect.stringMatching(/damaged.*atelier data restore/),
    });
  });

  it("finds damage in the middle of the file at once", async () => {
    const data = path.join(folder, "torn");
    const torn = await openStore(data);
    for (let n = 0; n < 300; n++) await torn.jobs.insert(queuedJob(), n);
    await torn.close();
    const file = path.join(data, "atelier.db");
    const raw = new Database(file);
    raw.pragma("wal_checkpoint(TRUNCATE)");
    raw.close();
    const { open } = await import("node:fs/promises");
    const handle = await open(file, "r+");
    const { size } = await handle.stat();
    await handle.write(Buffer.alloc(8192, 0xa5), 0, 8192, Math.floor(size / 2 / 4096) * 4096);
    await handle.close();
    await expect(openStore(data)).rejects.toMatchObject({ identifier: "database-corrupt" });
  });

  it("says when the folder cannot be used", async () => {
    const file = path.join(folder, "a-file");
    await writeFile(file, "");
    await expect(openStore(path.join(file, "data"))).rejects.toMatchObject({ identifier: "database-unusable" });
  });

  it("joins rounds that an older Atelier made twice, with the votes of both", async () => {
    const file = path.join(folder, "older.db");
    await (await openDatabase(file, MIGRATIONS.slice(0, 8))).destroy();
    const raw = new Database(file);
    for (const name of ["a", "b"])
      raw.prepare("insert into pictures (sha256, width, height) values (?, 1, 1)").run(name);
    const round = raw.prepare("insert into rounds values (?, ?, 'g', 'c', 'a', 'b', ?, null)");
    for (const [id, blind, closesAt] of [
      ["R1", 0, 5],
      ["R2", 0, 8],
      ["R3", 1, 9],
    ] as const)
      round.run(id, blind, closesAt);
    const medal = raw.prepare(
      `insert into medal_changes (round_id, guild_id, channel_id, message_id, job_id, content_sha256, style_sha256,
         voter_id, account_at, place, change, at) values (?, 'g', 'c', 'm', 'j', 'a', 'b', ?, 0, 1, 'put', 0)`,
    );
    for (const [id, voter] of [
      ["R1", "ada"],
      ["R2", "ben"],
      ["R3", "cleo"],
    ] as const)
      medal.run(id, voter);
    raw.close();
    const db = await openDatabase(file);
    const votes = createVoteRepository(db, WHOLE);
    expect((await votes.changes("R1")).map(({ voterId }) => voterId)).toEqual(["ada", "ben"]);
    expect(await votes.round("R1")).toMatchObject({ closesAt: 8 });
    expect(await votes.round("R2")).toBeNull();
    expect((await votes.changes("R3")).map(({ voterId }) => voterId)).toEqual(["cleo"]);
    await db.destroy();
  });
});
