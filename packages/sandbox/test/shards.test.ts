import { once } from "node:events";

import { type Client, Events } from "discord.js";
import { afterEach, expect, it } from "vitest";
import { WebSocket } from "ws";

import { makeClient } from "../src/client.ts";
import { type DiscordSandbox, startSandbox } from "../src/index.ts";
import { rest } from "./harness.ts";

let discord: DiscordSandbox;
let clients: Client<true>[] = [];
afterEach(async () => {
  for (const client of clients) await client.destroy();
  clients = [];
  await discord.close();
});

/** What waits for its turn is not the subject here. */
const ws = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) };

async function connect(shard: number, shardCount: number): Promise<Client<true>> {
  const client = makeClient(discord, { ws, shards: [shard], shardCount });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.botToken);
  clients.push(await ready);
  return ready;
}

it("gives each shard its servers and what happens in them, and direct messages to the first", async () => {
  discord = await startSandbox({ sharding: { shards: 3, maxConcurrency: 16 } });
  const made = discord.addGuilds({ count: 6, channels: 3, roles: 5 });
  const shards = [await connect(0, 3), await connect(1, 3), await connect(2, 3)];
  expect(discord.gateway.shardsOnline).toEqual([0, 1, 2]);
  for (const [n, { id }] of made.entries())
    expect(shards.map(({ guilds }) => guilds.cache.has(id))).toEqual([0, 1, 2].map((shard) => shard === n % 3));
  const guild = shards[1]!.guilds.cache.get(made[4]!.id)!;
  expect([guild.channels.cache.size, guild.roles.cache.size, guild.members.me?.user.bot]).toEqual([3, 5, true]);

  const heard: [number, string][] = [];
  for (const [shard, client] of shards.entries())
    client.on(Events.MessageCreate, ({ channelId }) => heard.push([shard, channelId]));
  const channels = made.map(({ id }) => discord.channel("general", id).id);
  for (const channel of channels) await discord.member("ada").say(channel, "hello");
  await discord.waitFor(() => heard.length >= 6, { what: "six messages" });
  expect(new Map(heard.map(([shard, channel]) => [channel, shard]))).toEqual(
    new Map(channels.map((channel, n) => [channel, n % 3])),
  );
  expect(heard).toHaveLength(6);
  expect((await rest(discord, "GET", "/gateway/bot")).json).toMatchObject({
    shards: 3,
    session_start_limit: { max_concurrency: 16 },
  });
});

it("turns away a shard that identifies too soon after another of its bucket", async () => {
  discord = await startSandbox({ sharding: { maxConcurrency: 2, identifyEveryMs: 600_000 } });
  await connect(0, 4);
  await connect(1, 4);
  const late = new WebSocket(discord.gateway.url);
  const frames: { readonly op: number; readonly d: unknown }[] = [];
  late.on("message", (data) => frames.push(JSON.parse((data as Buffer).toString())));
  await once(late, "message");
  late.send(JSON.stringify({ op: 2, d: { token: discord.botToken, intents: 1, shard: [2, 4] } }));
  await once(late, "message");
  expect(frames[1]).toMatchObject({ op: 9, d: false });
  expect(discord.violations).toEqual(["shard 2 identified too soon after another of its bucket"]);
  expect(discord.gateway.shardsOnline).toEqual([0, 1]);
});
