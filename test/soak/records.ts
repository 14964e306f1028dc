/** What the bot's database says, read beside the bot. */
import path from "node:path";

import type { Selectable } from "kysely";
import Database from "libsql";

import type { JobRequest, JobResult } from "../../src/jobs/job.ts";
import type { Schema } from "../../src/store/schema.ts";

type Rows<Table extends keyof Schema> = readonly Selectable<Schema[Table]>[];

const TABLES = [
  "jobs",
  "surfaces",
  "comparisons",
  "comparison_jobs",
  "learnings",
  "styles",
  "pictures",
  "rounds",
  "candidates",
  "medal_changes",
  "open_replies",
] as const satisfies readonly (keyof Schema)[];

export type Records = { readonly [Table in (typeof TABLES)[number]]: Rows<Table> };

/** Reads everything at one moment. The bot may be running; it must not be starting. */
export function readRecords(dataDir: string): Records {
  return withDatabase(dataDir, (database) => {
    const rows = (table: string): unknown[] => database.prepare(`select * from ${table}`).all();
    database.exec("begin");
    const records = Object.fromEntries(TABLES.map((table) => [table, rows(table)]));
    database.exec("commit");
    return records as unknown as Records;
  });
}

/** What SQLite finds wrong with the file. */
export function integrityFaults(dataDir: string): string[] {
  return withDatabase(dataDir, (database) => {
    const found = database.prepare("pragma integrity_check").all() as { integrity_check: string }[];
    const dangling = database.prepare("pragma foreign_key_check").all();
    return [
      ...found.map((row) => row.integrity_check).filter((words) => words !== "ok"),
      ...dangling.map((row) => `a reference leads nowhere: ${JSON.stringify(row)}`),
    ];
  });
}

function withDatabase<T>(dataDir: string, read: (database: InstanceType<typeof Database>) => T): T {
  const database = new Database(path.join(dataDir, "atelier.db"), { timeout: 5000 });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

export const requestOf = (job: Records["jobs"][number]): JobRequest => JSON.parse(job.request) as JobRequest;

export const resultOf = (job: Records["jobs"][number]): JobResult | null =>
  job.result === null ? null : (JSON.parse(job.result) as JobResult);
