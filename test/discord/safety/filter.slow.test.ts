/** What servers see of pictures that the checker flags: covered, shown in age-restricted channels, or refused. */
import path from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import type { APIMessage } from "discord.js";
import { noticeView } from "../../../src/discord/messages/components.ts";
import { landscape, waves } from "../pictures.ts";
import type { ServerSettings } from "../../../src/server-settings.ts";
import { openStudio, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  // It flags a picture by a height that is a multiple of 13 pixels; results are 96 pixels wide here.
  studio = await openStudio({}, { engineModule: path.join(import.meta.dirname, "fixtures/marked-engine.ts") });
});

afterAll(() => studio.close());

/** The engine flags it as it is, and not its result of 62 lines. */
const marked = () => landscape("marked.png", 160, 104);
/** Neither is flagged; its result of 65 lines is. */
const harmless = () => landscape("harmless.png", 128, 87);

/** Attachments of a message and how each is shown: by name, whether it is covered. */
function shownIn(message: APIMessage): Record<string, boolean> {
  const covered: Record<string, boolean> = {};
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("media" in value) {
      const { url } = value.media as { readonly url: string };
      const name = url.split("?")[0]!.split("/").at(-1)!;
      covered[name] = "spoiler" in value && value.spoiler === true;
    }
    for (const inner of Object.values(value)) walk(inner);
  };
  walk(message.components);
  return covered;
}

async function painted(
  content: Awaited<ReturnType<typeof landscape>>,
): Promise<{ card: APIMessage; result: APIMessage }> {
  const { discord, general } = studio;
  const call = await discord.member("ada").slash(general, "stylize", { content, style: await waves(), seed: 1 });
  const result = await stylized(studio, call);
  return { card: call.response!, result };
}

const decide = (changes: Partial<ServerSettings>): Promise<unknown> =>
  studio.running.bot.store.serverSettings.change(studio.discord.guild.id, changes);

it("covers what is flagged, wherever it is shown, and nothing else", async () => {
  const { card, result } = await painted(await marked());
  expect(shownIn(card)).toMatchObject({ "SPOILER_content.jpg": true, "style.jpg": false, "result.jpg": false });
  expect(textOf(card)).toContain("covered what it takes to be for adults");
  expect(Object.values(shownIn(result))).toEqual([false]);
  expect(textOf(result)).not.toContain("🙈");
  const covered = card.attachments.find(({ filename }) => filename === "SPOILER_content.jpg")!;
  expect(covered.flags! & 8, "the attachment itself is marked as a spoiler").toBe(8);
});

it("covers a result that is flagged, in its message and on its card", async () => {
  const { card, result } = await painted(await harmless());
  expect(shownIn(card)).toMatchObject({ "content.jpg": false, "SPOILER_result.jpg": true });
  expect(shownIn(result)).toEqual({ "SPOILER_harmless-as-waves.png": true });
});

it("covers what is flagged where the bot is no member too, whatever that server had set when it was one", async () => {
  const { discord, running } = studio;
  const linus = discord.member("linus");
  linus.hasApp = true;
  const { id } = discord.addGuildWithoutBot("Elsewhere");
  await running.bot.store.serverSettings.change(id, { filter: "off" });
  const channel = discord.channel("general", id).id;
  const pair = { content: await harmless(), style: await waves() };
  const call = await linus.slash(channel, "stylize", { ...pair, seed: 1 });
  const result = await discord.waitFor(
    () => call.response && textOf(call.response).includes("here it is") && call.response,
    {
      what: "the result",
    },
  );
  expect(shownIn(result)).toEqual({ "SPOILER_harmless-as-waves.png": true });
});

it("keeps verdicts by picture and checker, for as long as the picture is known", async () => {
  const { store } = studio.running.bot;
  const rows = () => store.db.selectFrom("safety_verdicts").selectAll().execute();
  const known = await rows();
  expect(new Set(known.map(({ checker }) => checker))).toEqual(new Set(["marked"]));
  const { picture_sha256: sha256 } = known.find(({ unsafe }) => unsafe === 1)!;
  expect(await store.safetyVerdicts.find(sha256, "marked")).toBe(true);
  expect(await store.safetyVerdicts.find(sha256, "another")).toBeNull();
  await store.safetyVerdicts.save("0".repeat(64), "marked", true);
  expect(await rows(), "nothing is kept of a picture that is not known").toHaveLength(known.length);
});

it("shows no preview that is flagged, and covers nothing twice", async () => {
  const { running, general } = studio;
  const { cover } = running.bot.filter;
  const preview = { name: "preview.jpg", data: Buffer.from("a preview"), alt: "Preview", key: "1", unsafe: true };
  const shown = await cover({ ...noticeView("Look"), files: [preview] }, general);
  expect(shown.files.map(({ name }) => name)).toEqual(["preview-withheld.png"]);
  expect(await cover(shown, general)).toEqual(shown);
  const harmlessOne = { ...noticeView("Look"), files: [{ ...preview, unsafe: false }] };
  expect(await cover(harmlessOne, general)).toEqual(harmlessOne);
});

it("shows all in age-restricted channels, unless the server wants it otherwise", async () => {
  const { discord, general } = studio;
  discord.restrictAge(general);
  expect(Object.keys(shownIn((await painted(await marked())).card))).toContain("content.jpg");
  await decide({ ageRestrictedFilter: "blur" });
  expect(Object.keys(shownIn((await painted(await marked())).card))).toContain("SPOILER_content.jpg");
  discord.restrictAge(general, false);
});

it("refuses uploads where the server says so, keeps nothing of them, and shows no result that is flagged", async () => {
  const { discord, general, running } = studio;
  const { store, queue } = running.bot;
  await decide({ filter: "refuse" });
  const pictures = () => store.db.selectFrom("pictures").select("sha256").execute();
  const before = await pictures();
  const ada = discord.member("ada");
  const said = whispers(discord, ada.id).length;
  const content = await landscape("new.png", 170, 117);
  await ada.slash(general, "stylize", { content, style: await waves() });
  const words = await discord.waitFor(() => whispers(discord, ada.id)[said], { what: "the refusal" });
  expect(words).toMatch(/this server does not want.*kept nothing of it.*Somebody who manages the server/s);
  expect(await pictures()).toEqual(before);
  expect((await queue.snapshot(undefined, 10)).jobs).toEqual([]);

  const { card, result } = await painted(await harmless());
  expect(Object.keys(shownIn(result))).toEqual(["harmless-as-waves-withheld.png"]);
  expect(Object.keys(shownIn(card))).toContain("result-withheld.png");
  expect(result.attachments).toHaveLength(1);
  expect(textOf(result)).toContain("so I do not show it");
  await decide({ filter: "off" });
  expect(Object.keys(shownIn((await painted(await harmless())).result))).toEqual(["harmless-as-waves.png"]);
});

it("covers every result where the server wants that, and nothing else", async () => {
  await decide({ filter: "off", spoilers: true });
  const { card, result } = await painted(await harmless());
  expect(Object.keys(shownIn(result))).toEqual(["SPOILER_harmless-as-waves.png"]);
  expect(Object.keys(shownIn(card))).toEqual(expect.arrayContaining(["content.jpg", "style.jpg"]));
  expect(textOf(result)).not.toContain("🙈");
  await decide({ spoilers: false });
});

it("looks at every style of a blend, on its card and before it is painted", async () => {
  const { discord, general } = studio;
  const ada = discord.member("ada");
  const saved = await ada.slash(general, "style save", { name: "Marked", image: await marked() });
  await discord.waitFor(() => textOf(saved.response).includes("Saved"), { what: "the style to be saved" });
  const blend = { content: await landscape("calm.png", 128, 90), with: "linocut", and: "Marked" };
  await decide({ filter: "blur" });
  const call = await ada.slash(general, "paint", blend);
  await stylized(studio, call);
  const shown = shownIn(call.response!);
  expect(shown).toMatchObject({ "content.jpg": false, "style.jpg": false, "SPOILER_style-2.jpg": true });

  await decide({ filter: "refuse" });
  const said = whispers(discord, ada.id).length;
  await ada.slash(general, "paint", blend);
  const words = await discord.waitFor(() => whispers(discord, ada.id)[said], { what: "the refusal" });
  expect(words).toContain("this server does not want");
  await decide({ filter: "off" });
});
