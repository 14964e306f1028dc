import type { InteractionCall } from "@atelier/sandbox";
import type { APIMessage, APIThreadChannel } from "discord.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { openStudio, results, type Studio, stylized, textOf } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  // Large enough that something can happen to the thread in between.
  studio = await openStudio({ RESULT_SIZE: "320" });
});

afterAll(() => studio.close());

interface Begun {
  readonly call: InteractionCall;
  /** Id of the card, and of the thread under it. */
  readonly id: string;
  readonly release: () => void;
}

/** A job whose thread has just been opened: the result that is being posted does not get through until told. */
async function begin(channel = studio.general): Promise<Begun> {
  const { discord } = studio;
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  discord.faults.add({ route: "POST /channels/:id/messages", times: 1, status: 502, until });
  const inputs = { content: await landscape("house.png", 320, 240), style: await waves("waves.jpg", 320, 240) };
  const call = await discord.member("ada").slash(channel, "stylize", inputs);
  const card = await discord.waitFor(() => call.response, { what: "the card" });
  await discord.waitFor(() => discord.threads(channel).some(({ id }) => id === card.id), { what: "the thread" });
  return { call, id: card.id, release };
}

const inChannel = (from = studio.general): Promise<APIMessage> => {
  const before = results(studio.discord, from).length;
  return studio.discord.waitFor(() => results(studio.discord, from)[before], { what: "a result" });
};

describe("a thread that changes in between", () => {
  it("is opened again when it was archived", async () => {
    const { discord } = studio;
    const { call, id, release } = await begin();
    await discord.member("mo").archiveThread(id);
    release();
    const result = await stylized(studio, call);
    expect(result.channel_id).toBe(id);
    expect(discord.threads(studio.general).find((thread) => thread.id === id)!.thread_metadata!.archived).toBe(false);
  });

  it("is left for the channel when it was locked", async () => {
    const { discord } = studio;
    const { id, release } = await begin();
    const waiting = inChannel();
    await discord.member("mo").archiveThread(id, true);
    release();
    const result = await waiting;
    expect(result.mentions).toHaveLength(1);
    expect(results(discord, id)).toEqual([]);
  });

  it("is left for the channel when it was deleted, and the buttons there work", async () => {
    const { discord, general } = studio;
    const { call, id, release } = await begin();
    const waiting = inChannel();
    await discord.member("mo").deleteThread(id);
    release();
    const result = await waiting;
    await discord.waitFor(() => textOf(call.response).includes(`${studio.general}/${result.id}`), { what: "the link" });
    const { id: graceId } = discord.member("grace");
    const hers = () =>
      discord
        .threads(general)
        .flatMap((thread) => results(discord, thread.id))
        .find(({ mentions }) => mentions[0]?.id === graceId);
    await discord.member("grace").press(result, "Description only");
    expect(await discord.waitFor(hers, { what: "the rerun's result" })).toBeDefined();
  });

  it("goes on when somebody deletes the card", async () => {
    const { discord } = studio;
    const { id, release } = await begin();
    await discord.member("mo").deleteMessage({ id, channel_id: studio.general });
    release();
    const result = await discord.waitFor(() => results(discord, id)[0], { what: "the result" });
    expect(result.mentions).toHaveLength(1);
    expect(discord.messages(studio.general).some((message) => message.id === id)).toBe(false);
  });
});

describe("a channel without threads", () => {
  it("gets everything itself, and is told why once", async () => {
    const { discord } = studio;
    const channel = discord.channel("gallery").id;
    discord.setPermissions(channel, { deny: ["CREATE_PUBLIC_THREADS"] });
    const cards: string[] = [];
    for (let n = 0; n < 2; n++) {
      const inputs = { content: await landscape(), style: await waves() };
      const call = await discord.member("ada").slash(channel, "stylize", inputs);
      await discord.waitFor(() => results(discord, channel).length === n + 1, { what: "a result" });
      await discord.waitFor(() => textOf(call.response).includes("Done"));
      cards.push(textOf(call.response));
    }
    expect(discord.threads(channel)).toEqual([]);
    expect(cards[0]).toContain("I may not start threads here");
    expect(cards[0]).toContain("Create Public Threads");
    expect(cards[1]).not.toContain("threads");
    discord.setPermissions(channel, { allow: ["CREATE_PUBLIC_THREADS"] });
  });

  it("is named in a refusal when nothing can be posted at all", async () => {
    const { discord } = studio;
    const channel = discord.channel("gallery").id;
    discord.setPermissions(channel, { deny: ["ATTACH_FILES", "SEND_MESSAGES", "CREATE_PUBLIC_THREADS"] });
    const asked = discord.requests.length;
    const inputs = { content: await landscape(), style: await waves() };
    await discord.member("linus").slash(channel, "stylize", inputs);
    const words = await discord.waitFor(() => discord.ephemerals(discord.member("linus").id).map(textOf)[0]);
    expect(words).toBe(
      "I cannot work in this channel yet: I need the permissions **Attach Files** and **Send Messages**. " +
        "Somebody who manages the server can allow that in the channel's settings.",
    );
    expect(discord.requests.slice(asked).filter(({ status }) => status === 403)).toEqual([]);
    discord.setPermissions(channel, { allow: ["ATTACH_FILES", "SEND_MESSAGES", "CREATE_PUBLIC_THREADS"] });
  });

  it.each([
    [400, 160_006],
    [403, 50_013],
  ])("falls back on %i/%i", async (status, code) => {
    const { discord, general } = studio;
    discord.faults.add({ route: "POST /channels/:id/messages/:id/threads", times: 1, status, code });
    const waiting = inChannel();
    const inputs = { content: await landscape(), style: await waves() };
    const call = await discord.member("ada").slash(general, "stylize", inputs);
    expect((await waiting).mentions).toHaveLength(1);
    await discord.waitFor(() => textOf(call.response).includes("Done"));
    // The first remark of a channel stands for all that follow.
    expect(textOf(call.response).includes("as many open threads as Discord allows")).toBe(code === 160_006);
  });

  it("takes up the thread that the card has already (160004)", async () => {
    const { discord, general } = studio;
    // The thread is made, but the answer is lost with the connection: the repetition meets 160004.
    discord.faults.add({
      route: "POST /channels/:id/messages/:id/threads",
      times: 1,
      reset: true,
      afterHandling: true,
    });
    const inputs = { content: await landscape(), style: await waves() };
    const call = await discord.member("ada").slash(general, "stylize", inputs);
    const result = await stylized(studio, call);
    expect(discord.threads(general).map(({ id }) => id)).toContain(result.channel_id);
  });

  // The last: where the clock goes back, discord.js waits for what it takes to be the future.
  it("closes threads in which nothing happens any more, where the server has as many as it may (160006)", async () => {
    const { discord, general } = studio;
    const isOpen = ({ thread_metadata: meta }: APIThreadChannel): boolean => meta?.archived === false;
    const open = discord.threads(general).filter(isOpen);
    expect(open.length).toBeGreaterThan(0);
    const { now } = Date;
    const later = vi.spyOn(Date, "now").mockImplementation(() => now() + 20 * 60_000);
    discord.faults.add({ route: "POST /channels/:id/messages/:id/threads", times: 1, status: 400, code: 160_006 });
    const inputs = { content: await landscape(), style: await waves() };
    const result = await stylized(studio, await discord.member("ada").slash(general, "stylize", inputs));
    const threads = discord.threads(general);
    expect(threads.find(({ id }) => id === result.channel_id)!.thread_metadata!.auto_archive_duration).toBe(60);
    expect(threads.filter(({ id }) => open.some((one) => one.id === id)).filter(isOpen)).toEqual([]);
    later.mockRestore();
  });
});
