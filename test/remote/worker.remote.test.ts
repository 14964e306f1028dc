/** The whole of it: the bot in a Discord on this machine, workers as processes of their own, real servers between them. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { landscape, waves } from "../discord/pictures.ts";
import { ONCE, openStudio, type Studio, stylized, tally } from "../discord/studio.ts";
import { type LaunchedWorker, launchWorker } from "./launch-worker.ts";
import { newDatabase } from "./new-database.ts";

const postgres = inject("postgres");

describe.skipIf(postgres === null)("a bot whose pictures are painted by workers", () => {
  let studio: Studio;
  const workers: LaunchedWorker[] = [];
  const start = async (name: string): Promise<LaunchedWorker> => {
    const worker = launchWorker({ ...studio.settings, WORKER_NAME: name });
    workers.push(worker);
    await worker.ready;
    return worker;
  };

  beforeAll(async () => {
    const { url } = await newDatabase(postgres!);
    studio = await openStudio({ DATABASE_URL: url, QUEUE_URL: url, LOCK_SECONDS: "2" });
  });
  afterAll(async () => {
    for (const { child } of workers) child.kill("SIGKILL");
    await studio.close();
  });

  it("shows what a worker paints", async () => {
    await start("first");
    const inputs = { content: await landscape("house.png", 256, 192), style: await waves() };
    const call = await studio.discord.member("ada").slash(studio.general, "stylize", inputs);
    const result = await stylized(studio, call);
    expect(tally(studio.discord, result.channel_id)).toEqual(ONCE);
  });
});
