/** A store with thousands of old pictures: copies of a job that is done, with all that is known of it. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { newJobId } from "../../../src/jobs/job-id.ts";
import { pictureName } from "../../../src/pictures/picture-name.ts";
import type { Schema } from "../../../src/store/schema.ts";
import type { Store } from "../../../src/store/store.ts";
import { ADA, doneJob } from "../done-job.ts";

/** Of a job, each after those it refers to. */
const TABLES = ["pictures", "jobs", "captions", "surfaces", "rounds", "candidates", "medal_changes"] as const;
const BATCH = 200;
const BYTES = Buffer.alloc(4096, "picture");

/** @param jobs how many, of three pictures each; they were done in 1970 */
export async function fillWithOldJobs(store: Store, dataDir: string, guildId: string, jobs: number): Promise<void> {
  const { job, hashes, messageId } = await doneJob(store, ADA, guildId, { settledAt: 1 });
  // Where a result is shown is asked of Discord at every start.
  await store.db.updateTable("surfaces").set({ result_message_id: null }).execute();
  const round = await store.db.selectFrom("rounds").select("id").executeTakeFirstOrThrow();
  const rows = new Map<keyof Schema, string>();
  for (const table of TABLES) rows.set(table, JSON.stringify(await store.db.selectFrom(table).selectAll().execute()));
  for (let made = 1; made < jobs; made += BATCH) {
    const copies = Array.from({ length: Math.min(BATCH, jobs - made) }, (_, n) => {
      const others = hashes.map((hash, at) =>
        createHash("sha256")
          .update(`${made + n} ${hash} ${at}`)
          .digest("hex"),
      );
      const ids = [job.id, messageId, round.id].map((id) => [id, newJobId()] as const);
      return [...hashes.map((hash, at) => [hash, others[at]!] as const), ...ids];
    });
    await store.db.transaction().execute(async (transaction) => {
      for (const [table, text] of rows) {
        const values = copies.flatMap((names) => {
          const copy = names.reduce((said, [from, to]) => said.replaceAll(from, to), text);
          return (JSON.parse(copy) as Record<string, unknown>[]).map(({ id, ...row }) =>
            table === "medal_changes" ? row : { ...(id !== undefined && { id }), ...row },
          );
        });
        for (let n = 0; n < values.length; n += BATCH)
          await transaction
            .insertInto(table)
            .values(values.slice(n, n + BATCH) as never)
            .execute();
      }
    });
    for (const names of copies)
      for (const [, hash] of names.slice(0, hashes.length)) {
        const file = path.join(dataDir, "pictures", pictureName(hash));
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, BYTES);
      }
  }
}
