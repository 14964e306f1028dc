/** The tables of the database, typed for Kysely. The migrations in `migrations/` make them. */
import type { Generated } from "kysely";

import type { JobState } from "../jobs/job.ts";
import type { UsedStylePath } from "../painting.ts";
import type { Variant } from "../variant.ts";
import type { Survey } from "../study/survey/survey.ts";
import type { Place } from "../votes/ballot.ts";
import type { Comparison, ComparisonState } from "../votes/comparison.ts";

/** Times are Unix milliseconds; truth values 0 or 1; JSON is text. */
export interface Schema {
  pictures: PictureTable;
  jobs: JobTable;
  captions: CaptionTable;
  surfaces: SurfaceTable;
  settings: SettingTable;
  rounds: RoundTable;
  candidates: CandidateTable;
  medal_changes: MedalChangeTable;
  comparisons: ComparisonTable;
  comparison_jobs: ComparisonJobTable;
  styles: StyleTable;
  style_vectors: StyleVectorTable;
  learning_states: LearningStateTable;
  safety_verdicts: SafetyVerdictTable;
  learnings: LearningTable;
  open_replies: OpenReplyTable;
  workers: WorkerTable;
  fleet: FleetTable;
  erasures: ErasureTable;
  blocks: BlockTable;
  surveys: SurveyTable;
  survey_pairs: SurveyPairTable;
  survey_pictures: SurveyPictureTable;
  survey_jobs: SurveyJobTable;
  survey_showings: SurveyShowingTable;
  discards: DiscardTable;
  erased_marks: ErasedMarkTable;
}

interface PictureTable {
  sha256: string;
  width: number;
  height: number;
  face_prominent: number | null;
  /** JSON of `FaceReport["faces"]` */
  faces: string | null;
  face_source: "detector" | "moderator" | null;
  /** When somebody came with it last. */
  touched_at: Generated<number>;
}

export interface JobTable {
  id: string;
  state: JobState;
  user_id: string;
  guild_id: string | null;
  /** 1: the bot is no member where it was asked for. */
  outside: Generated<number>;
  content_sha256: string;
  style_sha256: string;
  /** Of a blend. */
  second_style_sha256: Generated<string | null>;
  third_style_sha256: Generated<string | null>;
  parent_id: string | null;
  /** JSON of `JobRequest` */
  request: string;
  turn: number;
  attempts: number;
  /** Of the newest lease (`Lease.fence`); 0: nobody had one. */
  fence: Generated<number>;
  /** Who holds it. */
  worker: Generated<string | null>;
  variant: Variant | null;
  variant_reason: string | null;
  description: string | null;
  describer: string | null;
  /** JSON of `Job["otherWords"]`; `null`: none */
  other_words: Generated<string | null>;
  /** JSON of `JobResult` */
  result: string | null;
  result_sha256: string | null;
  failure: string | null;
  last_fault: string | null;
  created_at: number;
  started_at: number | null;
  settled_at: number | null;
}

interface CaptionTable {
  style_sha256: string;
  describer: string;
  prompt_hash: string;
  text: string;
  created_at: number;
}

export interface SurfaceTable {
  job_id: string;
  guild_id: string | null;
  channel_id: string;
  card_message_id: string | null;
  thread_id: string | null;
  description_message_id: string | null;
  progress_message_id: string | null;
  result_message_id: string | null;
  /** JSON of `string[]` */
  flags: string;
  finished: number;
}

interface SettingTable {
  guild_id: string;
  key: string;
  /** JSON */
  value: string;
}

export interface RoundTable {
  id: string;
  blind: number;
  guild_id: string;
  channel_id: string;
  content_sha256: string;
  style_sha256: string;
  /** `blendKey`; empty: of one style. */
  blend: Generated<string>;
  closes_at: number;
  closed_at: number | null;
}

export interface CandidateTable {
  message_id: string;
  round_id: string;
  job_id: string;
  variant: Variant;
  style_path: UsedStylePath | null;
  engine: string;
  letter: string | null;
  requester_id: string;
  posted_at: number;
  deleted_at: number | null;
}

export interface MedalChangeTable {
  id: Generated<number>;
  round_id: string;
  guild_id: string;
  channel_id: string;
  message_id: string;
  job_id: string;
  content_sha256: string;
  style_sha256: string;
  voter_id: string;
  account_at: number;
  /** JSON of `string[]`; `null`: not known */
  roles: string | null;
  place: Place;
  change: "put" | "taken";
  at: number;
}

export interface ComparisonTable {
  id: string;
  judges: Comparison["judges"];
  state: ComparisonState;
  guild_id: string;
  channel_id: string;
  user_id: string;
  content_sha256: string;
  style_sha256: string;
  hours: number;
  card_message_id: string;
  sheet_message_id: string | null;
  created_at: number;
  closes_at: number | null;
  /** JSON of `CardWords` */
  card_says: string | null;
}

interface ComparisonJobTable {
  comparison_id: string;
  job_id: string;
  letter: string;
}

export interface StyleTable {
  id: string;
  guild_id: string;
  name: string;
  /** The name as names are compared. */
  folded: string;
  owner_id: string;
  picture_sha256: string;
  /** JSON of `PictureRef` */
  picture: string;
  description: string | null;
  token_sha256: string | null;
  created_at: number;
}

interface StyleVectorTable {
  picture_sha256: string;
  /** Id of the network that saw it. */
  network: string;
  /** Float32, little-endian. */
  vector: ArrayBuffer | Uint8Array;
}

interface LearningStateTable {
  learning_id: string;
  /** Of a file in the store of pictures. */
  sha256: string;
  /** Steps done. */
  step: number;
}

interface SafetyVerdictTable {
  picture_sha256: string;
  /** Id of whoever looked at it. */
  checker: string;
  unsafe: number;
}

export interface LearningTable {
  id: string;
  style_id: string;
  guild_id: string;
  user_id: string;
  name: string;
  picture_sha256: string;
  description: string | null;
  channel_id: string;
  card_message_id: string;
  thread_id: string | null;
  progress_message_id: string | null;
  settled: number;
  /** JSON of `Ending` */
  ending: string | null;
}

interface OpenReplyTable {
  interaction_id: string;
  guild_id: string | null;
  sealed_token: string;
  opened_at: number;
}

interface WorkerTable {
  name: string;
  protocol: number;
  /** JSON of `string[]` */
  capabilities: string;
  /** JSON of `EngineInfo` */
  info: string;
  concurrency: number;
  busy: number;
  /** JSON of `string[]` */
  jobs: string;
  /** By the database's clock. */
  seen_at: number;
}

/** At most one row, of id 1. */
interface FleetTable {
  id: number;
  /** Of the job that was begun last; `null`: none was since the queue is shared. */
  turn: Generated<number | null>;
  /** The turn from which the places of waiting jobs are counted. */
  base: Generated<number>;
  /** What the bot speaks that started last. */
  protocol: Generated<number | null>;
}

interface ErasureTable {
  id: string;
  /** Salted hash of the member's id: says afterwards that they were forgotten, and nothing of who they are. */
  subject: string;
  salt: string;
  /** The one server that it is about; `null`: all. */
  guild_id: string | null;
  asked_at: number;
  /** Until it is done. */
  user_id: string | null;
  /** JSON of `MessagePlace[]`: what is still to be taken off Discord. */
  messages: string;
  done_at: number | null;
}

export interface DiscardTable {
  name: string;
  kind: "picture" | "token" | "state" | "learning" | "job";
}

interface ErasedMarkTable {
  /** Counts up, in the order in which rows are seen. */
  id: number;
  /** `markOf` of a name. */
  mark: string;
  whole: number;
  /** By the database's clock. */
  at: number;
}

export interface BlockTable {
  guild_id: string;
  user_id: string;
  by_user_id: string;
  reason: string | null;
  at: number;
}

export interface SurveyTable {
  id: string;
  guild_id: string;
  channel_id: string;
  message_id: string;
  user_id: string;
  run: string;
  state: Exclude<Survey["state"], "painting">;
  per_person: number;
  created_at: number;
  closes_at: number;
  closes_width: number | null;
  closed_at: number | null;
  /** JSON of `SurveyReport` */
  report: string | null;
  /** 1: its pictures were painted for it, of what its beginner gave. */
  made: number;
  /** 1: they still are, and it is open when they are there. */
  painting: number;
}

interface SurveyPairTable {
  survey_id: string;
  number: number;
  content_sha256: string;
  style_sha256: string;
  content_name: string;
  style_name: string;
  face: number | null;
}

interface SurveyPictureTable {
  survey_id: string;
  number: number;
  variant: Variant;
  sha256: string;
}

/** A picture that is not painted yet. */
interface SurveyJobTable {
  survey_id: string;
  number: number;
  variant: Variant;
  /** Who paints it; `null`: nobody was asked. */
  job_id: string | null;
  /** Why it cannot be painted. */
  failure: string | null;
}

export interface SurveyShowingTable {
  survey_id: string;
  guild_id: string;
  user_id: string;
  position: number;
  pair: number;
  /** JSON of `Ranked[]` */
  shown: string;
  created_at: number;
  shown_at: number | null;
  /** JSON of `Ranked[]` */
  ranking: string | null;
  seconds: number | null;
  at: number | null;
}
