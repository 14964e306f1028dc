/** Hands a request to the queue, so that the job shows itself in the reply that was acknowledged for it. */
import { randomInt } from "node:crypto";

import { UserError } from "../../errors.ts";
import type { Job, JobRequest } from "../../jobs/job.ts";
import type { Asker, Reservation } from "../../jobs/reservations.ts";
import { SETTING_BOUNDS } from "../../stylize/stylizer.ts";
import type { Bot } from "./bot.ts";
import { FirstEdit } from "../messages/first-edit.ts";
import type { Reply } from "./reply.ts";
import { pictureGone } from "../wording/commands.ts";

/** A seed nobody asked for. */
export const randomSeed = (): number => randomInt(SETTING_BOUNDS.seed[1] + 1);

/**
 * Keeps room in the queue while `work` fetches what the jobs need.
 *
 * @throws UserError when there is none, before anything is fetched
 */
export async function withRoom<T>(
  { queue }: Pick<Bot, "queue">,
  asker: Asker,
  jobs: number,
  work: (reservation: Reservation) => Promise<T>,
): Promise<T> {
  const reservation = queue.reserve(asker, jobs);
  try {
    return await work(reservation);
  } finally {
    reservation.release();
  }
}

/** @throws UserError when there is no room in the queue, or a picture is not in the store any more */
export async function submitJob(
  bot: Bot,
  reply: Reply,
  request: Omit<JobRequest, "replyTo">,
  reservation?: Reservation,
): Promise<Job> {
  const { messageId, channelId } = reply;
  if (messageId === null) throw new UserError("no-reply", "Discord lost track of that command. Please try again.");
  for (const { sha256 } of [request.content, request.style])
    if (!(await bot.store.files.has(sha256))) throw new UserError("picture-gone", pictureGone);
  bot.presenter.expect(messageId, new FirstEdit(reply));
  try {
    return await bot.queue.enqueue({ ...request, replyTo: { channelId, messageId } }, reservation);
  } catch (error) {
    bot.presenter.forget(messageId);
    throw error;
  }
}
