/** *Try again* under a refusal: nothing that was filled in is lost, and no picture is fetched twice. */
import { afterAll, beforeAll, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

const ada = () => studio.discord.member("ada");

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

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

it("says so where what was sent is gone", async () => {
  const { discord, general } = studio;
  await ada().slash(general, "paint", { content: await landscape(), with: "linocat" });
  await discord.waitFor(() => whispers(discord, ada().id).at(-1)?.includes("linocat"), { what: "a refusal" });
  const refusal = ada().ephemerals().at(-1)!;
  await studio.restart();
  await ada().press(refusal, "Try again");
  await expect.poll(() => whispers(discord, ada().id).at(-1)).toContain("do not have what you sent any more");
});
