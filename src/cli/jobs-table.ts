/** Jobs as `atelier jobs` shows them to people: a list within 80 columns, and everything about one. */
import { excerpt } from "../errors.ts";
import { wordsOf } from "../jobs/description.ts";
import { type Job, type JobState } from "../jobs/job.ts";
import { stylesOf } from "../jobs/request-styles.ts";
import type { JobEntry } from "../store/job-desk.ts";
import type { Paint } from "./paint.ts";

const COLOUR = {
  queued: "yellow",
  captioning: "cyan",
  stylizing: "cyan",
  done: "green",
  failed: "red",
  cancelled: "dim",
} as const satisfies Record<JobState, Parameters<Paint>[0]>;

/** What a line may hold of a text that somebody wrote. */
const LONGEST = 2000;

/** @param now Unix milliseconds */
export function jobTable(entries: readonly JobEntry[], now: number, paint: Paint): string {
  if (entries.length === 0) return "No job waits or runs, and none of these failed.";
  const stateWidth = Math.max(...entries.map(({ job }) => job.state.length));
  const lines = entries.map(({ job }) => {
    const reason = job.failure ?? (job.state === "queued" ? job.lastFault : null);
    return [
      `${job.id.padEnd(26)}  ${paint(COLOUR[job.state], job.state.padEnd(stateWidth))}  ${whenOf(job, now)}`,
      ...(reason === null ? [] : [`    ${paint("dim", excerpt(reason, LONGEST))}`]),
    ].join("\n");
  });
  return lines.join("\n");
}

/** @param now Unix milliseconds */
export function jobDetails({ job, worker }: JobEntry, now: number, paint: Paint): string {
  const { request, result } = job;
  const rows: readonly (readonly [string, string | null])[] = [
    ["state", paint(COLOUR[job.state], job.state)],
    ["asked", timeWords(job.createdAt, now)],
    ["begun", timeWords(job.startedAt, now)],
    ["ended", timeWords(job.settledAt, now)],
    ["attempts", String(job.attempts)],
    ["why it failed", job.failure],
    ["what the attempt before met", job.lastFault],
    ["worker", worker],
    ["server", request.guildId],
    ["member", request.userId],
    ["variant", job.variant ?? request.variant],
    ["because", job.variantReason],
    ["settings", `${request.size} px, strength ${request.strength}, seed ${request.seed}, ${request.speed}`],
    ["content", pictureWords(request.content)],
    ...stylesOf(request).map(
      ({ picture, weight }, n) =>
        [
          n === 0 ? "style" : "and",
          `${pictureWords(picture)}${request.blend ? `, ${percentOf(weight)}` : ""}`,
        ] as const,
    ),
    ...wordsOf(job).map(({ text }) => ["description", text] as const),
    ["result", result && pictureWords(result.picture)],
    ["painted by", result && `${result.engine}, ${result.steps} steps, ${result.seconds.total.toFixed(1)} s`],
    ["reruns", request.parentId],
  ];
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.map(([name, value]) => {
    // Colours are ours, control characters are not.
    const text = name === "state" ? value : excerpt(value, LONGEST);
    return `${paint("dim", name.padEnd(width))}  ${text}`;
  });
  return `${paint("bold", job.id)}\n${lines.join("\n")}`;
}

const percentOf = (weight: number): string => `${Math.round(weight * 100)} %`;

const pictureWords = ({ sha256, width, height, name }: Job["request"]["content"]): string =>
  `${width} x ${height}, ${sha256}${name === "" ? "" : ` (${name})`}`;

function whenOf({ state, createdAt, startedAt, settledAt }: Job, now: number): string {
  if (settledAt !== null) return ago(settledAt, now);
  if (state === "queued") return `waits for ${span(now - createdAt)}`;
  return `runs for ${span(now - (startedAt ?? createdAt))}`;
}

const timeWords = (at: number | null, now: number): string | null =>
  at === null ? null : `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC (${ago(at, now)})`;

const ago = (at: number, now: number): string => `${span(now - at)} ago`;

/** A time in the largest unit that it holds twice. */
function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
