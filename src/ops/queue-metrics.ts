/** What waits, for how long, and what becomes of it. */
import { Counter, Histogram, type Registry } from "prom-client";

import type { Job } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { JobDesk } from "../store/job-desk.ts";
import { askedGauge, askedGauges } from "./asked-gauge.ts";

/** Seconds: a picture takes two with the embedded engine and an hour at the end of a long queue. */
const WAITS = [1, 5, 15, 60, 300, 900, 3600, 10_800];
const STAGES = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600];

/** @returns a function that ends the measuring */
export function measureQueue(
  registry: Registry,
  queue: Pick<JobQueue, "subscribe">,
  desk: Pick<JobDesk, "counts">,
): () => void {
  const registers = [registry];
  const jobs = {
    name: "atelier_jobs",
    help: "Jobs of the whole installation that are not settled, by state.",
    label: "state",
  };
  askedGauges(registry, jobs, async () => Object.entries((await desk.counts()).byState));
  const oldest = "How long the job has waited that has waited longest, of the whole installation; 0 when none waits.";
  askedGauge(registry, "atelier_queue_oldest_waiting_seconds", oldest, async () => {
    const { oldestQueuedAt } = await desk.counts();
    return oldestQueuedAt === null ? 0 : Math.max(0, Date.now() - oldestQueuedAt) / 1000;
  });
  const settled = new Counter({
    name: "atelier_jobs_settled_total",
    help: "Jobs that this process saw settled, by their end.",
    labelNames: ["end"],
    registers,
  });
  for (const end of ["done", "failed", "cancelled"]) settled.inc({ end }, 0);
  const wait = new Histogram({
    name: "atelier_job_wait_seconds",
    help: "From the time a job was queued until an engine began to work on it.",
    buckets: WAITS,
    registers,
  });
  const stage = new Histogram({
    name: "atelier_job_stage_seconds",
    help: "How long the stages of finished jobs took: caption (0 when the words were known) and stylize.",
    labelNames: ["stage"],
    buckets: STAGES,
    registers,
  });
  const observe = ({ state, createdAt, startedAt, result }: Job): void => {
    settled.inc({ end: state });
    if (startedAt !== null) wait.observe(Math.max(0, startedAt - createdAt) / 1000);
    if (!result) return;
    stage.observe({ stage: "caption" }, result.seconds.caption);
    stage.observe({ stage: "stylize" }, result.seconds.stylize);
  };
  return queue.subscribe(({ type, job }) => {
    if (type === "done" || type === "failed" || type === "cancelled") observe(job);
  });
}
