import type { InteractionCall } from "@atelier/sandbox";
import { sql } from "../../../src/store/kysely.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { ONCE, openStudio, results, type Studio, stylized, tally, textOf } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  // Large enough that something can happen in between.
  studio = await openStudio({ RESULT_SIZE: "256" }, { pauses: { firstMs: 20, longestMs: 100 } });
});

afterAll(() => studio.close());

afterEach(() => studio.discord.faults.clear());

const stylize = async (channel: string): Promise<InteractionCall> => {
  const inputs = { content: await landscape("house.png", 256, 192), style: await waves() };
  return studio.discord.member("ada").slash(channel, "stylize", inputs);
};

/** The job behind a card, once nothing more is to be said about it. */
async function over(cardId: string) {
  const { store } = studio.running.bot;
  const find = () =>
    store.db
      .selectFrom("surfaces")
      .innerJoin("jobs", "jobs.id", "surfaces.job_id")
      .select(["jobs.state", "surfaces.finished"])
      .where("surfaces.card_message_id", "=", cardId)
      .executeTakeFirst();
  await expect.poll(find).toMatchObject({ finished: 1 });
  return (await find())!.state;
}

describe("a job whose place is lost in between", () => {
  it.each([
    ["the channel was deleted", 404, 10_003],
    ["the bot was kicked from the server", 403, 50_001],
    ["the bot may not write any more", 403, 50_013],
  ])("ends quietly, once and for all: %s", async (_name, status, code) => {
    const { discord } = studio;
    const channel = discord.channel("gallery").id;
    const call = await stylize(channel);
    const card = await discord.waitFor(() => (call.response?.attachments.length ? call.response : null), {
      what: "the card",
    });
    const isThere = ({ path }: { readonly path: string }): boolean => path.includes(channel) || path.includes(card.id);
    discord.faults.add({ route: "*", status, code, when: isThere });
    const from = discord.requests.length;
    expect(await over(card.id)).toBe("done");
    // Ten thousand refusals in ten minutes, and Discord closes its door to the whole machine.
    const refused = discord.requests.slice(from).filter((request) => request.status === status);
    expect(refused.length).toBeLessThan(20);
    expect(results(discord, channel)).toEqual([]);
    // The next start does not try again, and other places are served.
    await studio.restart();
    expect(await studio.running.bot.store.surfaces.unfinished()).toEqual([]);
    await stylized(studio, await stylize(studio.general));
  });
});

describe("a job without a thread", () => {
  it("stays in the channel when the bot starts again and could open one: nothing is said twice", async () => {
    const { discord, general } = studio;
    discord.faults.add({ route: "POST /channels/:id/messages/:id/threads", times: 1, status: 403, code: 50_013 });
    const isLost = discord.faults.add({ route: "POST /channels/:id/messages", status: 502 });
    const call = await stylize(general);
    const isTried = () => discord.requests.some(({ method, status }) => method === "POST" && status === 502);
    await discord.waitFor(isTried, { what: "a result that does not get through" });
    await studio.stopBot();
    isLost();
    await studio.restart();
    await discord.waitFor(() => /Done/.test(textOf(call.response)), { what: "the end" });
    expect(tally(discord, general)).toEqual(ONCE);
    expect(discord.threads(general).map(({ id }) => id)).not.toContain(call.response!.id);
  });

  it("is known for one although that could not be noted at first", async () => {
    const { discord, general } = studio;
    const { db, surfaces } = studio.running.bot.store;
    const refuse = sql`create trigger refuse before update of flags on surfaces begin select raise(abort, 'no'); end`;
    await refuse.execute(db);
    discord.faults.add({ route: "POST /channels/:id/messages/:id/threads", times: 1, status: 403, code: 50_013 });
    const before = tally(discord, general)["descriptions"]!;
    const call = await stylize(general);
    await discord.waitFor(() => tally(discord, general)["descriptions"] === before + 1, { what: "the description" });
    await sql`drop trigger refuse`.execute(db);
    await discord.waitFor(() => /Done/.test(textOf(call.response)), { what: "the end" });
    const { jobId } = (await db
      .selectFrom("surfaces")
      .select("job_id as jobId")
      .where("card_message_id", "=", call.response!.id)
      .executeTakeFirst())!;
    await expect.poll(() => surfaces.get(jobId)).toMatchObject({ flags: ["threadless"] });
  });
});

describe("a place that takes no new messages any more", () => {
  it("hears on the card, which can still be edited, how it went", async () => {
    const { discord } = studio;
    const channel = discord.channel("gallery").id;
    const call = await stylize(channel);
    const card = await discord.waitFor(() => (call.response?.attachments.length ? call.response : null), {
      what: "the card",
    });
    discord.faults.add({ route: "POST /channels/:id/messages", status: 403, code: 50_013 });
    expect(await over(card.id)).toBe("done");
    expect(textOf(call.response)).toMatch(/Done in .*\n.*may not post here any more/s);
  });
});

describe("a result that cannot be noted when it is posted", () => {
  it("is noted when it can be, and takes votes", async () => {
    const { discord, general } = studio;
    const { db, surfaces, votes } = studio.running.bot.store;
    const refuse = sql`create trigger refuse before update of result_message_id on surfaces begin select raise(abort, 'no'); end`;
    await refuse.execute(db);
    const result = await stylized(studio, await stylize(general));
    await sql`drop trigger refuse`.execute(db);
    await expect.poll(() => surfaces.byResultMessage(result.id)).toMatchObject({ finished: true });
    await expect.poll(() => votes.judged(result.id)).not.toBeNull();
    expect(tally(discord, result.channel_id)).toEqual(ONCE);
  });
});

describe("a line that breaks while the bot starts", () => {
  it("does not keep it from starting: the commands are looked at later", async () => {
    const { discord } = studio;
    const route = "GET /applications/:id/commands";
    discord.faults.add({ route, times: 6, reset: true });
    const from = discord.requests.length;
    await studio.restart();
    const looked = () => discord.requests.slice(from).filter(({ path }) => /\/commands(?:\?|$)/.test(path));
    await discord.waitFor(() => looked().at(-1)?.status === 200, { what: "another look" });
    expect(looked()).toHaveLength(7);
  });
});

describe("a bad line", () => {
  it("that breaks again and again: the job is told once, and the next command works", async () => {
    const { discord, general } = studio;
    const call = await stylize(general);
    await call.acknowledged;
    for (let n = 0; n < 5; n++) {
      await discord.waitFor(() => discord.gateway.online, { what: "the bot to be back" });
      if (n % 2 === 0) discord.gateway.close(4000);
      else discord.gateway.reconnect();
    }
    expect(tally(discord, (await stylized(studio, call)).channel_id)).toEqual(ONCE);
    await discord.waitFor(() => discord.gateway.online, { what: "the bot to be back" });
    await stylized(studio, await stylize(general));
  });

  it("with 429 on everything for a while: the job is told once", async () => {
    const { discord, general } = studio;
    const isNoCallback = ({ path }: { readonly path: string }): boolean => !path.includes("/callback");
    discord.faults.add({ route: "*", times: 12, status: 429, retryAfter: 0.3, when: isNoCallback });
    const call = await stylize(general);
    expect(tally(discord, (await stylized(studio, call)).channel_id)).toEqual(ONCE);
  });
});

describe("a bot that is told to go while it connects again", () => {
  it("goes", async () => {
    const { discord } = studio;
    discord.gateway.pause();
    await discord.waitFor(() => discord.gateway.waiting > 0, { what: "a new connection" });
    await studio.stopBot();
    discord.gateway.resume();
    await studio.restart();
    expect(discord.gateway.online).toBe(true);
  });
});
