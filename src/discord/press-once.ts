/** A button pressed twice by the same person begins one job; two people who press it begin two. */
import { UserError } from "../errors.ts";
import { isSettled, type Job } from "../jobs/job.ts";
import type { Bot } from "./bot.ts";
import { alreadyUnderWay } from "./wording/commands.ts";

const pressed = new WeakMap<Bot, Map<string, Promise<Job>>>();

/**
 * Runs `begin` unless the job of the same person's earlier press is still under way.
 *
 * @throws UserError `already-under-way`, with the way to that job
 */
export async function oncePerPerson(bot: Bot, userId: string, press: string, begin: () => Promise<Job>): Promise<Job> {
  const presses = pressed.get(bot) ?? new Map<string, Promise<Job>>();
  pressed.set(bot, presses);
  const key = `${userId}/${press}`;
  const earlier = presses.get(key);
  if (earlier) {
    const { id } = await earlier;
    const job = await bot.queue.get(id);
    const link = bot.presenter.find(id)?.link ?? null;
    if (job && !isSettled(job.state)) throw new UserError("already-under-way", alreadyUnderWay(link));
  }
  // Another press may have got here first, while this one asked about the earlier job.
  const rival = presses.get(key);
  if (rival && rival !== earlier) throw new UserError("already-under-way", alreadyUnderWay(null));
  const job = begin();
  presses.set(key, job);
  job.catch(() => presses.delete(key));
  return job;
}
