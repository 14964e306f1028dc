import type { InteractionCall } from "@atelier/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import {
  hasButton,
  isResult,
  ONCE,
  openStudio,
  pressMore,
  results,
  type Studio,
  stylized,
  tally,
  textOf,
  whispers,
} from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() =>
  studio.close([
    "interaction stylize was not acknowledged within 3 seconds",
    // When the connection breaks, nobody can know whether the request had arrived: it is sent again.
    "interaction stylize was acknowledged twice",
  ]),
);

afterEach(() => studio.discord.faults.clear());

const POST = "POST /channels/:id/messages";
const EDIT = "PATCH /channels/:id/messages/:id";
const FIRST_EDIT = "PATCH /webhooks/:id/:token/messages/:id";
const ACK = "POST /interactions/:id/:token/callback";

const stylize = async (): Promise<InteractionCall> =>
  studio.discord.member("ada").slash(studio.general, "stylize", { content: await landscape(), style: await waves() });

/** What was said about a job by the time it is told. */
const told = async (call: InteractionCall): Promise<ReturnType<typeof tally>> =>
  tally(studio.discord, (await stylized(studio, call)).channel_id);

describe("a job survives", () => {
  it.each([
    ["429 on its messages", { route: POST, times: 2, status: 429, retryAfter: 0.2 }],
    ["500 twice on its messages", { route: POST, times: 2, status: 500 }],
    ["500 twice on its edits", { route: EDIT, times: 2, status: 500 }],
    ["500 twice on its first edit", { route: FIRST_EDIT, times: 2, status: 500 }],
    ["500 twice on its thread", { route: "POST /channels/:id/messages/:id/threads", times: 2, status: 500 }],
    ["a connection that breaks", { route: POST, times: 1, reset: true }],
    [
      "a connection that breaks after the result was taken",
      { route: POST, times: 1, reset: true, afterHandling: true, when: isResult },
    ],
    [
      "a connection that breaks after the card was taken",
      { route: FIRST_EDIT, times: 1, reset: true, afterHandling: true },
    ],
    ["a connection that breaks in an edit", { route: EDIT, times: 1, reset: true }],
    ["an interaction token that died (401/50027)", { route: FIRST_EDIT, times: 1, status: 401, code: 50_027 }],
  ])("%s", async (_name, fault) => {
    studio.discord.faults.add(fault);
    expect(await told(await stylize())).toEqual(ONCE);
  });

  it("413/40005: the result is sent smaller", async () => {
    const { discord } = studio;
    discord.faults.add({ route: POST, times: 2, status: 413, code: 40_005, when: isResult });
    expect(await told(await stylize())).toEqual(ONCE);
    const tries = discord.requests.filter(({ method, status }) => method === "POST" && status === 413);
    expect(tries).toHaveLength(2);
  });

  it("413/40005 whatever the size: it says so and offers to try again", async () => {
    const { discord } = studio;
    const hasPicture = ({ body }: { readonly body: unknown }): boolean =>
      JSON.stringify(body ?? "").includes("With style image");
    discord.faults.add({ route: POST, status: 413, code: 40_005, when: hasPicture });
    const result = await stylized(studio, await stylize());
    expect(textOf(result)).toContain("Discord would not take it");
    expect(result.mentions).toHaveLength(1);
    discord.faults.clear();
    await discord.member("ada").press(result, "Try again");
    await discord.waitFor(() => results(discord, result.channel_id)[1]?.attachments.length === 1, {});
  });

  it("403/50013 on its edits", async () => {
    studio.discord.faults.add({ route: EDIT, times: 1, status: 403, code: 50_013 });
    const { discord, general } = studio;
    const before = results(discord, general).length;
    const call = await stylize();
    // Whether the card or a message in the thread met it decides where the result stands.
    const result = await discord.waitFor(
      () => (call.response && results(discord, call.response.id)[0]) ?? results(discord, general)[before],
      { what: "the result" },
    );
    expect(result.mentions).toHaveLength(1);
  });

  it("10008 on its first edit: somebody deleted the card", async () => {
    const { discord, general } = studio;
    discord.faults.add({ route: FIRST_EDIT, times: 1, status: 404, code: 10_008 });
    const call = await stylize();
    await discord.waitFor(
      () => results(discord, general)[0] ?? (call.response && results(discord, call.response.id)[0]),
      { what: "the result" },
    );
    expect(discord.violations).toEqual([]);
  });

  it("an acknowledgement whose answer is lost with the connection", async () => {
    studio.discord.faults.add({ route: ACK, times: 1, reset: true, afterHandling: true });
    expect(await told(await stylize())).toEqual(ONCE);
  });

  it("an acknowledgement whose answer is lost, and a line that breaks again while it is looked for", async () => {
    studio.discord.faults.add({ route: ACK, times: 1, reset: true, afterHandling: true });
    studio.discord.faults.add({ route: "GET /webhooks/:id/:token/messages/:id", times: 1, reset: true });
    expect(await told(await stylize())).toEqual(ONCE);
  });

  it("an acknowledgement that Discord has heard and denies: nobody is left waiting", async () => {
    const { discord } = studio;
    discord.faults.add({ route: ACK, times: 1, reset: true, afterHandling: true });
    discord.faults.add({ route: ACK, times: 1, status: 404, code: 10_062 });
    const call = await stylize();
    const words = "Discord is not answering me properly right now. Please try again in a moment.";
    await expect.poll(() => textOf(call.response)).toBe(words);
  });

  it("an acknowledgement that is lost: nothing is done, nothing crashes", async () => {
    const { discord } = studio;
    discord.faults.add({ route: ACK, times: 1, status: 404, code: 10_062 });
    const call = await stylize();
    await expect(call.acknowledged).rejects.toThrow("within 3 seconds");
    expect(await studio.running.bot.queue.snapshot()).toMatchObject({ jobs: [] });
    await stylized(studio, await stylize());
  });
});

describe("a person gets an answer over a line that breaks", () => {
  const ada = () => studio.discord.member("ada");

  it("when it is given", async () => {
    const { discord, general } = studio;
    discord.faults.add({ route: FIRST_EDIT, times: 1, reset: true });
    const call = await ada().slash(general, "about");
    expect(await discord.waitFor(() => textOf(call.response) || null, { what: "the answer" })).toContain("Atelier");
  });

  it("when a command is refused", async () => {
    const { discord, general } = studio;
    const before = whispers(discord, ada().id).length;
    discord.faults.add({
      route: "DELETE /webhooks/:id/:token/messages/:id",
      times: 1,
      reset: true,
      afterHandling: true,
    });
    discord.faults.add({ route: "POST /webhooks/:id/:token", times: 1, reset: true });
    const call = await ada().slash(general, "paint", { content: await landscape(), with: "no such style" });
    expect(await discord.waitFor(() => whispers(discord, ada().id)[before])).toContain("no style called");
    expect(call.response).toBeUndefined();
  });

  it("when it is a form", async () => {
    const result = await stylized(studio, await stylize());
    studio.discord.faults.add({ route: ACK, times: 1, reset: true });
    const modal = await (await pressMore(studio.discord, ada(), result, "Edit prompt")).modal;
    expect(modal.title).toBe("Edit prompt");
  });
});

describe("a job that lasts", () => {
  it("goes on by the bot's own token when the interaction's has ended, which it asks once", async () => {
    const { discord } = studio;
    const call = await stylize();
    await discord.waitFor(() => call.response && hasButton(call.response, "Cancel"), { what: "the card" });
    const from = discord.requests.length;
    discord.expireInteractionTokens();
    expect(await told(call)).toEqual(ONCE);
    const asked = discord.requests.slice(from).filter(({ token }) => token === "interaction");
    expect(asked.map(({ status }) => status)).toEqual([401]);
  });

  it("gets a fresh card after an hour (30046)", async () => {
    const { discord, general } = studio;
    const code = 30_046;
    discord.faults.add({
      route: EDIT,
      times: 1,
      status: 400,
      code,
      when: ({ body }) => JSON.stringify(body ?? "").includes("Done in"),
    });
    const call = await stylize();
    await discord.waitFor(() => call.response && hasButton(call.response, "Cancel"), { what: "the card" });
    discord.expireInteractionTokens();
    const fresh = () => discord.messages(general).filter(({ id }) => BigInt(id) > BigInt(call.response!.id));
    await discord.waitFor(() => fresh().some((message) => textOf(message).includes("Done in")), {
      what: "a fresh card",
    });
    expect(fresh()).toHaveLength(1);
    expect(results(discord, call.response!.id)).toHaveLength(1);
  });
});

describe("the gateway", () => {
  it.each([
    ["closes with 4000", () => studio.discord.gateway.close(4000)],
    ["asks to reconnect (op 7)", () => studio.discord.gateway.reconnect()],
    ["ends the session (op 9), to be resumed", () => studio.discord.gateway.invalidate(true)],
    ["ends the session (op 9) for good", () => studio.discord.gateway.invalidate(false)],
  ])("%s: the job goes on and the next command works", async (_name, act) => {
    const { discord } = studio;
    const call = await stylize();
    await call.acknowledged;
    act();
    expect(await told(call)).toEqual(ONCE);
    await discord.waitFor(() => discord.gateway.online, { what: "the bot to be back" });
    expect(await told(await stylize())).toEqual(ONCE);
  });
});
