/** What is left out when the bot's own token is busy, in its order, over real requests. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { type Client, Routes } from "discord.js";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";

import { readConfig } from "../../src/config.ts";
import { connect, createClient } from "../../src/discord/client.ts";
import { OpenReplies } from "../../src/discord/interactions/open-replies.ts";
import { noticeView } from "../../src/discord/messages/components.ts";
import { Deliveries } from "../../src/discord/messages/deliveries.ts";
import { LiveMessage } from "../../src/discord/messages/live-message.ts";
import { Venue } from "../../src/discord/messages/venue.ts";
import type { Sparable } from "../../src/discord/token-load.ts";
import { createLogger } from "../../src/log.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { textOf } from "./studio.ts";

const log = createLogger("silent");
const KINDS: readonly Sparable[] = ["previews", "progress", "streaming"];

let folder: string;
let store: Store;
let discord: DiscordSandbox;
let client: Client<true>;
let replies: OpenReplies;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-load-"));
  store = await openStore(folder);
  discord = await startSandbox({ port: 0 });
  const { botToken, apiBase: DISCORD_API_BASE, cdnBase: DISCORD_CDN_BASE } = discord;
  client = createClient(
    readConfig({ DISCORD_TOKEN: botToken, DISCORD_API_BASE, DISCORD_CDN_BASE }),
    log,
  ) as Client<true>;
  await connect(client, botToken, log);
  replies = new OpenReplies({ client, store, deliveries: new Deliveries({ log }), log, botToken });
});

afterAll(async () => {
  await client.destroy();
  await discord.close();
  await store.close();
  await rm(folder, { recursive: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The steady clock stands still, so that a busy machine measures as an idle one does. @returns moves it on */
function stopClock(): (milliseconds: number) => void {
  let now = performance.now();
  vi.spyOn(performance, "now").mockImplementation(() => now);
  return (milliseconds) => {
    now += milliseconds;
  };
}

/** Requests by the bot's own token, over the two seconds that are looked at. */
async function ask(times: number): Promise<void> {
  const user = discord.member("ada").id;
  await Promise.all(Array.from({ length: times }, () => client.rest.get(Routes.guildMember(discord.guild.id, user))));
}

const spared = (): Sparable[] => KINDS.filter((kind) => replies.spares("1", kind));

it("previews go first, then progress, then words that grow; what has to be seen never", async () => {
  const pass = stopClock();
  const { front } = new Venue({
    client,
    channelId: discord.channel("general").id,
    threadId: null,
    replies,
    log,
    cover: async (view) => view,
    onMoved: () => Promise.resolve(),
  });
  const message = new LiveMessage({ home: front, messageId: null, intervalMs: 0, nonce: "card", follows: false, log });
  const shown = (): string => textOf(discord.messages(discord.channel("general").id).at(-1));
  pass(10_000);
  await message.settle(noticeView("card"));
  await ask(69);
  expect(spared(), "70 in two seconds").toEqual([]);
  await ask(1);
  expect(spared()).toEqual(["previews"]);
  message.show(noticeView("half done"), "progress");
  await expect.poll(shown, { message: "above 35 in a second" }).toBe("half done");
  await ask(9);
  expect(spared(), "81 in two seconds").toEqual(["previews", "progress"]);
  message.show(noticeView("more than half"), "progress");
  await message.settle();
  expect(shown()).toBe("half done");
  message.show(noticeView("words that"), "streaming");
  await message.settle();
  expect(shown()).toBe("words that");
  await ask(9);
  expect(spared(), "91 in two seconds").toEqual(KINDS);
  message.show(noticeView("words that grow"), "streaming");
  await message.settle();
  expect(shown()).toBe("words that");
  await message.deliver(noticeView("done"));
  expect(shown()).toBe("done");

  message.show(noticeView("later"), "streaming");
  await message.settle();
  pass(2001);
  expect(spared()).toEqual([]);
  await expect.poll(shown, { message: "when there is room again" }).toBe("later");
});

it("what goes through an interaction is not counted, and left out never", async () => {
  const pass = stopClock();
  pass(10_000);
  const reply = { messageId: "2", show: () => Promise.resolve(), remove: () => Promise.resolve() };
  await replies.remember({ id: "interaction", token: "token", guildId: null }, reply);
  await ask(91);
  expect(spared()).toEqual(KINDS);
  expect(KINDS.filter((kind) => replies.spares("2", kind))).toEqual([]);
  pass(10_000);
  const route = Routes.webhookMessage(client.application.id, "token");
  await ask(69);
  for (let n = 0; n < 5; n++) await client.rest.get(route, { auth: false }).catch(() => undefined);
  expect(spared()).toEqual([]);
});
