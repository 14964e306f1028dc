/** Work that several ask for at once: done once, told to all, stopped when none of them wants it any more. */
import { throwIfCancelled } from "../breathe.ts";
import { CancelledError } from "../errors.ts";
import type { EngineHooks, EngineNews } from "./engine.ts";

type Listener = (news: EngineNews) => void;

interface Running {
  readonly work: Promise<unknown>;
  readonly abort: AbortController;
  /** Who still waits for it. */
  readonly waiting: Set<Listener>;
  /** A description as far as it is, for whoever comes later. */
  text: EngineNews | null;
}

export class SharedWork {
  readonly #running = new Map<string, Running>();

  /**
   * @param id what is the same work has the same
   * @param hooks of this caller: aborted, it rejects with `CancelledError`, whatever the others want; the last one when
   * the work has ended
   * @param begin called when nobody has begun it
   */
  async run<T>(id: string, hooks: EngineHooks, begin: (hooks: Required<EngineHooks>) => Promise<T>): Promise<T> {
    const { signal, onNews } = hooks;
    throwIfCancelled(signal);
    const running = this.#running.get(id) ?? this.#begin(id, begin);
    const hear: Listener = (news) => onNews?.(news);
    running.waiting.add(hear);
    if (running.text) hear(running.text);
    let giveUp = (): void => undefined;
    const given = new Promise<never>((_, reject) => {
      giveUp = () => {
        this.#leave(id, running, hear);
        if (running.waiting.size > 0) reject(new CancelledError());
      };
    });
    signal?.addEventListener("abort", giveUp, { once: true });
    try {
      return (await Promise.race([running.work, given])) as T;
    } finally {
      signal?.removeEventListener("abort", giveUp);
      this.#leave(id, running, hear);
    }
  }

  /** One waits no more, and hears no more. */
  #leave(id: string, running: Running, hear: Listener): void {
    running.waiting.delete(hear);
    if (running.waiting.size > 0) return;
    // Somebody who asks while it stops begins it anew.
    if (this.#running.get(id) === running) this.#running.delete(id);
    running.abort.abort(new CancelledError());
  }

  #begin<T>(id: string, begin: (hooks: Required<EngineHooks>) => Promise<T>): Running {
    const abort = new AbortController();
    const waiting = new Set<Listener>();
    const onNews = (news: EngineNews): void => {
      if (news.type === "text") running.text = news;
      for (const hear of waiting) hear(news);
    };
    const running: Running = { work: begin({ signal: abort.signal, onNews }), abort, waiting, text: null };
    this.#running.set(id, running);
    return running;
  }
}
