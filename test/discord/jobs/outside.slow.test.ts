import type { InteractionCall, Person } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, type Studio, textOf, whispers } from "../studio.ts";
import { whileEngineStands } from "../still-engine.ts";

let studio: Studio;
let ada: Person;
/** A channel of a server that the bot is no member of. */
let elsewhere: string;

beforeAll(async () => {
  // An engine that stands when its bot ends is given up soon.
  studio = await openStudio({ CANCEL_GRACE_SECONDS: "0.5" });
  const { discord } = studio;
  ada = discord.member("ada");
  ada.hasApp = true;
  elsewhere = discord.channel("general", discord.addGuildWithoutBot("Elsewhere").id).id;
});

afterAll(() => studio.close());

const pair = async () => ({ content: await landscape(), style: await waves() });

const stylize = async (channelId: string, person = ada): Promise<InteractionCall> =>
  person.slash(channelId, "stylize", await pair());

/** The reply, when it shows the result. */
const result = (call: InteractionCall): Promise<APIMessage> =>
  studio.discord.waitFor(() => call.response && hasButton(call.response, "More…") && call.response, {
    what: "the result in the reply",
  });

/** What the bot's own token asked of a channel. */
const asked = (channelId: string): string[] =>
  studio.discord.requests
    .filter(({ token, path }) => token === "bot" && path.includes(channelId))
    .map(({ method, path }) => `${method} ${path}`);

const direct = (person: Person): APIMessage[] =>
  studio.discord.messages(person.dmChannelId()).filter(({ author }) => author.id === studio.discord.botUserId);

describe.each([
  ["a server without the bot", () => elsewhere],
  [
    "a group message",
    () => studio.discord.openPrivate(ada, studio.discord.member("grace"), studio.discord.member("mo")),
  ],
  ["a direct message of two people", () => studio.discord.openPrivate(ada, studio.discord.member("grace"))],
])("/stylize in %s", (_, open) => {
  it("shows progress and result in its reply, and asks nothing by the bot's own token", async () => {
    const { discord } = studio;
    const channel = open();
    const call = await whileEngineStands(
      studio,
      ({ type }) => type === "progress",
      () => stylize(channel),
      (begun) =>
        discord.waitFor(() => begun.response && textOf(begun.response).includes("Painting"), { what: "progress" }),
    );
    const done = await result(call);
    expect(done.attachments).toHaveLength(1);
    expect(textOf(done)).toContain("in words");
    expect(
      ["Again", "With style image", "Tweak", "More…", "Delete"].filter((label) => !hasButton(done, label)),
    ).toEqual([]);
    expect(hasButton(done, "Cancel")).toBe(false);
    expect(discord.messages(channel)).toHaveLength(1);
    expect(discord.threads(channel)).toEqual([]);
    expect(done.reactions ?? []).toEqual([]);
    expect(asked(channel)).toEqual([]);
    expect(direct(ada)).toEqual([]);
  });
});

describe("where the bot is no member", () => {
  it("a result is painted again, tweaked, found in /history and deleted, file and message", async () => {
    const { discord, running } = studio;
    const first = await result(await stylize(elsewhere));
    const again = await result(await ada.press(first, "Again"));
    expect(again.id).not.toBe(first.id);
    const panel = await ada.press(first, "More…");
    const shown = await discord.waitFor(
      () => panel.response && hasButton(panel.response, "Edit prompt") && panel.response,
      {
        what: "the panel",
      },
    );
    const offered = ["Compare", "Save this style", "My ballot", "Delete"].filter((label) => hasButton(shown, label));
    expect(offered, "what needs a server").toEqual([]);
    const form = await ada.press(first, "Tweak");
    await result(await ada.submit(await form.modal, { seed: "7" }));

    const history = await ada.slash(elsewhere, "history");
    await discord.waitFor(() => textOf(history.response).includes("outside of servers"), { what: "the history" });
    const here = await ada.slash(studio.general, "history");
    await discord.waitFor(() => textOf(here.response).includes("nothing in this server"), { what: "no history here" });

    const { jobId } = (await running.bot.store.surfaces.byResultMessage(first.id))!;
    // Long after its own interaction: a press on it is another.
    discord.advance(60 * 60_000);
    await ada.press(first, "Delete");
    const question = await discord.waitFor(
      () => discord.ephemerals(ada.id).find((one) => hasButton(one, "Delete for good")),
      { what: "the question" },
    );
    await ada.press(question, "Delete for good");
    await discord.waitFor(() => whispers(discord, ada.id).includes("🗑️ Deleted."), { what: "the word of it" });
    expect(await running.bot.store.jobs.get(jobId)).toBeNull();
    expect(discord.messages(elsewhere).map(({ id }) => id)).not.toContain(first.id);
    expect(asked(elsewhere)).toEqual([]);
  });

  it("/paint takes a style of the gallery, and Try again keeps what was sent with one that nobody knows", async () => {
    const { discord } = studio;
    const group = discord.openPrivate(ada, discord.member("grace"), discord.member("mo"));
    for (const channel of [elsewhere, group]) {
      const choices = await ada.autocomplete(channel, "paint", "with", "ink");
      expect(choices).toContainEqual({ name: "ink (gallery)", value: "ink" });
      await ada.slash(channel, "paint", { content: await landscape("mill.png"), with: "linocat", seed: 7 });
      const refusal = await discord.waitFor(
        () => ada.ephemerals().find((one) => one.channel_id === channel && hasButton(one, "Try again")),
        { what: "a refusal" },
      );
      expect(textOf(refusal)).toContain("I know no style called **linocat**");
      expect(textOf(refusal)).not.toMatch(/server|\/style /);
      const { modal } = await ada.press(refusal, "Try again");
      const done = await result(await ada.submit(await modal, { with: ["ink"] }));
      expect(textOf(done)).toContain("**mill** in the style of **ink**");
      expect(textOf(done)).toContain("seed 7");
      expect(asked(channel)).toEqual([]);
    }
  });

  it("a server may have the answer kept to the person, and no pictures posted at all", async () => {
    const { discord } = studio;
    const linus = discord.member("linus");
    linus.hasApp = true;
    const quiet = discord.channel("general", discord.addGuildWithoutBot("Quiet").id).id;
    discord.setPermissions(quiet, { deny: ["USE_EXTERNAL_APPS"] }, linus.id);
    await result(await stylize(quiet, linus));
    expect(discord.messages(quiet)).toEqual([]);
    expect(asked(quiet)).toEqual([]);
    discord.setPermissions(quiet, { deny: ["ATTACH_FILES"] }, linus.id);
    await stylize(quiet, linus);
    await expect.poll(() => whispers(discord, linus.id).at(-1)).toContain("Pictures may not be posted here");
  });

  it("the result comes as a direct message when the interaction is over before it is done", async () => {
    const { discord } = studio;
    const before = direct(ada).length;
    await whileEngineStands(
      studio,
      ({ type }) => type === "progress",
      () => stylize(elsewhere),
      async () => discord.expireInteractionTokens(),
    );
    const sent = await discord.waitFor(() => direct(ada)[before], { what: "the direct message" });
    expect(sent.attachments).toHaveLength(1);
    const call = await ada.press(sent, "Again");
    // In the direct channel the bot is at home: a card, and the result below it.
    await discord.waitFor(() => direct(ada).filter((one) => hasButton(one, "More…")).length === before + 2, {
      what: "the result of another",
    });
    await discord.waitFor(() => textOf(call.response).includes("Done in"), { what: "the card to say so" });
    expect(direct(ada).flatMap(({ reactions }) => reactions ?? [])).toEqual([]);
  });

  it("a restart goes on with the reply, for as long as its interaction lasts", async () => {
    const before = direct(ada).length;
    let call: InteractionCall | undefined;
    // The engine that stood has ended with its bot, and cannot be told to go on.
    await whileEngineStands(
      studio,
      ({ type }) => type === "progress",
      () => stylize(elsewhere),
      async (begun) => {
        call = begun;
        await studio.restart();
      },
    ).catch(() => undefined);
    await result(call!);
    expect(asked(elsewhere)).toEqual([]);
    expect(direct(ada)).toHaveLength(before);
  });

  it("who is sent no direct messages finds the result in /history", async () => {
    const { discord, running } = studio;
    ada.dmsClosed = true;
    const ids = async () => (await running.bot.store.jobs.painted(ada.id, null, { limit: 50 })).length;
    const before = await ids();
    const call = await whileEngineStands(
      studio,
      ({ type }) => type === "progress",
      () => stylize(elsewhere),
      async () => discord.expireInteractionTokens(),
    );
    await expect.poll(ids).toBe(before + 1);
    const { id } = (await call.acknowledged) && call.response!;
    await expect
      .poll(async () =>
        (await running.bot.store.surfaces.unfinished()).filter(({ cardMessageId }) => cardMessageId === id),
      )
      .toEqual([]);
    ada.dmsClosed = false;
  });

  it("those who keep their pictures to themselves are forgotten everywhere, and blocked nowhere", async () => {
    const { discord, running } = studio;
    const call = await ada.slash(elsewhere, "privacy");
    const panel = await discord.waitFor(
      () => call.response && hasButton(call.response, "Forget me everywhere") && call.response,
    );
    expect(hasButton(panel, "Forget me here")).toBe(false);
    await ada.press(panel, "Forget me everywhere");
    const question = await discord.waitFor(() =>
      discord.ephemerals(ada.id).find((one) => hasButton(one, "Yes, forget me")),
    );
    await ada.press(question, "Yes, forget me");
    await discord.waitFor(() => whispers(discord, ada.id).some((words) => words.includes("know nothing of you")));
    expect(await running.bot.store.jobs.painted(ada.id, null, { limit: 5 })).toEqual([]);
    await running.bot.erasing.idle();
    expect(asked(elsewhere)).toEqual([]);
  });
});

it("says in time that the result comes as a direct message", async () => {
  const short = await openStudio({}, { repliesUsableMs: 31_000 });
  const { discord } = short;
  const linus = discord.member("linus");
  linus.hasApp = true;
  const there = discord.channel("general", discord.addGuildWithoutBot("Elsewhere").id).id;
  await whileEngineStands(
    short,
    ({ type }) => type === "progress",
    async () => linus.slash(there, "stylize", await pair()),
    async (call) => {
      await expect.poll(() => textOf(call.response)).toContain("The result comes to you as a direct message");
    },
  );
  await short.close();
});
