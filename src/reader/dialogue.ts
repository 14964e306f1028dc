/** What the bot and a reader's process talk about. */
import type { ChildLink, Dialogue } from "../process/child-link.ts";
import type { Full, ReaderInfo, ReaderTask } from "./messages.ts";

/** A message that asks for work, before it gets its number. */
export type Work = ReaderTask extends infer M ? (M extends ReaderTask ? Omit<M, "task"> : never) : never;

export interface ReaderDialogue extends Dialogue {
  readonly info: ReaderInfo;
  readonly work: Work;
  /** The task takes more memory than it may, and the process ends for it. */
  readonly news: Full;
}

export type ReaderLink = ChildLink<ReaderDialogue>;
