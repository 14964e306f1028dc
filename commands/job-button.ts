/** What buttons on a job's messages begin with: the job that the button's id carries, and whose it is. */
import type { Bot } from "../src/discord/interactions/bot.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { assertOwnerOrModerator } from "../src/discord/interactions/permissions.ts";
import { jobGone } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { HD_SIDE } from "../src/hd.ts";
import type { Job } from "../src/jobs/job.ts";

/** The first part of a button's id: what the button is about. */
export const subjectOf = ({ customId }: { readonly customId: string }): string =>
  parseCustomId(customId).parts[0] ?? "";

/** @throws UserError `job-gone` */
export async function findJob({ queue }: Pick<Bot, "queue">, id: string): Promise<Job> {
  const job = await queue.get(id);
  if (!job) throw new UserError("job-gone", jobGone());
  return job;
}

/** Id of the job that painted what a job shows: of HD the one whose picture it shows larger. */
export const paintingOf = ({ id, request: { hd, parentId } }: Job): string => (hd && parentId) || id;

/** That job: what is painted another way begins there. @throws UserError `job-gone` */
export async function findPainting(bot: Pick<Bot, "queue">, id: string): Promise<Job> {
  const painting = paintingOf(await findJob(bot, id));
  return findJob(bot, painting);
}

/** Long side of what is painted in HD, pixels. */
export const largestSide = ({ tasks }: Pick<Bot, "tasks">): number =>
  tasks.info ? (tasks.info.largestSide ?? 0) : HD_SIDE;

/** A job, for its requester and for moderators. @throws UserError `job-gone` or `not-yours` */
export async function findOwnJob(
  { interaction, bot }: { readonly interaction: Parameters<typeof assertOwnerOrModerator>[0]; readonly bot: Bot },
  id: string,
  refusal: (userId: string) => string,
): Promise<Job> {
  const job = await findJob(bot, id);
  const { userId } = job.request;
  assertOwnerOrModerator(interaction, userId, refusal(userId));
  return job;
}
