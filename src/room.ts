/** Waits out what keeps the store from being written for the moment: a full disk, a busy database, a bucket that is away. */
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { throwIfCancelled } from "./breathe.ts";
import { asDiskFull, UserError } from "./errors.ts";
import { pauseAfter, waitFor } from "./retry.ts";

/** `full`: there is no room on the disk. `unwritable`: the disk or the database takes nothing for another reason. */
export type Hindrance = "full" | "unwritable";

/** Faults that pass by themselves, or that somebody can put right while the bot runs. */
const PASSING =
  /^(SQLITE_(BUSY|LOCKED|IOERR|READONLY|CANTOPEN|PROTOCOL|NOMEM)|(DATABASE_AWAY|PICTURES_AWAY|EIO|EROFS|EMFILE|ENFILE|EAGAIN|EBUSY)$)/;

const NO_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** Room that is waited for where nobody knows better, bytes. */
const ROOM_BYTES = 1 << 20;
/** How often it is looked for: soon at first, for a fault of a moment. */
const LOOKS = { firstMs: 200, longestMs: 5000 };
const VAIN_TRIES = 3;

/** What a write met with that may pass; `null` for any other fault. */
export function hindranceOf(error: unknown): Hindrance | null {
  if ((error instanceof UserError && error.identifier === "disk-full") || asDiskFull(error)) return "full";
  return PASSING.test(codeOf(error)) ? "unwritable" : null;
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

export interface RoomOptions {
  /** On the disk that is written to; made where it does not exist. */
  readonly folder: string;
  /** What is going to be written, bytes. */
  readonly bytes?: number;
  /** How often it is tried, in a row, although there is room and it is said that there is none. Default: 3. */
  readonly vainTries?: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Told what is in the way, and `null` when it goes on. */
  readonly onHeld: (by: Hindrance | null) => void;
}

/**
 * Does `body`, and does it again when whatever kept it from writing is gone: `body` has to bear that.
 *
 * @throws CancelledError when `signal` ends the waiting; whatever else `body` throws, also that the disk is full, when
 * that is said again and again of a disk that has room
 */
export async function untilRoom<T>(body: () => Promise<T>, options: RoomOptions): Promise<T> {
  const { signal, onHeld, vainTries = VAIN_TRIES } = options;
  let held: Hindrance | null = null;
  const tell = (by: Hindrance | null): void => {
    if (by !== held) onHeld(by);
    held = by;
  };
  try {
    for (let vain = 0, looks = 0; ;) {
      try {
        return await body();
      } catch (error) {
        const by = hindranceOf(error);
        if (by === null) throw error;
        let isFree = by === "full" && (await hasRoom(options));
        vain = isFree ? vain + 1 : 0;
        if (vain >= vainTries) throw error;
        if (!isFree) tell(by);
        do {
          await waitFor(pauseAfter(++looks, LOOKS), signal);
          throwIfCancelled(signal);
          isFree ||= by === "unwritable" || (await hasRoom(options));
        } while (!isFree);
        if (by === "full") tell(null);
      }
    }
  } finally {
    tell(null);
  }
}

async function hasRoom({ folder, bytes = ROOM_BYTES }: RoomOptions): Promise<boolean> {
  const probe = path.join(folder, `room-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, new Uint8Array(Math.max(bytes, ROOM_BYTES)));
    return true;
  } catch (error) {
    // That a file may not grow so large, or not be there at all, says nothing of the disk.
    return !NO_ROOM.has(codeOf(error));
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}
