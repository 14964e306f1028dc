import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { sql } from "../../../src/store/kysely.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openStore } from "../../../src/store/store.ts";
import { type Launched, launch } from "../launch.ts";
import { landscape, waves } from "../pictures.ts";
import { results, settingsFor, textOf } from "../studio.ts";

let discord: DiscordSandbox;
let folder: string;
let bot: Launched;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-full-"));
  discord = await startSandbox({ port: 0 });
  // The uploads and the database fit, a painted picture of this size does not.
  bot = launch(settingsFor(discord, folder, { RESULT_SIZE: "768" }), 640);
  await discord.botReady();
});

afterAll(async () => {
  bot.child.kill("SIGTERM");
  await bot.ended;
  await discord.close();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform === "win32")("a disk that is full when the result is written (needs ulimit)", () => {
  it("fails the job in plain words, and leaves the bot and its database intact", async () => {
    const general = discord.channel("general").id;
    const inputs = { content: await landscape("house.png", 640, 480), style: await waves() };
    const call = await discord.member("ada").slash(general, "stylize", { ...inputs, variant: "inst" });
    const failure = await discord.waitFor(() => call.response && results(discord, call.response.id)[0], {
      what: "the failure",
    });
    expect(textOf(failure)).toContain("disk is full");
    expect(failure.mentions).toHaveLength(1);
    const about = await discord.member("ada").slash(general, "about");
    await about.acknowledged;

    const store = await openStore(folder);
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(store.db);
    expect(rows).toEqual([{ integrity_check: "ok" }]);
    const job = await store.db.selectFrom("jobs").select(["state", "result"]).executeTakeFirstOrThrow();
    expect(job).toEqual({ state: "failed", result: null });
    await store.close();
  });
});
