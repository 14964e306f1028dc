/** `atelier jobs`: what waits, runs and went wrong, and what can be done about it by hand, while the bot runs. */
import { type Command, Option } from "commander";

import { UserError } from "../errors.ts";
import { JOB_STATES, type JobState, UNSETTLED_STATES } from "../jobs/job.ts";
import type { JobDesk, JobEntry, RetryRefusal } from "../store/job-desk.ts";
import { jobDetails, jobTable } from "./jobs-table.ts";
import { numberBetween } from "./options.ts";
import { paintFor } from "./paint.ts";
import { withStore } from "./with-store.ts";

const MOST = 10_000;

export function registerJobs(program: Command): void {
  const jobs = program.command("jobs").description("look after jobs, while the bot runs or not");

  jobs
    .command("list")
    .description("what waits and runs, and what failed; the newest first")
    .addOption(new Option("--state <state>", "those in one state only").choices(JOB_STATES))
    .option("--limit <n>", "at most so many", numberBetween(1, MOST, true), 20)
    .option("--json", "print one JSON array and nothing else", false)
    .action(async ({ state, limit, json }: { state?: JobState; limit: number; json: boolean }) => {
      const found = await withDesk((desk) => desk.list(state ? [state] : [...UNSETTLED_STATES, "failed"], limit));
      if (json) return console.log(JSON.stringify(found.map(plain)));
      console.log(jobTable(found, Date.now(), paintFor(process.stdout)));
    });

  jobs
    .command("show")
    .description("everything about one job")
    .argument("<id>", "as `atelier jobs list` says it")
    .option("--json", "print one JSON object and nothing else", false)
    .action(async (id: string, { json }: { json: boolean }) => {
      const found = await withDesk(async (desk) => (await desk.get(id)) ?? unknown(id));
      console.log(json ? JSON.stringify(plain(found)) : jobDetails(found, Date.now(), paintFor(process.stdout)));
    });

  jobs
    .command("retry")
    .description("queue jobs that failed once more; a bot that runs takes them up within seconds")
    .argument("<ids...>", "as `atelier jobs list --state failed` says them")
    .action((ids: readonly string[]) =>
      withDesk(async (desk) => {
        for (const id of ids) {
          const refusal = await desk.retry(id);
          if (refusal) throw new UserError(`job-${refusal}`, NOT_RETRIED[refusal](id));
          console.log(`${id} is queued again.`);
        }
      }),
    );

  jobs
    .command("cancel")
    .description("stop jobs that wait or run; a bot that runs lets go of them within seconds")
    .argument("<ids...>", "as `atelier jobs list` says them")
    .action((ids: readonly string[]) =>
      withDesk(async (desk) => {
        for (const id of ids) {
          if (!(await desk.cancel(id))) throw await notCancelled(desk, id);
          console.log(`${id} is cancelled.`);
        }
      }),
    );
}

/** One flat object: the job, and who works on it. */
const plain = ({ job, worker }: JobEntry): object => ({ ...job, worker });

const NOT_RETRIED: Readonly<Record<RetryRefusal, (id: string) => string>> = {
  unknown: (id) => unknownWords(id),
  "not-failed": (id) => `The job ${id} has not failed: only one that failed can be tried again.`,
  untold: (id) =>
    `That the job ${id} failed has not been told in Discord yet. Try again when it has: the bot does so when it can.`,
  compared: (id) => `The job ${id} belongs to a comparison, which ended with it. Start a new one with /compare.`,
};

const unknownWords = (id: string): string => `There is no job ${id}. See: atelier jobs list`;

function unknown(id: string): never {
  throw new UserError("job-unknown", unknownWords(id));
}

async function notCancelled(desk: JobDesk, id: string): Promise<UserError> {
  const found = (await desk.get(id)) ?? unknown(id);
  return new UserError("job-settled", `The job ${id} is ${found.job.state} already: there is nothing to cancel.`);
}

const withDesk = <T>(work: (desk: JobDesk) => Promise<T>): Promise<T> => withStore(({ jobDesk }) => work(jobDesk));
