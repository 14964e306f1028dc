/** Hands a request to the queue, so that the job shows itself in the reply that was acknowledged for it. */
import { randomInt } from "node:crypto";

import { UserError } from "../../errors.ts";
import type { Job, JobRequest, PictureRef } from "../../jobs/job.ts";
import type { Asker, Reservation } from "../../jobs/reservations.ts";
import { SETTING_BOUNDS } from "../../painting.ts";
import type { Bot } from "./bot.ts";
import type { Arrival } from "../intake/arrival.ts";
import { FirstEdit, type PendingReply } from "../messages/first-edit.ts";
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

/** The pictures of a pair on their way in; the picture of a style of the library is there already. */
export interface Pair {
  readonly content: Promise<Arrival<PictureRef>>;
  readonly style: Promise<Arrival<PictureRef>> | PictureRef;
}

/**
 * Keeps room in the queue, fetches the pair, and hands the job in.
 *
 * @param fetch begins to fetch; called when there is room
 * @throws UserError when there is none, or that says what is wrong with the pictures; what `fetch` throws
 */
export function submitPair(
  bot: Bot,
  reply: PendingReply,
  request: Omit<JobRequest, "replyTo" | "content" | "style">,
  fetch: () => Pair,
): Promise<Job> {
  return withRoom(bot, request, 1, (reservation) => {
    const { content: coming, style } = fetch();
    const submit = (content: PictureRef, stylePicture: PictureRef): Promise<Job> =>
      submitJob(bot, reply, { ...request, content, style: stylePicture }, reservation);
    if (style instanceof Promise) return bot.intake.keep([coming, style], (pair) => submit(...pair));
    return bot.intake.keep([coming], ([content]) => submit(content, style));
  });
}

/** @throws UserError when there is no room in the queue, or a picture is not in the store any more */
export async function submitJob(
  bot: Bot,
  reply: PendingReply,
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
