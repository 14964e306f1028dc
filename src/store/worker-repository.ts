/** Workers as rows, each with the time it was last heard of, by the database's clock. */
import type { Kysely } from "kysely";

import type { EngineInfo } from "../jobs/engine.ts";
import { GONE_AFTER_MS, type WorkerRepository } from "../jobs/fleet.ts";
import { now } from "./dialect.ts";
import type { Schema } from "./schema.ts";

/** Rows of workers that went without a word are removed after so many times the time that they count as there. */
const FORGOTTEN_AFTER = 10;

export function createWorkerRepository(db: Kysely<Schema>): WorkerRepository {
  return {
    async report({ name, protocol, capabilities, info, concurrency, busy, jobs = [] }) {
      const row = {
        protocol,
        capabilities: JSON.stringify(capabilities),
        info: JSON.stringify(info),
        concurrency,
        busy,
        jobs: JSON.stringify(jobs),
        seen_at: now(db),
      };
      await db
        .insertInto("workers")
        .values({ name, ...row })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
        .execute();
      await db
        .deleteFrom("workers")
        .where("seen_at", "<", (is) => is(now(db), "-", GONE_AFTER_MS * FORGOTTEN_AFTER))
        .execute();
    },

    async leave(name) {
      await db.deleteFrom("workers").where("name", "=", name).execute();
    },

    async present() {
      const rows = await db
        .selectFrom("workers")
        .select(["name", "protocol", "capabilities", "info", "concurrency", "busy", "jobs"])
        .where("seen_at", ">", (is) => is(now(db), "-", GONE_AFTER_MS))
        .orderBy("name")
        .execute();
      return rows.map(({ capabilities, info, jobs, ...row }) => ({
        ...row,
        capabilities: JSON.parse(capabilities) as string[],
        info: JSON.parse(info) as EngineInfo,
        jobs: JSON.parse(jobs) as string[],
      }));
    },

    async speak(protocol) {
      await db
        .insertInto("fleet")
        .values({ id: 1, protocol })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ protocol }))
        .execute();
    },

    async spoken() {
      const fleet = await db.selectFrom("fleet").select("protocol").executeTakeFirst();
      return fleet?.protocol ?? null;
    },
  };
}
