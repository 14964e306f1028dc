/** Jobs that are done, with files, captions, votes and messages of their own. */
import { expect } from "vitest";

import { newJobId } from "../../src/jobs/job-id.ts";
import type { Store } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";

export const ADA = "111111111111111111";
export const GRACE = "222222222222222222";

let drawn = 0;
export async function picture(store: Store) {
  drawn += 1;
  const { sha256 } = await store.files.put(Buffer.from(`picture ${drawn}`));
  return { sha256, width: 4, height: 4, name: "p.png", notes: [] };
}

/** A job that is done, whose result was posted and judged in a round that is over. */
export async function doneJob(
  store: Store,
  userId: string,
  guildId: string,
  {
    style,
    settledAt = Date.now(),
    isOutside = false,
  }: {
    readonly style?: Awaited<ReturnType<typeof picture>>;
    readonly settledAt?: number;
    readonly isOutside?: boolean;
  } = {},
) {
  const plain = queuedJob();
  const request = {
    ...plain.request,
    userId,
    guildId,
    content: await picture(store),
    style: style ?? (await picture(store)),
    replyTo: { channelId: "c", messageId: "m", isOutside },
  };
  const job = { ...plain, id: newJobId(), request };
  await store.jobs.insert(job, 1);
  const result = {
    picture: await picture(store),
    variant: "inst",
    engine: "embedded",
    steps: 1,
    guidance: null,
    stylePath: null,
    seconds: { caption: 0, stylize: 1 },
  } as const;
  await store.jobs.transition(job.id, "stylizing");
  expect(await store.jobs.transition(job.id, "done", { result, settledAt } as never)).not.toBeNull();
  const messageId = newJobId();
  await store.surfaces.create({ jobId: job.id, channelId: "c", guildId, resultMessageId: messageId, finished: true });
  await store.captions.save({ styleSha256: request.style.sha256, describer: "d", promptHash: "h" }, "blue");
  const round = await store.votes.joinRound({
    id: newJobId(),
    guildId,
    channelId: "c",
    contentSha256: request.content.sha256,
    styleSha256: request.style.sha256,
    blind: false,
    closesAt: 1,
  });
  const candidate = {
    roundId: round.id,
    messageId,
    jobId: job.id,
    variant: "inst",
    engine: "e",
    letter: null,
    stylePath: null,
  } as const;
  await store.votes.addCandidate({ ...candidate, requesterId: userId }, 1);
  for (const voterId of [ADA, GRACE])
    await store.votes.record(round, messageId, [
      { roundId: round.id, result: job.id, voterId, accountAt: 0, roles: null, at: 1, place: 1, change: "put" },
    ]);
  return { job, messageId, hashes: [request.content.sha256, request.style.sha256, result.picture.sha256] };
}
