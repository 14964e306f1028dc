/** Thousands of pictures swept by the bot, while it lives. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { startSandbox } from "@atelier/sandbox";
import { expect, it } from "vitest";

import { openStore } from "../../../src/store/store.ts";
import { launch } from "../../discord/launch.ts";
import { settingsFor } from "../../discord/studio.ts";
import { fillWithOldJobs } from "./many-pictures.ts";

/** Three to a job; more by `SWEEP_PICTURES`. */
const PICTURES = Number(process.env["SWEEP_PICTURES"] ?? 3000);
/** What the gateway's heartbeat may have to wait. */
const MOST_MS = 50;
const WATCH = pathToFileURL(path.resolve(import.meta.dirname, "../../discord/jobs/loop-watch.mjs")).href;

it.skipIf(process.platform !== "linux")(
  "thousands of pictures are swept in the bot's own process, which answers meanwhile (needs Linux's schedstat)",
  async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-many-"));
    const discord = await startSandbox({ port: 0 });
    const store = await openStore(folder);
    const jobs = Math.ceil(PICTURES / 3);
    await fillWithOldJobs(store, folder, discord.guild.id, jobs);
    await store.retention.noteTold(null, 0);
    await store.close();
    const bot = launch({ ...settingsFor(discord, folder, { LOG_LEVEL: "info" }), NODE_OPTIONS: `--import=${WATCH}` });
    try {
      await discord.botReady();
      bot.child.kill("SIGUSR2");
      const began = performance.now();
      const call = await discord.member("ada").slash(discord.channel("general").id, "queue");
      await call.acknowledged;
      const swept = () => /"jobs":(\d+).*swept what was kept/.exec(bot.output())?.[1];
      expect(Number(await discord.waitFor(swept, { what: "the sweep", timeoutMs: 1_800_000 }))).toBe(jobs);
      // Its heartbeat was answered all the while.
      expect(bot.output()).not.toContain("the connection to Discord broke");
      const seconds = (performance.now() - began) / 1000;
      bot.child.kill("SIGTERM");
      const { output } = await bot.ended;
      const said = /longest stretch: .*p99 ([\d.]+) ms; by the clock: .*/.exec(output)!;
      console.log(`${3 * jobs} pictures in ${seconds.toFixed(1)} s; ${said[0]}`);
      expect(Number(said[1])).toBeGreaterThan(0);
      expect(Number(said[1])).toBeLessThan(MOST_MS);
      const after = await openStore(folder);
      expect(await after.db.selectFrom("jobs").select("id").execute()).toEqual([]);
      for await (const file of after.files.list()) expect(file).toBeUndefined();
      await after.close();
    } finally {
      bot.child.kill("SIGKILL");
      await discord.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  2_400_000,
);
