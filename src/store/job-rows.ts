/** Jobs as rows, and back. */
import type { Insertable, Selectable, Updateable } from "kysely";

import type { Job, JobRequest, JobResult, PictureRef } from "../jobs/job.ts";
import type { JobPatch } from "../jobs/repositories.ts";
import { stylesOf } from "../jobs/request-styles.ts";
import { DEFAULT_SETTINGS } from "../painting.ts";
import type { JobTable } from "./schema.ts";

/** Columns of jobs that refer to pictures. */
export const JOB_PICTURES = [
  "content_sha256",
  "style_sha256",
  "second_style_sha256",
  "third_style_sha256",
  "result_sha256",
] as const satisfies readonly (keyof JobTable)[];

/** Hashes of the pictures that a job refers to. */
export const picturesOf = (row: Pick<Selectable<JobTable>, (typeof JOB_PICTURES)[number]>): readonly string[] =>
  JOB_PICTURES.flatMap((column) => row[column] ?? []);

/** What a job is painted of. */
export const sourcesOf = ({ request }: Job): readonly PictureRef[] => [
  request.content,
  ...stylesOf(request).map(({ picture }) => picture),
];

export function jobToRow(job: Job, turn: number): Insertable<JobTable> {
  const { request } = job;
  const [second, third] = request.blend?.others ?? [];
  return {
    id: job.id,
    state: job.state,
    user_id: request.userId,
    guild_id: request.guildId,
    outside: Number(request.replyTo?.isOutside ?? false),
    content_sha256: request.content.sha256,
    style_sha256: request.style.sha256,
    second_style_sha256: second?.picture.sha256 ?? null,
    third_style_sha256: third?.picture.sha256 ?? null,
    parent_id: request.parentId,
    request: JSON.stringify(request),
    turn,
    attempts: job.attempts,
    variant: job.variant,
    variant_reason: job.variantReason,
    description: job.description,
    describer: job.describer,
    other_words: wordsColumn(job.otherWords),
    result: job.result && JSON.stringify(job.result),
    result_sha256: job.result?.picture.sha256 ?? null,
    failure: job.failure,
    last_fault: job.lastFault,
    created_at: job.createdAt,
    started_at: job.startedAt,
    settled_at: job.settledAt,
  };
}

const wordsColumn = (words: Job["otherWords"]): string | null => (words.length === 0 ? null : JSON.stringify(words));

export const rowToJob = (row: Selectable<JobTable>): Job => ({
  id: row.id,
  state: row.state,
  request: requestOf(row.request),
  attempts: row.attempts,
  variant: row.variant,
  variantReason: row.variant_reason,
  description: row.description,
  describer: row.describer,
  otherWords: row.other_words === null ? [] : (JSON.parse(row.other_words) as Job["otherWords"]),
  result: row.result === null ? null : (JSON.parse(row.result) as JobResult),
  failure: row.failure,
  lastFault: row.last_fault,
  createdAt: row.created_at,
  startedAt: row.started_at,
  settledAt: row.settled_at,
});

/** A stored request. Those from before a setting was there are without it, and were painted by its default. */
const requestOf = (json: string): JobRequest => {
  const { keepColors, speed, loras } = DEFAULT_SETTINGS;
  return { keepColors, speed, loras, ...(JSON.parse(json) as Omit<JobRequest, "keepColors" | "speed" | "loras">) };
};

/** The columns that a patch sets. */
export function patchToColumns(patch: JobPatch): Updateable<JobTable> {
  const columns: Updateable<JobTable> = {};
  if (patch.attempts !== undefined) columns.attempts = patch.attempts;
  if (patch.variant !== undefined) columns.variant = patch.variant;
  if (patch.variantReason !== undefined) columns.variant_reason = patch.variantReason;
  if (patch.description !== undefined) columns.description = patch.description;
  if (patch.describer !== undefined) columns.describer = patch.describer;
  if (patch.otherWords !== undefined) columns.other_words = wordsColumn(patch.otherWords);
  if (patch.failure !== undefined) columns.failure = patch.failure;
  if (patch.lastFault !== undefined) columns.last_fault = patch.lastFault;
  if (patch.startedAt !== undefined) columns.started_at = patch.startedAt;
  if (patch.settledAt !== undefined) columns.settled_at = patch.settledAt;
  if (patch.result !== undefined) {
    columns.result = patch.result && JSON.stringify(patch.result);
    columns.result_sha256 = patch.result?.picture.sha256 ?? null;
  }
  return columns;
}
