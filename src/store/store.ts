/** Everything the bot remembers: a database, and pictures. */
import path from "node:path";

import type { Kysely } from "kysely";

import type { ErasedRepository } from "../jobs/erased.ts";
import type { SharedQueue, WorkerRepository } from "../jobs/fleet.ts";
import type { PictureStore, Repositories } from "../jobs/repositories.ts";
import type { SafetyVerdictRepository } from "../jobs/picture-safety.ts";
import type { StyleRepository } from "../jobs/style.ts";
import type { StyleVectorRepository } from "../jobs/style-likeness.ts";
import type { LearningStateRepository } from "../jobs/tasks.ts";
import { createFolderPictures } from "../pictures/folder.ts";
import { type Shard, WHOLE } from "../shard.ts";
import type { WordList } from "../word-list.ts";
import { type BlockRepository, createBlockRepository } from "./block-repository.ts";
import { createCaptionRepository } from "./caption-repository.ts";
import { type ComparisonRepository, createComparisonRepository } from "./comparison-repository.ts";
import { type DatabaseOptions, openDatabase } from "./database.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { createErasedRepository, tellingPictures } from "./erasing/erased-repository.ts";
import { createErasureRepository, type ErasureRepository } from "./erasing/erasure-repository.ts";
import { createJobDesk, type JobDesk } from "./job-desk.ts";
import { createJobRepository } from "./job-repository.ts";
import { sql } from "./kysely.ts";
import { createPictureRepository } from "./picture-repository.ts";
import { createLearningStateRepository } from "./learning-state-repository.ts";
import { createLearningRepository, type LearningRepository } from "./learning-repository.ts";
import { createOpenReplyRepository, type OpenReplyRepository } from "./open-reply-repository.ts";
import { createRetentionRepository, type RetentionRepository } from "./retention-repository.ts";
import type { Schema } from "./schema.ts";
import { createSharedQueue } from "./shared-queue.ts";
import { createSafetyVerdictRepository } from "./safety-verdict-repository.ts";
import { createServerSettingRepository, type ServerSettingRepository } from "./server-setting-repository.ts";
import { createSettingRepository, type SettingRepository } from "./setting-repository.ts";
import { createPaintedSurveyRepository, type PaintedSurveyRepository } from "./painted-survey-repository.ts";
import { createSurveyRepository, type SurveyRepository } from "./survey-repository.ts";
import { createSurfaceRepository, type SurfaceRepository } from "./surface-repository.ts";
import { createStyleRepository } from "./style-repository.ts";
import { createStyleVectorRepository } from "./style-vector-repository.ts";
import { createWorkerRepository } from "./worker-repository.ts";
import { createVoteSettingRepository, type VoteSettingRepository } from "./vote-setting-repository.ts";
import { createVoteRepository, type VoteRepository } from "./vote-repository.ts";

/** The name of the database in its folder. */
export const DATABASE_FILE = "atelier.db";

/** Who was forgotten, as hashes: beside the database, so that a backup of before does not bring them back. */
export const ERASURES_FILE = "erasures.jsonl";

export interface StoreOptions extends DatabaseOptions {
  /** Left out of descriptions, with their sentences. */
  readonly words?: WordList;
  /** Whose servers this process looks after; default: all. */
  readonly shard?: Shard;
  /** To the server, at most. */
  readonly connections?: number;
  /** By default those in `<dataDir>/pictures`. */
  readonly files?: PictureStore;
}

export interface Store extends Repositories {
  readonly jobDesk: JobDesk;
  readonly surfaces: SurfaceRepository;
  readonly settings: SettingRepository;
  readonly serverSettings: ServerSettingRepository;
  readonly blocks: BlockRepository;
  readonly votes: VoteRepository;
  readonly voteSettings: VoteSettingRepository;
  readonly safetyVerdicts: SafetyVerdictRepository;
  readonly comparisons: ComparisonRepository;
  readonly styles: StyleRepository;
  readonly styleVectors: StyleVectorRepository;
  readonly learnings: LearningRepository;
  readonly learningStates: LearningStateRepository;
  readonly openReplies: OpenReplyRepository;
  readonly workers: WorkerRepository;
  readonly sharedQueue: SharedQueue;
  readonly surveys: SurveyRepository;
  readonly paintedSurveys: PaintedSurveyRepository;
  readonly erasures: ErasureRepository;
  /** Told of every file that is removed through `files`. */
  readonly erased: ErasedRepository;
  readonly retention: RetentionRepository;
  /** For repositories of other parts, made over the same connection. */
  readonly db: Kysely<Schema>;
  close(): Promise<void>;
}

/**
 * Opens `<dataDir>/atelier.db`, or the PostgreSQL database at `url`.
 *
 * @param shard whose rows the lists of what is to be taken up hold; what is asked for by name is found whosever it is
 * @example const store = await openStore(config.DATA_DIR, config.DATABASE_URL, { files: await openPictures(config) });
 * @throws UserError when the database is damaged, newer than this program, or cannot be opened
 */
export async function openStore(
  dataDir: string,
  url?: string,
  {
    shard = WHOLE,
    words,
    connections,
    files = createFolderPictures(path.join(dataDir, "pictures")),
    ...options
  }: StoreOptions = {},
): Promise<Store> {
  const db = await (url === undefined
    ? openDatabase(path.join(dataDir, DATABASE_FILE), MIGRATIONS, options)
    : openServer(url, connections));
  const erased = createErasedRepository(db);
  const settings = createSettingRepository(db);
  const serverSettings = createServerSettingRepository(db, settings);
  return {
    db,
    jobs: createJobRepository(db, shard),
    jobDesk: createJobDesk(db),
    captions: createCaptionRepository(db, words),
    pictures: createPictureRepository(db),
    files: tellingPictures(files, erased),
    surfaces: createSurfaceRepository(db, shard),
    settings,
    serverSettings,
    blocks: createBlockRepository(db),
    votes: createVoteRepository(db, shard),
    voteSettings: createVoteSettingRepository(settings),
    safetyVerdicts: createSafetyVerdictRepository(db),
    comparisons: createComparisonRepository(db, shard),
    styles: createStyleRepository(db),
    styleVectors: createStyleVectorRepository(db, shard),
    learnings: createLearningRepository(db, shard),
    openReplies: createOpenReplyRepository(db, shard),
    learningStates: createLearningStateRepository(db),
    workers: createWorkerRepository(db),
    sharedQueue: createSharedQueue(db),
    surveys: createSurveyRepository(db, shard),
    paintedSurveys: createPaintedSurveyRepository(db),
    erased,
    erasures: createErasureRepository(db, path.join(dataDir, ERASURES_FILE)),
    retention: createRetentionRepository(settings, serverSettings),
    async close() {
      // So that the one file is whole for whoever copies it.
      if (url === undefined) await sql`pragma wal_checkpoint(truncate)`.execute(db).catch(() => undefined);
      await db.destroy();
    },
  };
}

/** Loads the driver where there is a server. */
const openServer = async (url: string, connections?: number): Promise<Kysely<Schema>> =>
  (await import("./postgres-database.ts")).openPostgres(url, connections === undefined ? {} : { connections });
