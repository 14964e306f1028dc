/** *Tweak* on a result: what its form holds, what becomes of it, and what a refusal costs. */
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { openStudio, results, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;
let result: APIMessage;

const ada = () => studio.discord.member("ada");
const grace = () => studio.discord.member("grace");

beforeAll(async () => {
  studio = await openStudio();
  const inputs = { content: await landscape(), style: await waves() };
  result = await stylized(
    studio,
    await ada().slash(studio.general, "stylize", { ...inputs, seed: 42, prompt: "calm" }),
  );
});

afterAll(() => studio.close());

const formOf = async (person = ada()) => (await person.press(result, "Tweak")).modal;

/** The result that comes of `act`. */
async function nextResult(act: () => Promise<unknown>): Promise<APIMessage> {
  const { discord } = studio;
  const before = results(discord, result.channel_id).length;
  await act();
  return discord.waitFor(() => results(discord, result.channel_id)[before], { what: "another result" });
}

it("shows how the picture was painted, and paints it as it was changed", async () => {
  const modal = await formOf(grace());
  const form = JSON.stringify(modal.json);
  for (const part of ['"value":"42"', '"value":"calm"', '"value":"0.6 style","default":true'])
    expect(form).toContain(part);
  const changes = { look: "0.2 own", seed: "7", words: "wild" };
  const next = await nextResult(() => grace().submit(modal, changes));
  expect(textOf(next)).toContain("seed 7 · strength 0.20 · own colours kept");
  expect(textOf(next)).toContain("Style image + description");
  expect(next.attachments[0]!.description).toContain("wild");
  expect(next.mentions.map(({ id }) => id)).toEqual([grace().id]);
});

it("takes a new style picture, after a restart too, and shows the pair on its card", async () => {
  const modal = await formOf();
  await studio.restart();
  const next = await nextResult(async () =>
    ada().submit(modal, { seed: "", words: "", upload: await waves("dunes.png", 160, 120) }),
  );
  expect(textOf(next)).toContain("**house** in the style of **dunes**");
  const cards = studio.discord.messages(result.channel_id).map(textOf);
  expect(cards.some((text) => text.includes("house in the style of dunes"))).toBe(true);
});

it("takes a style of the library", async () => {
  const saved = await ada().slash(studio.general, "style save", {
    name: "Sea",
    image: await waves("sea.png", 120, 120),
  });
  await studio.discord.waitFor(() => textOf(saved.response).includes("Saved"), { what: "the style to be saved" });
  const next = await nextResult(async () => ada().submit(await formOf(), { style: ["Sea"] }));
  expect(textOf(next)).toContain("in the style of **Sea**");
});

it("takes a style of the gallery, and one of one's last pictures", async () => {
  const form = await formOf();
  const gallery = await nextResult(() => ada().submit(form, { style: ["linocut"] }));
  expect(textOf(gallery)).toContain("in the style of **linocut**");
  const recent = /"label":"dunes \(you used it lately\)","value":"(?<id>\w+)"/.exec(
    JSON.stringify((await formOf()).json),
  );
  const next = await nextResult(async () => ada().submit(await formOf(), { style: [recent!.groups!["id"]!] }));
  expect(textOf(next)).toContain("in the style of **dunes**");
});

it.each([
  { what: "a seed that is none", wrong: { seed: "-3" }, sends: false, says: "A seed is a whole number" },
  { what: "two styles", wrong: { style: ["Sea"] }, sends: true, says: "not both" },
])("offers the form again as it was filled in after $what", async ({ wrong, sends, says }) => {
  const { discord } = studio;
  const before = results(discord, result.channel_id).length;
  const picture = sends ? { upload: await waves("dusk.png", 160, 120) } : {};
  await ada().submit(await formOf(), { words: "golden light", look: "1 own", ...wrong, ...picture });
  await discord.waitFor(() => whispers(discord, ada().id).some((text) => text.includes(says)), { what: "a refusal" });
  const again = await (await ada().press(ada().ephemerals().at(-1)!, "Try again")).modal;
  const form = JSON.stringify(again.json);
  expect(form).toContain("golden light");
  expect(form).toContain('"value":"1 own","default":true');
  expect(results(discord, result.channel_id)).toHaveLength(before);
  const next = await nextResult(() => ada().submit(again, { seed: "9", style: [] }));
  expect(textOf(next)).toContain("seed 9 · strength 1.00 · own colours kept");
  expect(textOf(next)).toContain(`in the style of **${sends ? "dusk" : "waves"}**`);
});

/** The form that is offered after a style was chosen and a picture sent as well. */
async function refusedForBoth() {
  const { discord } = studio;
  const refusals = () => whispers(discord, ada().id).filter((text) => text.includes("not both")).length;
  const before = refusals();
  await ada().submit(await formOf(), { style: ["Sea"], upload: await waves("dusk.png") });
  await discord.waitFor(() => refusals() > before, { what: "a refusal" });
  return (await ada().press(ada().ephemerals().at(-1)!, "Try again")).modal;
}

it("takes a style that is chosen in place of the picture that was sent first", async () => {
  const again = await refusedForBoth();
  expect(JSON.stringify(again.json)).toContain("unless you choose a style above: dusk");
  const next = await nextResult(() => ada().submit(again, {}));
  expect(textOf(next)).toContain("in the style of **Sea**");
});

it("says so where the picture that was sent first is gone", async () => {
  const again = await refusedForBoth();
  await studio.restart();
  await ada().submit(again, { style: [] });
  await expect.poll(() => whispers(studio.discord, ada().id).at(-1)).toContain("do not have what you sent any more");
});
