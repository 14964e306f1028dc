/** Styles that come with Atelier, as people use them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { GALLERY } from "../../../src/jobs/gallery.ts";
import { landscape, waves } from "../pictures.ts";
import { openStudio, pressMore, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

const choicesFor = (typed: string, who: "ada" | "grace" = "ada") =>
  studio.discord.member(who).autocomplete(studio.general, "paint", "with", typed);

describe("a style of the gallery", () => {
  it("is offered in a server that has saved none, and painted with by its name", async () => {
    const { discord, general } = studio;
    expect((await choicesFor("")).map(({ value }) => value)).toEqual(GALLERY.map(({ name }) => name));
    expect((await choicesFor("LINO"))[0]).toEqual({ name: "linocut (gallery)", value: "linocut" });
    const content = await landscape();
    const call = await discord.member("ada").slash(general, "paint", { content, with: "Linocut" });
    const result = await stylized(studio, call);
    expect(textOf(result)).toContain("in the style of **linocut**");
    await pressMore(discord, discord.member("ada"), result, "Save this style");
    const { id } = discord.member("ada");
    await discord.waitFor(() => whispers(discord, id).at(-1)?.includes("is in the gallery"), { what: "a refusal" });
    const [job] = await studio.running.bot.store.jobs.painted(discord.member("ada").id, discord.guild.id, { limit: 1 });
    expect(job!.request.description, "words of one's own would keep it out of the vote").toBe(null);
    expect(await choicesFor("lino"), "painted with, it is still one").toHaveLength(1);
  });
});

describe("a style of one's last pictures", () => {
  it("is offered to whoever painted with it, and to nobody else", async () => {
    const { discord, general } = studio;
    const content = await landscape();
    const call = await discord.member("ada").slash(general, "stylize", { content, style: await waves("tide.jpg") });
    await stylized(studio, call);
    const choice = (await choicesFor("tide"))[0]!;
    expect(choice.name).toBe("tide (you used it lately)");
    const again = await discord.member("ada").slash(general, "paint", { content, with: String(choice.value) });
    expect(textOf(await stylized(studio, again))).toContain("in the style of **tide**");
    expect(await choicesFor("tide", "grace")).toEqual([]);
    await discord.member("grace").slash(general, "paint", { content, with: String(choice.value) });
    await discord.waitFor(() => whispers(discord, discord.member("grace").id).at(-1)?.includes("no style called"), {
      what: "a refusal",
    });
  });
});
