/** `/styles` and `/history`: looking through pictures, and painting from there. */
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { GALLERY } from "../../../src/jobs/gallery.ts";
import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

const open = async (command: "styles" | "history"): Promise<APIMessage> => {
  const { discord, general } = studio;
  const call = await discord.member("ada").slash(general, command, {});
  return discord.waitFor(() => (textOf(call.response) === "" ? undefined : call.response), { what: `/${command}` });
};

/** The message after a press on one of its buttons has changed it. @param shows what it did not show before */
const turned = async (
  panel: APIMessage,
  button: string,
  shows: (message: APIMessage) => boolean,
): Promise<APIMessage> => {
  expect(shows(panel)).toBe(false);
  const { discord } = studio;
  const { id } = discord.member("ada");
  await discord.member("ada").press(panel, button);
  return discord.waitFor(() => discord.ephemerals(id).find((message) => message.id === panel.id && shows(message)), {
    what: `another page after ${button}`,
  });
};

const says = (words: string) => (message: APIMessage) => textOf(message).includes(words);

const paintedFrom = async (panel: APIMessage, button: string): Promise<string> => {
  const { discord } = studio;
  const ada = discord.member("ada");
  const modal = await (await ada.press(panel, button)).modal;
  expect(JSON.stringify(modal.json)).toContain("The picture to repaint");
  const call = await ada.submit(modal, { content: await landscape(), prompt: "" });
  return textOf(await stylized(studio, call));
};

describe("/styles", () => {
  it("shows the gallery from the first day, in pictures with alt texts, to whoever asks alone", async () => {
    const panel = await open("styles");
    expect(Number(panel.flags) & 64).toBe(64);
    expect(panel.attachments).toHaveLength(6);
    for (const [i, { description }] of panel.attachments.entries())
      expect(description).toBe(`Style ${GALLERY[i]!.name}: ${GALLERY[i]!.words}`);
    expect(textOf(panel)).toContain("Page 1 of 2");
    const second = await turned(panel, "Next", says("Page 2 of 2"));
    expect(textOf(second)).toContain("**linocut**");
    expect(textOf(await turned(second, "Previous", says("Page 1 of 2")))).toContain("**mosaic**");
  });

  it("leads to painting: with one of them, or with any", async () => {
    const panel = await open("styles");
    expect(await paintedFrom(panel, "blueprint")).toContain("in the style of **blueprint**");
    expect(await paintedFrom(panel, "Surprise me")).toMatch(
      new RegExp(String.raw`in the style of \*\*(${GALLERY.map(({ name }) => name).join("|")})\*\*`),
    );
  });

  it("goes on with the library", async () => {
    const { discord, general } = studio;
    await discord.member("ada").slash(general, "style save", { image: await waves(), name: "Sea: at night" });
    await expect.poll(async () => textOf(await open("styles"))).toContain("Page 1 of 3");
    const second = await turned(await open("styles"), "Next", says("Page 2 of 3"));
    const third = await turned(second, "Next", says("Page 3 of 3"));
    expect(third.attachments[0]!.description).toBe("Style Sea: at night");
    expect(await paintedFrom(third, "Sea: at night")).toContain("in the style of **Sea: at night**");
  });
});

describe("/history", () => {
  it("shows one's own pictures, and paints them again", async () => {
    const { discord, general } = studio;
    for (const word of ["one", "two"])
      await stylized(
        studio,
        await discord.member("ada").slash(general, "paint", { content: await landscape(`${word}.png`), with: "ink" }),
      );
    const panel = await open("history");
    expect(textOf(panel)).toMatch(/\*\*two\*\* in the style of \*\*ink\*\*[^]*\*\*one\*\*/);
    expect(panel.attachments[0]!.description).toBe("two, repainted in the style of ink");
    expect(panel.attachments).toHaveLength(5);
    expect(textOf(await stylized(studio, await discord.member("ada").press(panel, "Again")))).toContain("two");
    // What a surprise was painted with stands on the first page, and may have been blueprint as well.
    const older = await turned(await open("history"), "Older", (page) => hasButton(page, "Newest"));
    expect(textOf(older)).toContain("blueprint");
    await discord.member("grace").slash(general, "history", {});
    const { id } = discord.member("grace");
    await discord.waitFor(() => whispers(discord, id).at(-1)?.includes("painted nothing"), {
      what: "an empty history",
    });
  });
});

describe("a style of the gallery", () => {
  const said = async (name: string, values: object): Promise<string> => {
    const { discord, general } = studio;
    const { id } = discord.member("ada");
    const before = whispers(discord, id).length;
    const call = await discord.member("ada").slash(general, name, values as never);
    return discord.waitFor(() => whispers(discord, id)[before] ?? (textOf(call.response) || undefined), {
      what: `an answer to /${name}`,
    });
  };

  it("is shown by its name, and stays as it is", async () => {
    expect(await said("style show", { name: "Mosaic" })).toContain("small stones of turquoise");
    expect(await said("style remove", { name: "mosaic" })).toContain("stays as it is");
    expect(await said("style rename", { name: "mosaic", to: "mine" })).toContain("stays as it is");
    expect(await said("style save", { image: await waves(), name: "ＭＯＳＡＩＣ" })).toContain("Choose another name");
    await said("style save", { image: await waves(), name: "tiles" });
    expect(await said("style rename", { name: "tiles", to: "mosaic" })).toContain("Choose another name");
  });

  it("gives way to a server's own of the same name, as older databases may have", async () => {
    const { discord, general, running } = studio;
    const { styles } = running.bot.store;
    const tiles = (await styles.find(discord.guild.id, "tiles"))!;
    await styles.insert({ ...tiles, id: "0000000000000000", name: "poster", description: "our own poster" });
    const choices = await discord.member("ada").autocomplete(general, "paint", "with", "poster");
    expect(choices).toEqual([{ name: "poster", value: "poster" }]);
    expect(await said("style show", { name: "poster" })).toContain("our own poster");
    expect(await said("style remove", { name: "poster" })).toContain("no longer in the library");
    expect(await said("style show", { name: "poster" })).toContain("every server has");
  });
});
