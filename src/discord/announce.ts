/** Tells the end of a job, in a new message that notifies the requester and nobody else. */
import { setTimeout as sleep } from "node:timers/promises";

import { DISCORD_MAX_BYTES } from "../images/encode.ts";
import type { Job } from "../jobs/job.ts";
import type { PictureStore } from "../jobs/repositories.ts";
import type { Logger } from "../log.ts";
import { isPassing, isTooLarge } from "./discord-error.ts";
import { resultFile } from "./job-pictures.ts";
import { nonceFor } from "./nonce.ts";
import type { Venue } from "./venue.ts";
import { failureView, resultView } from "./views.ts";
import { result } from "./wording/jobs.ts";

/** Rests before another try, when Discord has been refusing for longer than `persevere` waits. */
const RESTS_MS = [15_000, 60_000];
/** What is tried, in turn, when an upload is refused for its size. */
const SMALLER = [8, 4, 1].map((mebibytes) => mebibytes * 1024 * 1024);

/** @returns the id of the message; the same one when it was posted before by a process that died right after */
export async function announce(job: Job, venue: Venue, files: PictureStore, log: Logger): Promise<string> {
  const nonce = nonceFor(job.id, "result");
  if (job.state !== "done") return venue.post(failureView(job, result.failed(job)), nonce);
  for (const rest of RESTS_MS) {
    try {
      return await postPicture(job, venue, files, nonce, log);
    } catch (error) {
      if (!isPassing(error)) throw error;
      log.warn({ err: error, job: job.id }, "the result will be posted again");
      await sleep(rest, undefined, { ref: false });
    }
  }
  return postPicture(job, venue, files, nonce, log);
}

async function postPicture(job: Job, venue: Venue, files: PictureStore, nonce: string, log: Logger): Promise<string> {
  for (const maxBytes of [DISCORD_MAX_BYTES, ...SMALLER]) {
    try {
      return await venue.post(resultView(job, await resultFile(files, job, maxBytes)), nonce);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      log.warn({ job: job.id, maxBytes }, "the result was refused for its size");
    }
  }
  return venue.post(failureView(job, result.lost(job)), nonce);
}
