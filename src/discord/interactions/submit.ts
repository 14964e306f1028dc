/** Hands a request to the queue, so that the job shows itself in the reply that was acknowledged for it. */
import { randomInt } from "node:crypto";

import { UserError } from "../../errors.ts";
import type { Job, JobRequest, PictureRef } from "../../jobs/job.ts";
import type { Asker, Reservation } from "../../jobs/reservations.ts";
import { SETTING_BOUNDS } from "../../painting.ts";
import type { Bot } from "./bot.ts";
import type { Arrival } from "../intake/arrival.ts";
import type { Upload } from "../intake/downloads.ts";
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

/** The pictures of a pair, wherever they are. */
export interface Pair {
  /** An upload, or what gives it out when there is room for the job: it is fetched already. */
  readonly content: Upload | (() => Promise<Arrival<PictureRef>>);
  /** An upload, or a picture that is in the store. */
  readonly style: Upload | PictureRef;
}

/**
 * Keeps room in the queue, fetches the pair, and hands the job in.
 *
 * @throws UserError when there is no room, or that says what is wrong with the pictures; what `content` throws
 */
export function submitPair(
  bot: Bot,
  reply: PendingReply,
  request: Omit<JobRequest, "replyTo" | "content" | "style">,
  { content, style }: Pair,
): Promise<Job> {
  const { intake } = bot;
  const { userId } = request;
  return withRoom(bot, request, 1, (reservation) => {
    const submit = (picture: PictureRef, stylePicture: PictureRef): Promise<Job> =>
      submitJob(bot, reply, { ...request, content: picture, style: stylePicture }, reservation);
    const coming = typeof content === "function" ? content() : intake.picture(userId, content, "content");
    if ("sha256" in style) return intake.keep([coming], ([picture]) => submit(picture, style));
    return intake.keep([coming, intake.picture(userId, style, "style")], (pair) => submit(...pair));
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
