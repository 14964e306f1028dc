/** Styles that are being learned: one at a time, in the background, taken up again after a restart. */
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";

import { CancelledError, EngineError, messageOf, UserError } from "../../errors.ts";
import { newJobId } from "../../jobs/job-id.ts";
import type { Style } from "../../jobs/style.ts";
import type { Learning } from "../../store/learnings.ts";
import { readInversionState } from "../../stylize/inversion-state.ts";
import type { Bot } from "../bot.ts";
import type { Reply } from "../reply.ts";
import { learning as words } from "../wording/styles.ts";
import { LearningPresenter } from "./learning-presenter.ts";
import { keepToken } from "./token-transfer.ts";

/** A crash is tried again from the last minute's state; more than this many in a row are not. */
const MOST_CRASHES = 3;

type Parts = Pick<Bot, "client" | "store" | "engine" | "config" | "log">;

interface Waiting {
  readonly learning: Learning;
  readonly presenter: LearningPresenter;
}

export class LearningDesk {
  readonly #parts: Parts;
  readonly #waiting: Waiting[] = [];
  #current: { readonly id: string; readonly styleId: string; readonly abort: AbortController } | null = null;
  #running: Promise<void> | null = null;
  #closing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes a style in and shows it in the reply. @throws UserError when it is being learned already */
  async ask(reply: Reply, style: Style, userId: string): Promise<void> {
    const isKnown = [this.#current?.styleId, ...this.#waiting.map(({ learning }) => learning.styleId)].includes(
      style.id,
    );
    if (isKnown || reply.messageId === null) throw new UserError("learning-already", words.already(style.name));
    const learning: Learning = {
      id: newJobId(),
      styleId: style.id,
      guildId: style.guildId,
      userId,
      name: style.name,
      pictureSha256: style.picture.sha256,
      description: style.description,
      channelId: reply.channelId,
      cardMessageId: reply.messageId,
      threadId: null,
      progressMessageId: null,
    };
    await this.#parts.store.learnings.insert(learning);
    const presenter = new LearningPresenter(this.#parts, learning);
    this.#waiting.push({ learning, presenter });
    await presenter.open((view) => reply.show(view));
    this.#next();
  }

  /** Takes up what an earlier run left. */
  async resume(): Promise<void> {
    for (const learning of await this.#parts.store.learnings.unsettled())
      this.#waiting.push({ learning, presenter: new LearningPresenter(this.#parts, learning) });
    this.#next();
  }

  /** Who asked for it; `null` when it is over. */
  async requesterOf(id: string): Promise<string | null> {
    const left = await this.#parts.store.learnings.unsettled();
    return left.find((learning) => learning.id === id)?.userId ?? null;
  }

  /** Stops one that waits or runs; what it learned is kept. `false` when it was over. */
  async stop(id: string): Promise<boolean> {
    if (this.#current?.id === id) {
      this.#current.abort.abort(new CancelledError());
      return true;
    }
    const at = this.#waiting.findIndex(({ learning }) => learning.id === id);
    if (at < 0) return false;
    const [{ learning, presenter }] = this.#waiting.splice(at, 1) as [Waiting];
    await this.#end(learning, presenter, "stopped");
    return true;
  }

  /** Leaves what runs to the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#current?.abort.abort(new CancelledError("The bot is going down"));
    await this.#running;
  }

  #next(): void {
    if (this.#running || this.#closing) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#running = this.#learn(next.learning, next.presenter)
      .catch((error: unknown) => this.#parts.log.error({ err: error, learning: next.learning.id }, "learning failed"))
      .finally(() => {
        this.#current = null;
        this.#running = null;
        this.#next();
      });
  }

  async #learn(learning: Learning, presenter: LearningPresenter): Promise<void> {
    const abort = new AbortController();
    this.#current = { id: learning.id, styleId: learning.styleId, abort };
    presenter.began();
    try {
      await this.#untilDone(learning, presenter, abort.signal);
      await this.#end(learning, presenter, "done");
    } catch (error) {
      if (this.#closing) return;
      if (error instanceof CancelledError) return this.#end(learning, presenter, "stopped");
      this.#parts.log.warn({ learning: learning.id, error: messageOf(error) }, "a style could not be learned");
      await this.#end(learning, presenter, { failure: messageOf(error) });
    }
  }

  async #untilDone(learning: Learning, presenter: LearningPresenter, signal: AbortSignal): Promise<void> {
    const { engine, store } = this.#parts;
    const image = { path: store.files.path(learning.pictureSha256), sha256: learning.pictureSha256 };
    await mkdir(this.#folder, { recursive: true });
    for (let crashes = 0; ;) {
      let steps = 0;
      try {
        await engine.learn(
          {
            image,
            description: learning.description,
            form: "vector",
            size: null,
            maxSteps: null,
            statePath: this.#statePath(learning),
            sampleDir: path.join(this.#folder, learning.id),
          },
          { ...presenter.hooks((step) => (steps = Math.max(steps, step))), signal },
        );
        return;
      } catch (error) {
        if (!(error instanceof EngineError && error.retryable) || signal.aborted) throw error;
        crashes = steps > 0 ? 1 : crashes + 1;
        if (crashes > MOST_CRASHES) throw error;
        this.#parts.log.warn({ learning: learning.id, error: error.message }, "learning goes on after a crash");
      }
    }
  }

  /** Keeps what was reached, tells it, and clears away. */
  async #end(
    learning: Learning,
    presenter: LearningPresenter,
    how: "done" | "stopped" | { readonly failure: string },
  ): Promise<void> {
    const { store } = this.#parts;
    const state = await readInversionState(this.#statePath(learning)).catch(() => null);
    let isGone = false;
    if (state && state.best.step > 0) {
      const { name, description, pictureSha256: styleSha256 } = learning;
      const { step: steps, best } = state;
      const vectors = { data: best.vector, shape: [1, best.vector.length] };
      const sha256 = await keepToken(
        { store },
        { vectors, about: { name, description, styleSha256, steps, loss: best.loss } },
      );
      isGone = !(await store.styles.setToken(learning.styleId, sha256));
    }
    await store.learnings.settle(learning.id);
    await rm(this.#statePath(learning), { force: true });
    const kept = state !== null && state.best.step > 0 && !isGone;
    const said =
      how === "done" ? words.done(learning.name) : how === "stopped" ? words.stopped(kept) : words.failed(how.failure);
    await presenter.end(isGone ? words.gone : said, state);
    await rm(path.join(this.#folder, learning.id), { recursive: true, force: true });
  }

  get #folder(): string {
    return path.join(this.#parts.config.DATA_DIR, "learning");
  }

  #statePath({ id }: Learning): string {
    return path.join(this.#folder, `${id}.safetensors`);
  }
}
