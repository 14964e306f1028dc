/** Tasks over real servers: the port's contract, and what only several machines can do to each other. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import pino from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";

import type { Capability } from "../../../src/capabilities.ts";
import { EngineError } from "../../../src/errors.ts";
import type { EngineNews, LearnTask } from "../../../src/jobs/engine.ts";
import { PROTOCOL } from "../../../src/jobs/fleet.ts";
import { createLocalTasks } from "../../../src/jobs/local/local-tasks.ts";
import { connect } from "../../../src/jobs/remote/connection.ts";
import type { Exchange } from "../../../src/jobs/remote/exchange.ts";
import { createCaptionWork } from "../../../src/jobs/remote/tasks/caption-work.ts";
import { createLearnWork } from "../../../src/jobs/remote/tasks/learn-work.ts";
import { openRemoteTasks } from "../../../src/jobs/remote/tasks/remote-tasks.ts";
import type { Lesson, Tasks } from "../../../src/jobs/tasks.ts";
import { createFolderPictures } from "../../../src/pictures/folder.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { newDatabase } from "../../remote/new-database.ts";
import { ScriptedEngine } from "../scripted-engine.ts";
import { tasksContract, type TasksBench } from "../tasks-contract.ts";

const LOG = pino({ level: "silent" });
/** Short, so that tests need not wait long; long enough for a busy machine. */
const TIMES = { lockMs: 3000, checkMs: 1000 };
const WATCH_MS = 250;

const postgres = inject("postgres");
const redis = inject("redis");

interface Worker {
  readonly engine: ScriptedEngine;
  /** As a machine that goes in good order. */
  close(): Promise<void>;
}

interface Fleet extends TasksBench {
  readonly store: Store;
  readonly bot: () => Promise<Tasks>;
  readonly worker: (name: string, capabilities: readonly Capability[]) => Promise<Worker>;
  /** A worker is no longer among those that announce themselves. */
  readonly leave: (name: string) => Promise<void>;
}

describe.each([
  ["PostgreSQL", "postgres"],
  ["Redis", "redis"],
] as const)("tasks of workers over %s", (_, kind) => {
  const server = kind === "postgres" ? postgres : redis;
  let folder: string;
  const undo: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-fleet-"));
  });
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A bot without an engine, a database, a shared folder of pictures; workers as the test brings them up. */
  async function fleet(): Promise<Omit<Fleet, "tasks" | "engine">> {
    const own = await mkdtemp(path.join(folder, "fleet-"));
    const { url } = await newDatabase(postgres!);
    const files = createFolderPictures(path.join(own, "pictures"));
    const store = await openStore(own, url, { files });
    undo.push(() => store.close());
    const { learningStates: states, workers } = store;
    const connected = async (): Promise<Exchange> => {
      const exchange = await connect(kind === "postgres" ? url : redis!, { log: LOG, prefix: path.basename(own) });
      undo.push(() => exchange.close());
      return exchange;
    };
    return {
      store,
      picture: async (name) => (await files.put(Buffer.from(name))).sha256,
      async bot() {
        const botFolder = await mkdtemp(path.join(own, "bot-"));
        const exchange = await connected();
        const parts = { exchange, states, files, workers, folder: botFolder, log: LOG, watchMs: WATCH_MS };
        const tasks = await openRemoteTasks(parts);
        undo.push(() => tasks.close());
        return tasks;
      },
      async worker(name, capabilities) {
        const engine = new ScriptedEngine();
        engine.info = { ...engine.info!, stylizer: "diffusion" };
        const exchange = await connected();
        const tasks = createLocalTasks({ engine, files, dataDir: path.join(own, name) });
        const common = { exchange, tasks, name, times: TIMES, log: LOG };
        const works = capabilities.map((capability) =>
          capability === "caption" ? createCaptionWork(common) : createLearnWork({ ...common, states, files, workers }),
        );
        await workers.report({ name, protocol: PROTOCOL, capabilities, info: engine.info, concurrency: 1, busy: 0 });
        for (const work of works) await work.start();
        const close = async (): Promise<void> => {
          await workers.leave(name);
          await Promise.all(works.map((work) => work.close()));
        };
        undo.push(close);
        return { engine, close };
      },
      leave: (name) => workers.leave(name),
    };
  }

  async function open(): Promise<Fleet> {
    const parts = await fleet();
    const { engine } = await parts.worker("one", ["caption", "learn"]);
    return { ...parts, engine, tasks: await parts.bot() };
  }

  describe.skipIf(postgres === null || server === null)("(needs both servers)", () => {
    tasksContract(open);

    it("are done once for two bots, of which one goes on when the other wants it no more", async () => {
      const { tasks, engine, picture, bot } = await open();
      const other = await bot();
      const sha256 = await picture("one");
      const heard: string[] = [];
      const abort = new AbortController();
      const first = tasks.describe({ sha256 }, { signal: abort.signal });
      const ended = first.catch((error: unknown) => error);
      await engine.call(0);
      const second = other.describe(
        { sha256 },
        { onNews: (news: EngineNews) => news.type === "text" && heard.push(news.text) },
      );
      const long = "strokes ".repeat(1500);
      await expect
        .poll(() => {
          engine.calls[0]!.hooks.onNews?.({ type: "text", text: long });
          return heard.at(-1);
        })
        .toBe(long);
      expect(engine.calls).toHaveLength(1);
      abort.abort();
      expect(await ended).toMatchObject({ name: "CancelledError" });
      await (await engine.call(1)).succeed("red dots");
      expect(await second).toMatchObject({ text: "red dots" });
    });

    it("are refused in words while no machine can do them, and wait for one where nobody has to be answered", async () => {
      const { bot, picture, worker } = await fleet();
      const tasks = await bot();
      expect(tasks.info).toBeNull();
      const sha256 = await picture("one");
      const words = /No machine that can look at pictures is connected just now/;
      await expect(tasks.describe({ sha256 })).rejects.toThrow(words);
      await expect(tasks.findFaces({ sha256 })).rejects.toMatchObject({ identifier: "no-machine" });
      expect(tasks.whyNoLearning()).toMatchObject({
        message: expect.stringContaining("No machine that can learn is connected just now"),
      });
      const seen = tasks.styleVector({ sha256 });
      const { engine } = await worker("late", ["caption"]);
      await (await engine.call(0)).succeed([1]);
      expect(await seen).toEqual([1]);
      await expect.poll(() => tasks.info).toMatchObject({ describer: "scripted" });
      const faces = tasks.findFaces({ sha256 });
      await (await engine.call(1)).succeed({ prominent: false, faces: [] });
      expect(await faces).toEqual({ prominent: false, faces: [] });
    });

    const lesson = async (picture: Fleet["picture"]): Promise<Lesson> => ({
      id: "0000000000000001",
      picture: { sha256: await picture("style") },
      description: null,
      form: "vector",
      size: 64,
      maxSteps: null,
    });

    it("that are learning go on elsewhere from where they came to, say that they wait meanwhile, and end where they are", async () => {
      const { store, bot, picture, worker, leave } = await fleet();
      const one = await worker("one", ["learn"]);
      const tasks = await bot();
      expect(tasks.whyNoLearning()).toBeNull();
      const asked = await lesson(picture);
      const said: (string | null)[] = [];
      const samples: string[] = [];
      const onNews = (news: EngineNews): unknown => news.type === "preview" && samples.push(news.path);
      const learning = tasks.learn(asked, { onNews, onWaiting: (why) => said.push(why) });

      const first = await one.engine.call(0);
      const { statePath, sampleDir } = first.task as LearnTask;
      await writeFile(statePath, "ten steps");
      first.hooks.onNews?.({ type: "begun", size: 64, step: 0 });
      first.hooks.onNews?.({ type: "progress", step: 10, steps: 60 });
      first.hooks.onNews?.({ type: "look", step: 10, loss: 0.5 });
      const sample = `${sampleDir}.jpg`;
      await writeFile(sample, "a sample");
      first.hooks.onNews?.({ type: "preview", path: sample, step: 10, steps: 60, unsafe: false });
      await expect.poll(() => samples.length).toBe(1);
      expect(await readFile(samples[0]!, "utf8")).toBe("a sample");
      await expect.poll(() => store.learningStates.find(asked.id)).not.toBeNull();
      await writeFile(statePath, "twelve steps");
      await leave("one");
      await expect.poll(() => said.length).toBe(1);
      expect(said[0]).toContain("No machine that can learn is connected just now");
      await one.close();
      expect(first.over).toBe(true);

      const two = await worker("two", ["learn"]);
      const second = await two.engine.call(0);
      const there = second.task as LearnTask;
      expect(await readFile(there.statePath, "utf8")).toBe("twelve steps");
      second.hooks.onNews?.({ type: "begun", size: 64, step: 12 });
      await expect.poll(() => said.at(-1)).toBeNull();
      await writeFile(there.statePath, "all steps");
      await second.succeed({ steps: 60, best: 50, firstLoss: 0.5, loss: 0.25, form: "vector" });
      expect(await learning).toMatchObject({ steps: 60 });
      expect(await readFile(await tasks.reached(asked.id), "utf8")).toBe("all steps");
      expect(await readdir(path.dirname(statePath)), "nothing is left on the machine").toEqual([
        "0000000000000001.jpg",
      ]);
    });

    it("that are stopped have told by then what they reached", async () => {
      const { tasks, engine, picture } = await open();
      const asked = await lesson(picture);
      const abort = new AbortController();
      const ended = tasks.learn(asked, { signal: abort.signal }).catch((error: unknown) => error);
      const call = await engine.call(0);
      const { statePath } = call.task as LearnTask;
      call.hooks.signal!.addEventListener("abort", () => void writeFile(statePath, "five steps"));
      await writeFile(statePath, "four steps");
      call.hooks.onNews?.({ type: "begun", size: 64, step: 4 });
      abort.abort();
      expect(await ended).toMatchObject({ name: "CancelledError" });
      expect(await readFile(await tasks.reached(asked.id), "utf8")).toMatch(/^(four|five) steps$/);
    });

    it("a bot that went down finds what was learned meanwhile", async () => {
      const { tasks, engine, picture, bot } = await open();
      const asked = await lesson(picture);
      const ended = tasks.learn(asked).catch((error: unknown) => error);
      const call = await engine.call(0);
      await tasks.close();
      expect(await ended).toMatchObject({ name: "CancelledError" });
      expect(call.over, "the worker goes on").toBe(false);
      const next = await bot();
      const heard: EngineNews[] = [];
      const learning = next.learn(asked, { onNews: (news) => heard.push(news) });
      await expect
        .poll(() => {
          call.hooks.onNews?.({ type: "progress", step: 30, steps: 60 });
          return heard.length;
        })
        .toBeGreaterThan(0);
      await writeFile((call.task as LearnTask).statePath, "all steps");
      const reply = { steps: 60, best: 50, firstLoss: 0.5, loss: 0.25, form: "vector" } as const;
      await call.succeed(reply);
      expect(await learning).toEqual(reply);
      expect(engine.calls).toHaveLength(1);
    });

    it("a fault that nobody can do anything about reaches whoever asked, as it was", async () => {
      const { tasks, engine, picture } = await open();
      const asked = tasks.describe({ sha256: await picture("one") }).catch((error: unknown) => error);
      (await engine.call(0)).fail(new EngineError("odd picture", { retryable: false }));
      expect(await asked).toMatchObject({ name: "EngineError", message: "odd picture", retryable: false });
    });
  });
});
