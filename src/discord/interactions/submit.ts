/** Hands a request to the queue, so that the job shows itself in the reply that was acknowledged for it. */
import { randomInt } from "node:crypto";

import { UserError } from "../../errors.ts";
import type { Job, JobRequest } from "../../jobs/job.ts";
import type { Reservation } from "../../jobs/queue.ts";
import { SETTING_BOUNDS } from "../../painting.ts";
import type { Bot } from "./bot.ts";
import type { Wanted } from "../intake/intake.ts";
import { type PendingReply, replyPlace } from "../messages/pending-reply.ts";
import { pictureGone } from "../wording/commands.ts";

/** A seed nobody asked for. */
export const randomSeed = (): number => randomInt(SETTING_BOUNDS.seed[1] + 1);

/**
 * Keeps room in the queue, fetches the pair, and hands the job in.
 *
 * @throws UserError when there is no room, or that says what is wrong with the pictures
 */
export async function submitPair(
  bot: Bot,
  reply: PendingReply,
  request: Omit<JobRequest, "replyTo" | "content" | "style">,
  wanted: Required<Pick<Wanted, "content" | "style">>,
): Promise<Job> {
  const room = bot.queue.reserve(request);
  try {
    const { content, style, release } = await bot.intake.take(request.userId, wanted);
    try {
      return await submitJob(bot, reply, { ...request, content, style }, room);
    } finally {
      await release();
    }
  } finally {
    room.release();
  }
}

/** @throws UserError when there is no room in the queue, or a picture is not in the store any more */
export async function submitJob(
  bot: Bot,
  reply: PendingReply,
  request: Omit<JobRequest, "replyTo">,
  reservation?: Reservation,
): Promise<Job> {
  const replyTo = replyPlace(reply);
  for (const { sha256 } of [request.content, request.style])
    if (!(await bot.store.files.has(sha256))) throw new UserError("picture-gone", pictureGone);
  return bot.queue.enqueue({ ...request, replyTo }, reservation);
}
