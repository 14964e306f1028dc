/** Votes in SQLite: rounds, their candidates, and every medal put or taken. Ballots are derived, never stored. */
import type { Insertable, Kysely, Selectable } from "kysely";

import type { Shard } from "../shard.ts";
import type { Candidate, RecordedChange, Round, Study } from "../votes/rounds.ts";
import { isOf } from "./ownership.ts";
import { isOfServer } from "./server-jobs.ts";
import type { CandidateTable, MedalChangeTable, RoundTable, Schema } from "./schema.ts";

/** A round with the times that decide whether it takes ballots. Unix milliseconds. */
export interface TimedRound extends Round {
  readonly contentSha256: string;
  readonly styleSha256: string;
  /** What is blended with that style (`blendKey`); empty: nothing. */
  readonly blend: string;
  readonly closesAt: number;
  readonly closedAt: number | null;
}

/** Of one style where no blend is named. */
type NewRound = Omit<TimedRound, "pair" | "category" | "closedAt" | "blend"> & Partial<Pick<TimedRound, "blend">>;

export interface Judged {
  readonly round: TimedRound;
  readonly candidate: Candidate;
}

export interface VoteRepository {
  /** The round of named results of this pair in this place, made where there is none; `closesAt` is put off, never brought forward. */
  joinRound(round: NewRound): Promise<TimedRound>;
  /** Makes a round; a known one, and one of named results where there is one already, is left as it is. */
  openRound(round: NewRound): Promise<void>;
  round(id: string): Promise<TimedRound | null>;
  closeRound(id: string, at: number): Promise<void>;
  /** Rounds of this process's servers that take ballots at `now`, oldest first; blind ones until they are closed. */
  openRounds(now: number): Promise<readonly TimedRound[]>;
  /** Once per message. */
  addCandidate(candidate: Omit<Candidate, "deleted">, at: number): Promise<void>;
  /** What a message stands for, `null` when it is no candidate. */
  judged(messageId: string): Promise<Judged | null>;
  judgedJob(jobId: string): Promise<Judged | null>;
  candidates(roundId: string): Promise<readonly Candidate[]>;
  markDeleted(messageId: string, at: number): Promise<void>;
  record(round: TimedRound, messageId: string, changes: readonly RecordedChange[]): Promise<void>;
  /** Changes of a round, of one voter or of all, oldest first. */
  changes(roundId: string, voterId?: string): Promise<readonly RecordedChange[]>;
  /** Everything ballots are made from, of one server or of all. */
  study(guildId: string | null): Promise<Study>;
  /** Results, of its servers too, that were posted after `since` and never became candidates: the process died in between. */
  strays(since: number): Promise<readonly { readonly jobId: string; readonly messageId: string }[]>;
  /** Whether a message of a job or a comparison is one that nobody can vote on: its card, its progress, its overview. */
  isNoResult(messageId: string): Promise<boolean>;
}

export function createVoteRepository(db: Kysely<Schema>, shard: Shard): VoteRepository {
  const rounds = () =>
    db
      .selectFrom("rounds")
      .innerJoin("pictures", "pictures.sha256", "rounds.content_sha256")
      .selectAll("rounds")
      .select("pictures.face_prominent");
  const find = async (id: string): Promise<TimedRound | null> => {
    const row = await rounds().where("rounds.id", "=", id).executeTakeFirst();
    return row ? rowToRound(row) : null;
  };
  const judge = async (row: Selectable<CandidateTable> | undefined): Promise<Judged | null> => {
    const round = row ? await find(row.round_id) : null;
    return row && round ? { round, candidate: rowToCandidate(row) } : null;
  };
  return {
    async joinRound(round) {
      await this.openRound(round);
      const named = db
        .selectFrom("rounds")
        .select("id")
        .where("channel_id", "=", round.channelId)
        .where("content_sha256", "=", round.contentSha256)
        .where("style_sha256", "=", round.styleSha256)
        .where("blend", "=", round.blend ?? "")
        .where("blind", "=", 0);
      const { id } = await named.executeTakeFirstOrThrow();
      await db
        .updateTable("rounds")
        .set({ closes_at: round.closesAt })
        .where("id", "=", id)
        .where("closes_at", "<", round.closesAt)
        .execute();
      return (await find(id))!;
    },

    async openRound(round) {
      const values: Insertable<RoundTable> = {
        id: round.id,
        blind: round.blind ? 1 : 0,
        guild_id: round.guildId,
        channel_id: round.channelId,
        content_sha256: round.contentSha256,
        style_sha256: round.styleSha256,
        blend: round.blend ?? "",
        closes_at: round.closesAt,
        closed_at: null,
      };
      await db
        .insertInto("rounds")
        .values(values)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    round: find,

    async closeRound(id, at) {
      await db.updateTable("rounds").set({ closed_at: at }).where("id", "=", id).execute();
    },

    async openRounds(now) {
      const rows = await rounds()
        .where("closed_at", "is", null)
        .where((is) => is.or([is("blind", "=", 1), is("closes_at", ">", now)]))
        .where(isOf(shard, "guild_id"))
        .orderBy("rounds.id")
        .execute();
      return rows.map(rowToRound);
    },

    async addCandidate({ messageId, roundId, jobId, variant, stylePath, engine, letter, requesterId }, at) {
      const values: CandidateTable = {
        message_id: messageId,
        round_id: roundId,
        job_id: jobId,
        variant,
        style_path: stylePath,
        engine,
        letter,
        requester_id: requesterId,
        posted_at: at,
        deleted_at: null,
      };
      await db
        .insertInto("candidates")
        .values(values)
        .onConflict((conflict) => conflict.column("message_id").doNothing())
        .execute();
    },

    async judged(messageId) {
      return judge(
        await db.selectFrom("candidates").selectAll().where("message_id", "=", messageId).executeTakeFirst(),
      );
    },

    async judgedJob(jobId) {
      return judge(await db.selectFrom("candidates").selectAll().where("job_id", "=", jobId).executeTakeFirst());
    },

    async candidates(roundId) {
      const rows = await db
        .selectFrom("candidates")
        .selectAll()
        .where("round_id", "=", roundId)
        .orderBy("message_id")
        .execute();
      return rows.map(rowToCandidate);
    },

    async markDeleted(messageId, at) {
      await db.updateTable("candidates").set({ deleted_at: at }).where("message_id", "=", messageId).execute();
    },

    async record(round, messageId, changes) {
      if (changes.length === 0) return;
      const rows = changes.map((change) => ({
        round_id: round.id,
        guild_id: round.guildId,
        channel_id: round.channelId,
        message_id: messageId,
        job_id: change.result,
        content_sha256: round.contentSha256,
        style_sha256: round.styleSha256,
        voter_id: change.voterId,
        account_at: change.accountAt,
        roles: change.roles && JSON.stringify(change.roles),
        place: change.place,
        change: change.change,
        at: change.at,
      }));
      await db.insertInto("medal_changes").values(rows).execute();
    },

    async changes(roundId, voterId) {
      let query = db.selectFrom("medal_changes").selectAll().where("round_id", "=", roundId);
      if (voterId !== undefined) query = query.where("voter_id", "=", voterId);
      return (await query.orderBy("id").execute()).map(rowToChange);
    },

    async study(guildId) {
      const roundRows = await rounds()
        .$if(guildId !== null, (query) => query.where("guild_id", "=", guildId))
        .orderBy("rounds.id")
        .execute();
      const candidateRows = await db
        .selectFrom("candidates")
        .innerJoin("rounds", "rounds.id", "candidates.round_id")
        .$if(guildId !== null, (query) => query.where("rounds.guild_id", "=", guildId))
        .selectAll("candidates")
        .orderBy("message_id")
        .execute();
      const changeRows = await db
        .selectFrom("medal_changes")
        .selectAll()
        .$if(guildId !== null, (query) => query.where("guild_id", "=", guildId))
        .orderBy("id")
        .execute();
      return {
        rounds: roundRows.map(rowToRound),
        candidates: candidateRows.map(rowToCandidate),
        changes: changeRows.map(rowToChange),
      };
    },

    async strays(since) {
      const rows = await db
        .selectFrom("surfaces")
        .innerJoin("jobs", "jobs.id", "surfaces.job_id")
        .leftJoin("candidates", "candidates.job_id", "surfaces.job_id")
        .select(["surfaces.job_id", "surfaces.result_message_id"])
        .where("jobs.state", "=", "done")
        .where("jobs.settled_at", ">", since)
        .where("surfaces.result_message_id", "is not", null)
        .where("candidates.message_id", "is", null)
        .where((is) => is.not(isOfServer(null)))
        .where(isOf(shard, "jobs.guild_id"))
        .orderBy("surfaces.job_id")
        .execute();
      return rows.map((row) => ({ jobId: row.job_id, messageId: row.result_message_id! }));
    },

    async isNoResult(messageId) {
      const job = await db
        .selectFrom("surfaces")
        .select("job_id")
        .where((is) => is.or([is("card_message_id", "=", messageId), is("progress_message_id", "=", messageId)]))
        .executeTakeFirst();
      if (job) return true;
      const comparison = await db
        .selectFrom("comparisons")
        .select("id")
        .where((is) => is.or([is("card_message_id", "=", messageId), is("sheet_message_id", "=", messageId)]))
        .executeTakeFirst();
      return comparison !== undefined;
    },
  };
}

const rowToRound = (row: Selectable<RoundTable> & { readonly face_prominent: number | null }): TimedRound => ({
  id: row.id,
  guildId: row.guild_id,
  channelId: row.channel_id,
  contentSha256: row.content_sha256,
  styleSha256: row.style_sha256,
  blend: row.blend,
  pair: [row.content_sha256, row.style_sha256, ...(row.blend === "" ? [] : [row.blend])].join("-"),
  category: row.face_prominent === 1 ? "face" : "non-face",
  blind: row.blind === 1,
  closesAt: row.closes_at,
  closedAt: row.closed_at,
});

const rowToCandidate = (row: Selectable<CandidateTable>): Candidate => ({
  roundId: row.round_id,
  messageId: row.message_id,
  jobId: row.job_id,
  variant: row.variant,
  stylePath: row.style_path,
  engine: row.engine,
  letter: row.letter,
  requesterId: row.requester_id,
  deleted: row.deleted_at !== null,
});

const rowToChange = (row: Selectable<MedalChangeTable>): RecordedChange => ({
  roundId: row.round_id,
  result: row.job_id,
  place: row.place,
  change: row.change,
  voterId: row.voter_id,
  accountAt: row.account_at,
  roles: row.roles === null ? null : (JSON.parse(row.roles) as string[]),
  at: row.at,
});
