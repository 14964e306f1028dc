/** Studies over pictures that a server gives: from what a manager sends to the moment when people are invited. */
import { freeBytes } from "../../checkpoints/disk.ts";
import { messageOf, UserError } from "../../errors.ts";
import type { PictureRef } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Tasks } from "../../jobs/tasks.ts";
import type { Logger } from "../../log.ts";
import type { Eraser } from "../../store/erasing/eraser.ts";
import type { Store } from "../../store/store.ts";
import { FEWEST_PAIRS } from "../../study/survey/offer.ts";
import type { Survey } from "../../study/survey/survey.ts";
import { VARIANTS } from "../../variant.ts";
import { sayAloud } from "../../words/say.ts";
import type { Upload } from "../intake/downloads.ts";
import type { Intake, Wanted } from "../intake/intake.ts";
import { noticeView } from "../messages/components.ts";
import { type PendingReply, replyPlace } from "../messages/pending-reply.ts";
import type { View } from "../messages/view.ts";
import { studyWords as words } from "../wording/study.ts";
import { type Asker, newSurvey, type SurveyTerms } from "./new-survey.ts";
import { secondsOfPictures } from "./picture-seconds.ts";
import { StudyPainter } from "./study-painter.ts";
import { paintingView } from "./survey-views.ts";

/** What a picture takes at most for each pixel. */
const PIXEL_BYTES = 3;

export interface PaintedStudiesOptions {
  readonly store: Store;
  readonly intake: Intake;
  readonly queue: JobQueue;
  readonly tasks: Pick<Tasks, "findFaces">;
  readonly log: Logger;
  readonly dataDir: string;
  /** Long side of the pictures. */
  readonly size: number;
  /** Pictures that are painted at once; `null` where workers paint. */
  readonly concurrency: number | null;
  readonly eraser: Eraser;
  /** Has a study's message show something else. */
  readonly edit: (survey: Survey, view: View) => Promise<void>;
  /** There is a picture more, or all are over. */
  readonly onMoved: (survey: Survey) => void;
}

/** What a manager asks for: people about pictures that are painted for it. */
export interface PaintedOrder extends SurveyTerms {
  readonly name: string;
  readonly contents: readonly Upload[];
  readonly styles: readonly { readonly name: string; readonly picture: NonNullable<Wanted["style"]> }[];
}

export class PaintedStudies {
  readonly #options: PaintedStudiesOptions;
  readonly #painter: StudyPainter;
  /** Servers whose pictures are on their way. */
  readonly #making = new Set<string>();

  constructor(options: PaintedStudiesOptions) {
    this.#options = options;
    this.#painter = new StudyPainter({ ...options, erase: (jobId) => options.eraser.job(jobId) });
  }

  /**
   * Takes contents and styles in, and has every pair of them painted; people are invited when all are there.
   *
   * @throws UserError when pictures are too few, alike or refused here, there is no room, or a study is being painted here
   */
  async make(order: PaintedOrder, asker: Asker, reply: PendingReply): Promise<void> {
    const { guildId } = asker;
    if (this.#making.has(guildId)) throw new UserError("survey-painting", words.paintingAlready);
    this.#making.add(guildId);
    try {
      await this.#make(order, asker, reply);
    } finally {
      this.#making.delete(guildId);
    }
  }

  async #make(order: PaintedOrder, { userId, guildId }: Asker, reply: PendingReply): Promise<void> {
    const { store, size, dataDir, intake } = this.#options;
    const { name, contents, styles, each, ...terms } = order;
    const known = await store.surveys.list(guildId);
    if (known.some(({ state }) => state === "painting")) throw new UserError("survey-painting", words.paintingAlready);
    if (known.some((other) => other.run === name && other.state === "open"))
      throw new UserError("survey-open", words.under(name));
    const count = contents.length * styles.length;
    if (count < FEWEST_PAIRS) throw new UserError("survey-too-small", words.tooFewPairs);
    if ((await freeBytes(dataDir)) < count * VARIANTS.length * PIXEL_BYTES * size ** 2)
      throw new UserError("survey-no-room", words.noRoom);
    const { channelId, messageId } = replyPlace(reply);
    const releases: (() => Promise<void>)[] = [];
    try {
      const [from, by]: [PictureRef[], PictureRef[]] = [[], []];
      for (const content of contents) {
        const taken = await intake.take(userId, channelId, { content });
        releases.push(taken.release);
        expectOthers(from, taken.content);
        from.push(taken.content);
      }
      for (const style of styles) {
        const taken = await intake.take(userId, channelId, { style: style.picture });
        releases.push(taken.release);
        expectOthers(by, { ...taken.style, name: style.name });
        by.push({ ...taken.style, name: style.name });
      }
      const faces = new Map<string, boolean | null>();
      for (const { sha256 } of from) faces.set(sha256, await this.#showsFace(sha256));
      const pairs = by.flatMap((style) =>
        from.map((content) => ({ content, style, face: faces.get(content.sha256)! })),
      );
      const wanted = { ...terms, each: Math.min(each, pairs.length) };
      const place = { userId, guildId, channelId, messageId, run: name, state: "painting", made: true } as const;
      const survey = newSurvey(wanted, place);
      const numbered = pairs.map((pair, number) => ({ number, ...pair }));
      await store.paintedSurveys.insert(survey, numbered, [...from, ...by]);
      this.#making.delete(guildId);
      await reply.show(await sayAloud(() => this.#view(survey)));
      this.#painter.goOn(survey.id);
    } finally {
      for (const release of releases) await release();
    }
  }

  /** Takes up one that an earlier process left. */
  goOn(id: string): void {
    this.#painter.goOn(id);
  }

  close(): Promise<void> {
    return this.#painter.close();
  }

  /** Ends one that is being painted, which goes with all that is there of it. @returns `false` when it is not any more */
  async stop(id: string): Promise<boolean> {
    const { store, edit, eraser } = this.#options;
    const survey = await store.surveys.get(id);
    if (survey?.state !== "painting") return false;
    await this.#painter.callOff(id);
    await edit(
      survey,
      sayAloud(() => noticeView(words.paintingStopped(survey))),
    );
    await eraser.survey(id);
    return true;
  }

  /** Has its message say how far it is. @returns whether people can be invited now */
  async show(survey: Survey): Promise<boolean> {
    const { store, edit, eraser } = this.#options;
    const { surveys, paintedSurveys } = store;
    const left = await paintedSurveys.left(survey.id);
    const failed = left.filter(({ failure }) => failure !== null);
    if (failed.length < left.length) {
      await edit(survey, await this.#view(survey));
      return false;
    }
    const broken = new Set(failed.map(({ number }) => number)).size;
    if ((await surveys.pairs(survey.id)).length - broken >= FEWEST_PAIRS) {
      await paintedSurveys.open(survey.id, Date.now());
      return true;
    }
    await edit(survey, noticeView(words.notPainted(survey, failed[0]?.failure ?? "")));
    await eraser.survey(survey.id);
    return false;
  }

  async #view(survey: Survey): Promise<View> {
    const { store, size, concurrency } = this.#options;
    const of = VARIANTS.length * (await store.surveys.pairs(survey.id)).length;
    const left = (await store.paintedSurveys.left(survey.id)).filter(({ failure }) => failure === null).length;
    const each = this.#painter.secondsEach ?? (await secondsOfPictures(store, size));
    const seconds = each === null || concurrency === null ? null : (each * left) / concurrency;
    return paintingView(survey, { done: of - left, of, seconds });
  }

  /** `null` where nobody can look just now: it says which row of the table a pair is in, no more. */
  async #showsFace(sha256: string): Promise<boolean | null> {
    const { store, tasks, log } = this.#options;
    try {
      const known = await store.pictures.faceVerdict(sha256);
      const verdict = known ?? { ...(await tasks.findFaces({ sha256 })), source: "detector" as const };
      if (!known) await store.pictures.saveFaceVerdict(sha256, verdict);
      return verdict.prominent;
    } catch (error) {
      log.warn({ error: messageOf(error) }, "faces could not be looked for");
      return null;
    }
  }
}

/** @throws UserError where a picture is among the others already: its pairs would be asked about twice */
function expectOthers(others: readonly PictureRef[], { sha256, name }: PictureRef): void {
  const same = others.find((other) => other.sha256 === sha256);
  if (same) throw new UserError("survey-alike", words.alike(same.name, name));
}
