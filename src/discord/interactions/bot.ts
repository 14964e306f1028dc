/** What the handlers of commands and buttons work with. */
import type { Client } from "discord.js";

import type { Config } from "../../config.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { StyleVectors } from "../../jobs/style-vectors.ts";
import type { Tasks } from "../../jobs/tasks.ts";
import type { WordList } from "../../word-list.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import type { Erasing } from "../erasure/erasing.ts";
import type { Intake } from "../intake/intake.ts";
import type { PictureFilter } from "../safety/picture-filter.ts";
import type { Allowances } from "../server/allowance.ts";
import type { ServerLog } from "../server/server-log.ts";
import type { KeptForms } from "./kept-forms.ts";
import type { OpenReplies } from "./open-replies.ts";
import type { PressOnce } from "./press-once.ts";
import type { Presenter } from "../jobs/presenter.ts";
import type { Comparisons } from "../votes/comparisons.ts";
import type { Surveys } from "../study/surveys.ts";
import type { LearningDesk } from "../styles/learning-desk.ts";
import type { Votes } from "../votes/votes.ts";

export interface Bot {
  readonly config: Config;
  readonly log: Logger;
  readonly store: Store;
  readonly queue: JobQueue;
  readonly tasks: Tasks;
  readonly client: Client;
  readonly intake: Intake;
  readonly filter: PictureFilter;
  /** That nobody paints by. */
  readonly words: WordList;
  readonly pressOnce: PressOnce;
  readonly keptForms: KeptForms;
  readonly openReplies: OpenReplies;
  readonly deliveries: Deliveries;
  /**
   * Resolves when everything that an earlier process left is taken up, so that what is new is not mistaken for it; rejects
   * with a `CancelledError` when the bot goes down before.
   */
  readonly resumed: Promise<void>;
  /** Aborted, with a `CancelledError`, when the bot goes down: whatever somebody waits for ends. */
  readonly closing: AbortSignal;
  readonly presenter: Presenter;
  /** The name people see for a describer's id. */
  readonly describerLabel: (id: string) => string;
  readonly votes: Votes;
  readonly allowances: Allowances;
  readonly serverLog: ServerLog;
  readonly learning: LearningDesk;
  readonly styleVectors: StyleVectors;
  readonly comparisons: Comparisons;
  readonly surveys: Surveys;
  readonly erasing: Erasing;
}
