/** Hands a request to the queue, so that the job shows itself in the reply that was acknowledged for it. */
import { UserError } from "../../errors.ts";
import type { Job, JobRequest } from "../../jobs/job.ts";
import { spokenAloud } from "../../words/say.ts";
import type { Bot } from "./bot.ts";
import type { Wanted } from "../intake/intake.ts";
import { type PendingReply, replyPlace } from "../messages/pending-reply.ts";
import { pictureGone } from "../wording/commands.ts";
import { expectWords } from "../safety/expect-words.ts";
import { expectWishes } from "./wishes.ts";

/**
 * Keeps room in the queue, fetches the pair, and hands the job in.
 *
 * @throws UserError when there is no room, or that says what is wrong with the wishes, the words or the pictures
 */
export async function submitPair(
  { queue, intake, words, ...bot }: Pick<Bot, "queue" | "intake" | "words" | "config" | "tasks">,
  reply: PendingReply,
  request: Omit<JobRequest, "replyTo" | "locale" | "content" | "style">,
  wanted: Required<Pick<Wanted, "content" | "style">>,
): Promise<Job> {
  expectWords(words, request.description, request.extraPrompt);
  await expectWishes(bot, request);
  const room = queue.reserve(request);
  try {
    const { content, style, release } = await intake.take(request.userId, reply.ruledBy, wanted);
    try {
      return await queue.enqueue(
        { ...request, content, style, locale: spokenAloud(), replyTo: replyPlace(reply) },
        room,
      );
    } finally {
      await release();
    }
  } finally {
    room.release();
  }
}

/**
 * Hands in a pair of an earlier job.
 *
 * @throws UserError when there is no room in the queue, a picture is not in the store any more, or a wish cannot be met now
 */
export async function submitAgain(
  { queue, store, filter, words, ...bot }: Pick<Bot, "queue" | "store" | "filter" | "words" | "config" | "tasks">,
  reply: PendingReply,
  request: Omit<JobRequest, "replyTo" | "locale">,
): Promise<Job> {
  const replyTo = replyPlace(reply);
  expectWords(words, request.description, request.extraPrompt);
  await expectWishes(bot, request);
  for (const { sha256 } of [request.content, request.style])
    if (!(await store.files.has(sha256))) throw new UserError("picture-gone", pictureGone());
  await filter.admit(reply.ruledBy, [request.content, request.style]);
  return queue.enqueue({ ...request, locale: spokenAloud(), replyTo });
}
