/** What can go wrong with a PostgreSQL server, in words. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { newJobId } from "../../src/jobs/job-id.ts";
import { lockFolder } from "../../src/store/folder-lock.ts";
import { VERSION } from "../../src/store/migrations/index.ts";
import { openStore } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";
import { sql } from "../../src/store/kysely.ts";
import { openPostgres } from "../../src/store/postgres-database.ts";
import { newDatabase } from "./new-database.ts";
import { findPostgres, startPostgres } from "./postgres-server.ts";
import { startTcpProxy } from "./tcp-proxy.ts";
import type { TestServer } from "./test-server.ts";

const server = inject("postgres");
const bin = await findPostgres();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-remote-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(server === null)("a PostgreSQL database", () => {
  it("is made once by several that start at once, and opened by all", async () => {
    const { url, query } = await newDatabase(server!);
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(folder, url)));
    const job = queuedJob();
    await stores[0]!.jobs.insert(job, 1);
    for (const store of stores) expect(await store.jobs.get(job.id)).toEqual(job);
    expect(await query("select version from schema_version")).toEqual([{ version: VERSION }]);
    await Promise.all(stores.map((store) => store.close()));
  });

  it("of another version is refused, in words", async () => {
    const { url, query } = await newDatabase(server!);
    await (await openStore(folder, url)).close();
    await query("update schema_version set version = 99");
    await expect(openStore(folder, url)).rejects.toMatchObject({
      identifier: "database-newer",
      message: expect.stringContaining("Update Atelier on this machine"),
    });
    await query("update schema_version set version = 8");
    await expect(openStore(folder, url)).rejects.toMatchObject({
      identifier: "database-older",
      message: expect.stringContaining("atelier migrate"),
    });
  });

  it("that is not there, or not let in, is named without its password", async () => {
    const where = Object.assign(new URL(server!), { pathname: "/nowhere", password: "secret" });
    const missing = await openStore(folder, where.href).catch((error: unknown) => error as Error);
    expect(missing).toMatchObject({ name: "UserError", identifier: "database-refused" });
    expect((missing as Error).message).toMatch(/database "nowhere" refuses.*createdb/);
    where.port = "1";
    const away = await openStore(folder, where.href).catch((error: unknown) => error as Error);
    expect(away).toMatchObject({ identifier: "database-unreachable" });
    expect((away as Error).message).toContain("No PostgreSQL server answers at 127.0.0.1:1");
    expect(`${(missing as Error).message}${(away as Error).message}`).not.toContain("secret");
  });
});

describe.skipIf(server === null)("a move from SQLite", () => {
  const moved = async (dataDir: string, url: string) => {
    const cli = path.resolve("bin/atelier.mjs");
    const env = { ...process.env, DATA_DIR: dataDir, DATABASE_URL: url, LOG_LEVEL: "silent" };
    return promisify(execFile)(process.execPath, [cli, "data", "move"], { env }).catch(
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
  };

  it("takes everything along, once, and nothing while a bot has the folder", async () => {
    const dataDir = path.join(folder, "moving");
    const { url } = await newDatabase(server!);
    const before = await openStore(dataDir);
    const jobs = Array.from({ length: 30 }, () => queuedJob());
    for (const [turn, job] of jobs.entries()) await before.jobs.insert(job, turn / 2);
    const { content, style } = jobs[0]!.request;
    const round = await before.votes.joinRound({
      id: newJobId(),
      guildId: "g",
      channelId: "c",
      contentSha256: content.sha256,
      styleSha256: style.sha256,
      blind: false,
      closesAt: Date.now() + 1000,
    });
    const change = { result: jobs[0]!.id, voterId: "ada", accountAt: 0, roles: ["x"], at: 5 } as const;
    await before.votes.record(round, "m", [{ ...change, roundId: round.id, place: 1, change: "put" }]);
    await before.styles.insert({
      id: "s",
      guildId: "g",
      name: "Größe",
      ownerId: "o",
      picture: style,
      description: null,
      tokenSha256: null,
      createdAt: 1,
    });
    await before.styleVectors.save(style.sha256, "net", [0.1, -0.7]);
    const lock = lockFolder(dataDir);
    expect(await moved(dataDir, url)).toMatchObject({ code: 2, stderr: expect.stringContaining("running") });
    lock.release();
    await before.close();

    expect((await moved(dataDir, url)).stdout).toMatch(/jobs +30\n.*Everything is in the PostgreSQL database/s);
    const after = await openStore(dataDir, url);
    expect(await after.jobs.unsettled()).toEqual(jobs.map((job, turn) => ({ job, turn: turn / 2 })));
    expect(await after.styles.find("g", "größe")).toMatchObject({ name: "Größe" });
    expect((await after.styleVectors.inServer("g", "net"))[0]!.vector).toEqual(Float32Array.of(0.1, -0.7));
    // What is new is numbered after what came along.
    await after.votes.record(round, "m", [{ ...change, roundId: round.id, place: 1, change: "taken" }]);
    expect((await after.votes.changes(round.id)).map((one) => one.change)).toEqual(["put", "taken"]);
    await after.close();
    expect(await moved(dataDir, url)).toMatchObject({ code: 2, stderr: expect.stringContaining("Nothing was moved") });
  });
});

describe.skipIf(bin === null)("a PostgreSQL server that dies", () => {
  let own: TestServer;
  beforeAll(async () => {
    own = await startPostgres(bin!);
  });
  afterAll(() => own.remove());

  it("holds up what is written, which is a fault that passes, and is used again when it is back", async () => {
    const store = await openStore(folder, own.url);
    const job = queuedJob();
    await store.jobs.insert(job, 1);
    await own.kill();
    await expect(store.jobs.amend(job.id, { description: "blue" })).rejects.toMatchObject({ code: "DATABASE_AWAY" });
    await own.start();
    expect(await store.jobs.amend(job.id, { description: "blue" })).toMatchObject({ description: "blue" });
    await store.close();
  });
});

describe.skipIf(server === null)("a network that swallows everything between a process and PostgreSQL", () => {
  it("holds nobody up for ever, and what was locked there is free again", async () => {
    const { url, query } = await newDatabase(server!);
    await (await openStore(folder, url)).close();
    const network = await startTcpProxy(url);
    const db = await openPostgres(network.url, { answerMs: 500 });
    const cut = db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(1)`.execute(transaction);
      await sql`set local idle_in_transaction_session_timeout = 1000`.execute(transaction);
      network.cut();
      await sql`select 1`.execute(transaction);
    });
    await expect(cut).rejects.toMatchObject({ code: "DATABASE_AWAY" });
    // Waits until the server has given up whoever is not heard any more.
    await query("select pg_advisory_lock(1)");
    network.mend();
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    await db.destroy();
    await network.close();
  });

  it("does not cut short who migrates, nor lets go of a lock only after hours", async () => {
    const { url } = await newDatabase(server!);
    const db = await openPostgres(url, { migrate: true, answerMs: 200 });
    await sql`select pg_sleep(0.5)`.execute(db);
    const { rows } = await sql`select current_setting('idle_in_transaction_session_timeout') as after`.execute(db);
    expect(rows).toEqual([{ after: "30s" }]);
    await db.destroy();
  });
});
