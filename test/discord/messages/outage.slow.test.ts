/** Discord that takes nothing for a while: whatever people have to hear they hear once it does, and once only. */
import { writeFile } from "node:fs/promises";

import type { InteractionCall } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import { sql } from "../../../src/store/kysely.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { landscape, waves } from "../pictures.ts";
import {
  hasButton,
  isResult,
  ONCE,
  openStudio,
  results,
  type Studio,
  stylized,
  tally,
  textOf,
  whispers,
} from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({}, { pauses: { firstMs: 5, longestMs: 10 } });
});

afterAll(() => studio.close());

afterEach(() => studio.discord.faults.clear());

const POST = "POST /channels/:id/messages";
const EDIT = "PATCH /channels/:id/messages/:id";
const FIRST_EDIT = "PATCH /webhooks/:id/:token/messages/:id";
const FOLLOW_UP = "POST /webhooks/:id/:token";
/** Requests: discord.js sends each call four times over, so that this is many tries. */
const LONG = { times: 52, status: 502 } as const;
const SHORT = { times: 20, status: 502 } as const;

const says =
  (words: string) =>
  ({ body }: { readonly body: unknown }): boolean =>
    JSON.stringify(body ?? "").includes(words);

const stylize = async (): Promise<InteractionCall> =>
  studio.discord.member("ada").slash(studio.general, "stylize", { content: await landscape(), style: await waves() });

const unfinished = () => studio.running.bot.store.surfaces.unfinished();

const now = ({ channel_id, id }: APIMessage): APIMessage | undefined =>
  studio.discord.messages(channel_id).find((message) => message.id === id);

describe("a long outage", () => {
  it.each([
    ["502 on the result", { route: POST, ...LONG, when: isResult }],
    ["broken lines on the result", { route: POST, times: 52, reset: true, when: isResult }],
    ["401 on the result", { route: POST, times: 8, status: 401, when: isResult }],
    ["refusals of an unknown kind", { route: POST, times: 4, status: 400, code: 50_109, when: isResult }],
  ])("loses no result: %s", async (_name, fault) => {
    studio.discord.faults.add(fault);
    const result = await stylized(studio, await stylize());
    expect(tally(studio.discord, result.channel_id)).toEqual(ONCE);
    await expect.poll(unfinished).toEqual([]);
  });

  it("loses no failure, and no end of a card", async () => {
    const { discord, running } = studio;
    const ada = discord.member("ada");
    const inputs = { content: await landscape("lost.png", 92, 70), style: await waves() };
    const result = await stylized(studio, await ada.slash(studio.general, "stylize", inputs));
    const { round } = (await running.bot.store.votes.judged(result.id))!;
    await writeFile(await running.bot.store.files.local(round.contentSha256), "damaged");
    discord.faults.add({ route: POST, ...SHORT, when: isResult });
    discord.faults.add({ route: EDIT, ...SHORT, when: says("⚠️") });
    await ada.press(result, "Description only");
    const failure = await discord.waitFor(() => results(discord, result.channel_id)[1], { what: "the failure" });
    expect(failure.mentions.map(({ id }) => id)).toEqual([ada.id]);
    expect(hasButton(failure, "Try again")).toBe(true);
    const isTold = (): boolean =>
      discord.messages(result.channel_id).some((message) => /🔁[\s\S]*⚠️/.test(textOf(message)));
    await discord.waitFor(isTold, { what: "the card to say so" });
    await expect.poll(unfinished).toEqual([]);
  });

  it("loses no end of a job of which nobody could note where to tell it", async () => {
    const { discord, running } = studio;
    const { db } = running.bot.store;
    await sql`create table tries (n integer)`.execute(db);
    // The row cannot be written while the job lasts, nor at its end, nor at the first try to tell that.
    await sql`create trigger no_surfaces before insert on surfaces begin
      insert into tries select 1 where (select state from jobs where id = new.job_id) = 'done';
      select raise(fail, 'no') where (select count(*) from tries) < 3;
    end`.execute(db);
    expect(tally(discord, (await stylized(studio, await stylize())).channel_id)).toEqual(ONCE);
    await sql`drop trigger no_surfaces`.execute(db);
    await sql`drop table tries`.execute(db);
  });

  it("loses no refusal", async () => {
    const { discord, general } = studio;
    const linus = discord.member("linus");
    const heard = whispers(discord, linus.id).length;
    discord.faults.add({ route: FOLLOW_UP, ...SHORT });
    const content = { name: "notes.png", bytes: new TextEncoder().encode("no picture"), contentType: "image/png" };
    await linus.slash(general, "stylize", { content, style: await waves() });
    expect(await discord.waitFor(() => whispers(discord, linus.id)[heard], { what: "the refusal" })).toMatch(/picture/);
    await expect.poll(() => studio.running.bot.store.openReplies.list(0, Date.now())).toEqual([]);
  });

  it("loses no medals of the bot's own", async () => {
    const { discord } = studio;
    discord.faults.add({ route: "PUT /channels/:id/messages/:id/reactions/:id/@me", ...SHORT });
    const result = await stylized(studio, await stylize());
    await expect.poll(() => now(result)?.reactions?.length).toBe(3);
  });

  it("does not hold up what others have to hear", async () => {
    const { discord } = studio;
    const call = await stylize();
    const card = await discord.waitFor(() => call.response, { what: "the card" });
    const isHers = says(card.id);
    const undo = discord.faults.add({
      route: POST,
      status: 502,
      when: (request) => request.path.includes(card.id) || isHers(request),
    });
    await stylized(studio, await stylize());
    expect(results(discord, card.id)).toEqual([]);
    undo();
    expect(tally(discord, (await stylized(studio, call)).channel_id)).toEqual(ONCE);
  });

  it("is asked in vain with pauses, also where Discord says no time to wait", async () => {
    const { discord } = studio;
    const from = discord.requests.length;
    discord.faults.add({ route: POST, times: 4, status: 429, retryAfter: null, when: isResult });
    await stylized(studio, await stylize());
    const refused = discord.requests.slice(from).filter(({ status }) => status === 429);
    const gaps = refused.slice(1).map(({ at }, n) => at - refused[n]!.at);
    expect(gaps).toHaveLength(3);
    for (const gap of gaps) expect(gap).toBeGreaterThan(3);
  });
});

/** In a channel of its own: Discord takes five edits in five seconds in each. */
const compare = async (name: string, width: number): Promise<InteractionCall> =>
  studio.discord.member("ada").slash(studio.discord.channel("gallery").id, "compare", {
    content: await landscape(name, width, 70),
    style: await waves(),
  });

const said = (words: RegExp): APIMessage[] =>
  studio.discord.messages(studio.discord.channel("gallery").id).filter((message) => words.test(textOf(message)));

const PARTS = [/Which do you like best/, /^### A$/, /^### B$/, /^### C$/];

describe("a comparison in an outage", () => {
  it("is posted, said to be there and revealed, each once", async () => {
    const { discord } = studio;
    discord.faults.add({ route: POST, ...SHORT, when: says("comparison.png") });
    discord.faults.add({ route: POST, ...SHORT, when: says("### B") });
    discord.faults.add({ route: EDIT, ...SHORT, when: says("have a look") });
    const call = await compare("abbey.png", 104);
    await discord.waitFor(() => textOf(call.response).includes("have a look"), {
      what: "the card to point to the pictures",
    });
    for (const words of PARTS) expect(said(words)).toHaveLength(1);
    const sheet = said(PARTS[0]!)[0]!;
    discord.faults.add({ route: EDIT, ...SHORT, when: says("revealed.png") });
    await discord.member("ada").press(sheet, "Reveal now");
    await discord.waitFor(() => textOf(now(sheet)).includes("Revealed"), { what: "the reveal" });
    const { comparisons } = studio.running.bot.store;
    await expect.poll(() => comparisons.unfinished()).toEqual([]);
  });

  it("that is stopped takes back what Discord took without saying so", async () => {
    const { discord } = studio;
    const before = PARTS.map((words) => said(words).length);
    discord.faults.add({ route: "GET /channels/:id/messages", status: 502 });
    discord.faults.add({ route: POST, reset: true, afterHandling: true, when: says("### B") });
    const call = await compare("tower.png", 120);
    await discord.waitFor(() => said(PARTS[2]!).length > before[2]!, { what: "B" });
    const card = await discord.waitFor(() => call.response, { what: "the card" });
    await discord.member("ada").press(card, "Cancel");
    discord.faults.clear();
    await discord.waitFor(() => textOf(call.response).includes("stopped before it began"), { what: "the end" });
    expect(PARTS.map((words) => said(words).length)).toEqual(before);
  });

  it("that cannot be written down leaves no job behind", async () => {
    const { discord, running } = studio;
    const { db } = running.bot.store;
    await sql`create trigger no_comparisons before insert on comparisons begin select raise(abort, 'no'); end`.execute(
      db,
    );
    const { id } = discord.member("ada");
    const heard = whispers(discord, id).length;
    await compare("castle.png", 112);
    await discord.waitFor(() => whispers(discord, id)[heard], { what: "a word to the person" });
    const states = async (): Promise<string[]> =>
      (await db.selectFrom("jobs").select("state").orderBy("id", "desc").limit(3).execute()).map(({ state }) => state);
    await expect.poll(states).toEqual(["cancelled", "cancelled", "cancelled"]);
    await sql`drop trigger no_comparisons`.execute(db);
  });
});

describe("a bot that restarts in an outage", () => {
  /** "The past few minutes", in which Discord drops a second message of the same nonce, are over. */
  const AFTER_NONCES_MS = 6 * 60_000;

  /** Cards: one whose first edit failed, one whose result Discord took without saying so, and two comparisons'. */
  const calls = {} as Record<"finished" | "posted" | "stopped" | "halfPosted", InteractionCall>;

  beforeAll(async () => {
    const { discord } = studio;
    discord.faults.add({ route: FIRST_EDIT, times: 4, status: 502 });
    calls.finished = await stylize();
    await stylized(studio, calls.finished);

    const isLost = { route: POST, reset: true, afterHandling: true } as const;
    // Else the bot would look, and find what it has posted.
    discord.faults.add({ route: "GET /channels/:id/messages", status: 502 });
    discord.faults.add({ ...isLost, when: says("### B") });
    calls.halfPosted = await compare("dune.png", 116);
    await discord.waitFor(() => said(/^### B$/).length === 1, { what: "B" });

    discord.faults.add({ ...isLost, when: isResult });
    calls.posted = await stylize();
    const isThere = (): boolean => results(discord, calls.posted.response?.id ?? "").length === 1;
    await discord.waitFor(() => calls.posted.response && isThere(), { what: "the result" });

    calls.stopped = await compare("barn.png", 108);
    const card = await discord.waitFor(() => said(/barn in the style/)[0], { what: "the card" });
    // By whatever token.
    for (const route of [EDIT, FIRST_EDIT])
      discord.faults.add({ route, status: 502, when: says("stopped before it began") });
    await discord.member("ada").press(card, "Cancel");
    const { comparisons } = studio.running.bot.store;
    const isStopped = async () => (await comparisons.unfinished()).some(({ state }) => state === "cancelled");
    await vi.waitUntil(isStopped, { timeout: 60_000 });

    await studio.stopBot();
    discord.faults.clear();
    discord.advance(AFTER_NONCES_MS);
    await studio.restart();
  });

  it("posts nothing twice that Discord took without saying so, however long it was down", async () => {
    const { discord } = studio;
    const { response } = calls.posted;
    await discord.waitFor(() => textOf(calls.posted.response).includes("Done"), { what: "the end" });
    expect(tally(discord, response!.id)).toEqual(ONCE);
    expect(textOf(calls.posted.response)).toContain(results(discord, response!.id)[0]!.id);
  });

  it("posts no part of a comparison twice", async () => {
    const { discord } = studio;
    await discord.waitFor(() => textOf(calls.halfPosted.response).includes("have a look"), { what: "the card" });
    // The other comparison, which was stopped, may have got as far; what it posted goes.
    for (const words of PARTS) await expect.poll(() => said(words)).toHaveLength(1);
  });

  it("says that a comparison was stopped", async () => {
    await expect.poll(() => textOf(calls.stopped.response)).toContain("stopped before it began");
  });

  it("leaves a finished card as it is, though its first edit had failed", async () => {
    await expect.poll(() => studio.running.bot.store.openReplies.list(0, Date.now())).toEqual([]);
    expect(textOf(calls.finished.response)).toContain("Done");
  });
});
