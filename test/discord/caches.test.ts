import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { ChannelType, type Client, Events, PermissionFlagsBits } from "discord.js";
import { afterEach, beforeEach, expect, it } from "vitest";

import { readConfig } from "../../src/config.ts";
import { connect, createClient } from "../../src/discord/client.ts";
import { createLogger } from "../../src/log.ts";

let discord: DiscordSandbox;
let client: Client<true>;
beforeEach(async () => {
  discord = await startSandbox();
  const settings = { DISCORD_TOKEN: discord.botToken, DISCORD_API_BASE: discord.apiBase };
  const log = createLogger("silent");
  client = await connect(createClient(readConfig(settings), log), discord.botToken, log);
});
afterEach(async () => {
  await client.destroy();
  await discord.close();
});

it("nothing is kept of what people write, and of who they are", async () => {
  const general = discord.channel("general").id;
  const heard = new Set<string>();
  client.on(Events.MessageCreate, ({ author }) => heard.add(author.id));
  const message = await discord.member("ada").say(general, "hello");
  for (let n = 0; n < 500; n++) {
    const user = { ...message.author, id: `9${String(n).padStart(17, "0")}` };
    const place = { guild_id: discord.guild.id, channel_id: general };
    const member = { nick: null, roles: [], joined_at: message.timestamp, flags: 0 };
    discord.gateway.dispatch("MESSAGE_CREATE", { ...message, ...place, id: user.id, author: user, member });
    const emoji = { id: null, name: "🥇" };
    const reaction = { ...place, user_id: user.id, message_id: message.id, member: { ...member, user }, emoji };
    discord.gateway.dispatch("MESSAGE_REACTION_ADD", reaction);
  }
  const last = await discord.member("grace").say(general, "the end");
  await discord.member("grace").react(last, "🥇");
  await expect.poll(() => heard.size).toBe(502);
  const guild = client.guilds.cache.get(discord.guild.id)!;
  const channel = client.channels.cache.get(general)!;
  const kept = {
    users: [...client.users.cache.keys()],
    members: [...guild.members.cache.keys()],
    messages: channel.isTextBased() && channel.messages.cache.size,
  };
  expect(kept).toEqual({ users: [client.user.id], members: [client.user.id], messages: 0 });
});

it("what the bot may do in a channel and in a thread is known without asking", async () => {
  const general = discord.channel("general").id;
  const channel = client.channels.cache.get(general);
  if (channel?.type !== ChannelType.GuildText) throw new Error("no text channel");
  const card = await channel.send("a card");
  const thread = await card.startThread({ name: "Talk" });
  discord.setPermissions(general, { deny: ["ADD_REACTIONS"] });
  const asked = discord.requests.length;
  const mayReact = async (id: string): Promise<boolean | undefined> => {
    const place = await client.channels.fetch(id);
    if (!place || place.isDMBased()) return undefined;
    return place.permissionsFor(place.guild.members.me!).has(PermissionFlagsBits.AddReactions);
  };
  await expect.poll(() => mayReact(general)).toBe(false);
  expect(await mayReact(thread.id)).toBe(false);
  expect(discord.requests).toHaveLength(asked);
});
