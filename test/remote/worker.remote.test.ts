/** The whole of it: the bot in a Discord on this machine, workers as processes of their own, real servers between them. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { ConfigError, readConfig } from "../../src/config.ts";
import { UserError } from "../../src/errors.ts";
import { PROTOCOL } from "../../src/jobs/fleet.ts";
import { createLogger } from "../../src/log.ts";
import { VERSION } from "../../src/store/migrations/index.ts";
import { startWorker } from "../../src/worker.ts";
import { landscape, waves } from "../discord/pictures.ts";
import { ONCE, openStudio, type Settings, type Studio, stylized, tally, textOf } from "../discord/studio.ts";
import { type LaunchedWorker, launchWorker } from "./launch-worker.ts";
import { freePort } from "./free-port.ts";
import { newDatabase, type TestDatabase } from "./new-database.ts";

const postgres = inject("postgres");

describe.skipIf(postgres === null)("a bot whose pictures are painted by workers", () => {
  let studio: Studio;
  let database: TestDatabase;
  const workers: LaunchedWorker[] = [];
  let [botPort, workerPort] = [0, 0];
  const ready = async (port: number): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/ready`)).json();
  const start = async (name: string, more: Settings = {}): Promise<LaunchedWorker> => {
    const worker = launchWorker({ ...studio.settings, OPS_PORT: "", ...more, WORKER_NAME: name });
    workers.push(worker);
    await worker.ready;
    return worker;
  };
  const stylize = async (size: number) => {
    const inputs = { content: await landscape("house.png", size, size), style: await waves(), variant: "inst" };
    return studio.discord.member("ada").slash(studio.general, "stylize", inputs);
  };
  /** The job that is painted, once it is. */
  const painted = async () => {
    const { queue } = studio.running.bot;
    const running = async () => (await queue.snapshot()).jobs.find(({ state }) => state === "stylizing");
    await expect.poll(running).toBeDefined();
    return (await running())!;
  };

  beforeAll(async () => {
    database = await newDatabase(postgres!);
    const { url } = database;
    [botPort, workerPort] = [await freePort(), await freePort()];
    studio = await openStudio({
      DATABASE_URL: url,
      QUEUE_URL: url,
      LOCK_SECONDS: "3",
      RESULT_SIZE: "256",
      OPS_PORT: String(botPort),
    });
  });
  afterAll(async () => {
    for (const { child } of workers) child.kill("SIGKILL");
    await studio.close();
  });

  it("shows what a worker paints, with its previews", async () => {
    const previews: number[] = [];
    const stop = studio.running.bot.queue.subscribe((event) => event.type === "preview" && previews.push(event.step));
    const call = await stylize(256);
    expect(await ready(botPort)).toMatchObject({ ready: false, parts: { workers: "no worker that paints is there" } });
    const card = () => textOf(studio.discord.messages(studio.general).find(({ id }) => id === call.response?.id));
    await expect.poll(card).toContain("No machine that paints is connected just now.");
    await start("first", { OPS_PORT: String(workerPort) });
    expect(await ready(botPort)).toMatchObject({ ready: true, parts: { workers: "ok" } });
    expect(await ready(workerPort)).toEqual({ ready: true, parts: { store: "ok", engine: "ok" } });
    const result = await stylized(studio, call);
    expect(tally(studio.discord, result.channel_id)).toMatchObject({ ...ONCE, descriptions: expect.any(Number) });
    expect(previews.length).toBeGreaterThan(0);
    stop();
  });

  it("goes on when the worker that paints is killed: another one begins again", async () => {
    const call = await stylize(384);
    const { id } = await painted();
    workers[0]!.child.kill("SIGKILL");
    await start("second");
    await stylized(studio, call);
    expect(await studio.running.bot.queue.get(id)).toMatchObject({ state: "done", attempts: 2 });
    expect(await database.query(`select worker, fence from jobs where id = '${id}'`)).toEqual([
      { worker: "second", fence: 2 },
    ]);
  });

  it("has a picture that was stopped make room for the next within a second", async () => {
    await stylize(384);
    const { id } = await painted();
    const next = await stylize(128);
    const { queue } = studio.running.bot;
    const begun = new Promise<void>((resolve) => {
      const stop = queue.subscribe(({ type }) => {
        if (type !== "started") return;
        stop();
        resolve();
      });
    });
    expect(await queue.cancel(id)).toBe(true);
    await begun;
    await stylized(studio, next);
    expect(await queue.get(id)).toMatchObject({ state: "cancelled" });
  });

  it("gets back what a worker paints that is told to stop, and the attempt does not count", async () => {
    const call = await stylize(384);
    const { id } = await painted();
    workers[1]!.child.kill("SIGTERM");
    expect(await workers[1]!.ended).toMatchObject({ code: 0 });
    const { queue, store } = studio.running.bot;
    expect(await queue.get(id)).toMatchObject({ state: "queued", attempts: 0 });
    // One that was killed counts as there for a while.
    expect((await store.workers.present()).map(({ name }) => name)).not.toContain("second");
    await start("third");
    await stylized(studio, call);
    expect(await queue.get(id)).toMatchObject({ state: "done", attempts: 1 });
  });

  it("ends workers that it would not understand, in a sentence", async () => {
    const refusal = async (changes: Settings): Promise<string> => {
      try {
        const running = await startWorker(
          readConfig({ ...studio.settings, OPS_PORT: "", ...changes }),
          createLogger("silent"),
        );
        await running.close();
        return "nothing";
      } catch (error) {
        const isInWords = error instanceof UserError || error instanceof ConfigError;
        return isInWords ? error.message : `no words: ${String(error)}`;
      }
    };
    const elsewhere = Object.assign(new URL(database.url), { port: "1", password: "secret" }).href;
    const unknown = Object.assign(new URL(database.url), { pathname: "/nowhere", password: "secret" }).href;
    const words = await Promise.all([
      refusal({ QUEUE_URL: "" }),
      refusal({ DATABASE_URL: "" }),
      refusal({ DATABASE_URL: elsewhere }),
      refusal({ DATABASE_URL: unknown }),
      refusal({ QUEUE_URL: elsewhere }),
      refusal({ QUEUE_URL: unknown }),
      refusal({ QUEUE_URL: "redis://127.0.0.1:1" }),
      refusal({ QUEUE_URL: "nats://here" }),
    ]);
    expect(words).toEqual([
      expect.stringMatching(/A worker needs DATABASE_URL and QUEUE_URL/),
      expect.stringMatching(/QUEUE_URL needs DATABASE_URL/),
      expect.stringMatching(/No PostgreSQL server answers.*Check DATABASE_URL/),
      expect.stringMatching(/refuses.*Make the database first/),
      expect.stringMatching(/No server answers at 127\.0\.0\.1:1.*Check QUEUE_URL/),
      expect.stringMatching(/refuses.*Check user, password and database in QUEUE_URL/),
      expect.stringMatching(/No server answers at 127\.0\.0\.1:1.*Check QUEUE_URL/),
      expect.stringMatching(/QUEUE_URL must be an address/),
    ]);
    expect(words.join("")).not.toContain("secret");
    await database.query(`update fleet set protocol = ${PROTOCOL + 2}`);
    expect(await refusal({})).toMatch(/too old for the bot.*Update Atelier on this machine/);
    await database.query(`update fleet set protocol = ${PROTOCOL - 1}`);
    expect(await refusal({})).toMatch(/newer than the bot.*Update and start the bot first/);
    await database.query(`update fleet set protocol = ${PROTOCOL}`);
    await database.query(`update schema_version set version = ${VERSION + 1}`);
    const { code, output } = await launchWorker({ ...studio.settings, OPS_PORT: "" }).ended;
    expect({ code, lines: output.trim().split("\n") }).toEqual({
      code: 2,
      lines: [expect.stringMatching(/by a newer Atelier.*Update Atelier on this machine/)],
    });
    await database.query(`update schema_version set version = ${VERSION}`);
  });
});
