/** What ends the bot for good, in words: Discord will not have it any more, or its data folder is gone. */
import { mkdtemp, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { connectClient } from "@atelier/sandbox/client";
import { GatewayCloseCodes as Close, Routes } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { watchAccess } from "../../src/discord/access.ts";
import type { UserError } from "../../src/errors.ts";
import { createLogger } from "../../src/log.ts";
import { launch } from "./launch.ts";
import { landscape, waves } from "./pictures.ts";
import { openStudio, settingsFor, type Studio, stylized } from "./studio.ts";

/** How a closing without healing is told, by its code. */
const SENTENCES: readonly (readonly [code: number, words: RegExp])[] = [
  [Close.AuthenticationFailed, /takes DISCORD_TOKEN no longer.*Reset Token.*start the bot again/],
  [Close.InvalidShard, /invalid shard/],
  [Close.ShardingRequired, /sharding is required.*SHARDS=auto/],
  [Close.InvalidAPIVersion, /Update Atelier/],
  [Close.InvalidIntents, /invalid intents.*Update Atelier/],
  [Close.DisallowedIntents, /disallowed intents.*restricted/],
];

describe("a connection that Discord closed for good", () => {
  /** What is said when `happens`. */
  const verdictOn = async (happens: (discord: DiscordSandbox) => void): Promise<string> => {
    const discord = await startSandbox();
    const client = await connectClient(discord);
    try {
      const verdict = new Promise<UserError>((resolve) => {
        watchAccess(client, createLogger("silent"), resolve);
      });
      happens(discord);
      return (await verdict).message;
    } finally {
      await client.destroy();
      await discord.close();
    }
  };

  it.each(SENTENCES)("is told in words of its own: %i", async (code, words) => {
    expect(await verdictOn(({ gateway }) => gateway.close(code))).toMatch(words);
  });

  it("is told, too, when a session that resumes is refused", async () => {
    const happens = (discord: DiscordSandbox): void => {
      discord.resetToken();
      discord.gateway.close(4000);
    };
    expect(await verdictOn(happens)).toMatch(SENTENCES[0]![1]);
  });
});

it("ends the process with code 2 and one sentence", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-access-"));
  const discord = await startSandbox({ port: 0 });
  const bot = launch(settingsFor(discord, folder));
  await discord.botReady();
  discord.resetToken();
  discord.gateway.close(Close.AuthenticationFailed);
  const { code, output } = await bot.ended;
  expect(code).toBe(2);
  expect(output.trim().split("\n")).toEqual([expect.stringMatching(SENTENCES[0]![1])]);
  await discord.close();
  await rm(folder, { recursive: true, force: true });
});

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());

it.skipIf(process.platform === "win32")("a data folder that was moved ends the bot", async () => {
  const folder = studio.settings.DATA_DIR!;
  await rename(folder, `${folder}-moved`);
  expect(await studio.running.ended).toMatchObject({ identifier: "folder-gone" });
  await studio.stopBot();
  await rename(`${folder}-moved`, folder);
  await studio.restart();
});

describe("a token", () => {
  it("that REST refuses by mistake is asked about again, and the bot goes on", async () => {
    const { discord, general } = studio;
    discord.faults.add({ route: "POST /channels/:id/messages/:id/threads", status: 401, times: 1 });
    const inputs = { content: await landscape(), style: await waves() };
    const call = await discord.member("ada").slash(general, "stylize", inputs);
    const result = await stylized(studio, call);
    expect(result.attachments).toHaveLength(1);
    expect(discord.threads(general)).toHaveLength(1);
  });

  it("that REST refuses ends the bot, though the gateway has not told it yet", async () => {
    const { discord, general, running } = studio;
    discord.resetToken();
    await expect(running.client.rest.get(Routes.channel(general))).rejects.toThrow("401");
    expect(await running.ended).toMatchObject({
      identifier: "access-lost",
      message: expect.stringMatching(SENTENCES[0]![1]),
    });
    expect(discord.gateway.online).toBe(true);
  });

  it("that REST takes and the gateway does not, keeps the bot from starting", async () => {
    const { discord } = studio;
    discord.gateway.refusal = Close.DisallowedIntents;
    await expect(studio.restart({ DISCORD_TOKEN: discord.botToken })).rejects.toMatchObject({
      identifier: "access-lost",
      message: expect.stringMatching(/disallowed intents/),
    });
  });
});
