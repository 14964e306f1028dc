import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openStore } from "../../src/store/store.ts";
import { type Launched, launch } from "./launch.ts";
import { type Settings, settingsFor } from "./studio.ts";

let discord: DiscordSandbox;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-start-"));
  discord = await startSandbox({ port: 0 });
});

afterAll(async () => {
  await discord.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (settings: Settings = {}): Launched =>
  launch({ ...settingsFor(discord, folder), LOG_LEVEL: "warn", ...settings });

describe("the bot's process", () => {
  it("says what is missing without a token, and where the demo is", async () => {
    const { code, output } = await start({ DISCORD_TOKEN: "" }).ended;
    expect(code).toBe(2);
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(output).toContain("DISCORD_TOKEN is not set");
    expect(output).toContain("npm run demo");
  });

  it("says in one line that a token is wrong", async () => {
    const { code, output } = await start({ DISCORD_TOKEN: `${discord.botToken}x` }).ended;
    expect(code).toBe(2);
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(output).toContain("Discord refused DISCORD_TOKEN");
    expect(output).not.toContain(discord.botToken);
  });

  it("waits for a Discord that is not there yet", async () => {
    const placeholder = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => placeholder.once("listening", resolve));
    const { port } = placeholder.address() as AddressInfo;
    await new Promise((resolve) => placeholder.close(resolve));
    const bot = start({ DISCORD_API_BASE: `http://127.0.0.1:${port}/api` });
    await expect.poll(bot.output).toContain("Discord cannot be reached, trying again");
    const arrived = await startSandbox({ port });
    try {
      // Another sandbox has another token. That it is refused shows that the bot asked again, and then stops asking.
      const { code, output } = await bot.ended;
      expect(output).toContain("Discord refused DISCORD_TOKEN");
      expect(code).toBe(2);
    } finally {
      await arrived.close();
    }
  });

  it("leaves a folder alone that another bot has, and takes it when that one was killed", async () => {
    const first = start();
    await discord.botReady();
    const { code, output } = await start().ended;
    expect(code).toBe(2);
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(output).toContain(`Another bot is running on ${folder} already (process ${first.child.pid} on`);
    expect(output).toContain("Stop that one first, or give this one a DATA_DIR of its own.");
    // Who only reads is not in the way, nor is the bot in theirs.
    const reading = await openStore(folder);
    expect(await reading.jobs.unsettled()).toEqual([]);
    await reading.close();
    first.child.kill("SIGKILL");
    await first.ended;
    await discord.waitFor(() => !discord.gateway.online);
    const next = start();
    await discord.botReady();
    next.child.kill("SIGTERM");
    expect(await next.ended).toMatchObject({ code: 0 });
  });

  it("ends on SIGTERM while it waits for a Discord that does not answer", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as AddressInfo;
    const asked = new Promise((resolve) => silent.once("request", resolve));
    const bot = start({ DISCORD_API_BASE: `http://127.0.0.1:${port}/api` });
    await asked;
    const since = performance.now();
    bot.child.kill("SIGTERM");
    expect(await bot.ended).toMatchObject({ code: 0 });
    expect(performance.now() - since).toBeLessThan(9000);
    silent.closeAllConnections();
    silent.close();
  });

  it("ends cleanly on SIGTERM", async () => {
    const bot = start();
    await discord.botReady();
    bot.child.kill("SIGTERM");
    expect(await bot.ended).toMatchObject({ code: 0 });
  });
});
