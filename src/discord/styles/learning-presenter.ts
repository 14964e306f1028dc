/** Shows one style that is being learned: its card, and in its thread the steps, the loss as a curve, samples. */
import { type Client, ThreadAutoArchiveDuration } from "discord.js";

import { lineChart } from "../../images/charts.ts";
import type { EngineNews } from "../../jobs/engine.ts";
import type { Logger } from "../../log.ts";
import type { Ending, Learning } from "../../store/learning-repository.ts";
import type { Store } from "../../store/store.ts";
import type { InversionState } from "../../stylize/diffusion/inversion-state.ts";
import type { Locale } from "../../words/locale.ts";
import { number, speakIn } from "../../words/say.ts";
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import type { PendingReplies } from "../messages/pending-reply.ts";
import { persevere } from "../messages/persevere.ts";
import { thumbnailFile } from "../messages/thumbnail.ts";
import { Venue } from "../messages/venue.ts";
import type { Cover, View, ViewFile } from "../messages/view.ts";
import { learning as words, styleWords } from "../wording/styles.ts";
import { learningCard, learningProgress, type LearningPictures } from "./style-views.ts";

const INTERVAL_MS = { card: 1000, progress: 5000 } as const;

export interface LearningPresenterParts {
  readonly client: Client;
  readonly store: Pick<Store, "files" | "learnings">;
  readonly replies: PendingReplies;
  readonly log: Logger;
  readonly cover: Cover;
}

type Point = readonly [step: number, loss: number];

export class LearningPresenter {
  readonly #parts: LearningPresenterParts;
  readonly #learning: Learning;
  readonly #language: Locale;
  readonly #venue: Venue;
  readonly #card: LiveMessage;
  readonly #progress: LiveMessage;
  #points: Point[] = [];
  #curve: ViewFile | null = null;
  #sample: LearningPictures["sample"] = null;
  /** Of the run that goes on: its first step, and the second with the time it was done. */
  #first: number | null = null;
  #since: { readonly step: number; readonly at: number } | null = null;
  #at = { step: 0, steps: 0 };
  #size: number | null = null;
  #drawing = false;
  #over = false;
  #opened: Promise<void> = Promise.resolve();
  #thumbnail: Promise<ViewFile | null> | null = null;

  /**
   * @param language of what it says, to everybody in the server
   * @param takenUp it was shown by an earlier process
   */
  constructor(parts: LearningPresenterParts, learning: Learning, language: Locale, takenUp: boolean) {
    const { client, replies, store, cover } = parts;
    const { id, channelId, threadId, cardMessageId, progressMessageId } = learning;
    const log = parts.log.child({ learning: id });
    this.#parts = parts;
    this.#learning = learning;
    this.#language = language;
    this.#venue = new Venue({
      client,
      channelId,
      threadId,
      replies,
      log,
      cover,
      onMoved: () => store.learnings.note(id, { threadId: null }),
    });
    if (takenUp) this.#venue.lookAfter(cardMessageId);
    this.#card = new LiveMessage({
      home: this.#venue.front,
      messageId: cardMessageId,
      intervalMs: INTERVAL_MS.card,
      nonce: nonceFor(id, "card"),
      follows: false,
      log,
    });
    this.#progress = new LiveMessage({
      home: this.#venue.talk,
      messageId: progressMessageId,
      intervalMs: INTERVAL_MS.progress,
      nonce: nonceFor(id, "learning"),
      follows: true,
      onCreated: (messageId) => store.learnings.note(id, { progressMessageId: messageId }),
      log,
    });
    if (takenUp && threadId === null) this.#opened = this.#takeUpTalk();
  }

  /** Goes on where an earlier process talked, which it may not have been able to note. */
  async #takeUpTalk(): Promise<void> {
    const { id, cardMessageId } = this.#learning;
    try {
      const place = await persevere(() => this.#venue.findTalk(cardMessageId, [nonceFor(id, "learning")]));
      if (place === "thread") await this.#parts.store.learnings.note(id, { threadId: cardMessageId });
    } catch (error) {
      this.#parts.log.warn({ err: error, learning: id }, "the thread of a style that is being learned is not known");
    }
  }

  /** Shows the card and opens the thread under it. */
  open(): Promise<void> {
    this.#opened = this.speak(() => this.#open());
    return this.#opened;
  }

  async #open(): Promise<void> {
    const { id, name, cardMessageId } = this.#learning;
    await this.#card.settle(await this.#cardView(words.waiting, true));
    try {
      await this.#venue.openThread(cardMessageId, words.threadName(name), ThreadAutoArchiveDuration.OneDay);
      await this.#parts.store.learnings.note(id, { threadId: this.#venue.threadId });
    } catch (error) {
      this.#parts.log.warn({ err: error, learning: id }, "no thread for a style that is being learned");
    }
  }

  began(): void {
    this.speak(() => void this.#showCard(words.working));
  }

  /** It cannot go on for the moment. @param why is said in the language of everybody */
  waits(why: () => string): void {
    this.speak(() => {
      const said = why();
      void this.#showCard(said);
      this.#progress.show(learningProgress(said, this.#pictures));
    });
  }

  /** What the engine tells. */
  hear(news: EngineNews): void {
    this.speak(() => this.#hear(news));
  }

  #hear(news: EngineNews): void {
    switch (news.type) {
      case "begun":
        this.#size = news.size;
        this.#first = this.#since = null;
        break;
      case "progress": {
        const { step, steps } = news;
        this.#first ??= step;
        // The first step opens the networks, which says nothing of those to come.
        if (step > this.#first) this.#since ??= { step, at: Date.now() };
        this.#at = { step, steps };
        this.#showProgress();
        break;
      }
      case "look":
        this.#points = [...this.#points.filter(([known]) => known < news.step), [news.step, news.loss]];
        void this.#redraw();
        break;
      case "preview": {
        const { path, step, unsafe } = news;
        const [alt, caption] = [words.sampleAlt(step), words.sample(step)];
        this.#sample = { name: "sample.jpg", data: path, alt, key: path, caption, unsafe };
        this.#showProgress();
        break;
      }
      case "text":
        // Nothing is being described.
        break;
    }
  }

  /**
   * The last word, on the card and in the thread. What an earlier call told is not told again.
   *
   * @throws whatever kept it from being told
   */
  end(ending: Ending, state: InversionState | null): Promise<void> {
    this.#over = true;
    return this.speak(() => this.#end(ending, state));
  }

  async #end({ how, kept }: Ending, state: InversionState | null): Promise<void> {
    const lines = [words.end(this.#learning.name, how, kept)];
    if (state && kept !== "nothing") {
      const { step, validations, best, settings } = state;
      lines.push(words.result(step, validations[0]?.loss ?? best.loss, best.loss, settings.size));
      this.#points = validations.map(({ step: at, loss }) => [at, loss]);
      await this.#drawCurve();
    }
    const said = lines.join("\n");
    await this.#opened;
    await this.#progress.deliver(learningProgress(said, this.#pictures, true));
    await this.#card.deliver(await this.#cardView(said, false));
  }

  /** What is said about the style: news of the engine come in no conversation, commands in that of a member. */
  speak<T>(work: () => T): T {
    return speakIn(this.#language, work);
  }

  get #pictures(): LearningPictures {
    return { curve: this.#curve, sample: this.#sample };
  }

  #showProgress(): void {
    const { step, steps } = this.#at;
    if (steps === 0 || this.#over) return;
    const done = step - (this.#since?.step ?? step);
    const each = done > 0 ? (Date.now() - this.#since!.at) / done : null;
    const status = {
      step,
      steps,
      loss: this.#points.at(-1)?.[1] ?? null,
      firstLoss: this.#points[0]?.[1] ?? null,
      endsAt: each === null ? null : Date.now() + each * (steps - step),
      size: this.#size,
    };
    this.#progress.show(learningProgress(words.progress(status), this.#pictures));
  }

  /** One drawing at a time, of the newest points: after a restart they come all at once. */
  async #redraw(): Promise<void> {
    if (this.#drawing) return;
    this.#drawing = true;
    for (let drawn = 0; drawn < this.#points.length;) {
      drawn = this.#points.length;
      await this.#drawCurve();
    }
    this.#drawing = false;
    this.#showProgress();
  }

  async #drawCurve(): Promise<void> {
    const points = this.#points;
    if (points.length < 2) return;
    try {
      const best = points.reduce((lowest, point) => (point[1] < lowest[1] ? point : lowest));
      const data = await lineChart({
        title: words.curveTitle,
        subtitle: words.curveSubtitle,
        xLabel: words.curveSteps,
        figure: number,
        points,
        mark: { point: best, label: words.curveBest(best[1]) },
      });
      this.#curve = { name: "loss.png", data, alt: words.curveAlt(points), key: `curve ${points.at(-1)![0]}` };
    } catch (error) {
      this.#parts.log.warn({ err: error }, "no curve could be drawn");
    }
  }

  async #showCard(said: string): Promise<void> {
    const shown = await this.#cardView(said, true);
    if (!this.#over) this.#card.show(shown);
  }

  async #cardView(said: string, cancels: boolean): Promise<View> {
    const { id, name, userId } = this.#learning;
    this.#thumbnail ??= this.#makeThumbnail();
    return learningCard(`${words.title(name, userId)}\n${said}`, await this.#thumbnail, cancels ? id : null);
  }

  async #makeThumbnail(): Promise<ViewFile | null> {
    const { id, name, pictureSha256: sha256 } = this.#learning;
    const picture = { sha256, width: 0, height: 0, name, notes: [] };
    try {
      return await thumbnailFile(this.#parts.store.files, picture, "style", styleWords.alt({ name }));
    } catch (error) {
      this.#parts.log.warn({ err: error, learning: id }, "the picture of a style cannot be read");
      return null;
    }
  }
}
