/** Real workers in processes of their own: a style that is being learned survives the death of the machine that learned it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import pino from "pino";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { encodePng } from "../../../src/images/encode.ts";
import { connect } from "../../../src/jobs/remote/connection.ts";
import type { Exchange } from "../../../src/jobs/remote/exchange.ts";
import { openRemoteTasks } from "../../../src/jobs/remote/tasks/remote-tasks.ts";
import type { Tasks } from "../../../src/jobs/tasks.ts";
import { createFolderPictures } from "../../../src/pictures/folder.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { type InversionState, readInversionState } from "../../../src/stylize/diffusion/inversion-state.ts";
import { FIXTURES, readReference } from "../../models/reference.ts";
import { newDatabase } from "../../remote/new-database.ts";

const LOG = pino({ level: "silent" });
const ROOT = path.resolve(import.meta.dirname, "../../..");

const postgres = inject("postgres");

describe.skipIf(postgres === null)("workers of several machines (needs PostgreSQL)", () => {
  let folder: string;
  let store: Store;
  let exchange: Exchange;
  let tasks: Tasks;
  let environment: Record<string, string>;
  const workers = new Map<string, ChildProcess>();

  function startWorker(name: string): void {
    const env = { ...process.env, ...environment, DATA_DIR: path.join(folder, name), WORKER_NAME: name };
    workers.set(name, spawn(process.execPath, ["bin/atelier.mjs", "worker"], { cwd: ROOT, env, stdio: "ignore" }));
  }

  const kill = async (name: string): Promise<void> => {
    const child = workers.get(name)!;
    workers.delete(name);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  };

  const present = async (): Promise<string[]> => (await store.workers.present()).map(({ name }) => name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-machines-"));
    await mkdir(path.join(folder, "models"));
    await symlink(path.join(FIXTURES, "tiny-v1"), path.join(folder, "models", "tiny"));
    const { url } = await newDatabase(postgres!);
    const pictures = path.join(folder, "pictures");
    await mkdir(pictures);
    store = await openStore(folder, url, { files: createFolderPictures(pictures) });
    exchange = await connect(url, { log: LOG });
    const { learningStates: states, files } = store;
    const parts = { exchange, states, files, workers: store.workers, log: LOG, watchMs: 250 };
    tasks = await openRemoteTasks({ ...parts, folder: path.join(folder, "learning") });
    environment = {
      DATABASE_URL: url,
      QUEUE_URL: url,
      PICTURES_URL: pathToFileURL(pictures).href,
      MODELS_DIR: path.join(folder, "models"),
      DEVICE: "cpu",
      CAPTIONER: "palette",
      CAPABILITIES: "caption,learn",
      LOCK_SECONDS: "3",
      LOG_LEVEL: "silent",
    };
  });

  afterAll(async () => {
    for (const name of workers.keys()) await kill(name);
    await tasks?.close();
    await exchange?.close();
    await store?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("describe and learn; what one had learned when it was killed, another goes on from", async () => {
    startWorker("one");
    const reference = await readReference(path.join(FIXTURES, "tiny-v1", "learning.safetensors"));
    const { sha256 } = await store.files.put(await encodePng(reference.picture("inversion.picture")));
    await expect.poll(present).toEqual(["one"]);
    const words = await Promise.all([tasks.describe({ sha256 }), tasks.describe({ sha256 })]);
    expect(words[0]).toMatchObject({ describer: tasks.info!.describer, text: expect.stringContaining("palette of") });
    expect(words[1]).toEqual(words[0]);

    const id = "0000000000000001";
    const how = { description: words[0]!.text, form: "vector", size: 64, maxSteps: 30 } as const;
    const begun: number[] = [];
    const learning = tasks.learn(
      { id, picture: { sha256 }, ...how },
      { onNews: (news) => news.type === "begun" && begun.push(news.step) },
    );
    learning.catch(() => undefined);
    const reached = async (): Promise<InversionState | null> =>
      readInversionState(await tasks.reached(id)).catch(() => null);
    await expect.poll(async () => (await reached())?.step ?? 0).toBeGreaterThanOrEqual(10);
    await kill("one");
    const left = (await reached())!;
    startWorker("two");

    expect(await learning).toMatchObject({ steps: 30, form: "vector" });
    expect(begun).toEqual([0, left.step]);
    const whole = await readInversionState(await tasks.reached(id));
    expect(whole.step).toBe(30);
    expect(whole.losses.slice(0, left.step)).toEqual(left.losses);
    await tasks.forget(id);
    expect(await store.learningStates.ids()).toEqual([]);
  });
});
