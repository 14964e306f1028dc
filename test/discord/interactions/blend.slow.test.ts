/** `/paint` in two or three styles at once: what is painted and shown, what becomes of it, and what is refused. */
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Job } from "../../../src/jobs/job.ts";
import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, pressMore, results, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

/** What a message says; spaces that do not break are spaces. */
const said = (message: APIMessage | undefined): string => plain(textOf(message));
const plain = (text: string): string => text.replaceAll("\u00A0", " ");

const ada = () => studio.discord.member("ada");

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

const paint = async (options: object, channelId = studio.general) =>
  ada().slash(channelId, "paint", { content: await landscape(), seed: 7, ...options });

const newestJob = async (): Promise<Job> => {
  const { store } = studio.running.bot;
  return (await store.jobs.painted(ada().id, studio.discord.guild.id, { limit: 1 }))[0]!;
};

/** The result that comes of `act` in a conversation. */
async function nextResult(channelId: string, act: () => Promise<unknown>): Promise<APIMessage> {
  const { discord } = studio;
  const before = results(discord, channelId).length;
  await act();
  return discord.waitFor(() => results(discord, channelId)[before], { what: "another result" });
}

describe("a blend", () => {
  it("of gallery, library and one's last pictures is painted, and shows each with its share and its words", async () => {
    const { discord, general, running } = studio;
    const image = await waves("sea.png", 120, 120);
    const saved = await ada().slash(general, "style save", { name: "Sea", image, description: "Wide blue bands." });
    await discord.waitFor(() => said(saved.response).includes("Saved"), { what: "the style to be saved" });
    const used = { content: await landscape(), style: await waves("tide.png", 150, 100) };
    await stylized(studio, await ada().slash(general, "stylize", used));
    const tide = (await ada().autocomplete(general, "paint", "and_too", "tide"))[0]!;
    expect(await ada().autocomplete(general, "paint", "and", "LINO")).toMatchObject([{ value: "linocut" }]);

    const call = await paint({ with: "linocut", and: "sea", and_too: String(tide.value), weights: "50, 30, 20" });
    const result = await stylized(studio, call);
    const shown = said(result);
    expect(shown).toContain("in the style of **linocut (50 %), Sea (30 %), and tide (20 %)**");
    expect(shown).toContain("styles 50:30:20");
    expect(shown).toMatch(/The styles, in words\n\*\*linocut\*\* \(50 %\)\n> .*\n-# Described by /);
    expect(shown).toContain("**Sea** (30 %)\n> Wide blue bands.\n-# In the words of whoever saved it");
    expect(shown).toMatch(/\*\*tide\*\* \(20 %\)\n> .+\n-# Described by /);
    expect(result.attachments[0]!.filename).toBe("house-as-linocut-and-sea-and-tide.png");
    expect(plain(result.attachments[0]!.description!)).toMatch(/style of linocut \(50 %\).*Wide blue bands/s);
    const thread = discord.threads(general).find(({ id }) => id === result.channel_id);
    expect(plain(thread!.name)).toBe("house in the style of linocut (50 %), Sea (30 %), and tide (20 %)");
    const alts = call.response!.attachments.map(({ description }) => plain(description!));
    expect(alts).toEqual([
      "Content: house",
      "Style: linocut, 50 %",
      "Style: Sea, 30 %",
      "Style: tide, 20 %",
      expect.stringContaining("linocut (50 %), Sea (30 %), and tide (20 %)"),
    ]);
    const { request } = await newestJob();
    expect(request.blend).toMatchObject({ weight: 0.5, others: [{ weight: 0.3 }, { weight: 0.2 }] });

    const history = await ada().slash(general, "history");
    await discord.waitFor(() => said(history.response).includes("linocut (50 %)"), { what: "it in the history" });
    const more = await ada().press(result, "More…");
    const panel = await discord.waitFor(
      () => more.response && hasButton(more.response, "Edit prompt") && more.response,
      { what: "the panel" },
    );
    expect(said(panel)).toContain("styles 50:30:20");
    expect(hasButton(panel, "Save this style"), "nobody could tell which").toBe(false);
    for (const { picture } of request.blend!.others)
      expect(await running.bot.store.files.has(picture.sha256)).toBe(true);
  });

  it("is gone on with as one, until another style takes its place", async () => {
    const { discord } = studio;
    const result = await stylized(studio, await paint({ with: "linocut", and_too: "watercolour", weights: "2:1" }));
    const thread = result.channel_id;
    const blend = "linocut (67 %) and watercolour (33 %)";
    expect(said(result)).toContain(blend);
    const words = said(result)
      .split("\n")
      .filter((line) => line.startsWith("> "));
    expect(words).toHaveLength(2);

    for (const label of ["Again", "Description only"]) {
      const next = await nextResult(thread, () => ada().press(result, label));
      expect(said(next)).toContain(blend);
      expect(said(next), "the conversation shows them already").not.toContain("in words");
    }
    const hd = await nextResult(thread, () => pressMore(discord, ada(), result, "HD, 192 × 144"));
    expect(said(hd)).toContain(blend);

    const edit = await pressMore(discord, ada(), result, "Edit prompt");
    const form = await edit.modal;
    for (const line of words) expect(JSON.stringify(form.json)).toContain(line.slice(2, 30));
    const own = await nextResult(thread, () => ada().submit(form, { description: "Wild red scribbles" }));
    expect(said(own)).toContain("> Wild red scribbles\n-# Your own words");
    expect((await newestJob()).otherWords, "they stand for all").toEqual([]);

    const tweak = await (await ada().press(result, "Tweak")).modal;
    expect(JSON.stringify(tweak.json)).toContain("the place of the whole blend");
    const tweaked = await nextResult(thread, () => ada().submit(tweak, { seed: "9" }));
    expect(said(tweaked)).toContain(blend);
    const other = await nextResult(thread, () => ada().submit(tweak, { style: ["mosaic"] }));
    expect(said(other)).toContain("in the style of **mosaic**");
    expect((await newestJob()).request.blend).toBeUndefined();
  });

  it("is judged apart from its first style, and compared as a blend", async () => {
    const { discord, running } = studio;
    const { votes } = running.bot.store;
    const result = await stylized(studio, await paint({ with: "ink", and: "poster" }));
    const alone = await nextResult(result.channel_id, async () =>
      ada().submit(await (await ada().press(result, "Tweak")).modal, { style: ["ink"] }),
    );
    const roundOf = async ({ id }: APIMessage) => {
      await expect.poll(() => votes.judged(id)).not.toBeNull();
      return (await votes.judged(id))!.round;
    };
    const [blended, single] = [await roundOf(result), await roundOf(alone)];
    expect(single.styleSha256).toBe(blended.styleSha256);
    expect(single.pair).not.toBe(blended.pair);
    expect(single.id).not.toBe(blended.id);

    await pressMore(discord, ada(), result, "Compare");
    const asks = () =>
      discord.messages(result.channel_id).find((message) => said(message).includes("Which do you like best"));
    const sheet = await discord.waitFor(asks, { what: "the overview" });
    expect(said(sheet)).toContain("ink (50 %) and poster (50 %)");
    const { id } = (await running.bot.store.comparisons.unfinished())[0]!;
    expect((await votes.round(id))!.pair).toBe(blended.pair);
  });

  it("of 1:0 is the one style, to the pixel", async () => {
    const painted = async (options: object): Promise<Job> => {
      await stylized(studio, await paint(options));
      return newestJob();
    };
    const one = await painted({ with: "woodcut" });
    const first = await painted({ with: "woodcut", and: "pastel", weights: "1:0" });
    const second = await painted({ with: "pastel", and: "woodcut", weights: "0 1" });
    for (const { request, result } of [first, second]) {
      expect(request.blend).toBeUndefined();
      expect(result!.picture.sha256).toBe(one.result!.picture.sha256);
    }
    const mixed = await painted({ with: "woodcut", and: "pastel", weights: "1:1" });
    expect(mixed.result!.picture.sha256).not.toBe(one.result!.picture.sha256);
  });

  it("is painted in a direct message, in the gallery's styles", async () => {
    const { discord } = studio;
    ada().hasApp = true;
    const channel = discord.openPrivate(ada(), discord.member("grace"));
    const call = await paint({ with: "night", and: "river", weights: "3:1" }, channel);
    const done = await discord.waitFor(() => call.response && hasButton(call.response, "More…") && call.response, {
      what: "the result in the reply",
    });
    expect(said(done)).toContain("night (75 %) and river (25 %)");
    const next = await ada().press(done, "Again");
    await discord.waitFor(() => next.response && said(next.response).includes("night (75 %)"), { what: "another" });
  });
});

describe("a blend that cannot be", () => {
  it.each([
    [{ and: "pastel", weights: "2" }, "You named two styles, so I need two weights, such as 2:1."],
    [{ and: "pastel", and_too: "ink", weights: "2:1" }, "so I need three weights, such as 60 30 10."],
    [{ weights: "2:1" }, "there is nothing to weigh"],
    [{ and: "pastel", weights: "a lot:1" }, "“a” is no weight"],
    [{ and: "pastel", weights: "-1:2" }, "“-1” is no weight"],
    [{ and: "pastel", weights: "2000:1" }, "A weight is at most 1,000"],
    [{ and: "pastel", weights: "0:0" }, "nothing would be left"],
    [{ and: "pastel", weights: "500:1" }, "less than 1 % would not be seen"],
    [{ and: "Linocut" }, "You named **linocut** twice"],
    [{ and: "pastel", and_too: "linocat" }, "no style called **linocat**"],
  ])("%j is refused in words before anything is fetched", async (options, says) => {
    const { discord } = studio;
    const { downloads } = discord.cdn;
    await paint({ with: "linocut", ...options });
    await discord.waitFor(() => whispers(discord, ada().id).at(-1)?.includes(says), { what: says });
    expect(discord.cdn.downloads).toBe(downloads);
  });

  it("is offered again with all that was filled in", async () => {
    const { discord } = studio;
    const refusal = async (says: string) => {
      await discord.waitFor(() => whispers(discord, ada().id).at(-1)?.includes(says), { what: says });
      return (await ada().press(ada().ephemerals().at(-1)!, "Try again")).modal;
    };
    await paint({ with: "Linocut", and: "pastell", and_too: "ink", weights: "2:1:1", prompt: "calm" });
    const first = await refusal("no style called **pastell**");
    const json = JSON.stringify(first.json);
    for (const part of ['"custom_id":"and"', '"value":"2:1:1"', '"value":"calm"', '"custom_id":"content"'])
      expect(json).toContain(part);
    await ada().submit(first, { and: ["pastel"], weights: "2:1" });
    const second = await refusal("three weights");
    for (const value of ["linocut", "pastel"])
      expect(JSON.stringify(second.json), "however it was typed").toContain(`"value":"${value}","default":true`);
    const result = await stylized(studio, await ada().submit(second, { weights: "2:1:1" }));
    expect(said(result)).toContain("linocut (50 %), pastel (25 %), and ink (25 %)");
    expect(result.attachments[0]!.description).toContain("calm");

    await paint({ with: "linocut", weights: "2:1" });
    const third = await refusal("nothing to weigh");
    const blended = await stylized(studio, await ada().submit(third, { and: ["night"], weights: "2:1" }));
    expect(said(blended)).toContain("linocut (67 %) and night (33 %)");
  });
});

describe("the styles of a blend", () => {
  it("go with it where nothing else needs them", async () => {
    const { discord, general, running } = studio;
    const { store } = running.bot;
    const grace = discord.member("grace");
    const image = await waves("fog.png", 130, 90);
    const saved = await grace.slash(general, "style save", { name: "Fog", image });
    await discord.waitFor(() => said(saved.response).includes("Saved"), { what: "the style to be saved" });
    const result = await stylized(studio, await paint({ with: "linocut", and: "Fog" }));
    const { request } = await newestJob();
    const { sha256 } = request.blend!.others[0]!.picture;
    await running.bot.erasing.forget({ userId: grace.id, guildId: null }).then(({ done }) => done);
    expect(await store.files.has(sha256), "Ada's picture is of it").toBe(true);
    const { id } = await newestJob();
    await pressMore(discord, ada(), result, "Delete");
    const asked = await discord.waitFor(
      () => discord.ephemerals(ada().id).find((one) => hasButton(one, "Delete for good")),
      { what: "the question" },
    );
    await ada().press(asked, "Delete for good");
    await expect.poll(() => store.jobs.get(id)).toBeNull();
    await expect.poll(() => store.files.has(sha256)).toBe(false);
  });
});
