/** What can go wrong with a PostgreSQL server, in words. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { VERSION } from "../../src/store/migrations/index.ts";
import { openStore } from "../../src/store/store.ts";
import { findPostgres, type PostgresServer, startPostgres } from "./postgres-server.ts";
import { queuedJob } from "../jobs/requests.ts";

const server = inject("postgres");
const bin = await findPostgres();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-remote-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A new database, and statements to it that are none of Atelier's. */
async function newDatabase(): Promise<{ url: string; query: (text: string) => Promise<unknown> }> {
  const name = `t${randomBytes(8).toString("hex")}`;
  const at = async (where: string, text: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: where });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  await at(server!, `create database ${name}`);
  const url = Object.assign(new URL(server!), { pathname: `/${name}` }).href;
  return { url, query: (text) => at(url, text) };
}

describe.skipIf(server === null)("a PostgreSQL database", () => {
  it("is made once by several that start at once, and opened by all", async () => {
    const { url, query } = await newDatabase();
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore(folder, url)));
    const job = queuedJob();
    await stores[0]!.jobs.insert(job, 1);
    for (const store of stores) expect(await store.jobs.get(job.id)).toEqual(job);
    expect(await query("select version from schema_version")).toEqual([{ version: VERSION }]);
    await Promise.all(stores.map((store) => store.close()));
  });

  it("of another version is refused, in words", async () => {
    const { url, query } = await newDatabase();
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

describe.skipIf(bin === null)("a PostgreSQL server that dies", () => {
  let own: PostgresServer;
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
