/** Tickets about what was erased leave the queues, whoever asked for them and whoever has them; the server keeps nothing. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import pino from "pino";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";

import { type Erased, markOf } from "../../../src/jobs/erased.ts";
import { connect } from "../../../src/jobs/remote/connection.ts";
import type { Exchange } from "../../../src/jobs/remote/exchange.ts";
import { ErasedTasks } from "../../../src/jobs/remote/tasks/erased-tasks.ts";
import { openRemoteTasks } from "../../../src/jobs/remote/tasks/remote-tasks.ts";
import { createFolderPictures } from "../../../src/pictures/folder.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { keysWith, rowsWith } from "../../remote/kept-texts.ts";
import { newDatabase, type TestDatabase } from "../../remote/new-database.ts";
import { hasRedis, startRedis } from "../../remote/redis-server.ts";

const LOG = pino({ level: "silent" });
const WORDS = "a kitchen in ochre and rose";
/** Of a worker that has a ticket and is not heard of any more. */
const LOCK = { lockMs: 1500, checkMs: 60_000 };
const postgres = inject("postgres");

const erasedOf = (...names: readonly string[]): Erased => {
  const marks = new Set(names.map(markOf));
  return { includes: (name) => marks.has(markOf(name)), includesMark: (mark) => marks.has(mark), isWhole: true };
};

describe.skipIf(postgres === null).each(["PostgreSQL", "Redis"])("what was erased, with a queue over %s", (kind) => {
  let folder: string;
  let database: TestDatabase;
  let store: Store;
  let redisUrl: string | null;
  const undo: (() => Promise<unknown>)[] = [];

  beforeEach(async (context) => {
    if (kind === "Redis" && !(await hasRedis())) context.skip();
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-erased-"));
    undo.push(() => rm(folder, { recursive: true }));
    const redis = kind === "Redis" ? await startRedis() : null;
    undo.push(async () => redis?.remove());
    redisUrl = redis?.url ?? null;
    database = await newDatabase(postgres!);
    store = await openStore(folder, database.url, { files: createFolderPictures(path.join(folder, "pictures")) });
    undo.push(() => store.close());
  });
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  const connected = async (): Promise<Exchange> => {
    const exchange = await connect(redisUrl ?? database.url, { log: LOG });
    undo.push(() => exchange.close());
    return exchange;
  };
  const bot = async (exchange: Exchange) => {
    const { learningStates: states, files, workers } = store;
    const own = await mkdtemp(path.join(folder, "bot-"));
    const tasks = await openRemoteTasks({ exchange, states, files, workers, folder: own, log: LOG, watchMs: 200 });
    undo.push(() => tasks.close());
    return tasks;
  };
  const kept = async (needle: string): Promise<string[]> => [
    ...(await rowsWith(database, needle)),
    ...(redisUrl === null ? [] : await keysWith(redisUrl, needle)),
  ];
  const lesson = (id: string, sha256: string) =>
    ({ id, picture: { sha256 }, description: WORDS, form: "vector", size: 64, maxSteps: null }) as const;
  const hashOf = (name: string): string => createHash("sha256").update(name).digest("hex");

  it("is asked for no more, by bots that are there and by one that is gone, also of a worker that was stopped", async () => {
    const [gone, exchange] = [await connected(), await connected()];
    const [picture, style] = [hashOf("picture"), hashOf("style")];
    const before = await bot(gone);
    void before.styleVector({ sha256: picture }).catch(() => undefined);
    await expect.poll(async () => (await gone.queue("caption").ids()).size).toBe(1);
    await before.close();

    // A worker takes the lesson, and is not heard of any more.
    const tasks = await bot(exchange);
    const learned = tasks.learn(lesson("7", style)).catch((error: unknown) => error);
    const silent = await connect(redisUrl ?? database.url, { log: LOG });
    const taken = new Promise<void>((resolve) => {
      void silent.work("learn", { name: "silent", concurrency: 1, times: LOCK }, () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    await taken;
    await silent.close();
    const others = tasks.learn(lesson("8", hashOf("another")));
    void others.catch(() => undefined);
    await expect.poll(async () => (await exchange.queue("learn").ids()).size).toBe(2);
    for (const needle of [picture, style, WORDS]) expect(await kept(needle)).not.toEqual([]);

    const erased = erasedOf(picture, style, "7");
    const queues = new ErasedTasks({ exchange, log: LOG, settleMs: 300 });
    await tasks.letGo(erased);
    await expect.poll(() => queues.letGo(erased)).toBe(true);
    expect(await learned).toMatchObject({ name: "CancelledError" });
    expect(await exchange.queue("caption").ids()).toEqual(new Set());
    expect((await exchange.queue("learn").ids()).size, "of another").toBe(1);
    for (const needle of [picture, style]) await expect.poll(() => kept(needle)).toEqual([]);
  });

  it("is not kept by the server either: neither what was told of it, nor in its files", async () => {
    const exchange = await connected();
    const style = hashOf("style");
    await exchange.tell("news", { task: "t" }, { bytes: Buffer.from(WORDS), key: "over-t" });
    const queue = exchange.queue("learn");
    await queue.add("learn-x", lesson("7", style), 1);
    await queue.remove("learn-x");
    expect(await kept(WORDS)).not.toEqual([]);
    const queues = new ErasedTasks({ exchange, log: LOG, settleMs: 300 });
    await expect.poll(() => queues.letGo(erasedOf("7"))).toBe(true);
    for (const needle of [style, WORDS]) await expect.poll(() => kept(needle)).toEqual([]);
  });
});

it("ids of tasks hold no hash of a picture", async () => {
  const { markIn, taskId } = await import("../../../src/jobs/tasks.ts");
  const sha256 = createHash("sha256").update("picture").digest("hex");
  expect(taskId("style-vector", sha256)).not.toContain(sha256);
  expect(markIn(taskId("style-vector", sha256))).toBe(markOf(sha256));
});
