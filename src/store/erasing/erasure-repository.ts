/**
 * Members who asked to be forgotten. While that is being done, a row says who; afterwards a salted hash is left, which
 * proves it once the database's own files hold nothing of them either (`done_at`). The same stands in a file beside the database, so that a backup of before is put right (`recall`).
 */
import { createHash, randomBytes } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

import type { Kysely } from "kysely";
import { z } from "zod";

import { newJobId } from "../../jobs/job-id.ts";
import { eraseMember, knownMembers, memberData, type MessagePlace, messagesOf, type Scope } from "./erase-member.ts";
import type { Schema } from "../schema.ts";
import { scrub } from "./scrub.ts";

/** A member who is to be forgotten. */
export interface Erasure extends Scope {
  readonly id: string;
}

const recordSchema = z.object({
  id: z.string(),
  subject: z.string(),
  salt: z.string(),
  guild: z.string().nullable(),
  at: z.number(),
});

type ErasureRecord = z.infer<typeof recordSchema>;

export interface ErasureRepository {
  /** Writes down that a member is to be forgotten: from then on it is done, whatever happens meanwhile. */
  ask(scope: Scope): Promise<Erasure>;
  /** Those of members who are not gone yet, oldest first. */
  open(): Promise<readonly Erasure[]>;
  /** Takes a member out of the database; the messages about them are noted (`messages`), and files (`discards.ts`). */
  erase(erasure: Erasure, breathe: () => Promise<void>): Promise<void>;
  /** The member is gone from database and files: of who it was only the hash is left. */
  noteErased(id: string): Promise<void>;
  /**
   * Has what was deleted go from the database's free pages and its log. Erasures whose members are gone are done then.
   *
   * @throws what kept it from being done; those erasures are done when it is
   */
  scrub(): Promise<void>;
  /** Messages of the bot's that are still to be taken off Discord, by erasure. */
  messages(): Promise<readonly (readonly [id: string, places: readonly MessagePlace[]])[]>;
  /** They are gone. */
  noteGone(id: string): Promise<void>;
  /**
   * Asks again for what a restored backup does not know of; members of whom nothing is known are noted as forgotten.
   *
   * @returns how many members
   */
  recall(): Promise<number>;
  /** Whether a member was forgotten in a server, or everywhere. */
  readonly includes: (userId: string, guildId: string) => Promise<boolean>;
  /** All that is kept of a member, for them to read. */
  data(scope: Scope): Promise<object>;
}

const subjectOf = (salt: string, userId: string): string =>
  createHash("sha256").update(`${salt}/${userId}`).digest("hex");

/** @param file a line of JSON for each erasure */
export function createErasureRepository(db: Kysely<Schema>, file: string): ErasureRepository {
  /** @param userId `null`: nothing is known of whoever it is */
  const insert = async ({ id, subject, salt, guild, at }: ErasureRecord, userId: string | null): Promise<void> => {
    const who = { subject, salt, guild_id: guild, user_id: userId };
    const values = { id, ...who, asked_at: at, messages: "[]", done_at: userId === null ? at : null };
    await db
      .insertInto("erasures")
      .values(values)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  };
  return {
    async ask(scope) {
      const [id, salt, at] = [newJobId(), randomBytes(16).toString("hex"), Date.now()];
      const record = { id, subject: subjectOf(salt, scope.userId), salt, guild: scope.guildId, at };
      // First where it outlasts the database: a process that is killed between the two leaves a wish that is found.
      await appendFile(file, `${JSON.stringify(record)}\n`, { flush: true });
      await insert(record, scope.userId);
      return { id, ...scope };
    },

    async open() {
      const rows = await db.selectFrom("erasures").selectAll().where("user_id", "is not", null).orderBy("id").execute();
      return rows.map(({ id, user_id: userId, guild_id: guildId }) => ({ id, userId: userId!, guildId }));
    },

    async erase(erasure, breathe) {
      const { id } = erasure;
      const row = await db.selectFrom("erasures").select("messages").where("id", "=", id).executeTakeFirstOrThrow();
      const noted = new Map((JSON.parse(row.messages) as MessagePlace[]).map((place) => [place.messageId, place]));
      for (const place of await messagesOf(db, erasure)) noted.set(place.messageId, place);
      const messages = JSON.stringify([...noted.values()]);
      await db.updateTable("erasures").set({ messages }).where("id", "=", id).execute();
      await eraseMember(db, erasure, breathe);
    },

    async noteErased(id) {
      await db.updateTable("erasures").set({ user_id: null }).where("id", "=", id).execute();
    },

    async scrub() {
      const rows = await db
        .selectFrom("erasures")
        .select("id")
        .where("user_id", "is", null)
        .where("done_at", "is", null)
        .execute();
      await scrub(db);
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0)
        await db.updateTable("erasures").set({ done_at: Date.now() }).where("id", "in", ids).execute();
    },

    async messages() {
      const rows = await db.selectFrom("erasures").select(["id", "messages"]).where("messages", "!=", "[]").execute();
      return rows.map(({ id, messages }) => [id, JSON.parse(messages) as MessagePlace[]] as const);
    },

    async noteGone(id) {
      await db.updateTable("erasures").set({ messages: "[]" }).where("id", "=", id).execute();
    },

    async recall() {
      const text = await readFile(file, "utf8").catch(() => "");
      const known = new Set((await db.selectFrom("erasures").select("id").execute()).map(({ id }) => id));
      // A line that a process died over is not whole, and its erasure stands in the database.
      const records = text.split("\n").flatMap((line) => recordOf(line) ?? []);
      const forgotten = records.filter(({ id }) => !known.has(id));
      const members = forgotten.length === 0 ? [] : await knownMembers(db);
      let count = 0;
      for (const record of forgotten) {
        const userId = members.find((member) => subjectOf(record.salt, member) === record.subject) ?? null;
        await insert(record, userId);
        if (userId !== null) count += 1;
        await nextTurn();
      }
      return count;
    },

    async includes(userId, guildId) {
      const rows = await db
        .selectFrom("erasures")
        .select(["salt", "subject"])
        .where((is) => is.or([is("guild_id", "is", null), is("guild_id", "=", guildId)]))
        .execute();
      return rows.some(({ salt, subject }) => subjectOf(salt, userId) === subject);
    },

    data: (scope) => memberData(db, scope),
  };
}

function recordOf(line: string): ErasureRecord | null {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
