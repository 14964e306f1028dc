/** The queue that several processes share: limits, turns and places, worked out by the database. */
import type { Kysely, SqlBool } from "kysely";

import { BACKGROUND_TURN, isBackgroundTurn } from "../jobs/background.ts";
import type { LineEntry, SharedQueue } from "../jobs/fleet.ts";
import type { JobState } from "../jobs/job.ts";
import { DEFAULT_SETTINGS, type Speed } from "../painting.ts";
import type { Variant, VariantChoice } from "../variant.ts";
import { jsonText, lockForTransaction } from "./dialect.ts";
import { jobToRow, rowToJob, sourcesOf } from "./job-rows.ts";
import { sql } from "./kysely.ts";
import { rememberPicture } from "./picture-repository.ts";
import type { Schema } from "./schema.ts";

const UNSETTLED = sql<SqlBool>`state in ('queued', 'captioning', 'stylizing')`;
const WAITS_LAST = sql`case when state = 'queued' then 1 else 0 end`;

const IS_BACKGROUND = sql<SqlBool>`turn >= ${BACKGROUND_TURN}`;

/** Locks of two kinds: whoever takes both takes the server's first. */
const GUILD_LOCK = 1;
const USER_LOCK = 2;

interface Standing {
  readonly ofUser: number;
  readonly ofGuild: number;
  /** After the newest job of the person, among those that somebody waits for and in the background. */
  readonly next: number | null;
  readonly nextBehind: number | null;
  /** Of the job that was begun last, and of the one that is to run next; of those in the background the latter alone. */
  readonly begun: number | null;
  readonly first: number | null;
  readonly firstBehind: number | null;
  readonly base: number | null;
}

export function createSharedQueue(db: Kysely<Schema>): SharedQueue {
  return {
    admit: (job, { perUser, perGuild, keptForUser, keptForGuild }) =>
      db.transaction().execute(async (transaction) => {
        const { userId, guildId, background = false } = job.request;
        if (guildId !== null) await lockForTransaction(transaction, GUILD_LOCK, guildId);
        await lockForTransaction(transaction, USER_LOCK, userId);
        const { rows } = await sql<Standing>`select
          (select count(*) from jobs where user_id = ${userId} and ${UNSETTLED} and not ${IS_BACKGROUND}) as "ofUser",
          (select count(*) from jobs where guild_id = ${guildId} and ${UNSETTLED} and not ${IS_BACKGROUND}) as "ofGuild",
          (select max(turn) + 1 from jobs where user_id = ${userId} and not ${IS_BACKGROUND}) as next,
          (select max(turn) + 1 from jobs where user_id = ${userId} and ${IS_BACKGROUND}) as "nextBehind",
          (select min(turn) from jobs where ${UNSETTLED} and not ${IS_BACKGROUND}) as first,
          (select min(turn) from jobs where ${UNSETTLED} and ${IS_BACKGROUND}) as "firstBehind",
          (select turn from fleet) as begun,
          (select base from fleet) as base`.execute(transaction);
        const { ofUser, ofGuild, next, nextBehind, begun, first, firstBehind, base } = rows[0]!;
        if (!background && ofUser + keptForUser + 1 > perUser) return null;
        if (!background && guildId !== null && ofGuild + keptForGuild + 1 > perGuild) return null;
        const turn = background
          ? Math.max(firstBehind ?? BACKGROUND_TURN, nextBehind ?? 0)
          : Math.max(begun ?? first ?? 0, next ?? 0);
        for (const picture of sourcesOf(job)) await rememberPicture(transaction, picture);
        await transaction.insertInto("jobs").values(jobToRow(job, turn)).execute();
        return { turn, base: base ?? 0 };
      }),

    async begin(turn) {
      // What others do meanwhile does not come later for it.
      if (isBackgroundTurn(turn)) return;
      await db
        .insertInto("fleet")
        .values({ id: 1, turn })
        .onConflict((conflict) =>
          conflict
            .column("id")
            .doUpdateSet({ turn })
            .where(sql<SqlBool>`coalesce(fleet.turn, -1) < ${turn}`),
        )
        .execute();
    },

    async line() {
      const asked = (key: string) => jsonText(db, "request", key);
      const rows = await db
        .selectFrom("jobs")
        .select(["id", "state", "attempts", "variant", "turn", "user_id", "guild_id", "started_at"])
        .select([
          sql<number>`description is not null`.as("described"),
          sql<number>`second_style_sha256 is not null`.as("blended"),
          asked("variant").as("wanted"),
          asked("speed").as("speed"),
          asked("size").as("size"),
          asked("loras").as("loras"),
          sql<number>`${asked("hd")} is not null`.as("hd"),
          sql<number>`${asked("description")} is not null`.as("own_words"),
        ])
        .where(UNSETTLED)
        .orderBy(WAITS_LAST)
        .orderBy("turn")
        .orderBy("id")
        .execute();
      return rows.map((row): LineEntry => ({
        turn: row.turn,
        job: {
          id: row.id,
          state: row.state as JobState,
          attempts: row.attempts,
          variant: row.variant as Variant | null,
          startedAt: row.started_at,
          description: row.described ? "" : null,
          request: {
            userId: row.user_id,
            guildId: row.guild_id,
            variant: row.wanted as VariantChoice,
            speed: (row.speed as Speed | null) ?? DEFAULT_SETTINGS.speed,
            size: Number(row.size),
            ...(row.hd && { hd: true }),
            ...(row.blended && { blend: true }),
            loras: JSON.parse(row.loras ?? "[]") as LineEntry["job"]["request"]["loras"],
            description: row.own_words ? "" : null,
          },
        },
      }));
    },

    async snapshot(guildId, limit) {
      let wanted = db.selectFrom("jobs").where(UNSETTLED);
      if (guildId !== undefined) wanted = wanted.where("guild_id", guildId === null ? "is" : "=", guildId);
      const counts = await wanted
        .select((is) => [is.fn.countAll<number>().as("all"), sql<number | null>`sum(1 - ${WAITS_LAST})`.as("running")])
        .executeTakeFirstOrThrow();
      const rows = await wanted
        .selectAll()
        .orderBy(WAITS_LAST)
        .orderBy("turn")
        .orderBy("id")
        .limit(Math.min(limit, counts.all))
        .execute();
      const running = counts.running ?? 0;
      return { jobs: rows.map(rowToJob), running, waiting: counts.all - running };
    },

    async base() {
      const row = await db.selectFrom("fleet").select("base").executeTakeFirst();
      return row?.base ?? 0;
    },

    async rebase(span) {
      const row = await db
        .updateTable("fleet")
        .set({ base: sql<number>`turn` })
        .where(sql<SqlBool>`turn - base > ${span}`)
        .returning("base")
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
