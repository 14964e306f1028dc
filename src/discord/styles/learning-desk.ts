/** Styles that are being learned: one at a time, in the background, taken up again after a restart. */
import type { Client } from "discord.js";

import type { Config } from "../../config.ts";
import { CancelledError, messageOf, publicMessageOf, UserError } from "../../errors.ts";
import { newJobId } from "../../jobs/job-id.ts";
import type { Erased } from "../../jobs/erased.ts";
import { learnStyle } from "../../jobs/style-lesson.ts";
import { type Style, TOKEN_EXTENSION } from "../../jobs/style.ts";
import type { Tasks } from "../../jobs/tasks.ts";
import type { Logger } from "../../log.ts";
import { type Hindrance, untilRoom } from "../../room.ts";
import type { Ending, End, Kept, Learning } from "../../store/learning-repository.ts";
import type { Store } from "../../store/store.ts";
import { type InversionState, readInversionState } from "../../stylize/diffusion/inversion-state.ts";
import { tokenFrom } from "../../stylize/diffusion/token-file.ts";
import { retold } from "../../words/retold.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { type PendingReplies, type PendingReply, replyPlace } from "../messages/pending-reply.ts";
import type { Cover } from "../messages/view.ts";
import type { Locale } from "../../words/locale.ts";
import { spoken, spokenAloud } from "../../words/say.ts";
import { speakToServer } from "../language.ts";
import { held } from "../wording/held.ts";
import { learning as words } from "../wording/styles.ts";
import { LearningPresenter } from "./learning-presenter.ts";
import { keepToken } from "./token-transfer.ts";

export interface LearningDeskOptions {
  readonly client: Client;
  readonly store: Pick<Store, "captions" | "files" | "learnings" | "serverSettings" | "styles">;
  readonly tasks: Tasks;
  readonly config: Pick<Config, "RESULT_SIZE">;
  readonly deliveries: Deliveries;
  readonly replies: PendingReplies;
  readonly log: Logger;
  readonly cover: Cover;
}

interface Waiting {
  readonly learning: Learning;
  readonly presenter: LearningPresenter;
}

export class LearningDesk {
  readonly #options: LearningDeskOptions;
  readonly #waiting: Waiting[] = [];
  /** Styles that were asked for and are being written down. */
  readonly #asked = new Set<string>();
  #current: { readonly id: string; readonly styleId: string; readonly abort: AbortController } | null = null;
  #running: Promise<void> | null = null;
  #closing = false;

  constructor(options: LearningDeskOptions) {
    this.#options = options;
  }

  /** Takes a style in and shows it in the reply. @throws UserError when it is being learned already */
  async ask(reply: PendingReply, style: Style, userId: string): Promise<void> {
    if (this.#holds(style.id)) throw new UserError("learning-already", words.already(style.name));
    const { channelId, messageId } = replyPlace(reply);
    const learning: Learning = {
      id: newJobId(),
      styleId: style.id,
      guildId: style.guildId,
      userId,
      name: style.name,
      pictureSha256: style.picture.sha256,
      description: style.description,
      channelId,
      cardMessageId: messageId,
      threadId: null,
      progressMessageId: null,
    };
    // Held before the first wait: of two who ask at once, one gets in.
    this.#asked.add(style.id);
    try {
      await this.#options.store.learnings.insert(learning);
    } finally {
      this.#asked.delete(style.id);
    }
    const presenter = new LearningPresenter(this.#options, learning, spokenAloud(), false);
    this.#waiting.push({ learning, presenter });
    await presenter.open();
    this.#next();
  }

  /** Takes up what an earlier run left, beside what was asked for since this one began. */
  async resume(): Promise<void> {
    const { learnings } = this.#options.store;
    const left = await learnings.unsettled();
    const untold = await learnings.untold();
    const own = new Set([...left, ...untold.map(([learning]) => learning)].map(({ id }) => id));
    await this.#options.tasks.keepOnly(own, (id) => learnings.isOpen(id));
    for (const [learning, ending] of untold)
      this.#tell(
        learning,
        this.#takeUp(learning, await this.#languageOf(learning)),
        ending,
        await this.#stateOf(learning),
      );
    const languages = await Promise.all(left.map((learning) => this.#languageOf(learning)));
    const taken = new Set([this.#current?.id, ...this.#waiting.map(({ learning }) => learning.id)]);
    for (const [i, learning] of left.entries()) {
      if (taken.has(learning.id) || this.#asked.has(learning.styleId)) continue;
      this.#waiting.push({ learning, presenter: this.#takeUp(learning, languages[i]!) });
    }
    this.#next();
  }

  /** Of what is said about it: its server's. */
  #languageOf({ guildId }: Learning): Promise<Locale> {
    return speakToServer(this.#options, guildId, spoken);
  }

  #takeUp(learning: Learning, language: Locale): LearningPresenter {
    return new LearningPresenter(this.#options, learning, language, true);
  }

  /** Who asked for it; `null` when it is over. */
  async requesterOf(id: string): Promise<string | null> {
    const left = await this.#options.store.learnings.unsettled();
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

  /** Stops all that a member has learned in a server, or (`null`) everywhere; resolves when none of it is worked on. */
  async stopOf({ userId, guildId }: { readonly userId: string; readonly guildId: string | null }): Promise<void> {
    for (const learning of await this.#options.store.learnings.unsettled()) {
      if (learning.userId !== userId || (guildId !== null && learning.guildId !== guildId)) continue;
      const isCurrent = this.#current?.id === learning.id;
      await this.stop(learning.id);
      if (isCurrent) await this.#running;
    }
  }

  /** Stops what was erased: others may have done so. */
  async letGo({ includes }: Erased): Promise<void> {
    const own = [this.#current?.id, ...this.#waiting.map(({ learning }) => learning.id)];
    for (const id of own) if (id !== undefined && includes(id)) await this.stop(id);
  }

  /** Leaves what runs to the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#current?.abort.abort(new CancelledError("The bot is going down"));
    await this.#running;
  }

  #holds(styleId: string): boolean {
    return (
      this.#current?.styleId === styleId ||
      this.#asked.has(styleId) ||
      this.#waiting.some(({ learning }) => learning.styleId === styleId)
    );
  }

  #next(): void {
    if (this.#running || this.#closing) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#running = this.#learn(next.learning, next.presenter)
      .catch((error: unknown) => this.#options.log.error({ err: error, learning: next.learning.id }, "learning failed"))
      .finally(() => {
        this.#current = null;
        this.#running = null;
        this.#next();
      });
  }

  async #learn(learning: Learning, presenter: LearningPresenter): Promise<void> {
    const abort = new AbortController();
    const { signal } = abort;
    this.#current = { id: learning.id, styleId: learning.styleId, abort };
    presenter.began();
    const { folder } = this.#options.tasks;
    try {
      const onHeld = (by: Hindrance | null): void => {
        if (by === null) return presenter.began();
        this.#options.log.error({ folder, by }, "nothing can be written; learning waits");
        presenter.waits(() => held[by]);
      };
      const body = async (): Promise<void> => {
        await this.#untilDone(learning, presenter, signal);
        await this.#keep(learning, await this.#stateOf(learning));
      };
      await untilRoom(body, { folder, signal, onHeld });
      await this.#end(learning, presenter, "done");
    } catch (error) {
      if (this.#closing) return;
      if (error instanceof CancelledError) return this.#end(learning, presenter, "stopped");
      this.#options.log.warn({ learning: learning.id, error: messageOf(error) }, "a style could not be learned");
      await this.#end(learning, presenter, { failure: presenter.speak(() => publicMessageOf(error)) });
    }
  }

  async #untilDone(learning: Learning, presenter: LearningPresenter, signal: AbortSignal): Promise<void> {
    const { config, log } = this.#options;
    const { id, pictureSha256, description } = learning;
    const wanted = { id, pictureSha256, description, resultSize: config.RESULT_SIZE, maxSteps: null };
    await learnStyle(this.#options, wanted, {
      signal,
      onNews: (news) => presenter.hear(news),
      onWaiting: (why) => (why === null ? presenter.began() : presenter.waits(() => retold("error.no-machine", why))),
      onFault: (said, error) => log.warn({ learning: id, error: error.message }, said),
    });
  }

  /** Keeps what was reached, and sees to it that it is told. */
  async #end(learning: Learning, presenter: LearningPresenter, how: End): Promise<void> {
    const { store, log } = this.#options;
    const noted = (error: unknown): void => log.error({ err: error, learning: learning.id }, "learning ends badly");
    const state = await this.#stateOf(learning);
    const kept = await this.#keep(learning, state).catch((error: unknown): Kept => {
      noted(error);
      return "lost";
    });
    // Whatever cannot be written, the person is told.
    await store.learnings.settle(learning.id, { how, kept }).catch(noted);
    this.#tell(learning, presenter, { how, kept }, state);
  }

  /** Tells the end, and clears away when that is done. */
  #tell(learning: Learning, presenter: LearningPresenter, ending: Ending, state: InversionState | null): void {
    const { deliveries, store, tasks } = this.#options;
    void deliveries.owe(`learning ${learning.id}`, learning.channelId, async () => {
      await presenter.end(ending, state);
      await store.learnings.noteTold(learning.id);
      await tasks.forget(learning.id);
    });
  }

  /** Gives the style the vector of the lowest loss; the same again does no harm. */
  async #keep(learning: Learning, state: InversionState | null): Promise<Kept> {
    if (state === null || state.best.step === 0) return "nothing";
    const { store } = this.#options;
    const sha256 = await keepToken(store.files, tokenFrom(state, learning.name));
    if (await store.styles.setToken(learning.styleId, sha256)) return "kept";
    if (!(await store.styles.usesToken(sha256))) await store.files.remove(sha256, TOKEN_EXTENSION);
    return "gone";
  }

  async #stateOf({ id }: Learning): Promise<InversionState | null> {
    return readInversionState(await this.#options.tasks.reached(id)).catch(() => null);
  }
}
