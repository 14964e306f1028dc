/**
 * What was erased, told to every process that may hold something of it: a port. Names do not travel, only what they hash
 * to, so that what is told holds nothing of what is gone.
 */
import { createHash } from "node:crypto";

/** What stands for a name. @param name sha256 of a file, hex, or the id of a learning, a member's erasure or a server */
export const markOf = (name: string): string => createHash("sha256").update(`atelier ${name}`).digest("hex");

/** What was erased since somebody looked last. */
export interface Erased {
  /** Whether it is among it. */
  readonly includes: (name: string) => boolean;
  /** Likewise, of what a name hashes to. */
  readonly includesMark: (mark: string) => boolean;
  /** A member or a server was forgotten: whatever cannot be looked for by its name goes as well. */
  readonly isWhole: boolean;
}

/** One that was erased, as it is told. */
interface ErasedMark {
  /** Counts up. */
  readonly id: number;
  readonly mark: string;
  readonly isWhole: boolean;
}

export interface ErasedRepository {
  /** Tells all processes, also those that start within `TOLD_FOR_MS`. Call when it is gone. */
  tell(names: readonly string[], how?: { readonly isWhole: boolean }): Promise<void>;
  /** What was told after the one of this id, oldest first. */
  since(id: number, limit: number): Promise<readonly ErasedMark[]>;
  /** Drops what was told longer ago than `TOLD_FOR_MS`, but for the last. */
  dropOld(): Promise<void>;
}

/**
 * What was erased is told for so long, milliseconds: twice as long as a copy stays that nobody asks for (`STALE_MS` in
 * `src/pictures/cache-folder.ts`), so that a process that was away for longer finds its copies stale.
 */
export const TOLD_FOR_MS = 48 * 3_600_000;
