/**
 * Studies that people of a server take part in, from the invitation to the result.
 *
 * Face of this room. Beside it `survey-views.ts` has what people see, `painted-studies.ts` those that are painted first; who
 * is shown what is in `src/study/survey`.
 */
import type { Client } from "discord.js";

import path from "node:path";

import { messageOf, UserError } from "../../errors.ts";
import type { PictureRef } from "../../jobs/job.ts";
import { STUDIES } from "../../process-folders.ts";
import type { Random } from "../../random.ts";
import { Eraser } from "../../store/erasing/eraser.ts";
import { markWhereAnswersChanged } from "../../study/out-of-date.ts";
import { answersFile } from "../../study/survey/answers.ts";
import { nextBlock } from "../../study/survey/design.ts";
import { type OfferedPicture, offerOf, runsIn } from "../../study/survey/offer.ts";
import { rankingsHash, type Standing, standingOf, widestInterval } from "../../study/survey/standing.ts";
import type { Survey, SurveyPair } from "../../study/survey/survey.ts";
import { VARIANTS } from "../../variant.ts";
import { sayAloud } from "../../words/say.ts";
import { anonymise, toCsv } from "../../votes/export.ts";
import { LETTERS, type Letter } from "../../votes/comparison.ts";
import { isMessageGone, isPlaceGone } from "../discord-error.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { type PendingReplies, type PendingReply, replyPlace } from "../messages/pending-reply.ts";
import { Venue } from "../messages/venue.ts";
import type { Cover, View, ViewFile } from "../messages/view.ts";
import { speakToServer } from "../language.ts";
import { studyWords as words } from "../wording/study.ts";
import { type Asker, newSurvey, type SurveyTerms } from "./new-survey.ts";
import { PaintedStudies, type PaintedStudiesOptions } from "./painted-studies.ts";
import {
  consentView,
  invitationView,
  outOfDateView,
  reportView,
  resultView,
  showingView,
  statusView,
  thanksView,
} from "./survey-views.ts";

/** Longest time that a timer can be set for. */
const LONGEST_MS = 2 ** 31 - 1;

export interface SurveysOptions extends Omit<PaintedStudiesOptions, "eraser" | "edit" | "onMoved"> {
  readonly client: Client;
  readonly deliveries: Deliveries;
  readonly replies: PendingReplies;
  readonly cover: Cover;

  readonly random?: Random;
}

/** What a manager asks for: people about a finished run. */
export interface SurveyOrder extends SurveyTerms {
  readonly run: string;
}

export class Surveys {
  readonly #options: SurveysOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Those whose pictures are painted for them. */
  readonly painted: PaintedStudies;
  /** Where the owner puts runs that people may be asked about. */
  readonly #folder: string;
  #closed = false;

  constructor(options: SurveysOptions) {
    const { store, intake, dataDir } = options;
    this.#options = options;
    this.#folder = path.join(dataDir, STUDIES);
    this.painted = new PaintedStudies({
      ...options,
      eraser: new Eraser({ store, dataDir, discard: intake.discard.bind(intake) }),
      edit: (survey, shown) => this.#edit(survey, survey.messageId, shown),
      onMoved: (survey) => this.#changed(survey),
    });
  }

  /** Names of runs that people can be asked about. */
  runs(): Promise<readonly string[]> {
    return runsIn(this.#folder);
  }

  /**
   * Takes the pictures of a run into the store, and invites.
   *
   * @throws UserError when the run cannot be used, a picture is refused here, or people are taking part in it already
   */
  async begin({ run, days, width, each }: SurveyOrder, { userId, guildId }: Asker, reply: PendingReply): Promise<void> {
    const { store } = this.#options;
    const known = await store.surveys.list(guildId);
    if (known.some((other) => other.run === run && other.state === "open"))
      throw new UserError("survey-open", words.under(run));
    const offered = await offerOf(this.#folder, run);
    const { channelId, messageId } = replyPlace(reply);
    const releases: (() => Promise<void>)[] = [];
    const taken: PictureRef[] = [];
    const take = async ({ file, name }: OfferedPicture): Promise<PictureRef> => {
      const { style, release } = await this.#options.intake.take(userId, channelId, {
        style: { file, name, isOwners: true },
      });
      releases.push(release);
      taken.push(style);
      return style;
    };
    try {
      const pairs: SurveyPair[] = [];
      for (const [number, { content, style, face, pictures }] of offered.entries()) {
        const [from, by] = [await take(content), await take(style)];
        const painted: (readonly [string, string])[] = [];
        for (const variant of VARIANTS) painted.push([variant, (await take(pictures[variant])).sha256]);
        pairs.push({
          number,
          content: { sha256: from.sha256, name: content.name },
          style: { sha256: by.sha256, name: style.name },
          face,
          pictures: Object.fromEntries(painted) as SurveyPair["pictures"],
        });
      }
      const terms = { days, width, each: Math.min(each, pairs.length) };
      const survey = newSurvey(terms, { userId, guildId, channelId, messageId, run, state: "open", made: false });
      await store.surveys.insert(survey, pairs, taken);
      await reply.show(sayAloud(() => invitationView(survey, pairs.length, 0, 0)));
      this.#schedule(survey);
    } finally {
      for (const release of releases) await release();
    }
  }

  /** What somebody sees next: what they agree to, the next pair, or thanks. @throws UserError when it is over or gone */
  async next(id: string, userId: string): Promise<View> {
    const survey = await this.#open(id);
    const share = await this.#options.store.surveys.share(id, userId);
    return share.length === 0 ? consentView(survey) : this.#nextOf(survey, userId);
  }

  /** Gives somebody their share, once. @returns what they see next */
  async agree(id: string, userId: string): Promise<View> {
    const { store, random = Math.random } = this.#options;
    const survey = await this.#open(id);
    const pairs = (await store.surveys.pairs(id)).length;
    await store.surveys.join(id, userId, (shown) => nextBlock({ pairs, each: survey.each }, shown, random));
    return this.#nextOf(survey, userId);
  }

  /**
   * Takes one press on A, B or C.
   *
   * @param picked the letters that were pressed for this showing, the best first
   */
  async rank(id: string, userId: string, position: number, picked: readonly Letter[]): Promise<View> {
    const { surveys } = this.#options.store;
    const survey = await this.#open(id);
    const share = await surveys.share(id, userId);
    const showing = share[position];
    const [best, second] = picked.map((letter) => showing?.order[LETTERS.indexOf(letter)]);
    if (showing && showing.ranking === null && best !== undefined && second !== undefined && best !== second) {
      const at = Date.now();
      const rest = showing.order.filter((each) => each !== best && each !== second);
      const seconds = (at - (showing.shownAt ?? at)) / 1000;
      await surveys.rank(id, { userId, position, ranking: [best, second, ...rest], seconds, at });
      if (share.every((other) => other.ranking !== null || other.position === position)) this.#changed(survey);
      return this.#nextOf(survey, userId);
    }
    return this.#nextOf(survey, userId, showing?.ranking === null && best !== undefined ? picked[0] : null);
  }

  /** Takes all that somebody answered out, also of a study that is over. */
  async withdraw(id: string, userId: string): Promise<string> {
    const { surveys } = this.#options.store;
    const survey = await surveys.get(id);
    if (!survey) throw new UserError("survey-gone", words.gone);
    const had = await surveys.withdraw(id, userId);
    if (had) this.#changed(survey);
    return had ? words.withdrawn : words.nothingToWithdraw;
  }

  /** @returns `false` when it is over already */
  async close(survey: Survey): Promise<boolean> {
    const closed = await this.#options.store.surveys.close(survey.id, Date.now());
    if (closed) this.#changed(survey);
    return closed;
  }

  async status(survey: Survey): Promise<View> {
    const { standing, rankings } = await this.#standing(survey);
    return statusView(survey, standing, rankings.length);
  }

  /** Posts a report, which is taken back when answers change. */
  async report(survey: Survey, reply: PendingReply): Promise<void> {
    const { store } = this.#options;
    const { channelId, messageId } = replyPlace(reply);
    const { standing, pairs, rankings } = await this.#standing(survey);
    const salt = await store.voteSettings.exportSalt();
    const file = (name: string, data: string): ViewFile => ({
      name,
      data: Buffer.from(data),
      alt: sayAloud(() => words.reportFiles),
      key: name,
    });
    const files =
      rankings.length === 0
        ? []
        : [
            file("ballots.csv", toCsv(anonymise(standing.ballots, salt))),
            file("ballots.json", answersFile(survey, pairs, rankings, salt)),
          ];
    await reply.show(sayAloud(() => reportView(survey, standing, Date.now(), files)));
    await store.surveys.noteReport(survey.id, { channelId, messageId, of: rankingsHash(rankings), marked: false });
    // Somebody may have answered, or withdrawn, while it was made.
    this.#changed(survey);
  }

  /** Of a server: that one, or the newest. @throws UserError where there is none */
  async find(guildId: string, id: string | null): Promise<Survey> {
    const known = await this.#options.store.surveys.list(guildId);
    const found = id === null ? known[0] : known.find((survey) => survey.id === id);
    if (!found) throw new UserError("survey-unknown", words.unknown);
    return found;
  }

  /** Takes up what an earlier process left. */
  async resume(): Promise<void> {
    const left = await this.#options.store.surveys.unfinished();
    this.changed(left);
    for (const { id, state } of left) if (state === "painting") this.painted.goOn(id);
  }

  /** Answers in them were erased: what shows them is looked at again. */
  changed(surveys: readonly Survey[]): void {
    for (const survey of surveys) this.#changed(survey);
  }

  async stop(): Promise<void> {
    this.#closed = true;
    await this.painted.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #open(id: string): Promise<Survey> {
    const survey = await this.#options.store.surveys.get(id);
    if (!survey) throw new UserError("survey-gone", words.gone);
    if (survey.state === "painting") throw new UserError("survey-painting", words.notYet);
    if (survey.state !== "open") throw new UserError("survey-closed", words.closed);
    return survey;
  }

  async #nextOf(survey: Survey, userId: string, best: Letter | null = null): Promise<View> {
    const { surveys, files } = this.#options.store;
    const share = await surveys.share(survey.id, userId);
    const showing = share.find(({ ranking }) => ranking === null);
    if (!showing) return thanksView(survey, share.length);
    const pair = (await surveys.pairs(survey.id))[showing.pair]!;
    const shown = await showingView(survey, pair, showing, share.length, best, files);
    await surveys.noteShown(survey.id, userId, showing.position, Date.now());
    return shown;
  }

  async #standing(survey: Survey) {
    const { surveys } = this.#options.store;
    const [pairs, rankings] = [await surveys.pairs(survey.id), await surveys.rankings(survey.id)];
    return { pairs, rankings, standing: standingOf(survey, pairs, rankings) };
  }

  #changed({ id, channelId }: Pick<Survey, "id" | "channelId">): void {
    void this.#options.deliveries.owe(`study ${id}`, channelId, () => this.#show(id));
  }

  /** Has everything that stands on Discord say what is the case. May be called again at any time. */
  async #show(id: string): Promise<void> {
    const known = await this.#options.store.surveys.get(id);
    if (known) await speakToServer(this.#options, known.guildId, () => this.#showTo(known));
  }

  /** To everybody in its server. */
  async #showTo(known: Survey): Promise<void> {
    const { surveys } = this.#options.store;
    const { id } = known;
    if (known.state === "painting" && !(await this.painted.show(known))) return;
    let survey = known.state === "painting" ? await surveys.get(id) : known;
    if (!survey) return;
    const { standing, pairs, rankings } = await this.#standing(survey);
    if (survey.state === "open" && this.#isEnough(survey, standing)) {
      await surveys.close(id, Date.now());
      survey = (await surveys.get(id))!;
    }
    const front =
      survey.state === "open"
        ? invitationView(survey, pairs.length, standing.people, rankings.length)
        : resultView(survey, standing);
    await this.#edit(survey, survey.messageId, front);
    await this.#markReport(survey, rankingsHash(rankings));
    if (!survey.made) await this.#markFiles(survey, rankingsHash(rankings));
    if (survey.state === "open") this.#schedule(survey);
    else await surveys.noteShownResult(id);
  }

  #isEnough({ closesAt, closesWidth }: Survey, standing: Standing): boolean {
    if (Date.now() >= closesAt) return true;
    const width = closesWidth === null ? null : widestInterval(standing);
    return width !== null && width <= closesWidth!;
  }

  async #markReport(survey: Survey, now: string): Promise<void> {
    const { report } = survey;
    if (report === null || report.marked || report.of === now) return;
    await this.#edit({ ...survey, channelId: report.channelId }, report.messageId, outOfDateView(survey));
    await this.#options.store.surveys.noteReport(survey.id, { ...report, marked: true });
  }

  /** Of a report that the owner had made in the run's folder. */
  async #markFiles({ id, run }: Survey, hash: string): Promise<void> {
    const { log } = this.#options;
    try {
      await markWhereAnswersChanged(path.join(this.#folder, run), { survey: id, hash });
    } catch (error) {
      log.warn({ run, error: messageOf(error) }, "a report in the run's folder could not be marked as out of date");
    }
  }

  async #edit({ channelId }: Survey, messageId: string, shown: View): Promise<void> {
    const { client, replies, log, cover } = this.#options;
    const onMoved = (): Promise<void> => Promise.resolve();
    const venue = new Venue({ client, channelId, threadId: null, replies, log, cover, onMoved });
    await venue.edit(messageId, shown).catch((error: unknown) => {
      // Somebody took it away: there is nothing to keep up to date.
      if (!isMessageGone(error) && !isPlaceGone(error)) throw error;
    });
  }

  #schedule({ id, channelId, closesAt }: Survey): void {
    clearTimeout(this.#timers.get(id));
    if (this.#closed) return;
    const wait = Math.min(LONGEST_MS, Math.max(0, closesAt - Date.now()));
    this.#timers.set(id, setTimeout(() => this.#changed({ id, channelId }), wait).unref());
  }
}
