import { type Client, type ClientOptions, Events, GatewayIntentBits } from "discord.js";
import { afterEach, describe, expect, it } from "vitest";

import { type DiscordSandbox, startSandbox } from "../src/index.ts";
import { makeClient } from "../src/client.ts";
import { endStage, type Stage, startStage, textChannel } from "./harness.ts";

const wait = (stage: Stage, probe: () => boolean, what: string) => stage.discord.waitFor(probe, { what });

describe("the gateway", () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  /** Two IDENTIFYs are five seconds apart in the client's own throttle; that wait is not the subject here. */
  const ws = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) };
  const start = async (options: Partial<ClientOptions> = {}): Promise<Stage> => {
    const stage = await startStage({}, { ws, ...options });
    closing.push(() => endStage(stage));
    return stage;
  };

  it("resumes after close 4000 and repeats what was missed, once", async () => {
    const stage = await start();
    const { discord, client } = stage;
    const seen: string[] = [];
    client.on(Events.MessageCreate, ({ id }) => seen.push(id));
    const general = discord.channel("general").id;
    discord.gateway.close(4000);
    const missed = await discord.member("ada").say(general, "while away");
    await wait(stage, () => seen.includes(missed.id), "the missed message");
    const later = await discord.member("ada").say(general, "and after");
    await wait(stage, () => seen.includes(later.id), "the next message");
    expect(seen).toEqual([missed.id, later.id]);
    expect(discord.gateway.counts).toMatchObject({ identify: 1, resume: 1 });
  });

  it("resumes after a line that broke without a close code", async () => {
    const stage = await start();
    const { discord } = stage;
    const resumed = new Promise((resolve) => stage.client.once(Events.ShardResume, resolve));
    discord.gateway.cut();
    await resumed;
    expect(discord.gateway.counts).toMatchObject({ identify: 1, resume: 1 });
  });

  it("resumes on op 7 and on a resumable op 9, and starts anew on the other", async () => {
    const stage = await start();
    const { discord } = stage;
    const resumed = () => new Promise((resolve) => stage.client.once(Events.ShardResume, resolve));
    let again = resumed();
    discord.gateway.reconnect();
    await again;
    again = resumed();
    discord.gateway.invalidate(true);
    await again;
    expect(discord.gateway.counts).toMatchObject({ identify: 1, resume: 2 });
    const ready = new Promise((resolve) => stage.client.once(Events.ShardReady, resolve));
    discord.gateway.invalidate(false);
    await ready;
    expect(discord.gateway.counts).toMatchObject({ identify: 2, resume: 2 });
  });

  it("tells nothing of what happens while the bot is offline", async () => {
    const stage = await start();
    const { discord, client } = stage;
    const sent = await textChannel(stage, "general").send("vote");
    const reactions: string[] = [];
    client.on(Events.MessageReactionAdd, ({ emoji }) => reactions.push(emoji.name!));
    const where = { id: sent.id, channel_id: sent.channelId };
    const ready = new Promise((resolve) => client.once(Events.ShardReady, resolve));
    discord.gateway.pause();
    await discord.member("ada").react(where, "🥇");
    discord.gateway.resume();
    await ready;
    await discord.member("ada").react(where, "🥈");
    await wait(stage, () => reactions.length > 0, "a reaction");
    expect(reactions).toEqual(["🥈"]);
  });

  it("sends only what the intents ask for", async () => {
    const stage = await start({ intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages] });
    const { discord, client } = stage;
    const seen: string[] = [];
    client.on(Events.Raw as never, (packet: { t: string }) => seen.push(packet.t));
    const contents: string[] = [];
    client.on(Events.MessageCreate, ({ content }) => contents.push(content));
    const general = discord.channel("general").id;
    const said = await discord.member("ada").say(general, "secret");
    await discord.member("ada").react(said, "🥇");
    await discord.member("ada").say(general, `<@${discord.botUserId}> hello`);
    await wait(stage, () => contents.length === 2, "two messages");
    // Without the message content intent only what mentions the bot can be read.
    expect(contents).toEqual(["", `<@${discord.botUserId}> hello`]);
    expect(seen).not.toContain("MESSAGE_REACTION_ADD");
  });

  const refused = async (discord: DiscordSandbox, client: Client, token: string): Promise<unknown> => {
    closing.push(
      () => discord.close(),
      () => client.destroy(),
    );
    return client.login(token).then(
      () => "in",
      (error: { code?: string; message: string }) => error.code ?? error.message,
    );
  };

  it("refuses privileged intents that are not switched on, and unknown tokens", async () => {
    const discord = await startSandbox();
    const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.MessageContent];
    expect(await refused(discord, makeClient(discord, { intents }), discord.botToken)).toMatch(/disallowed intents/i);
    const other = await startSandbox({ privilegedIntents: GatewayIntentBits.MessageContent });
    expect(await refused(other, makeClient(other, { intents }), other.botToken)).toBe("in");
    const third = await startSandbox();
    expect(await refused(third, makeClient(third), "wrong.token.here")).toBe("TokenInvalid");
  });
});
