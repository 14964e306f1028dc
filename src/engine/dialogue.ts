/** What the bot and the engine's process talk about, and who hears of it. */
import type { EngineHooks, EngineInfo } from "../jobs/engine.ts";
import type { Dialogue } from "../process/child-link.ts";
import type { News, TaskMessage } from "./messages.ts";

/** A message that asks for work, before it gets its number. */
export type Work = TaskMessage extends infer M ? (M extends TaskMessage ? Omit<M, "task"> : never) : never;

export interface EngineDialogue extends Dialogue {
  readonly info: EngineInfo;
  readonly work: Work;
  readonly news: News;
  readonly hooks: EngineHooks;
}

/** Tells whoever waits for a task how it comes along. */
export function tellNews(news: News, hooks: EngineHooks): void {
  switch (news.type) {
    case "text":
      return hooks.onText?.(news.text);
    case "progress":
      return hooks.onProgress?.(news.step, news.steps);
    case "begun":
      return hooks.onBegun?.(news.size, news.step);
    case "look":
      return hooks.onLook?.(news.step, news.loss);
    case "preview":
      return hooks.onPreview?.(news.path, news.step, news.steps);
  }
}
