/** Hands a request to the queue, so that the job shows itself in the reply that was acknowledged for it. */
import { randomInt } from "node:crypto";

import { UserError } from "../errors.ts";
import type { Job, JobRequest } from "../jobs/job.ts";
import { SETTING_BOUNDS } from "../stylize/stylizer.ts";
import type { Bot } from "./bot.ts";
import { FirstEdit } from "./first-edit.ts";
import type { Reply } from "./reply.ts";

/** A seed nobody asked for. */
export const randomSeed = (): number => randomInt(SETTING_BOUNDS.seed[1] + 1);

/** @throws UserError when there is no room in the queue */
export async function submitJob(bot: Bot, reply: Reply, request: Omit<JobRequest, "replyTo">): Promise<Job> {
  const { messageId, channelId } = reply;
  if (messageId === null) throw new UserError("no-reply", "Discord lost track of that command. Please try again.");
  bot.presenter.expect(messageId, new FirstEdit((view) => reply.show(view)));
  try {
    return await bot.queue.enqueue({ ...request, replyTo: { channelId, messageId } });
  } catch (error) {
    bot.presenter.forget(messageId);
    throw error;
  }
}
