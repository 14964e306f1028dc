/** *Try again* under a refusal: nothing that was filled in is lost, and no picture is fetched twice. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { GALLERY } from "../../../src/jobs/gallery.ts";
import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, pressMore, results, type Studio, stylized, textOf, whispers } from "../studio.ts";

const UNWANTED = "brimborium";

let folder: string;
let studio: Studio;

const ada = () => studio.discord.member("ada");

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-again-"));
  const WORD_LIST = path.join(folder, "words.txt");
  await writeFile(WORD_LIST, `${UNWANTED}\n`);
  studio = await openStudio({ WORD_LIST });
});

afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true, force: true });
});

/** The form that is offered with the refusal that says so. */
async function offered(says: string) {
  const { discord } = studio;
  await discord.waitFor(() => whispers(discord, ada().id).at(-1)?.includes(says), { what: "a refusal" });
  return (await ada().press(ada().ephemerals().at(-1)!, "Try again")).modal;
}

async function damaged() {
  const { bytes } = await landscape();
  return { name: "half.png", bytes: bytes.subarray(0, bytes.length / 2) };
}

it("asks for the picture that was damaged alone, and paints with all that was sent", async () => {
  const { discord, general } = studio;
  const given = { content: await damaged(), style: await waves(), seed: 42, strength: 0.9, prompt: "calm" };
  await ada().slash(general, "stylize", given);
  const form = await offered("damaged");
  expect(JSON.stringify(form.json)).toContain('"value":"calm"');
  await expect(ada().submit(form, {}), "the one that was of no use").rejects.toThrow("content");
  const { downloads } = discord.cdn;
  const result = await stylized(studio, await ada().submit(form, { content: await landscape() }));
  expect(discord.cdn.downloads - downloads, "the style was kept").toBe(1);
  expect(textOf(result)).toContain("**house** in the style of **waves**");
  expect(textOf(result)).toContain("seed 42 · strength 0.90");
  expect(result.attachments[0]!.description).toContain("calm");
});

it("offers another style where nobody knows the one that was named, as often as something is refused", async () => {
  const { general } = studio;
  await ada().slash(general, "paint", { content: await landscape(), with: "linocat", seed: 7 });
  const first = await offered("no style called **linocat**");
  await ada().submit(first, { with: ["ink"], prompt: "x".repeat(2000), content: await damaged() });
  const form = await offered("damaged");
  expect(JSON.stringify(form.json)).toContain('"value":"ink","default":true');
  const result = await stylized(studio, await ada().submit(form, { content: await landscape("barn.png"), prompt: "" }));
  expect(textOf(result)).toContain("**barn** in the style of **ink**");
  expect(textOf(result)).toContain("seed 7");
});

it("holds the picture of somebody's message while another style is looked for", async () => {
  const { discord, general } = studio;
  const message = await discord.member("grace").say(general, "look", [await landscape("cabin.png")]);
  const menu = await ada().messageCommand(message, "Stylize this picture");
  await ada().submit(await menu.modal, { style: await damaged(), variant: ["prompt"], prompt: "dusk" });
  const form = await offered("style picture is damaged");
  const { downloads } = discord.cdn;
  const result = await stylized(studio, await ada().submit(form, { style: await waves() }));
  expect(discord.cdn.downloads - downloads).toBe(1);
  expect(textOf(result)).toContain("**cabin** in the style of **waves**");
  expect(textOf(result)).toContain("Description only");
  expect(result.attachments[0]!.description).toContain("dusk");
});

it("keeps a comparison that was asked for wrongly", async () => {
  const { general } = studio;
  await ada().slash(general, "compare", { content: await landscape(), style: await waves(), variant: "inst" });
  const form = await offered("paths");
  const call = await ada().submit(form, { paths: "" });
  await expect.poll(() => textOf(call.response)).toContain("waves");
});

it("keeps picture and words for a surprise, which stays one", async () => {
  const { discord, general } = studio;
  const call = await ada().slash(general, "styles");
  const panel = await discord.waitFor(() => call.response && hasButton(call.response, "Surprise me") && call.response, {
    what: "the styles",
  });
  const { modal } = await ada().press(panel, "Surprise me");
  await ada().submit(await modal, { content: await damaged(), prompt: "calm" });
  const first = await offered("damaged");
  expect(JSON.stringify(first.json)).toMatch(/"title":"Surprise me".*"value":"calm"/);
  await ada().submit(first, { content: await landscape("mill.png"), prompt: UNWANTED });
  const second = await offered("on their list");
  const result = await stylized(studio, await ada().submit(second, { prompt: "dawn" }));
  const names = GALLERY.map(({ name }) => name).join("|");
  expect(textOf(result)).toMatch(new RegExp(String.raw`\*\*mill\*\* in the style of \*\*(${names})\*\*`));
  expect(result.attachments[0]!.description).toContain("dawn");
});

it("keeps a prompt that was edited", async () => {
  const { discord, general } = studio;
  const pair = { content: await landscape(), style: await waves() };
  const result = await stylized(studio, await ada().slash(general, "stylize", pair));
  const { modal } = await pressMore(discord, ada(), result, "Edit prompt");
  await ada().submit(await modal, { description: `thick strokes of ${UNWANTED}` });
  const form = await offered("on their list");
  expect(JSON.stringify(form.json)).toContain(`thick strokes of ${UNWANTED}`);
  const before = results(discord, result.channel_id).length;
  await ada().submit(form, { description: "thick strokes of gold" });
  const next = await discord.waitFor(() => results(discord, result.channel_id)[before], { what: "another result" });
  expect(textOf(next)).toContain("thick strokes of gold");
});

it("says so where what was sent is gone", async () => {
  const { discord, general } = studio;
  await ada().slash(general, "paint", { content: await landscape(), with: "linocat" });
  await discord.waitFor(() => whispers(discord, ada().id).at(-1)?.includes("linocat"), { what: "a refusal" });
  const refusal = ada().ephemerals().at(-1)!;
  await studio.restart();
  await ada().press(refusal, "Try again");
  await expect.poll(() => whispers(discord, ada().id).at(-1)).toContain("do not have what you sent any more");
});
