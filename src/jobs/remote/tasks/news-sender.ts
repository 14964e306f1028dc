/** Tells bots of a task while it is worked on: one piece of news after the other, of what only grows the newest. */
import { readFile } from "node:fs/promises";

import { messageOf } from "../../../errors.ts";
import type { Logger } from "../../../log.ts";
import type { EngineNews } from "../../engine.ts";
import { type Exchange, MOST_PREVIEW, MOST_WORDS, type TellOptions } from "../exchange.ts";
import { type TaskTold, withoutFile } from "./wire.ts";

/** Kinds of news of which an older one says nothing more. */
const GROWING: ReadonlySet<EngineNews["type"]> = new Set(["text", "progress", "preview"]);

export class NewsSender {
  readonly #exchange: Exchange;
  readonly #task: string;
  readonly #log: Logger;
  readonly #waiting: EngineNews[] = [];
  readonly #keys = new Set<string>();
  #sending: Promise<void> | null = null;

  constructor(exchange: Exchange, task: string, log: Logger) {
    this.#exchange = exchange;
    this.#task = task;
    this.#log = log;
  }

  /** Keys of the bytes that were told, to be forgotten when the task is over. */
  get keys(): readonly string[] {
    return [...this.#keys];
  }

  /** Returns at once. */
  readonly offer = (news: EngineNews): void => {
    const at = GROWING.has(news.type) ? this.#waiting.findIndex(({ type }) => type === news.type) : -1;
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#waiting.push(news);
    this.#sending ??= this.#send().finally(() => (this.#sending = null));
  };

  /** Resolves when all that was offered is told, or was lost. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    for (let news = this.#waiting.shift(); news; news = this.#waiting.shift()) {
      try {
        await this.#tell(news);
      } catch (error) {
        this.#log.debug({ task: this.#task, error: messageOf(error) }, "news of a task were lost");
      }
    }
  }

  async #tell(news: EngineNews): Promise<void> {
    const { type } = news;
    const key = `${type}-${this.#task}`;
    const told: TaskTold = { task: this.#task, news: withoutFile(news) };
    if (type === "preview") {
      const bytes = await readFile(news.path);
      if (bytes.length <= MOST_PREVIEW) await this.#exchange.tell("news", told, this.#noted({ bytes, key }));
    } else if (type === "text" && news.text.length > MOST_WORDS / 4) {
      const bytes = Buffer.from(news.text);
      await this.#exchange.tell("news", { ...told, news: { type, text: "" } }, this.#noted({ bytes, key }));
    } else await this.#exchange.tell("news", told);
  }

  #noted(options: TellOptions & { readonly key: string }): TellOptions {
    this.#keys.add(options.key);
    return options;
  }
}
