/** *Forget me* where others hold something: workers on machines of their own, their engines, a bucket, a queue's server. */
import { AwsClient } from "aws4fetch";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";

import { PROTOCOL } from "../../src/jobs/fleet.ts";
import type { Job } from "../../src/jobs/job.ts";
import { createFolderPictures } from "../../src/pictures/folder.ts";
import { Eraser } from "../../src/store/erasing/eraser.ts";
import { openStore } from "../../src/store/store.ts";
import { traces } from "../discord/erasure/traces.ts";
import { landscape, waves } from "../discord/pictures.ts";
import { hasButton, openStudio, type Settings, type Studio, stylized, textOf } from "../discord/studio.ts";
import { ScriptedEngine } from "../jobs/scripted-engine.ts";
import { enginesOf } from "./children.ts";
import { keysWith, rowsWith } from "./kept-texts.ts";
import { type LaunchedWorker, launchWorker } from "./launch-worker.ts";
import { newDatabase, type TestDatabase } from "./new-database.ts";
import { hasRedis, startRedis } from "./redis-server.ts";
import { findS3Server, type S3Server, startS3Server } from "./s3-server.ts";

/** What members are promised, milliseconds. */
const MINUTE = 60_000;

const postgres = inject("postgres");
const bucketServer = await findS3Server();
const redisIsThere = await hasRedis();
const undo: (() => Promise<unknown> | void)[] = [];
let bucket: S3Server | null = null;

beforeAll(async () => {
  if (bucketServer !== null && postgres !== null) bucket = await startS3Server(bucketServer);
});
afterAll(() => bucket?.remove());
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A bot, its workers on machines of their own, and the servers between them. */
interface Fleet {
  readonly studio: Studio;
  readonly database: TestDatabase;
  /** Where something of a member may be, by what it is. */
  readonly places: Readonly<Record<string, (needle: string) => Promise<readonly string[]>>>;
  readonly worker: (name: string, capability: string) => Promise<LaunchedWorker>;
  /** The data folder of a worker. */
  readonly machine: (name: string) => string;
}

async function openFleet(queue: "PostgreSQL" | "Redis"): Promise<Fleet> {
  const there = bucket;
  const redis = queue === "Redis" ? await startRedis() : null;
  undo.push(() => redis?.remove());
  const database = await newDatabase(postgres!);
  const pictures: Settings = there
    ? {
        PICTURES_URL: `s3://${there.bucket}/${queue}?endpoint=${there.endpoint}`,
        S3_ACCESS_KEY_ID: there.owner.accessKeyId,
        S3_SECRET_ACCESS_KEY: there.owner.secretAccessKey,
      }
    : {};
  const servers = { DATABASE_URL: database.url, QUEUE_URL: redis?.url ?? database.url };
  const studio = await openStudio({ ...servers, ...pictures, RESULT_SIZE: "128", LOCK_SECONDS: "5" });
  undo.push(() => studio.close());
  const dataDir = studio.settings.DATA_DIR!;
  const shared: Settings = there ? {} : { PICTURES_URL: `file://${dataDir}/pictures` };
  const machine = (name: string): string => `${dataDir}-${name}`;
  return {
    studio,
    database,
    machine,
    places: {
      database: (needle) => rowsWith(database, needle),
      bot: (needle) => traces(dataDir, needle),
      painter: (needle) => traces(machine("painter"), needle),
      ...(redis && { redis: (needle: string) => keysWith(redis.url, needle) }),
      ...(there && { bucket: (needle: string) => objectsWith(there, needle) }),
    },
    async worker(name, capability) {
      const own = { DATA_DIR: machine(name), CAPABILITIES: capability, WORKER_NAME: name };
      const worker = launchWorker({ ...studio.settings, ...shared, ...own } as Settings);
      undo.push(() => void worker.child.kill("SIGKILL"));
      await worker.ready;
      return worker;
    },
  };
}

async function objectsWith({ endpoint, bucket, owner }: S3Server, needle: string): Promise<string[]> {
  const client = new AwsClient({ ...owner, service: "s3" });
  const listed = await (await client.fetch(`${endpoint}/${bucket}?list-type=2&max-keys=1000`)).text();
  return [...listed.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key!).filter((key) => key.includes(needle));
}

async function describeWaves({ discord, general }: Studio): Promise<void> {
  const call = await discord.member("ada").slash(general, "style describe", { image: await waves() });
  await discord.waitFor(() => textOf(call.response).includes("palette of"), { what: "a description" });
}

/** Has Ada's picture painted, and Grace's of others. @returns hers */
async function paint(studio: Studio): Promise<Job> {
  const { discord, general } = studio;
  const hers = { content: await landscape(), style: await waves() };
  const result = await stylized(studio, await discord.member("ada").slash(general, "stylize", hers));
  const others = { content: await landscape("other.png", 130, 96), style: await waves("other.jpg", 130, 96) };
  await stylized(studio, await discord.member("grace").slash(general, "stylize", others));
  const { store } = studio.running.bot;
  const surface = await store.surfaces.byResultMessage(result.id);
  return (await store.jobs.get(surface!.jobId))!;
}

/** Presses *Forget me everywhere*, and waits until the bot says that it is done. */
async function forget({ discord, general }: Studio): Promise<void> {
  const ada = discord.member("ada");
  const call = await ada.slash(general, "privacy");
  const panel = await discord.waitFor(
    () => call.response && hasButton(call.response, "Forget me everywhere") && call.response,
  );
  const before = discord.ephemerals(ada.id).length;
  await ada.press(panel, "Forget me everywhere");
  const asked = await discord.waitFor(() => discord.ephemerals(ada.id)[before], { what: "the question" });
  await ada.press(asked, "Yes, forget me");
  const saysSo = () =>
    textOf(discord.ephemerals(ada.id).find(({ id }) => id === asked.id)).includes("know nothing of you");
  await discord.waitFor(saysSo, { what: "the end" });
}

const queues = redisIsThere ? (["PostgreSQL", "Redis"] as const) : (["PostgreSQL"] as const);

describe.skipIf(postgres === null)("a member who is forgotten", () => {
  it.each(queues)("is gone from all that runs within a minute, and from a worker that was away (%s)", async (queue) => {
    const { studio, database, places, worker, machine } = await openFleet(queue);
    const [painter, looker] = [await worker("painter", "paint"), await worker("looker", "caption")];
    await describeWaves(studio);
    const { request, result, description } = await paint(studio);
    const { style } = request;
    const { discord, running } = studio;
    const hashes = [request.content.sha256, style.sha256, result!.picture.sha256];
    const needles = [discord.member("ada").id, ...hashes, description!.slice(0, 60)];
    const copies = (name: string): Promise<string[]> => traces(machine(name), style.sha256);
    const expected = bucket ? 1 : 0;
    expect([await copies("painter"), await copies("looker")].map(({ length }) => length)).toEqual([expected, expected]);

    // One stands still, with something of hers asked of it.
    looker.child.kill("SIGSTOP");
    void running.bot.tasks.describe(style).catch(() => undefined);
    const engines = await enginesOf(painter.child.pid!);
    expect(engines).toHaveLength(process.platform === "linux" ? 1 : 0);
    const began = performance.now();
    await forget(studio);
    const took: Record<string, number> = { told: performance.now() - began };
    const gone = async (place: string, look: () => Promise<readonly unknown[]>): Promise<void> => {
      await expect.poll(look, { message: place, timeout: MINUTE }).toEqual([]);
      took[place] = performance.now() - began;
    };
    await Promise.all([
      gone("engine", async () => (await enginesOf(painter.child.pid!)).filter((id) => engines.includes(id))),
      ...Object.entries(places).map(([place, look]) =>
        gone(place, async () => (await Promise.all(needles.map(look))).flat()),
      ),
    ]);
    expect(Math.max(...Object.values(took))).toBeLessThan(MINUTE);
    console.log(`milliseconds until gone, with the queue in ${queue}:`, JSON.stringify(took));
    expect(await rowsWith(database, discord.member("grace").id), "others stay").not.toEqual([]);

    expect(await copies("looker")).toHaveLength(expected);
    if (queue === "PostgreSQL") looker.child.kill("SIGCONT");
    else {
      looker.child.kill("SIGKILL");
      await looker.ended;
      await worker("looker", "caption");
      // Before it takes work.
      expect(await copies("looker")).toEqual([]);
    }
    for (const needle of needles) await expect.poll(() => traces(machine("looker"), needle)).toEqual([]);
  });

  it("by another process, of what this one has asked for and shows nothing is left", async () => {
    const { url, ...database } = await newDatabase(postgres!);
    const studio = await openStudio({ DATABASE_URL: url, QUEUE_URL: url, JOBS_PER_USER: "1" });
    undo.push(() => studio.close());
    const { discord, general, settings, running } = studio;
    const { store, queue } = running.bot;
    const ada = discord.member("ada");
    // A worker that never takes anything.
    const info = { ...new ScriptedEngine().info!, stylizer: "diffusion" } as const;
    const capabilities = ["learn", "caption"];
    const report = { name: "deaf", protocol: PROTOCOL, capabilities, info, concurrency: 1, busy: 0 };
    await store.workers.report(report);
    await expect.poll(() => running.bot.tasks.info?.stylizer).toBe("diffusion");
    const learn = async () =>
      (await ada.slash(general, "style learn", { name: "Wave", image: await waves() })).acknowledged;
    await learn();
    await ada.slash(general, "stylize", { content: await landscape(), style: await waves(), variant: "inst" });
    await expect.poll(async () => (await queue.snapshot()).waiting).toBe(1);
    const tickets = async () => database.query("select data::text from bullmq.job where queue like '%caption%'");
    const { request } = (await queue.snapshot()).jobs[0]!;
    await expect.poll(async () => JSON.stringify(await tickets())).toContain(request.style.sha256);

    const files = createFolderPictures(`${settings.DATA_DIR}/pictures`);
    const other = await openStore(settings.DATA_DIR!, url, { files });
    undo.push(() => other.close());
    for (const { job } of await other.jobs.unsettled()) await other.jobDesk.cancel(job.id);
    const erasure = await other.erasures.ask({ userId: ada.id, guildId: null });
    await new Eraser({ store: other, dataDir: settings.DATA_DIR! }).member(erasure);

    const needles = [ada.id, request.content.sha256, request.style.sha256];
    for (const needle of needles) await expect.poll(() => rowsWith({ url, ...database }, needle)).toEqual([]);
    for (const needle of needles) await expect.poll(() => traces(settings.DATA_DIR!, needle)).toEqual([]);
    await expect.poll(async () => (await queue.snapshot()).jobs).toEqual([]);
    // What she had is free again.
    await learn();
    await expect.poll(() => store.styles.count(discord.guild.id)).toBe(1);
    const again = await ada.slash(general, "stylize", { content: await landscape(), style: await waves() });
    await expect.poll(async () => (await queue.snapshot()).waiting).toBe(1);
    expect(again.response).toBeDefined();
  });
});
