/** What the bot and a reader's process talk about. */
import type { ChildLink, Dialogue } from "../process/child-link.ts";
import type { TaskHooks } from "../process/running-task.ts";
import type { Full, ReaderInfo, ReaderTask } from "./messages.ts";

/** A message that asks for work, before it gets its number. */
export type Work = ReaderTask extends infer M ? (M extends ReaderTask ? Omit<M, "task"> : never) : never;

interface ReaderHooks extends TaskHooks {
  /** The task takes more memory than it may, and the process ends for it. */
  readonly onFull?: () => void;
}

export interface ReaderDialogue extends Dialogue {
  readonly info: ReaderInfo;
  readonly work: Work;
  readonly news: Full;
  readonly hooks: ReaderHooks;
}

export type ReaderLink = ChildLink<ReaderDialogue>;
