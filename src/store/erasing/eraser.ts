/** Erases jobs, members and servers from the database and from the files, whoever asked for it. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import { LEARNING, processFolders, WORK } from "../../process-folders.ts";
import { type Hindrance, hindranceOf } from "../../room.ts";
import { discardFile, type FileKind } from "./discard-file.ts";
import { noteDiscarded, openDiscards } from "./discards.ts";
import { eraseJob, isBeingCompared } from "./erase-jobs.ts";
import { eraseSurvey } from "./erase-surveys.ts";
import { eraseServer } from "./erase-server.ts";
import type { Erasure } from "./erasure-repository.ts";
import { JOB_PICTURES, picturesOf } from "../job-rows.ts";
import { sql } from "../kysely.ts";
import type { Store } from "../store.ts";

/** What else refers to the pictures of a job, and keeps them. */
export interface Others {
  readonly results: number;
  readonly styles: number;
  readonly comparisons: number;
}

export interface EraserOptions {
  readonly store: Pick<Store, "db" | "erased" | "erasures" | "files" | "pictures" | "styles">;
  readonly dataDir: string;
  /**
   * Takes a file out of the store unless something refers to it, as `discardFile`. Default: at once.
   *
   * @returns `false` when it is to be tried again later
   */
  readonly discard?: (sha256: string, kind: FileKind, before?: number) => Promise<boolean>;
}

export class Eraser {
  readonly #options: EraserOptions;

  constructor(options: EraserOptions) {
    this.#options = options;
  }

  /** @returns hashes of its pictures, or `null` when it stays: it is under way, being compared, or not there */
  async job(id: string): Promise<readonly string[] | null> {
    const pictures = await eraseJob(this.#options.store.db, id);
    if (pictures) await this.#discard("picture", pictures);
    return pictures;
  }

  /** A study that people took part in, with their answers. */
  async survey(id: string): Promise<void> {
    await this.#discard("picture", await eraseSurvey(this.#options.store.db, id));
  }

  /**
   * Takes a member out of database and files. Messages about them are noted.
   *
   * @returns what kept the database's own files from being scrubbed, which `scrub` does later; `null` when that is done
   */
  async member(erasure: Erasure): Promise<Hindrance | null> {
    const { erased, erasures } = this.#options.store;
    await erasures.erase(erasure, () => nextTurn());
    await this.takeUp();
    // What is kept of members beyond their files goes in all processes.
    await erased.tell([erasure.id], { isWhole: true });
    await erasures.noteErased(erasure.id);
    return this.scrub();
  }

  /** Takes everything of a server out of database and files. */
  async server(guildId: string): Promise<void> {
    const { db, erased } = this.#options.store;
    await eraseServer(db, guildId, () => nextTurn());
    await this.takeUp();
    await erased.tell([guildId], { isWhole: true });
  }

  /** A file that nothing may refer to. @param before of a picture: unless somebody came with it since */
  async stray(sha256: string, kind: FileKind, before: number): Promise<void> {
    await this.#discard(kind, [sha256], before);
  }

  /** Takes out of files what is noted to be, perhaps by a process that was killed. */
  async takeUp(): Promise<void> {
    const left = await openDiscards(this.#options.store.db);
    for (const kind of new Set(left.map((discard) => discard.kind))) {
      const names = left.flatMap((discard) => (discard.kind === kind ? [discard.name] : []));
      if (kind === "learning" || kind === "job") await this.#clearFolders(kind, names);
      else await this.#discard(kind, names);
    }
  }

  /** Has what was deleted go from the database's own files; erasures are over then. @returns as `member` */
  async scrub(): Promise<Hindrance | null> {
    try {
      await this.#options.store.erasures.scrub();
      return null;
    } catch (error) {
      const hindrance = hindranceOf(error);
      if (hindrance === null) throw error;
      return hindrance;
    }
  }

  /** What of others keeps pictures of a job; `null` when it is being compared itself. */
  async othersThan(id: string): Promise<Others | null> {
    const { db } = this.#options.store;
    const job = await db
      .selectFrom("jobs")
      .select([...JOB_PICTURES, isBeingCompared.as("compared")])
      .where("id", "=", id)
      .executeTakeFirst();
    if (job?.compared) return null;
    const hashes = job ? picturesOf(job) : [];
    const count = async (table: string, columns: readonly string[], rest = sql`1 = 1`): Promise<number> => {
      if (hashes.length === 0) return 0;
      const named = sql.join(
        columns.map((column) => sql`${sql.ref(column)} in (${sql.join(hashes)})`),
        sql` or `,
      );
      const { rows } = await sql<{
        n: number;
      }>`select count(*) as n from ${sql.table(table)} where (${named}) and ${rest}`.execute(db);
      return rows[0]!.n;
    };
    const pair = ["content_sha256", "style_sha256"];
    return {
      results: await count("jobs", JOB_PICTURES, sql`id <> ${id}`),
      styles: await count("styles", ["picture_sha256"]),
      comparisons: await count("comparisons", pair, sql`state in ('painting', 'open', 'closing')`),
    };
  }

  async #discard(kind: FileKind, names: readonly string[], before?: number): Promise<void> {
    const { store, discard } = this.#options;
    const done: string[] = [];
    try {
      for (const sha256 of names) {
        if (!discard) await discardFile(store, sha256, kind, before);
        else if (!(await discard(sha256, kind, before))) continue;
        done.push(sha256);
      }
    } finally {
      await noteDiscarded(store.db, kind, done);
    }
  }

  /** What processes of this machine have of learnings, or of jobs, that are over. */
  async #clearFolders(kind: "learning" | "job", ids: readonly string[]): Promise<void> {
    const { store, dataDir } = this.#options;
    const [room, ...endings] = kind === "job" ? [WORK, ""] : [LEARNING, "", ".safetensors"];
    for (const folder of await processFolders(dataDir))
      for (const name of ids.flatMap((id) => endings.map((ending) => id + ending)))
        await rm(path.join(folder, room, name), { recursive: true, force: true });
    // Another process may be at it.
    if (kind === "learning") await store.erased.tell(ids);
    await noteDiscarded(store.db, kind, ids);
  }
}
