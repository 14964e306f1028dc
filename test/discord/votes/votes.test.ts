import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { derive, type Place, standing } from "../../../src/votes/ballot.ts";
import { landscape, waves } from "../pictures.ts";
import {
  deleteForGood,
  hasButton,
  openStudio,
  pressMore,
  results,
  type Studio,
  stylized,
  textOf,
  whispers,
} from "../studio.ts";

let studio: Studio;
/** Results of one pair in one thread, by variant. */
let shown: Record<"prompt" | "inst" | "image-prompt", APIMessage>;

beforeAll(async () => {
  studio = await openStudio();
  const { discord, general } = studio;
  const ada = discord.member("ada");
  const call = await ada.slash(general, "stylize", {
    content: await landscape(),
    style: await waves(),
    variant: "prompt",
    seed: 1,
  });
  const first = await stylized(studio, call);
  const rerun = async (label: string, count: number): Promise<APIMessage> => {
    if (hasButton(first, label)) await ada.press(first, label);
    else await pressMore(discord, ada, first, label);
    return discord.waitFor(() => results(discord, first.channel_id)[count - 1], { what: label });
  };
  const inst = await rerun("Style image only", 2);
  shown = { prompt: first, inst, "image-prompt": await rerun("With style image", 3) };
  for (const message of Object.values(shown)) await discord.waitFor(() => medalsOn(message) === "🥇🥈🥉");
});

afterAll(() => studio.close());

const now = ({ channel_id, id }: APIMessage): APIMessage | undefined =>
  studio.discord.messages(channel_id).find((message) => message.id === id);

/** The medals on a message, each as often as it was given. */
const medalsOn = (message: APIMessage): string =>
  (now(message)?.reactions ?? [])
    .flatMap(({ emoji, count }) => Array.from({ length: count }, () => emoji.name!))
    .toSorted()
    .join("");

/** Somebody's ballot as it is derived from the rows: place -> variant. */
async function ballotOf(userId: string): Promise<Partial<Record<Place, string>>> {
  const { store, votes } = studio.running.bot;
  await votes.idle();
  const { round } = (await store.votes.judged(shown.prompt.id))!;
  const candidates = await store.votes.candidates(round.id);
  const { places } = derive(standing(await store.votes.changes(round.id, userId)));
  return Object.fromEntries(
    [...places].map(([place, jobId]) => [place, candidates.find((one) => one.jobId === jobId)!.variant]),
  );
}

describe("voting by reaction", () => {
  it("puts three medals under each result, none of which counts", async () => {
    const { store } = studio.running.bot;
    const { round } = (await store.votes.judged(shown.prompt.id))!;
    expect(await store.votes.candidates(round.id)).toHaveLength(3);
    expect(await store.votes.changes(round.id)).toEqual([]);
  });

  it("takes a ballot, moves it, and takes it back", async () => {
    const grace = studio.discord.member("grace");
    await grace.react(shown.prompt, "🥇");
    await grace.react(shown.inst, "🥈");
    await expect.poll(() => ballotOf(grace.id)).toEqual({ 1: "prompt", 2: "inst" });
    await grace.unreact(shown.prompt, "🥇");
    await grace.react(shown["image-prompt"], "🥇");
    await expect.poll(() => ballotOf(grace.id)).toEqual({ 1: "image-prompt", 2: "inst" });
    await grace.unreact(shown.inst, "🥈");
    await expect.poll(() => ballotOf(grace.id)).toEqual({ 1: "image-prompt" });
    await grace.unreact(shown["image-prompt"], "🥇");
    await expect.poll(() => ballotOf(grace.id)).toEqual({});
  });

  it("lets a newer medal replace an older one, and leaves the stale one where it may not remove it", async () => {
    const grace = studio.discord.member("grace");
    await grace.react(shown.prompt, "🥇");
    await grace.react(shown.inst, "🥇");
    await expect.poll(() => ballotOf(grace.id)).toEqual({ 1: "inst" });
    await grace.react(shown.inst, "🥉");
    await expect.poll(() => ballotOf(grace.id)).toEqual({ 3: "inst" });
    expect(
      studio.discord.requests.filter(({ method, path }) => method === "DELETE" && path.includes("reactions")),
    ).toEqual([]);
    await grace.unreact(shown.inst, "🥉");
    await grace.unreact(shown.inst, "🥇");
    await expect.poll(() => ballotOf(grace.id)).toEqual({ 1: "prompt" });
    await grace.unreact(shown.prompt, "🥇");
    await expect.poll(() => ballotOf(grace.id)).toEqual({});
  });

  it("removes stale medals, and medals on what is no result, where it may", async () => {
    const { discord, general } = studio;
    const linus = discord.member("linus");
    discord.setPermissions(general, { allow: ["MANAGE_MESSAGES"] });
    await linus.react(shown.prompt, "🥇");
    await linus.react(shown.inst, "🥇");
    await expect.poll(() => medalsOn(shown.prompt)).toBe("🥇🥈🥉");
    await linus.react(shown.inst, "🥈");
    await expect.poll(() => medalsOn(shown.inst)).toBe("🥇🥈🥈🥉");
    await expect.poll(() => ballotOf(linus.id)).toEqual({ 2: "inst" });
    const card = discord.messages(general)[0]!;
    await linus.react(card, "🥇");
    await expect.poll(() => medalsOn(card)).toBe("");
    await linus.react(card, "🎉");
    await expect.poll(() => medalsOn(card)).toBe("🎉");
    await linus.unreact(shown.inst, "🥈");
    await expect.poll(() => ballotOf(linus.id)).toEqual({});
    discord.setPermissions(general, {});
  });

  it("shows people their own ballot, and how voting works", async () => {
    const { discord } = studio;
    const grace = discord.member("grace");
    await grace.react(shown.prompt, "🥇");
    const call = await pressMore(discord, grace, shown.inst, "My ballot");
    await call.acknowledged;
    await discord.waitFor(() => whispers(discord, grace.id).some((said) => said.includes("Your ballot")));
    const said = whispers(discord, grace.id).at(-1)!;
    expect(said).toMatch(/🥇 \[Description only\]\(https:.*\) · 3 points\n-# embedded engine · seed 1 · /);
    expect(said).toMatch(/▫️ \[Style image only\]\(https:.*\)\n-# embedded engine · seed 1 · /);
    expect(
      discord
        .ephemerals(grace.id)
        .at(-1)!
        .attachments.map(({ description }) => description),
    ).toEqual([
      'The picture "Description only", small',
      'The picture "Style image only", small',
      'The picture "Style image + description", small',
    ]);
    expect(said).toMatch(/Voting ends <t:\d+:R>/);
    expect(said).not.toContain("face");
    await grace.unreact(shown.prompt, "🥇");
  });

  it("lets a moderator correct whether there is a face", async () => {
    const { discord } = studio;
    const mo = discord.member("mo");
    const { store } = studio.running.bot;
    const { round } = (await store.votes.judged(shown.prompt.id))!;
    const call = await pressMore(discord, mo, shown.inst, "My ballot");
    const panel = await discord.waitFor(() => call.response && textOf(call.response).includes("face") && call.response);
    expect(textOf(panel)).toContain("without a face (says the detector)");
    await mo.press(panel, "It shows a face");
    await discord.waitFor(() => textOf(discord.ephemerals(mo.id).at(-1)).includes("with a face (says a moderator)"));
    expect((await store.votes.round(round.id))!.category).toBe("face");
    await mo.press(discord.ephemerals(mo.id).at(-1)!, "It shows no face");
    await discord.waitFor(() => textOf(discord.ephemerals(mo.id).at(-1)).includes("without a face (says a moderator)"));
  });

  it("catches up on what happened while it was offline", async () => {
    const { discord } = studio;
    const [ada, grace, linus] = [discord.member("ada"), discord.member("grace"), discord.member("linus")];
    await grace.react(shown.prompt, "🥇");
    await linus.react(shown.prompt, "🥈");
    await expect.poll(() => ballotOf(linus.id)).toEqual({ 2: "prompt" });
    discord.gateway.pause();
    await grace.unreact(shown.prompt, "🥇");
    await grace.react(shown.inst, "🥈");
    await linus.react(shown.inst, "🥇");
    await ada.react(shown["image-prompt"], "🥉");
    discord.gateway.resume();
    await expect.poll(() => ballotOf(grace.id)).toEqual({ 2: "inst" });
    await expect.poll(() => ballotOf(linus.id)).toEqual({ 2: "prompt", 1: "inst" });
    await expect.poll(() => ballotOf(ada.id)).toEqual({ 3: "image-prompt" });
  });

  it("keeps ballots over a restart, and reads what it missed meanwhile", async () => {
    const { discord } = studio;
    const [grace, linus] = [discord.member("grace"), discord.member("linus")];
    await studio.stopBot();
    await linus.react(shown["image-prompt"], "🥉");
    await grace.unreact(shown.inst, "🥈");
    await studio.restart();
    await expect.poll(() => ballotOf(linus.id)).toEqual({ 1: "inst", 2: "prompt", 3: "image-prompt" });
    await expect.poll(() => ballotOf(grace.id)).toEqual({});
  });

  it("marks the requester's own ballot, and counts a complete one with 6 points", async () => {
    const { store, votes } = studio.running.bot;
    const { round } = (await store.votes.judged(shown.prompt.id))!;
    const ballots = await votes.ballotsOf(round.id);
    const of = (name: "ada" | "linus") => ballots.find(({ voter }) => voter === studio.discord.member(name).id)!;
    expect(of("ada").own).toBe(true);
    expect(of("linus")).toMatchObject({
      own: false,
      places: { 1: "inst", 2: "prompt", 3: "image-prompt" },
      engine: "embedded",
      positions: null,
    });
  });

  it("follows cleared medals and deleted messages", async () => {
    const { discord } = studio;
    const [ada, linus, mo] = [discord.member("ada"), discord.member("linus"), discord.member("mo")];
    await mo.clearReactions(shown.inst, "🥇");
    await expect.poll(() => ballotOf(linus.id)).toEqual({ 2: "prompt", 3: "image-prompt" });
    await mo.clearReactions(shown.prompt);
    await expect.poll(() => ballotOf(linus.id)).toEqual({ 3: "image-prompt" });
    await deleteForGood(studio, ada, shown["image-prompt"]);
    await expect.poll(() => ballotOf(linus.id)).toEqual({});
    await expect.poll(() => ballotOf(ada.id)).toEqual({});
  });

  it("puts its own medals back when it starts", async () => {
    await studio.restart();
    await expect.poll(() => medalsOn(shown.inst)).toBe("🥇🥈🥉");
    await expect.poll(() => medalsOn(shown.prompt)).toBe("🥇🥈🥉");
  });

  it("takes no ballots after the week is over", async () => {
    const { discord, general } = studio;
    const grace = discord.member("grace");
    const { store } = studio.running.bot;
    const { round } = (await store.votes.judged(shown.prompt.id))!;
    await store.votes.closeRound(round.id, Date.now());
    discord.setPermissions(general, { allow: ["MANAGE_MESSAGES"] });
    await grace.react(shown.inst, "🥇");
    await expect.poll(() => medalsOn(shown.inst)).toBe("🥇🥈🥉");
    await expect.poll(() => ballotOf(grace.id)).toEqual({});
    const call = await pressMore(discord, grace, shown.inst, "My ballot");
    await expect.poll(() => textOf(call.response)).toContain("Voting on this pair is over");
    discord.setPermissions(general, {});
  });
});
