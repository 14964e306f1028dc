/** Erases jobs, members and servers from the database and from the files, whoever asked for it. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import { LEARNING } from "../../process-folders.ts";
import { discardFile } from "./discard-file.ts";
import { eraseJob, isBeingCompared } from "./erase-jobs.ts";
import type { Left } from "./erase-library.ts";
import { isHeld } from "./erase-picture.ts";
import { eraseSurvey } from "./erase-surveys.ts";
import { eraseServer } from "./erase-server.ts";
import type { Erasure } from "./erasure-repository.ts";
import { sql } from "../kysely.ts";
import { scrub } from "./scrub.ts";
import type { Store } from "../store.ts";

/** What else refers to the pictures of a job, and keeps them. */
export interface Others {
  readonly results: number;
  readonly styles: number;
  readonly comparisons: number;
}

export interface EraserOptions {
  readonly store: Pick<Store, "db" | "erasures" | "files" | "pictures" | "styles">;
  readonly dataDir: string;
  /** Takes a file out of the store unless something refers to it. Default: at once. */
  readonly discard?: (sha256: string, kind: "picture" | "token") => Promise<void>;
}

export class Eraser {
  readonly #options: EraserOptions;

  constructor(options: EraserOptions) {
    this.#options = options;
  }

  /** @returns hashes of its pictures, or `null` when it stays: it is under way, being compared, or not there */
  async job(id: string): Promise<readonly string[] | null> {
    const pictures = await eraseJob(this.#options.store.db, id);
    for (const sha256 of pictures ?? []) await this.#discard(sha256, "picture");
    return pictures;
  }

  /** A study that people took part in, with their answers. */
  async survey(id: string): Promise<void> {
    for (const sha256 of await eraseSurvey(this.#options.store.db, id)) await this.#discard(sha256, "picture");
  }

  /** Takes a member out of database and files. Messages about them are noted. */
  async member(erasure: Erasure): Promise<void> {
    const { erasures } = this.#options.store;
    const left = await erasures.erase(erasure, () => nextTurn());
    await this.#discardAll(left);
    // What an earlier attempt came to take out of the database only.
    for (const sha256 of await this.#unheld()) await this.#discard(sha256, "picture");
    await erasures.close(erasure.id);
  }

  /** Takes everything of a server out of database and files. */
  async server(guildId: string): Promise<void> {
    const { db } = this.#options.store;
    await this.#discardAll(await eraseServer(db, guildId, () => nextTurn()));
    await scrub(db);
  }

  /** A file that nothing may refer to. */
  stray(sha256: string, kind: "picture" | "token"): Promise<void> {
    return this.#discard(sha256, kind);
  }

  /** What of others keeps pictures of a job; `null` when it is being compared itself. */
  async othersThan(id: string): Promise<Others | null> {
    const { db } = this.#options.store;
    const job = await db
      .selectFrom("jobs")
      .select(["content_sha256", "style_sha256", "result_sha256", isBeingCompared.as("compared")])
      .where("id", "=", id)
      .executeTakeFirst();
    if (job?.compared) return null;
    const hashes = [job?.content_sha256, job?.style_sha256, job?.result_sha256].filter((sha256) => sha256 != null);
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
      results: await count("jobs", [...pair, "result_sha256"], sql`id <> ${id}`),
      styles: await count("styles", ["picture_sha256"]),
      comparisons: await count("comparisons", pair, sql`state in ('painting', 'open', 'closing')`),
    };
  }

  async #discardAll({ pictures, tokens, learnings }: Left): Promise<void> {
    for (const sha256 of pictures) await this.#discard(sha256, "picture");
    for (const sha256 of tokens) await this.#discard(sha256, "token");
    for (const id of learnings)
      for (const name of [id, `${id}.safetensors`])
        await rm(path.join(this.#options.dataDir, LEARNING, name), { recursive: true, force: true });
  }

  /** Pictures that nothing holds, and which are no stand-in of a decided round. */
  async #unheld(): Promise<readonly string[]> {
    const { rows } = await sql<{
      sha256: string;
    }>`select sha256 from pictures where width > 0 and not ${isHeld}`.execute(this.#options.store.db);
    return rows.map(({ sha256 }) => sha256);
  }

  async #discard(sha256: string, kind: "picture" | "token"): Promise<void> {
    const { store, discard } = this.#options;
    await (discard ? discard(sha256, kind) : discardFile(store, sha256, kind));
  }
}
