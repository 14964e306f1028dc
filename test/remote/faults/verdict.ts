/** What must hold of a fleet's jobs, whatever was done to it: by its rows, their history, the pictures, and what bots told. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { interruptedWords } from "../../../src/jobs/running/failure.ts";
import type { TestDatabase } from "../new-database.ts";
import type { Fleet } from "./fleet.ts";

const SETTLED = "('done', 'failed', 'cancelled')";

/** From now on every move of a job is written down, by the database itself. */
export async function auditJobs(database: TestDatabase): Promise<void> {
  await database.query(`
    create table moves (job text, was text, is_now text, fence integer);
    create function note_move() returns trigger language plpgsql as $$
      begin
        insert into moves values (new.id, old.state, new.state, new.fence);
        return new;
      end $$;
    create trigger note_moves after update of state on jobs for each row when (old.state <> new.state)
      execute function note_move()`);
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly worker: string | null;
  readonly failure: string | null;
  readonly result_sha256: string | null;
}

/** One sentence for each thing that does not hold. */
export async function violationsOf(fleet: Fleet, database: TestDatabase): Promise<string[]> {
  const found: string[] = [];
  const rows = (await database.query("select id, state, worker, failure, result_sha256 from jobs")) as readonly Row[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const said = fleet.said;

  // Nothing that was taken is lost.
  for (const { taken } of said) {
    const state = taken === undefined ? "done" : byId.get(taken)?.state;
    if (state === undefined) found.push(`job ${taken} was taken and is not in the database`);
  }
  for (const { id, state } of rows)
    if (!["done", "failed", "cancelled"].includes(state)) found.push(`job ${id} is still ${state}`);

  // Nothing is settled twice, and nothing follows the end.
  const moves = (await database.query(
    `select job, count(*)::int as ends from moves where is_now in ${SETTLED} group by job having count(*) > 1
     union all select job, 0 from moves where was in ${SETTLED}`,
  )) as readonly { job: string; ends: number }[];
  for (const { job, ends } of moves) found.push(`job ${job} was moved after its end, or ended ${ends} times`);

  // An end is told once at most, and it is the one of the row.
  const told = new Map<string, string>();
  for (const { told: end, id } of said) {
    if (end === undefined) continue;
    if (told.has(id!)) found.push(`the end of job ${id} was told twice`);
    told.set(id!, end);
    if (byId.get(id!)?.state !== end) found.push(`job ${id} was told as ${end} and is ${byId.get(id!)?.state}`);
  }

  // What is done was painted by whoever had the last lease.
  for (const { id, state, worker, failure, result_sha256: sha256 } of rows) {
    if (state === "failed" && failure !== interruptedWords(null)) found.push(`job ${id} failed: ${failure}`);
    if (state !== "done") continue;
    const painted = await pictureOf(fleet.folders, sha256!);
    if (painted?.job !== id || painted.worker !== worker)
      found.push(`job ${id} of ${worker} has the picture of ${JSON.stringify(painted)}`);
  }
  return found;
}

async function pictureOf(folders: readonly string[], sha256: string): Promise<{ job: string; worker: string } | null> {
  for (const folder of folders) {
    const file = path.join(folder, "pictures", sha256.slice(0, 2), `${sha256}.png`);
    const text = await readFile(file, "utf8").catch(() => null);
    // What is painted there is the same everywhere; who painted it is said behind its end.
    if (text !== null) return JSON.parse(text.slice(text.lastIndexOf("\n"))) as { job: string; worker: string };
  }
  return null;
}
