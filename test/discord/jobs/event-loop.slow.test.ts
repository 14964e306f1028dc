import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { startSandbox } from "@atelier/sandbox";
import { expect, it } from "vitest";

import { launch } from "../launch.ts";
import { landscape, waves } from "../pictures.ts";
import { results, settingsFor } from "../studio.ts";

/** What the gateway's heartbeat and the acknowledgement of a command may have to wait. */
const MOST_MS = 50;

it.skipIf(!existsSync("/proc/self/schedstat"))(
  "the bot's event loop is never blocked while it takes pictures of nine megapixels and shows a job (needs Linux's schedstat)",
  async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-loop-"));
    const discord = await startSandbox({ port: 0 });
    const watch = pathToFileURL(path.join(import.meta.dirname, "loop-watch.mjs")).href;
    const bot = launch({ ...settingsFor(discord, folder, { RESULT_SIZE: "512" }), NODE_OPTIONS: `--import=${watch}` });
    try {
      await discord.botReady();
      const general = discord.channel("general").id;
      const once = async (side: number): Promise<void> => {
        const content = await landscape("house.png", side, side);
        const style = await waves("waves.jpg", side, side);
        const call = await discord.member("ada").slash(general, "stylize", { content, style });
        await discord.waitFor(() => call.response && results(discord, call.response.id)[0], { what: "the result" });
      };
      // The first one loads and compiles what is used for the first time.
      await once(300);
      bot.child.kill("SIGUSR2");
      await once(3000);
      bot.child.kill("SIGTERM");
      const { output } = await bot.ended;
      const longest = Number(/longest stretch: ([\d.]+) ms/.exec(output)?.[1]);
      expect(longest).toBeGreaterThan(0);
      expect(longest).toBeLessThan(MOST_MS);
    } finally {
      bot.child.kill("SIGKILL");
      await discord.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
