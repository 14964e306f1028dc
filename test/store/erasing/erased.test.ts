/** What was erased reaches every process over the same store, in any database. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { type Erased, markOf, TOLD_FOR_MS } from "../../../src/jobs/erased.ts";
import { ErasedWatch, type Holder } from "../../../src/jobs/erased-watch.ts";
import { STATE_EXTENSION } from "../../../src/jobs/tasks.ts";
import { createLogger } from "../../../src/log.ts";
import { Eraser } from "../../../src/store/erasing/eraser.ts";
import type { Store } from "../../../src/store/store.ts";
import { ADA, doneJob, picture } from "../done-job.ts";
import { onPostgres, openTestStore } from "../open-test-store.ts";

let folder: string;
let store: Store;
const watches: ErasedWatch[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-erased-"));
  store = await openTestStore(folder);
});
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Nothing is looked for but when the test says so. */
const watch = (holder: Holder): ErasedWatch => {
  const made = new ErasedWatch({
    erased: store.erased,
    holders: [holder],
    log: createLogger("silent"),
    everyMs: TOLD_FOR_MS,
  });
  watches.push(made);
  return made;
};

const forget = async (): Promise<unknown> =>
  new Eraser({ store, dataDir: folder }).member(await store.erasures.ask({ userId: ADA, guildId: null }));

it("a process hears at its start what was erased while it was away, and from then on what is", async () => {
  const { hashes } = await doneJob(store, ADA, "1");
  const kept = await picture(store);
  await forget();
  const heard: Erased[] = [];
  const hears = watch({ letGo: (erased) => void heard.push(erased) });
  await hears.start();
  expect(heard).toHaveLength(1);
  for (const sha256 of hashes) expect(heard[0]!.includes(sha256)).toBe(true);
  expect(heard[0]!.includes(kept.sha256)).toBe(false);
  expect(heard[0]!.isWhole, "its memory is new").toBe(false);

  await hears.look();
  expect(heard, "there is nothing new").toHaveLength(1);
  await store.files.remove(kept.sha256);
  await hears.look();
  expect(heard[1]!.includes(kept.sha256)).toBe(true);
  expect(heard[1]!.includes(hashes[0]!), "heard before").toBe(false);
  expect(heard[1]!.isWhole).toBe(false);
  await forget();
  await hears.look();
  expect(heard[2]!.isWhole, "a member was forgotten").toBe(true);
  // What is told says nothing of what is gone.
  const told = JSON.stringify(await store.db.selectFrom("erased_marks").selectAll().execute());
  for (const needle of [ADA, ...hashes]) expect(told).not.toContain(needle);
});

it("whoever cannot let go is asked again, and others are not", async () => {
  const { sha256 } = await picture(store);
  const answers = [false, new Error("the disk is away"), true];
  const asked: boolean[] = [];
  const slow = watch({
    letGo: ({ includes }) => {
      asked.push(includes(sha256));
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  await slow.start();
  await store.files.remove(sha256);
  for (let looks = 0; looks < 5; looks++) await slow.look();
  expect(asked).toEqual([true, true, true]);
});

it("of what many tell at once nobody misses any", async () => {
  // A file that another has locked is waited for with the whole process.
  const other = onPostgres ? await openTestStore(folder) : store;
  try {
    const heard = new Set<number>();
    let last = 0;
    const read = async (): Promise<void> => {
      for (const { id } of await store.erased.since(last, 3)) {
        expect(heard.has(id)).toBe(false);
        heard.add(id);
        last = id;
      }
    };
    const telling = Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? store : other).erased.tell([`${n}`, `also ${n}`])),
    );
    const reading = (async () => {
      while (heard.size < 40) await read();
    })();
    await Promise.all([telling, reading]);
    expect([...heard]).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  } finally {
    if (onPostgres) await other.close();
  }
});

it("what was told long ago is dropped, and numbers go on", async () => {
  await store.erased.tell(["one", "two"]);
  await store.db
    .updateTable("erased_marks")
    .set({ at: Date.now() - TOLD_FOR_MS - 60_000 })
    .execute();
  await store.erased.dropOld();
  await store.erased.tell(["three"]);
  const told = await store.erased.since(0, 10);
  expect(told.map(({ id, mark }) => [id, mark])).toEqual([
    [2, markOf("two")],
    [3, markOf("three")],
  ]);
});

it("what a learning reached goes with it, and what a worker that was cut off reaches afterwards is not kept", async () => {
  const { files, learnings, learningStates } = store;
  const { sha256: pictureSha256 } = await picture(store);
  await store.pictures.remember({ sha256: pictureSha256, width: 4, height: 4 });
  const place = { channelId: "c", cardMessageId: "m", threadId: null, progressMessageId: null };
  const whose = { styleId: "s", guildId: "1", userId: ADA, name: "Blue" };
  await learnings.insert({ id: "7", ...whose, ...place, pictureSha256, description: "blue" });
  const { sha256 } = await files.put(Buffer.from("ten steps"), STATE_EXTENSION);
  await learningStates.save("7", sha256, 10);
  await forget();
  expect(await files.has(sha256, STATE_EXTENSION)).toBe(false);
  expect(await learningStates.save("7", "later", 20), "it is given out, to be removed").toBe("later");
  expect(await learningStates.ids()).toEqual([]);
  const heard: Erased[] = [];
  await watch({ letGo: (erased) => void heard.push(erased) }).start();
  expect(heard[0]!.includes("7")).toBe(true);
});
