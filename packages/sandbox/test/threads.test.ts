import { ChannelType, Events, ThreadAutoArchiveDuration, type ThreadChannel } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { codeOf, endStage, type Stage, startStage, textChannel } from "./harness.ts";

describe("threads", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => endStage(stage));

  const start = async (channel = "general"): Promise<ThreadChannel> => {
    const card = await textChannel(stage, channel).send("card");
    return card.startThread({ name: "job", autoArchiveDuration: ThreadAutoArchiveDuration.OneHour });
  };

  it("tells of a thread, its archiving and its end", async () => {
    const { client, discord } = stage;
    const created = new Promise<boolean>((resolve) => client.once(Events.ThreadCreate, (_, fresh) => resolve(fresh)));
    const thread = await start();
    expect(await created).toBe(true);
    const archived = new Promise<boolean | null>((resolve) =>
      client.once(Events.ThreadUpdate, (_, after) => resolve(after.archived)),
    );
    await thread.setArchived(true);
    expect(await archived).toBe(true);
    const deleted = new Promise<string>((resolve) => client.once(Events.ThreadDelete, ({ id }) => resolve(id)));
    await discord.member("mo").deleteThread(thread.id);
    expect(await deleted).toBe(thread.id);
    expect(await codeOf(thread.send("x"))).toBe(10_003);
    // The card outlives its thread.
    expect(discord.messages(textChannel(stage, "general").id).some(({ id }) => id === thread.id)).toBe(true);
  });

  it("lets nobody edit or react in an archived thread, and opens it for a new message", async () => {
    const { discord } = stage;
    const thread = await start("gallery");
    const inside = await thread.send("inside");
    await discord.member("mo").archiveThread(thread.id);
    expect(await codeOf(inside.edit("changed"))).toBe(50_083);
    expect(await codeOf(inside.react("🥇"))).toBe(50_083);
    await expect(discord.member("ada").react({ id: inside.id, channel_id: thread.id }, "🥇")).rejects.toThrow(
      "archived",
    );
    await thread.send("a new message");
    expect(discord.threads(thread.parentId!).at(-1)!.thread_metadata!.archived).toBe(false);
    await inside.edit("changed");
  });

  it("keeps a locked thread shut", async () => {
    const { discord } = stage;
    const thread = await start("gallery");
    await discord.member("mo").archiveThread(thread.id, true);
    expect(await codeOf(thread.send("x"))).toBe(50_083);
    await discord.member("mo").unarchiveThread(thread.id);
    expect(await codeOf(thread.send("x"))).toBe(160_005);
  });

  it("archives a thread in which nothing happens", async () => {
    const { discord } = stage;
    const thread = await start();
    discord.advance(59 * 60_000);
    expect(discord.threads(thread.parentId!).at(-1)!.thread_metadata!.archived).toBe(false);
    discord.advance(2 * 60_000);
    expect(discord.threads(thread.parentId!).at(-1)!.thread_metadata!.archived).toBe(true);
    const fetched = await textChannel(stage, "general").threads.fetchArchived();
    expect([...fetched.threads.keys()]).toContain(thread.id);
  });

  it("needs permissions of its own", async () => {
    const { discord } = stage;
    const channel = textChannel(stage, "gallery");
    const card = await channel.send("card");
    discord.setPermissions(channel.id, { deny: ["CREATE_PUBLIC_THREADS"] });
    expect(await codeOf(card.startThread({ name: "job" }))).toBe(50_013);
    discord.setPermissions(channel.id, { deny: ["SEND_MESSAGES_IN_THREADS"] });
    const thread = await card.startThread({ name: "job" });
    expect(await codeOf(thread.send("x"))).toBe(50_013);
    // In a thread SEND_MESSAGES has no effect.
    discord.setPermissions(channel.id, { deny: ["SEND_MESSAGES"] });
    await thread.send("x");
    discord.setPermissions(channel.id, {});
  });

  it("counts members and lets them come and go", async () => {
    const thread = await start("gallery");
    const grace = stage.discord.member("grace").id;
    await thread.members.add(grace);
    expect([...(await thread.members.fetch()).keys()].sort()).toEqual([stage.discord.botUserId, grace].sort());
    expect(await codeOf(thread.members.remove(grace))).toBe(50_013);
  });

  it("starts threads without a message too", async () => {
    const thread = await textChannel(stage, "general").threads.create({
      name: "alone",
      type: ChannelType.PublicThread,
    });
    expect(thread.ownerId).toBe(stage.discord.botUserId);
    const system = stage.discord.messages(thread.parentId!).at(-1)!;
    expect(system).toMatchObject({ type: 18, content: "alone" });
  });

  it("broke no rule in all of this", () => {
    expect(stage.discord.violations).toEqual([]);
  });
});
