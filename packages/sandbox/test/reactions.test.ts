import { Events, type MessageReaction, type PartialMessageReaction } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { codeOf, endStage, type Stage, startStage, textChannel } from "./harness.ts";

describe("reactions", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => endStage(stage));

  const nextAdded = () =>
    new Promise<[MessageReaction | PartialMessageReaction, string]>((resolve) =>
      stage.client.once(Events.MessageReactionAdd, (reaction, user) => resolve([reaction, user.id])),
    );

  it("come from people, also on messages the bot never saw", async () => {
    const { discord, client } = stage;
    const ada = discord.member("ada");
    const sent = await textChannel(stage, "general").send("vote");
    textChannel(stage, "general").messages.cache.clear();
    const added = nextAdded();
    const [message] = discord.messages(sent.channelId).slice(-1);
    await ada.react(message!, "🥇");
    const [reaction, userId] = await added;
    expect([reaction.partial, reaction.message.partial, userId]).toEqual([true, true, ada.id]);
    expect((await reaction.fetch()).count).toBe(1);
    const removed = new Promise((resolve) =>
      client.once(Events.MessageReactionRemove, (gone) => resolve(gone.emoji.name)),
    );
    await ada.unreact(message!, "🥇");
    expect(await removed).toBe("🥇");
  });

  it("are listed page by page", async () => {
    const { discord } = stage;
    const sent = await textChannel(stage, "general").send("vote");
    const where = { id: sent.id, channel_id: sent.channelId };
    for (const name of ["ada", "grace", "linus"] as const) await discord.member(name).react(where, "🥈");
    const reaction = (await sent.fetch(true)).reactions.cache.get("🥈")!;
    const first = await reaction.users.fetch({ limit: 2 });
    const rest = await reaction.users.fetch({ limit: 2, after: first.lastKey()! });
    expect([first.size, rest.size]).toEqual([2, 1]);
    expect(await codeOf(reaction.users.remove(discord.member("ada").id))).toBe(50_013);
    discord.setPermissions(sent.channelId, { allow: ["MANAGE_MESSAGES"] });
    await reaction.users.remove(discord.member("ada").id);
    await reaction.remove();
    expect(discord.messages(sent.channelId).at(-1)!.reactions).toBeUndefined();
    discord.setPermissions(sent.channelId, {});
  });

  it("are of twenty kinds at most, and need their permissions", async () => {
    const { discord } = stage;
    const sent = await textChannel(stage, "gallery").send("many");
    const where = { id: sent.id, channel_id: sent.channelId };
    const ada = discord.member("ada");
    const kinds = Array.from("🍏🍎🍐🍊🍋🍌🍉🍇🍓🫐🍈🍒🍑🥭🍍🥥🥝🍅🍆🥑");
    for (const emoji of kinds) await ada.react(where, emoji);
    await expect(ada.react(where, "🥦")).rejects.toMatchObject({ code: 30_010 });
    discord.setPermissions(sent.channelId, { deny: ["ADD_REACTIONS"] });
    await sent.react("🍏");
    discord.setPermissions(sent.channelId, { deny: ["READ_MESSAGE_HISTORY"] });
    expect(await codeOf(sent.react("🍎"))).toBe(50_013);
    discord.setPermissions(sent.channelId, {});
    expect(await codeOf(sent.react("no emoji"))).toBe(10_014);
  });

  it("are cleared by a moderator", async () => {
    const { discord, client } = stage;
    const sent = await textChannel(stage, "gallery").send("vote");
    const where = { id: sent.id, channel_id: sent.channelId };
    await discord.member("ada").react(where, "🥇");
    await expect(discord.member("grace").clearReactions(where)).rejects.toMatchObject({ code: 50_013 });
    const cleared = new Promise((resolve) => client.once(Events.MessageReactionRemoveAll, ({ id }) => resolve(id)));
    await discord.member("mo").clearReactions(where);
    expect(await cleared).toBe(sent.id);
    await discord.member("ada").react(where, "🥇");
    const one = new Promise((resolve) =>
      client.once(Events.MessageReactionRemoveEmoji, (gone) => resolve(gone.emoji.name)),
    );
    await discord.member("mo").clearReactions(where, "🥇");
    expect(await one).toBe("🥇");
  });

  it("broke no rule in all of this", () => {
    expect(stage.discord.violations).toEqual([]);
  });
});
