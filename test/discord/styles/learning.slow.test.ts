/** Learning a style in the bot: its thread, a restart in the middle, a picture that comes first, and the end by *Cancel*. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({ ENGINE: "diffusion", RESULT_SIZE: "128" }, { checkpoints: { "tiny-v1": "tiny-v1" } });
});

afterAll(() => studio.close());

describe("/style learn", () => {
  it("learns in its thread with samples, goes on after a restart, keeps what it learned when it is stopped", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const call = await ada.slash(general, "style learn", { name: "Wave", image: await waves() });
    const thread = await discord.waitFor(() => discord.threads(general)[0], { what: "a thread" });
    expect(thread.name).toBe("Learning Wave");
    const progress = (): string => discord.messages(thread.id).map(textOf).join("\n");
    const stepShown = (): number => Number(/step ([\d,]+) of/.exec(progress())?.[1]?.replace(",", "") ?? 0);
    await discord.waitFor(() => stepShown() >= 1, { what: "the first steps" });

    // It was put into words first: the vector starts from them.
    const asked = await ada.slash(general, "style show", { name: "Wave" });
    await expect.poll(() => asked.response && textOf(asked.response)).toMatch(/palette of|tones/);

    await studio.restart();
    const before = stepShown();
    await discord.waitFor(() => stepShown() > before + 10, { what: "steps after the restart" });
    await discord.waitFor(() => /Loss \d\.\d+, \d\.\d+ at first/.test(progress()), { what: "the loss" });
    await discord.waitFor(() => progress().includes("in 128 × 128 pixels"), { what: "the size" });
    const shown = (): string[] =>
      discord
        .messages(thread.id)
        .flatMap(({ attachments }) => attachments)
        .map(({ filename }) => filename);
    await discord.waitFor(() => shown().includes("sample.jpg"), { what: "a sample" });
    expect(shown()).toEqual(["loss.png", "sample.jpg"]);

    // A picture comes first.
    const result = await stylized(
      studio,
      await ada.slash(general, "paint", { content: await landscape(), with: "Wave", variant: "inst" }),
    );
    expect(textOf(result)).toContain("style by attention");
    const panel = await ada.press(result, "More…");
    await discord.waitFor(() => panel.response && hasButton(panel.response, "Learn this style"), { what: "the offer" });

    const card = discord.messages(general).find((message) => textOf(message).includes("Learning **Wave**"))!;
    const { id } = discord.member("linus");
    const heard = whispers(discord, id).length;
    await discord.member("linus").press(card, "Cancel");
    expect(await discord.waitFor(() => whispers(discord, id)[heard], { what: "a refusal" })).toContain(
      "or a moderator",
    );
    await ada.press(card, "Cancel");
    const over = (): boolean =>
      textOf(discord.messages(general).find((message) => message.id === card.id)).includes("is kept");
    await discord.waitFor(over, { what: "the card to say that it is over" });
    expect(call.response?.id).toBe(card.id);
    const last = discord.messages(thread.id).find((message) => textOf(message).includes("Stopped"))!;
    expect(last.attachments.map(({ filename }) => filename)).toEqual(["loss.png", "sample.jpg"]);
    expect(textOf(last)).toMatch(/steps at 128 px, loss \d\.\d+ → \d\.\d+/);
    const left = (): Promise<string[]> => readdir(path.join(studio.settings.DATA_DIR!, "learning"));
    await expect.poll(left).toEqual([]);

    const learned = await stylized(
      studio,
      await ada.slash(general, "paint", { content: await landscape(), with: "Wave", variant: "inst" }),
    );
    expect(textOf(learned)).toContain("style by token");
    const out = process.env["KEEP_PICTURES"];
    if (out) {
      await mkdir(out, { recursive: true });
      for (const { url, filename } of last.attachments)
        await writeFile(path.join(out, filename), Buffer.from(await (await fetch(url)).arrayBuffer()));
    }
  });

  it("needs a picture for a new name, and no other picture for an old one", async () => {
    const { discord, general } = studio;
    const grace = discord.member("grace");
    const heard = (): string[] => whispers(discord, grace.id);
    await grace.slash(general, "style learn", { name: "Unknown" });
    await expect.poll(() => heard().join()).toContain("I need its picture too");
    await grace.slash(general, "style learn", { name: "wave", image: await landscape() });
    await expect.poll(() => heard().join()).toContain("has another picture already");
  });

  it("says what to install where there is no diffusion engine", async () => {
    await studio.restart({ ENGINE: "embedded" });
    const { discord, general } = studio;
    const grace = discord.member("grace");
    await grace.slash(general, "style learn", { name: "New", image: await waves() });
    const words = await discord.waitFor(
      () => whispers(discord, grace.id).find((said) => said.includes("atelier models")),
      {
        what: "a refusal",
      },
    );
    expect(words).toContain("needs the diffusion engine");
  });
});
