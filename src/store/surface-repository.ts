/** Which Discord messages belong to a job, so that a restarted bot goes on with the same ones. */
import type { Kysely, Selectable } from "kysely";

import { SETTLED_STATES } from "../jobs/job.ts";
import type { Shard } from "../shard.ts";
import { isOf } from "./ownership.ts";
import type { Schema, SurfaceTable } from "./schema.ts";

/** Where one job is shown. Ids are Discord's; `null`: not posted (yet). */
export interface Surface {
  readonly jobId: string;
  readonly guildId: string | null;
  /** The channel where the command was used. */
  readonly channelId: string;
  readonly cardMessageId: string | null;
  /** `null` also where no thread could be made: then all is posted in the channel. */
  readonly threadId: string | null;
  readonly descriptionMessageId: string | null;
  readonly progressMessageId: string | null;
  readonly resultMessageId: string | null;
  /** What was done once and must not be done again: `pinged`, `threadless-notice`, … */
  readonly flags: readonly string[];
  /** The end of the job has been told; nothing is left to show. */
  readonly finished: boolean;
}

export type SurfacePatch = Partial<Omit<Surface, "jobId" | "flags">>;

export interface SurfaceRepository {
  get(jobId: string): Promise<Surface | null>;
  /** Makes the surface of a job that is in the database. */
  create(surface: Pick<Surface, "jobId" | "channelId"> & SurfacePatch): Promise<Surface>;
  /** @returns the surface as it stands now, `null` when there is none */
  update(jobId: string, patch: SurfacePatch): Promise<Surface | null>;
  /** Sets a flag. `true` for the one caller that set it, `false` when it was set already (or there is no surface). */
  raise(jobId: string, flag: string): Promise<boolean>;
  /** By the message that shows the result: which job is this reaction about? */
  byResultMessage(messageId: string): Promise<Surface | null>;
  byThread(threadId: string): Promise<readonly Surface[]>;
  /** Jobs that a deleted channel or thread showed; those of its threads too. */
  inChannel(channelId: string): Promise<readonly string[]>;
  /** Surfaces of this process's servers with a result in the bot's reach, of jobs before one, newest first. */
  withResults(beforeJob: string | null, limit: number): Promise<readonly Surface[]>;
  /** Surfaces of this process's servers whose end was not told yet. Oldest job first. */
  unfinished(): Promise<readonly Surface[]>;
  /** Those of them whose job has ended: what a restarted bot has to tell. Oldest job first. */
  untold(): Promise<readonly Surface[]>;
}

/** Flags that begin so count how often the job was queued again by hand. */
export const RETRY_FLAG = "retry-";

export function createSurfaceRepository(db: Kysely<Schema>, shard: Shard): SurfaceRepository {
  const select = () => db.selectFrom("surfaces").selectAll();
  return {
    async get(jobId) {
      return optional(await select().where("job_id", "=", jobId).executeTakeFirst());
    },

    async create({ jobId, channelId, ...patch }) {
      const empty = {
        guild_id: null,
        card_message_id: null,
        thread_id: null,
        description_message_id: null,
        progress_message_id: null,
        result_message_id: null,
      };
      const values = {
        ...empty,
        ...patchToColumns(patch),
        job_id: jobId,
        channel_id: channelId,
        flags: "[]",
        finished: patch.finished ? 1 : 0,
      };
      return rowToSurface(await db.insertInto("surfaces").values(values).returningAll().executeTakeFirstOrThrow());
    },

    async update(jobId, patch) {
      const columns = patchToColumns(patch);
      if (Object.keys(columns).length === 0) return this.get(jobId);
      const query = db.updateTable("surfaces").set(columns).where("job_id", "=", jobId).returningAll();
      return optional(await query.executeTakeFirst());
    },

    async raise(jobId, flag) {
      for (;;) {
        const row = await db.selectFrom("surfaces").select("flags").where("job_id", "=", jobId).executeTakeFirst();
        const flags = row ? (JSON.parse(row.flags) as string[]) : null;
        if (!flags || flags.includes(flag)) return false;
        const { numUpdatedRows } = await db
          .updateTable("surfaces")
          .set({ flags: JSON.stringify([...flags, flag]) })
          .where("job_id", "=", jobId)
          // Unless another one was raised meanwhile; then look again.
          .where("flags", "=", row!.flags)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 1n) return true;
      }
    },

    async byResultMessage(messageId) {
      return optional(await select().where("result_message_id", "=", messageId).executeTakeFirst());
    },

    async byThread(threadId) {
      return (await select().where("thread_id", "=", threadId).orderBy("job_id").execute()).map(rowToSurface);
    },

    async inChannel(channelId) {
      const under = db.selectFrom("surfaces").select("thread_id").where("channel_id", "=", channelId);
      const rows = await db
        .selectFrom("surfaces")
        .select("job_id")
        .where((is) =>
          is.or([
            is("channel_id", "=", channelId),
            is("thread_id", "=", channelId),
            // What was painted again stands in the thread that stood here.
            is("channel_id", "in", under),
          ]),
        )
        .execute();
      return rows.map((row) => row.job_id);
    },

    async withResults(beforeJob, limit) {
      const rows = await db
        .selectFrom("surfaces")
        .innerJoin("jobs", "jobs.id", "surfaces.job_id")
        .selectAll("surfaces")
        .where("result_message_id", "is not", null)
        // A server that the bot is no member of shows it nothing; a direct message it sent instead it can look for.
        .where((is) => is.or([is("jobs.outside", "=", 0), is("surfaces.thread_id", "is not", null)]))
        .where("finished", "=", 1)
        .where(isOf(shard, "surfaces.guild_id"))
        .$if(beforeJob !== null, (query) => query.where("job_id", "<", beforeJob))
        .orderBy("job_id", "desc")
        .limit(limit)
        .execute();
      return rows.map(rowToSurface);
    },

    async unfinished() {
      const query = select().where("finished", "=", 0).where(isOf(shard, "guild_id"));
      return (await query.orderBy("job_id").execute()).map(rowToSurface);
    },

    async untold() {
      const rows = await db
        .selectFrom("surfaces")
        .innerJoin("jobs", "jobs.id", "surfaces.job_id")
        .selectAll("surfaces")
        .where("surfaces.finished", "=", 0)
        .where("jobs.state", "in", SETTLED_STATES)
        .where(isOf(shard, "surfaces.guild_id"))
        .orderBy("surfaces.job_id")
        .execute();
      return rows.map(rowToSurface);
    },
  };
}

const optional = (row: Selectable<SurfaceTable> | undefined): Surface | null => (row ? rowToSurface(row) : null);

const rowToSurface = (row: Selectable<SurfaceTable>): Surface => ({
  jobId: row.job_id,
  guildId: row.guild_id,
  channelId: row.channel_id,
  cardMessageId: row.card_message_id,
  threadId: row.thread_id,
  descriptionMessageId: row.description_message_id,
  progressMessageId: row.progress_message_id,
  resultMessageId: row.result_message_id,
  flags: JSON.parse(row.flags) as string[],
  finished: row.finished === 1,
});

const COLUMN = {
  guildId: "guild_id",
  channelId: "channel_id",
  cardMessageId: "card_message_id",
  threadId: "thread_id",
  descriptionMessageId: "description_message_id",
  progressMessageId: "progress_message_id",
  resultMessageId: "result_message_id",
  finished: "finished",
} as const satisfies Record<keyof SurfacePatch, keyof SurfaceTable>;

function patchToColumns(patch: SurfacePatch): Partial<SurfaceTable> {
  const columns: Record<string, string | number | null> = {};
  for (const [key, column] of Object.entries(COLUMN)) {
    const value = patch[key as keyof SurfacePatch];
    if (value !== undefined) columns[column] = typeof value === "boolean" ? Number(value) : value;
  }
  return columns as Partial<SurfaceTable>;
}
