/** `atelier study run` over workers: real ones, killed in the middle, as is the study itself. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";

import { exists } from "../../src/exists.ts";
import type { Job } from "../../src/jobs/job.ts";
import { openStore } from "../../src/store/store.ts";
import { type Manifest, readManifest } from "../../src/study/manifest.ts";
import { type LaunchedWorker, launchWorker } from "../remote/launch-worker.ts";
import { newDatabase, type TestDatabase } from "../remote/new-database.ts";

const [postgres, redis] = [inject("postgres"), inject("redis")];
const ROOT = path.resolve(import.meta.dirname, "../..");
const SAMPLES = path.join(ROOT, "samples");
const HOW = ["--pairs", "1", "--variants", "image-prompt,prompt", "--size", "64", "--json"];

let folder: string;
let settings: Readonly<Record<string, string>>;
const workers: LaunchedWorker[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-study-workers-"));
  const [DATA_DIR, MODELS_DIR] = [path.join(folder, "shared"), path.join(folder, "models")];
  settings = { DATA_DIR, MODELS_DIR, DEVICE: "cpu", CAPTIONER: "palette", LOCK_SECONDS: "2" };
});
afterEach(async () => {
  for (const { child } of workers.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

async function worker(name: string): Promise<LaunchedWorker> {
  const launched = launchWorker({ ...settings, WORKER_NAME: name });
  workers.push(launched);
  await launched.ready;
  return launched;
}

/** @param kill says when it is killed without warning */
async function study(out: string, kill?: () => Promise<boolean>): Promise<{ code: number | null; said: string }> {
  const folders = ["--contents", path.join(SAMPLES, "content"), "--styles", path.join(SAMPLES, "style"), "--out", out];
  const words = [path.join(ROOT, "bin/atelier.mjs"), "study", "run", ...folders, ...HOW];
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...settings };
  const child = spawn(process.execPath, words, { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (kill) {
    await expect.poll(kill, { interval: 20 }).toBe(true);
    child.kill("SIGKILL");
  }
  return { code: await ended, said };
}

/** What the study has in a store of its own. */
async function doneIn(out: string): Promise<readonly Job[]> {
  if (!(await exists(path.join(out, "data/atelier.db")))) return [];
  const store = await openStore(path.join(out, "data"));
  try {
    return await store.jobs.finished(1000);
  } finally {
    await store.close();
  }
}

const hashes = ({ pictures }: Manifest): string[] => pictures.map(({ file, sha256 }) => `${file} ${sha256}`);

/** What workers and their bot still have of it, but for what is noted to go: the study may be killed while it tidies. */
const leftBehind = (database: TestDatabase): Promise<unknown> =>
  database.query(
    `select (select count(*) from jobs) as jobs,
      (select count(*) from pictures where sha256 not in (select name from discards)) as pictures`,
  );
const NOTHING = [{ jobs: "0", pictures: "0" }];

/** Seven processes one after the other: a limit that only ends what hangs, also where much else runs. */
const LIMIT = { timeout: 300_000 };

describe.skipIf(postgres === null)("a study over workers", LIMIT, () => {
  it("goes on where it and its worker were killed, with the same bytes as on this machine", async () => {
    const database = await newDatabase(postgres!);
    const alone = path.join(folder, "alone");
    const { code } = await study(alone);
    expect(code).toBe(0);
    settings = { ...settings, DATABASE_URL: database.url, QUEUE_URL: database.url };
    const out = path.join(folder, "over");
    expect(await study(out)).toMatchObject({
      code: 2,
      said: expect.stringContaining("No worker that paints") as string,
    });
    const first = await worker("first");
    await study(out, async () => (await doneIn(out)).length > 0);
    first.child.kill("SIGKILL");
    const before = (await doneIn(out)).map(({ id }) => id);
    await worker("second");
    expect(await study(out)).toMatchObject({ code: 0 });
    const [one, other] = [(await readManifest(alone))!, (await readManifest(out))!];
    expect(other.complete).toBe(true);
    expect(hashes(other)).toEqual(hashes(one));
    for (const { file } of one.pictures)
      expect((await readFile(path.join(alone, file))).equals(await readFile(path.join(out, file)))).toBe(true);
    const done = (await doneIn(out)).map(({ id }) => id);
    expect(done).toHaveLength(2);
    expect(done).toEqual(expect.arrayContaining(before));
    expect(other.machines?.map(({ name }) => name).sort()).toEqual(["first", "second"]);
    expect(other.machines?.[0]).toMatchObject({ node: process.version, processor: os.cpus()[0]!.model.trim() });
    expect(other.repeatable).toContain("gives the same bytes on this kind of machine");
    expect(new Set(other.pictures.map(({ painted }) => painted?.machine))).toEqual(new Set(["first", "second"]));
    expect(other.styles.map(({ description }) => description)).toEqual(
      one.styles.map(({ description }) => description),
    );
    expect(await leftBehind(database)).toEqual(NOTHING);
  });

  it.skipIf(redis === null)("goes over Redis", async () => {
    const database = await newDatabase(postgres!);
    settings = { ...settings, DATABASE_URL: database.url, QUEUE_URL: redis! };
    await worker("only");
    const out = path.join(folder, "over");
    expect(await study(out)).toMatchObject({ code: 0 });
    const manifest = (await readManifest(out))!;
    expect(manifest).toMatchObject({ complete: true, machines: [{ name: "only" }] });
    expect(await leftBehind(database)).toEqual(NOTHING);
  });
});
