/** Parts of a process are closed in the opposite order of their opening, each whatever becomes of the others. */
import type { Logger } from "./log.ts";

/** What closes each part that is open, in the order of their opening. */
export type Undo = (() => unknown)[];

/** Closes what is open, once. What cannot be closed is logged. */
export async function undoAll(undo: Undo, log: Logger): Promise<void> {
  for (const step of undo.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      log.error({ err: error }, "a part could not be closed");
    }
  }
}
