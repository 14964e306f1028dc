import { type APIMessage, ComponentType } from "discord.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, results, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

const inputs = async () => ({ content: await landscape(), style: await waves() });

describe("/stylize", () => {
  it("acknowledges at once, before any work", async () => {
    const { discord, general } = studio;
    const call = await discord.member("ada").slash(general, "stylize", await inputs());
    const { afterMs } = await call.acknowledged;
    expect(afterMs).toBeLessThan(1000);
    const before = discord.requests.findIndex(({ path }) => path.includes("/callback"));
    expect(discord.requests.slice(0, before).filter(({ path }) => path.includes("/messages"))).toEqual([]);
    await stylized(studio, call);
  });

  it("shows a card with both pictures and Cancel, and in the end the result large, and a thread with it", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const call = await ada.slash(general, "stylize", await inputs());
    const card = await discord.waitFor(() => call.response?.attachments.length === 2 && call.response, {
      what: "the card",
    });
    expect(textOf(card)).toContain("house in the style of waves");
    expect(hasButton(card, "Cancel")).toBe(true);
    expect(card.attachments.map(({ description }) => description)).toEqual(["Content: house", "Style: waves"]);

    const result = await stylized(studio, call);
    const thread = discord.threads(general).find(({ id }) => id === card.id)!;
    expect(thread.name).toBe("house in the style of waves");
    const said = discord.messages(thread.id).filter(({ author }) => author.id === discord.botUserId);
    expect(said.filter(({ components }) => components?.length).map(({ id }) => id)).toEqual([result.id]);
    expect(textOf(result)).toMatch(/The style, in words\n> .{80}/s);
    expect(textOf(result)).toContain("Described by palette describer");

    const done = await discord.waitFor(() => textOf(call.response).includes("Done in") && call.response);
    expect(textOf(done)).toContain(`https://discord.com/channels/${discord.guild.id}/${thread.id}/${result.id}`);
    expect(done.attachments.map(({ description }) => description)).toEqual([
      "Content: house",
      "Style: waves",
      "house, repainted in the style of waves",
    ]);
    const { items } = findComponent(done, ComponentType.MediaGallery) as unknown as { items: unknown[] };
    expect(items, "the result alone stands large").toHaveLength(1);
    expect(hasButton(done, "Cancel")).toBe(false);
  });

  it("posts the result as a new message that notifies the requester alone, with alt text, settings and buttons", async () => {
    const { discord, general } = studio;
    const grace = discord.member("grace");
    const call = await grace.slash(general, "stylize", {
      ...(await inputs()),
      variant: "prompt",
      strength: 0.35,
      seed: 77,
      prompt: "lots of golden dots",
      keep_colors: true,
    });
    const result = await stylized(studio, call);
    expect(result.mentions.map(({ id }) => id)).toEqual([grace.id]);
    expect(discord.messages(result.channel_id).filter(({ mentions }) => mentions.length > 0)).toHaveLength(1);
    expect(textOf(result)).toContain("**Description only**");
    expect(textOf(result)).toMatch(
      /embedded engine · seed 77 · strength 0\.35 · own colours kept · \d+ steps? · [\d.]+\u00A0s/,
    );
    const [picture] = result.attachments;
    expect(picture).toMatchObject({ filename: "house-as-waves.png", width: 96, height: 72 });
    expect(picture!.description).toMatch(/golden dots/);
    const rows = JSON.stringify(result.components).match(/"type":1,/g);
    expect(rows, "one row of buttons").toHaveLength(1);
    for (const label of ["Again", "With style image", "Description only", "Tweak", "More…"])
      expect(hasButton(result, label)).toBe(true);
    expect(await brightness(picture!.url)).toBeGreaterThan(5);
  });

  it("says which variant it chose, and why", async () => {
    const { discord, general } = studio;
    const call = await discord.member("linus").slash(general, "stylize", await inputs());
    expect(textOf(await stylized(studio, call))).toMatch(
      /\*\*Style image \+ description\*\*, chosen because there is no prominent face/,
    );
  });

  it("describes nothing for InST", async () => {
    const { discord, general } = studio;
    const call = await discord.member("ada").slash(general, "stylize", {
      content: await landscape(),
      style: await waves("never-seen.jpg", 100, 100),
      variant: "inst",
    });
    const result = await stylized(studio, call);
    const said = discord.messages(result.channel_id).map(textOf).join("\n");
    expect(said).not.toContain("in words");
    expect(result.attachments[0]!.description).toBe("house, repainted in the style of never-seen");
  });

  it("works inside a thread, without a thread of its own", async () => {
    const { discord, general } = studio;
    const thread = discord.threads(general)[0]!;
    const threads = discord.threads(general).length;
    const before = results(discord, thread.id).length;
    const call = await discord.member("ada").slash(thread.id, "stylize", await inputs());
    await call.acknowledged;
    await discord.waitFor(() => results(discord, thread.id).length > before);
    expect(discord.threads(general)).toHaveLength(threads);
  });

  it("paints the same picture from the same seed", async () => {
    const { discord, general } = studio;
    const paint = async (): Promise<APIMessage> =>
      stylized(
        studio,
        await discord.member("ada").slash(general, "stylize", { ...(await inputs()), seed: 5, variant: "inst" }),
      );
    const [one, other] = [await paint(), await paint()];
    const [a, b] = await Promise.all([one, other].map(async ({ attachments }) => bytesOf(attachments[0]!.url)));
    expect(a!.equals(b!)).toBe(true);
  });

  it("tells everybody in the server's language, and refuses a member in their own", async () => {
    const { discord, general } = studio;
    const linus = discord.member("linus");
    discord.setPreferredLocale("de");
    linus.locale = "fr";
    await linus.slash(general, "style show", { name: "sumi" });
    await discord.waitFor(
      () => whispers(discord, linus.id).some((said) => said.includes("Ce serveur n’a pas de style")),
      {
        what: "a refusal in French",
      },
    );

    const call = await linus.slash(general, "stylize", { ...(await inputs()), variant: "inst" });
    const done = await discord.waitFor(() => textOf(call.response).includes("✅ Fertig in") && call.response, {
      what: "a card in German",
    });
    expect(textOf(done)).toContain(`### 🎨 house im Stil von waves\n-# für <@${linus.id}>`);
    expect(done.attachments.map(({ description }) => description)).toEqual([
      "Motiv: house",
      "Stil: waves",
      "house, neu gemalt im Stil von waves",
    ]);
    expect(discord.threads(general).find(({ id }) => id === done.id)?.name).toBe("house im Stil von waves");
    const said = discord.messages(done.id).map(textOf).join("\n");
    expect(said).toContain(`<@${linus.id}> hier ist es: **house** im Stil von **waves**`);
  });
});

/** The first component of a type within a box. */
const findComponent = ({ components }: APIMessage, type: number): unknown =>
  components!
    .flatMap((box) => ("components" in box ? (box.components as readonly { readonly type: number }[]) : []))
    .find((component) => component.type === type);

const bytesOf = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer());

async function brightness(url: string): Promise<number> {
  const { channels } = await sharp(await bytesOf(url)).stats();
  return channels[0]!.stdev;
}
