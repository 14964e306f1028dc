/** Shows one style that is being learned: its card, and in its thread the steps, the loss as a curve, samples. */
import { lineChart } from "../../images/charts.ts";
import type { EngineHooks } from "../../jobs/engine.ts";
import type { Learning } from "../../store/learnings.ts";
import type { InversionState } from "../../stylize/inversion-state.ts";
import type { Bot } from "../bot.ts";
import { firstThrough, type FirstEdit } from "../first-edit.ts";
import { thumbnailFile } from "../job-pictures.ts";
import { LiveMessage } from "../live-message.ts";
import { nonceFor } from "../nonce.ts";
import { Venue } from "../venue.ts";
import type { ViewFile } from "../view.ts";
import { type End, type Kept, learning as words, styleWords } from "../wording/styles.ts";
import { learningCard, learningProgress, type LearningPictures } from "./views.ts";

const INTERVAL_MS = 5000;

type Parts = Pick<Bot, "client" | "store" | "log">;
type Point = readonly [step: number, loss: number];

export class LearningPresenter {
  readonly #parts: Parts;
  readonly #learning: Learning;
  readonly #venue: Venue;
  readonly #progress: LiveMessage;
  #points: Point[] = [];
  #curve: ViewFile | null = null;
  #sample: LearningPictures["sample"] = null;
  #since: { readonly step: number; readonly at: number } | null = null;
  #at = { step: 0, steps: 0 };
  #size: number | null = null;
  #drawing = false;
  #over = false;
  /** What was last said on the card: edits go one after the other. */
  #card: Promise<void> = Promise.resolve();

  constructor(parts: Parts, learning: Learning) {
    const { client, log, store } = parts;
    const { id, channelId, threadId, progressMessageId } = learning;
    this.#parts = parts;
    this.#learning = learning;
    this.#venue = new Venue({
      client,
      channelId,
      threadId,
      log,
      onMoved: () => store.learnings.note(id, { threadId: null }),
    });
    this.#progress = new LiveMessage({
      home: this.#venue.talk,
      messageId: progressMessageId,
      intervalMs: INTERVAL_MS,
      nonce: nonceFor(id, "learning"),
      follows: true,
      onCreated: (messageId) => store.learnings.note(id, { progressMessageId: messageId }),
      log: log.child({ learning: id }),
    });
  }

  /** Shows the card and opens the thread under it. */
  async open(firstEdit: FirstEdit): Promise<void> {
    const { id, name, cardMessageId } = this.#learning;
    await this.#showCard(words.waiting, true, firstEdit);
    try {
      await this.#venue.openThread(cardMessageId, words.threadName(name));
      await this.#parts.store.learnings.note(id, { threadId: this.#venue.threadId });
    } catch (error) {
      this.#parts.log.warn({ err: error, learning: id }, "no thread for a style that is being learned");
    }
  }

  began(): void {
    void this.#showCard(words.working, true);
  }

  /** It cannot go on for the moment: why. */
  waits(said: string): void {
    void this.#showCard(said, true);
    this.#progress.show(learningProgress(said, this.#pictures));
  }

  /** What the engine tells. @param onStep told about every step */
  hooks(onStep: (step: number) => void): EngineHooks {
    this.#since = null;
    let first: number | null = null;
    return {
      onBegun: (size) => (this.#size = size),
      onProgress: (step, steps) => {
        onStep(step);
        first ??= step;
        // The first step opens the networks, which says nothing of those to come.
        if (step > first) this.#since ??= { step, at: Date.now() };
        this.#at = { step, steps };
        this.#showProgress();
      },
      onLook: (step, loss) => {
        this.#points = [...this.#points.filter(([known]) => known < step), [step, loss]];
        void this.#redraw();
      },
      onPreview: (file, step) => {
        this.#sample = {
          name: "sample.jpg",
          data: file,
          alt: words.sampleAlt(step),
          key: file,
          caption: words.sample(step),
        };
        this.#showProgress();
      },
    };
  }

  /** The last word, on the card and in the thread. */
  async end(how: End, kept: Kept, state: InversionState | null): Promise<void> {
    this.#over = true;
    const lines = [words.end(this.#learning.name, how, kept)];
    if (state && kept !== "nothing") {
      const { step, validations, best, settings } = state;
      lines.push(words.result(step, validations[0]?.loss ?? best.loss, best.loss, settings.size));
      this.#points = validations.map(({ step: at, loss }) => [at, loss]);
      await this.#drawCurve();
    }
    const said = lines.join("\n");
    await this.#progress.settle(learningProgress(said, this.#pictures, true));
    await this.#showCard(said, false);
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
        points,
        mark: { point: best, label: words.curveBest(best[1]) },
      });
      this.#curve = { name: "loss.png", data, alt: words.curveAlt(points), key: `curve ${points.at(-1)![0]}` };
    } catch (error) {
      this.#parts.log.warn({ err: error }, "no curve could be drawn");
    }
  }

  #showCard(said: string, cancels: boolean, firstEdit: FirstEdit | null = null): Promise<void> {
    this.#card = this.#card.then(() => this.#editCard(said, cancels, firstEdit));
    return this.#card;
  }

  async #editCard(said: string, cancels: boolean, firstEdit: FirstEdit | null): Promise<void> {
    const { id, name, userId, cardMessageId, pictureSha256 } = this.#learning;
    const picture = { sha256: pictureSha256, width: 0, height: 0, name, notes: [] };
    try {
      const thumbnail = await thumbnailFile(this.#parts.store.files, picture, "style", styleWords.alt({ name }));
      const edit = firstThrough(firstEdit, this.#venue.front.edit);
      await edit(cardMessageId, learningCard(`${words.title(name, userId)}\n${said}`, thumbnail, cancels ? id : null));
    } catch (error) {
      this.#parts.log.warn({ err: error, learning: id }, "the card of a style cannot be shown");
    }
  }
}
