/** Tells the end of a job, in a new message that notifies the requester and nobody else. */
import { DISCORD_MAX_BYTES } from "../../images/encode.ts";
import type { Job } from "../../jobs/job.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import type { Logger } from "../../log.ts";
import { isTooLarge, mayPass } from "../discord-error.ts";
import { resultFile } from "./job-pictures.ts";
import type { Venue } from "../messages/venue.ts";
import { failureView, resultView } from "./job-views.ts";
import type { View } from "../messages/view.ts";
import { result } from "../wording/jobs.ts";

/** What is tried, in turn, when an upload is refused for its size. */
const SMALLER = [8, 4, 1].map((mebibytes) => mebibytes * 1024 * 1024);

/**
 * @param words the style in words, if they are told with the picture
 * @returns the id of the message; the same one when it was posted before by a process that died right after
 */
export async function announce(
  job: Job,
  words: string | null,
  nonce: string,
  venue: Pick<Venue, "post">,
  { files, log }: { readonly files: PictureStore; readonly log: Logger },
): Promise<string> {
  const post = (view: View): Promise<string> => venue.post(view, nonce, job.settledAt ?? 0);
  if (job.state !== "done") return post(failureView(job, result.failed(job)));
  for (const maxBytes of [DISCORD_MAX_BYTES, ...SMALLER]) {
    const picture = await resultFile(files, job, maxBytes).catch((error: unknown) => {
      if (mayPass(error)) throw error;
      log.error({ err: error, job: job.id }, "the result cannot be read");
      return null;
    });
    if (picture === null) return post(failureView(job, result.gone(job)));
    try {
      return await post(resultView(job, picture, words));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      log.warn({ job: job.id, maxBytes }, "the result was refused for its size");
    }
  }
  return post(failureView(job, result.lost(job)));
}
