import { readFile, rm, writeFile } from "node:fs/promises";

import type { Person } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

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
/** One finished job of Ada's, by description and style image, seed 42. */
let result: APIMessage;

beforeAll(async () => {
  studio = await openStudio();
  const inputs = { content: await landscape(), style: await waves() };
  const ada = studio.discord.member("ada");
  result = await stylized(studio, await ada.slash(studio.general, "stylize", { ...inputs, seed: 42 }));
});

afterAll(() => studio.close());

/** The result that comes of `act`. */
async function nextResult(act: () => Promise<unknown>): Promise<APIMessage> {
  const { discord } = studio;
  const before = results(discord, result.channel_id).length;
  await act();
  return discord.waitFor(() => results(discord, result.channel_id)[before], { what: "another result" });
}

const more = (person: Person, label: string, on = result) => pressMore(studio.discord, person, on, label);

const ada = () => studio.discord.member("ada");
const grace = () => studio.discord.member("grace");

describe("the buttons of a result", () => {
  it.each([
    ["Description only", "**Description only**", 42],
    ["Style image only", "**InST**", 42],
  ])("%s repaints the same pair with the same seed", async (label, words, seed) => {
    const next = await nextResult(() => (hasButton(result, label) ? ada().press(result, label) : more(ada(), label)));
    expect(textOf(next)).toContain(words);
    expect(textOf(next)).toContain(`seed ${seed}`);
    expect(next.attachments).toHaveLength(1);
  });

  it.each(["Again", "With style image"])("%s takes another seed and keeps the variant", async (label) => {
    const next = await nextResult(() => ada().press(result, label));
    expect(textOf(next)).toContain("**Style image + description**");
    expect(textOf(next)).not.toContain("seed 42 ");
  });

  it("belong to everybody: who presses is the requester of the new picture", async () => {
    const next = await nextResult(() => grace().press(result, "Description only"));
    expect(next.mentions.map(({ id }) => id)).toEqual([grace().id]);
  });

  it("Edit prompt shows the description to edit, and paints by what was written", async () => {
    const press = await more(ada(), "Edit prompt");
    const modal = await press.modal;
    expect(JSON.stringify(modal.json)).toContain("navy");
    const words = "Red and black ink, bold strokes, **@everyone** <@&1>";
    const next = await nextResult(() => ada().submit(modal, { description: words }));
    expect(next.attachments[0]!.description).toBe(`house, repainted in the style of waves: ${words}`);
    const said = studio.discord.messages(result.channel_id).map(textOf).join("\n");
    expect(said).toContain("Your own words");
    expect(said).toContain(String.raw`\*\*@${"\u200B"}everyone\*\* \<@${"\u200B"}&1>`);
    const again = await (await more(ada(), "Edit prompt", next)).modal;
    expect(JSON.stringify(again.json)).toContain("Red and black ink");
    // It says nothing about the style of the pair, whose ballots it would spoil.
    await studio.running.bot.votes.idle();
    expect(await studio.running.bot.store.votes.judged(next.id)).toBeNull();
    const ballot = await more(ada(), "My ballot", next);
    await expect.poll(() => textOf(ballot.response)).toContain("somebody's own words");
  });

  it("pressed twice by one person begin one job", async () => {
    const { discord } = studio;
    const before = results(discord, result.channel_id).length;
    await Promise.all([ada().press(result, "Description only"), ada().press(result, "Description only")]);
    await discord.waitFor(() => whispers(discord, ada().id).find((text) => text.includes("under way already")));
    await discord.waitFor(() => results(discord, result.channel_id).length > before);
    expect(await studio.running.bot.queue.snapshot()).toMatchObject({ jobs: [] });
    expect(results(discord, result.channel_id)).toHaveLength(before + 1);
    await expect.poll(() => studio.running.bot.pressOnce.size).toBe(0);
    await nextResult(() => ada().press(result, "Description only"));
  });

  it("pressed by two people at once begin two jobs", async () => {
    const { discord } = studio;
    const before = results(discord, result.channel_id).length;
    await Promise.all([ada().press(result, "Again"), grace().press(result, "Again")]);
    await discord.waitFor(() => results(discord, result.channel_id).length >= before + 2);
    const people = results(discord, result.channel_id)
      .slice(before)
      .flatMap(({ mentions }) => mentions.map(({ id }) => id));
    expect(new Set(people)).toEqual(new Set([ada().id, grace().id]));
  });

  it("More… marks how it was painted, and keeps the style picture under its name, once", async () => {
    const { discord, general } = studio;
    const panel = await ada().press(result, "More…");
    await discord.waitFor(() => panel.response && hasButton(panel.response, "✓ With style image"), {
      what: "the mark",
    });
    expect(textOf(panel.response)).toContain("seed 42");
    expect(
      discord.messages(result.channel_id).map(({ id }) => id),
      "for one person alone",
    ).not.toContain(panel.response!.id);
    const saved = await more(ada(), "Save this style");
    await discord.waitFor(() => textOf(saved.response).includes("Saved: **waves**"), { what: "the style to be saved" });
    const again = await more(grace(), "Save this style");
    await discord.waitFor(() => textOf(again.response).includes("already, as **waves**"), { what: "a word about it" });
    const list = await ada().slash(general, "style list");
    await discord.waitFor(() => textOf(list.response).includes("1 in all"), { what: "one style" });
  });

  it("Delete is for the requester and for moderators", async () => {
    const { discord } = studio;
    const [, second, third] = results(discord, result.channel_id);
    const left = () => results(discord, result.channel_id).map(({ id }) => id);
    await more(grace(), "Delete", second);
    const words = await discord.waitFor(() =>
      whispers(discord, grace().id).find((text) => text.includes("can delete")),
    );
    expect(words).toBe(`Only <@${ada().id}> or a moderator can delete this one.`);
    expect(left()).toContain(second!.id);
    await deleteForGood(studio, ada(), second!);
    await discord.waitFor(() => !left().includes(second!.id));
    await deleteForGood(studio, discord.member("mo"), third!);
    await discord.waitFor(() => !left().includes(third!.id));
  });
});

describe("a custom id that the message does not offer", () => {
  const refusals = (): number =>
    whispers(studio.discord, grace().id).filter((text) => text.includes("earlier version of me")).length;

  it("does nothing, whatever its button would do and whoever sends it", async () => {
    const { discord } = studio;
    const hers = await nextResult(() => grace().press(result, "Description only"));
    const before = discord.messages(result.channel_id).length;
    const id = /"more:(\w+)"/.exec(JSON.stringify(hers.components))![1]!;
    const forged = [
      "more:$",
      "delete:$",
      "save-style:$",
      "cancel:$",
      "rerun:$:inst",
      "edit-prompt:$",
      "compare:$",
      "ballot:$",
      "face:$:face",
    ];
    for (const [n, shape] of forged.entries()) {
      await (
        await grace().forge(result, shape.replace("$", id))
      ).acknowledged;
      await discord.waitFor(() => refusals() === n + 1, { what: `a refusal of ${shape}` });
    }
    const modal = await (await more(grace(), "Edit prompt", hers)).modal;
    const ofAnother = modal.customId.replace(id, "0".repeat(id.length));
    await grace().submit({ ...modal, customId: ofAnother }, { description: "Red ink" });
    await discord.waitFor(() => refusals() === forged.length + 1, { what: "a refusal of the modal" });
    expect(discord.messages(result.channel_id)).toHaveLength(before);
    expect(await studio.running.bot.queue.snapshot()).toMatchObject({ jobs: [] });
  });
});

describe("Cancel", () => {
  it("stops a waiting and a running job, for the requester and for moderators only", async () => {
    const { discord, general } = studio;
    const inputs = { content: await landscape("big.png", 600, 600), style: await waves("big.jpg", 600, 600) };
    const cards: APIMessage[] = [];
    for (const person of [ada(), grace()]) {
      const call = await person.slash(general, "stylize", inputs);
      cards.push(await discord.waitFor(() => call.response && hasButton(call.response, "Cancel") && call.response));
    }
    await grace().press(cards[0]!, "Cancel");
    await discord.waitFor(() =>
      whispers(discord, grace().id).includes(`Only <@${ada().id}> or a moderator can stop this one.`),
    );
    await grace().press(cards[1]!, "Cancel");
    await discord.member("mo").press(cards[0]!, "Cancel");
    for (const { id } of cards) {
      const card = () => discord.messages(general).find((message) => message.id === id);
      await discord.waitFor(() => textOf(card()).includes("Stopped before it was finished."), { what: "the end" });
      expect(hasButton(card()!, "Cancel")).toBe(false);
      expect(results(discord, id)).toEqual([]);
      expect(discord.messages(id).flatMap(({ mentions }) => mentions)).toEqual([]);
    }
  });
});

describe("buttons of another age", () => {
  it("say so", async () => {
    const { discord } = studio;
    const { bot } = studio.running;
    const channel = await bot.client.channels.fetch(studio.general);
    if (!channel?.isSendable()) throw new Error("no channel");
    const row = (id: string) => ({ type: 1, components: [{ type: 2, style: 2, label: "Old", custom_id: id }] });
    const press = async (id: string, words: string) => {
      const message = await channel.send({ content: "old", components: [row(id)] });
      await ada().press({ id: message.id, channel_id: general() }, "Old");
      await discord.waitFor(() => whispers(discord, ada().id).some((text) => text.includes(words)), { what: words });
    };
    const general = () => studio.general;
    await press("upscale:123", "earlier version of me");
    await press("rerun:0000000000000000:inst", "no longer know the picture");
    await press("rerun:0000000000000000:sideways", "no longer know the picture");
    await press("edit-prompt:nothing", "no longer know the picture");
    await press("cancel:nothing", "no longer know the picture");
    expect(whispers(discord, ada().id).filter((text) => text.includes("/stylize"))).not.toEqual([]);
  });
});

describe("a stored picture that is gone or damaged", () => {
  it("is spoken of in words for people, which name nothing of the machine", async () => {
    const { discord } = studio;
    const { store } = studio.running.bot;
    const job = await store.db.selectFrom("jobs").selectAll().executeTakeFirstOrThrow();
    const file = await store.files.local(job.content_sha256);
    await writeFile(file, (await readFile(file)).subarray(0, 900));
    const failed = await nextResult(() => ada().press(result, "Description only"));
    expect(textOf(failed)).toContain(
      "A picture that this needs is missing or damaged on my disk. Please upload it again",
    );
    await rm(file);
    const said = whispers(discord, ada().id).length;
    await ada().press(result, "Description only");
    const words = await discord.waitFor(() => whispers(discord, ada().id)[said]);
    expect(words).toBe("I do not have that picture any more. Please upload it again with `/stylize`.");
  });
});
