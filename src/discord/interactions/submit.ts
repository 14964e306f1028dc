/** Hands a request to the queue, so that the job shows itself in the reply that was acknowledged for it. */
import type { Blend } from "../../blend.ts";
import { UserError } from "../../errors.ts";
import type { Job, JobBlend, JobRequest, RequestedStyle } from "../../jobs/job.ts";
import { stylesOf } from "../../jobs/request-styles.ts";
import { spokenAloud } from "../../words/say.ts";
import type { Bot } from "./bot.ts";
import type { Wanted } from "../intake/intake.ts";
import { type PendingReply, replyPlace } from "../messages/pending-reply.ts";
import { pictureGone } from "../wording/commands.ts";
import { expectWords } from "../safety/expect-words.ts";
import { expectWishes } from "./wishes.ts";

/** A further style, and the words of whoever saved it. */
type FurtherStyle = Omit<RequestedStyle, "picture"> & { readonly picture: NonNullable<Wanted["second"]> };

/** What is blended with the pair's own style. */
type WantedBlend = Pick<JobBlend, "description"> & Blend<FurtherStyle>;

/**
 * Keeps room in the queue, fetches the pair and what is blended with its style, and hands the job in.
 *
 * @throws UserError when there is no room, or that says what is wrong with the wishes, the words or the pictures
 */
export async function submitPair(
  { queue, intake, words, ...bot }: Pick<Bot, "queue" | "intake" | "words" | "config" | "tasks">,
  reply: PendingReply,
  request: Omit<JobRequest, "replyTo" | "locale" | "content" | "style" | "blend">,
  pair: Required<Pick<Wanted, "content" | "style">>,
  blend?: WantedBlend,
): Promise<Job> {
  const [second, third] = blend?.others.map(({ picture }) => picture) ?? [];
  expectWords(words, request.description, request.extraPrompt, ...wordsIn(blend));
  await expectWishes(bot, request);
  const room = queue.reserve(request);
  try {
    const wanted = { ...pair, second, third };
    const { content, style, release, ...further } = await intake.take(request.userId, reply.ruledBy, wanted);
    const pictures = [further.second, further.third].filter((picture) => picture !== undefined);
    const others = blend?.others.map((other, n) => ({ ...other, picture: pictures[n]! }));
    const taken = { content, style, ...(blend && others && { blend: { ...blend, others } }) };
    try {
      return await queue.enqueue({ ...request, ...taken, locale: spokenAloud(), replyTo: replyPlace(reply) }, room);
    } finally {
      await release();
    }
  } finally {
    room.release();
  }
}

/**
 * Hands in pictures of an earlier job.
 *
 * @throws UserError when there is no room in the queue, a picture is not in the store any more, or a wish cannot be met now
 */
export async function submitAgain(
  { queue, store, filter, words, ...bot }: Pick<Bot, "queue" | "store" | "filter" | "words" | "config" | "tasks">,
  reply: PendingReply,
  request: Omit<JobRequest, "replyTo" | "locale">,
): Promise<Job> {
  const replyTo = replyPlace(reply);
  expectWords(words, request.description, request.extraPrompt, ...wordsIn(request.blend));
  await expectWishes(bot, request);
  const pictures = [request.content, ...stylesOf(request).map(({ picture }) => picture)];
  for (const { sha256 } of pictures)
    if (!(await store.files.has(sha256))) throw new UserError("picture-gone", pictureGone());
  await filter.admit(reply.ruledBy, pictures);
  return queue.enqueue({ ...request, locale: spokenAloud(), replyTo });
}

const wordsIn = (blend: (Pick<JobBlend, "description"> & Blend<Pick<RequestedStyle, "description">>) | undefined) =>
  blend ? [blend.description, ...blend.others.map(({ description }) => description)] : [];
