/** Messages that Discord took without saying so, tried again when it has forgotten their nonce: the machine slept meanwhile. */
import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import type { Client } from "discord.js";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

import { readConfig } from "../../../src/config.ts";
import { connect, createClient } from "../../../src/discord/client.ts";
import { noticeView } from "../../../src/discord/messages/components.ts";
import { LiveMessage } from "../../../src/discord/messages/live-message.ts";
import { Venue } from "../../../src/discord/messages/venue.ts";
import { createLogger } from "../../../src/log.ts";
import { textOf } from "../studio.ts";

const log = createLogger("silent");
const SLEPT_MS = 6 * 60_000;
const POST = "POST /channels/:id/messages";

let discord: DiscordSandbox;
let client: Client;
let slept = 0;

beforeAll(async () => {
  const { now } = Date;
  vi.spyOn(Date, "now").mockImplementation(() => now() + slept);
  discord = await startSandbox({ port: 0 });
  const { botToken, apiBase, cdnBase } = discord;
  client = createClient(
    readConfig({ DISCORD_TOKEN: botToken, DISCORD_API_BASE: apiBase, DISCORD_CDN_BASE: cdnBase }),
    log,
  );
  await connect(client, botToken, log);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await client.destroy();
  await discord.close();
});

/** Discord's clock is the one of this process: the sandbox runs in it. */
function sleepThrough(): void {
  slept += SLEPT_MS;
}

const channel = (name: string): string => discord.channel(name).id;

const venue = (channelId: string): Venue =>
  new Venue({
    client,
    channelId,
    threadId: null,
    replies: {
      edit: () => Promise.resolve(false),
      remove: () => Promise.resolve(false),
      lastsFor: () => 0,
      spares: () => false,
    },
    log,
    cover: async (view) => view,
    onMoved: () => Promise.resolve(),
  });

const said = (words: string, at: string): number =>
  discord.messages(at).filter((message) => textOf(message) === words).length;

// The clock is put forward from test to test: where it goes back, discord.js waits for what it takes to be the future.
it("a message is not looked for as long as its nonce keeps a second one away", async () => {
  const general = channel("general");
  const place = venue(general);
  discord.faults.add({ route: POST, times: 4, status: 502, afterHandling: true });
  await expect(place.post(noticeView("soon"), "soon")).rejects.toThrow("Bad Gateway");
  const before = discord.requests.length;
  await place.post(noticeView("soon"), "soon");
  expect(discord.requests.slice(before).map(({ method }) => method)).toEqual(["POST"]);
  expect(said("soon", general)).toBe(1);
});

it("a message is looked for before whoever shows it posts it again", async () => {
  const gallery = channel("gallery");
  const home = venue(gallery).talk;
  const live = new LiveMessage({ home, messageId: null, intervalMs: 0, nonce: "live", follows: false, log });
  // discord.js itself tries four times.
  discord.faults.add({ route: POST, times: 4, status: 502, afterHandling: true });
  await live.settle(noticeView("progress"));
  expect([live.messageId, said("progress", gallery)]).toEqual([null, 1]);
  sleepThrough();
  await live.settle(noticeView("progress"));
  expect(discord.messages(gallery).at(-1)!.id).toBe(live.messageId);
  expect(said("progress", gallery)).toBe(1);
});

it("nor does discord.js send it again by itself", async () => {
  const general = channel("general");
  let wake = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    wake = resolve;
  });
  discord.faults.add({ route: POST, times: 1, status: 502, afterHandling: true, until });
  const place = venue(general);
  const first = place.post(noticeView("result"), "result");
  await discord.waitFor(() => said("result", general) === 1, { what: "the message that is not answered" });
  sleepThrough();
  wake();
  await expect(first).rejects.toThrow("too late");
  expect(await place.post(noticeView("result"), "result")).toBe(discord.messages(general).at(-1)!.id);
  expect(said("result", general)).toBe(1);
});
