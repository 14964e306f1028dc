/** What is kept of pictures in several styles, in any database. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { newJobId } from "../../src/jobs/job-id.ts";
import type { JobRequest } from "../../src/jobs/job.ts";
import { blendKey } from "../../src/jobs/request-styles.ts";
import { memberData } from "../../src/store/erasing/erase-member.ts";
import { Eraser } from "../../src/store/erasing/eraser.ts";
import { sweep } from "../../src/store/erasing/retention-sweep.ts";
import type { Store } from "../../src/store/store.ts";
import { WHOLE } from "../../src/shard.ts";
import { queuedJob } from "../jobs/requests.ts";
import { ADA, picture } from "./done-job.ts";
import { openTestStore } from "./open-test-store.ts";

let folder: string;
let store: Store;
let eraser: Eraser;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-blends-"));
  store = await openTestStore(folder);
  eraser = new Eraser({ store, dataDir: folder });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** A job in three styles. */
async function blended(over: Partial<JobRequest> = {}) {
  const [content, style, second, third] = [
    await picture(store),
    await picture(store),
    await picture(store),
    await picture(store),
  ];
  const others = [
    { picture: second, weight: 0.3, description: "Wide bands." },
    { picture: third, weight: 0.2, description: null },
  ];
  const job = queuedJob(
    {},
    { userId: ADA, content, style, blend: { weight: 0.5, description: null, others }, ...over },
  );
  await store.jobs.insert(job, 1);
  return { job, content, style, second, third };
}

const isKept = (...pictures: readonly { readonly sha256: string }[]) =>
  Promise.all(pictures.map(({ sha256 }) => store.files.has(sha256)));

it("a job comes back with its styles, and with the words of each as they come", async () => {
  const { job } = await blended();
  expect(await store.jobs.get(job.id)).toEqual(job);
  const words = [{ text: "Dots.", describer: "palette" }];
  expect(await store.jobs.amend(job.id, { description: "Lines.", describer: "palette" })).not.toBeNull();
  expect(await store.jobs.amend(job.id, { otherWords: words })).toMatchObject({ otherWords: words });
  expect(await store.jobs.get(job.id)).toMatchObject({ description: "Lines.", otherWords: words });
});

it("waiting for a machine, it is known to be a blend", async () => {
  const { job } = await blended();
  const alone = queuedJob({}, { content: await picture(store), style: await picture(store) });
  await store.sharedQueue.admit(alone, { perUser: 9, perGuild: 9, keptForUser: 0, keptForGuild: 0 });
  const line = await store.sharedQueue.line();
  expect(line.find(({ job: { id } }) => id === job.id)!.job.request.blend).toBe(true);
  expect(line.find(({ job: { id } }) => id === alone.id)!.job.request.blend).toBeUndefined();
});

it("all its styles are kept for as long as it is, told to its member, and go with it", async () => {
  const { job, content, style, second, third } = await blended();
  const all = [content, style, second, third];
  for (const one of all) expect(await store.pictures.erase(one.sha256), "something refers to it").toBe(false);
  expect(await store.pictures.forget(third.sha256)).toBe(false);
  const { pictures } = (await memberData(store.db, { userId: ADA, guildId: null })) as {
    pictures: { sha256: string }[];
  };
  expect(pictures.map(({ sha256 }) => sha256).toSorted()).toEqual(all.map(({ sha256 }) => sha256).toSorted());

  const other = queuedJob({}, { content: await picture(store), style: second });
  await store.jobs.insert(other, 2);
  expect(await eraser.othersThan(job.id)).toMatchObject({ results: 1 });
  const options = {
    store,
    eraser,
    dataDir: folder,
    shard: WHOLE,
    days: 30,
    maxBytes: null,
    breathe: async () => undefined,
  };
  await sweep({ ...options, now: Date.now() + 99 * 86_400_000 });
  expect(await isKept(...all)).toEqual([true, true, true, true]);

  await store.jobs.transition(job.id, "cancelled", { settledAt: 1 });
  expect((await eraser.job(job.id))!.toSorted()).toEqual(all.map(({ sha256 }) => sha256).toSorted());
  expect(await isKept(...all), "the other job is of the second").toEqual([false, false, true, false]);
});

it("is judged in a round of its own, which tells nothing of pictures that are erased", async () => {
  const { job, content, style, second, third } = await blended();
  const place = { guildId: "1", channelId: "c", contentSha256: content.sha256, styleSha256: style.sha256 };
  const round = { ...place, blind: false, closesAt: 1 };
  const blend = blendKey(job.request);
  const single = await store.votes.joinRound({ ...round, id: newJobId() });
  const mixed = await store.votes.joinRound({ ...round, id: newJobId(), blend });
  expect(mixed.id).not.toBe(single.id);
  expect(mixed.pair).not.toBe(single.pair);
  expect((await store.votes.joinRound({ ...round, id: newJobId(), blend })).id).toBe(mixed.id);
  expect((await store.votes.joinRound({ ...round, id: newJobId() })).id).toBe(single.id);

  await store.jobs.transition(job.id, "cancelled", { settledAt: 1 });
  await eraser.job(job.id);
  const left = (await store.votes.round(mixed.id))!;
  for (const { sha256 } of [content, style, second, third]) expect(JSON.stringify(left)).not.toContain(sha256);
  expect(left.pair).not.toBe((await store.votes.round(single.id))!.pair);
});
