/** Whatever somebody has to put right first ends the bot with code 2 and one sentence: no service starts it again then. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { openDatabase } from "../../src/store/database.ts";
import { sql } from "../../src/store/kysely.ts";
import { DATABASE_FILE } from "../../src/store/store.ts";

const ATELIER = path.resolve(import.meta.dirname, "../../bin/atelier.mjs");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-codes-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function newer(dataDir: string): Promise<void> {
  const db = await openDatabase(path.join(dataDir, DATABASE_FILE));
  await sql`pragma user_version = 999`.execute(db);
  await db.destroy();
}

const damaged = async (dataDir: string): Promise<void> => {
  await mkdir(dataDir, { recursive: true });
  await writeFile(path.join(dataDir, DATABASE_FILE), Buffer.alloc(9000, 7));
};

it.each<[string, Readonly<Record<string, string>>, RegExp, ((dataDir: string) => Promise<void>)?]>([
  ["a wrong setting", { CONCURRENCY: "many" }, /CONCURRENCY must be a whole number/],
  [
    "a server that is away",
    { DATABASE_URL: "postgres://a:secret@127.0.0.1:1/atelier" },
    /No PostgreSQL server answers/,
  ],
  ["a database of a newer Atelier", {}, /was written by a newer Atelier/, newer],
  ["a damaged database", {}, /damaged.*atelier data restore FILE/, damaged],
])("%s", async (name, settings, words, prepare) => {
  const dataDir = path.join(folder, name.replaceAll(" ", "-"));
  await prepare?.(dataDir);
  const env = { PATH: process.env["PATH"], DISCORD_TOKEN: "a.b.c", DATA_DIR: dataDir, DEVICE: "cpu", ...settings };
  const { code, said } = await new Promise<{ code: unknown; said: string }>((resolve) => {
    execFile(process.execPath, [ATELIER, "bot"], { env, cwd: folder }, (error, _out, stderr) => {
      resolve({ code: error?.code, said: stderr });
    });
  });
  expect(said).toMatch(words);
  expect(said.trim().split("\n")).toHaveLength(1);
  expect(said).not.toContain("secret");
  expect(code).toBe(2);
});
