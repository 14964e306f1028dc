/** The library of styles, as people use it. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { EngineSupervisor } from "../../../src/engine/supervisor.ts";
import { encodeTokenFile } from "../../../src/stylize/diffusion/token-file.ts";
import { FIXTURES } from "../../models/reference.ts";
import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

const said = async (name: string, values: object, who: "ada" | "grace" | "linus" = "ada"): Promise<string> => {
  const { discord, general } = studio;
  const { id } = discord.member(who);
  const before = whispers(discord, id).length;
  const call = await discord.member(who).slash(general, name, values as never);
  return discord.waitFor(() => whispers(discord, id)[before] ?? (textOf(call.response) || undefined), {
    what: `an answer to /${name}`,
  });
};

describe("a style of the library", () => {
  it("is saved, found while typing, shown, and painted with", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    expect(await said("style list", {})).toContain("No styles yet");
    const words = { image: await waves(), name: "Great *Wave* 🌊", description: "navy waves, gold lines" };
    const saved = await said("style save", words);
    expect(saved).toContain(String.raw`Saved: **Great \*Wave\* 🌊**`);
    expect(saved, "this engine learns nothing").not.toContain("/style learn");
    expect(await said("style save", { ...words, name: "great *wave* 🌊" }, "grace")).toContain("already");
    const choices = await ada.autocomplete(general, "paint", "with", "wave");
    expect(choices).toEqual([{ name: "Great *Wave* 🌊", value: "Great *Wave* 🌊" }]);
    expect(await said("style show", { name: "GREAT *WAVE* 🌊" })).toMatch(/navy waves, gold lines[^]*Not learned yet/);
    const result = await stylized(
      studio,
      await ada.slash(general, "paint", {
        content: await landscape(),
        with: "Great *Wave* 🌊",
        variant: "prompt",
      }),
    );
    expect(textOf(result)).toContain(String.raw`in the style of **Great \*Wave\* 🌊**`);
    expect(textOf(result)).toContain("Description only");
    expect(result.attachments[0]!.description).toContain("navy waves");
  });

  it("has to be there", async () => {
    const content = await landscape();
    expect(await said("paint", { content, with: "No **such** style" })).toContain(
      String.raw`no style called **No \*\*such\*\* style**`,
    );
    expect(await said("style save", { image: await waves(), name: "\u200B" })).toContain("visible characters");
  });

  it("is renamed and removed by its owner or a moderator alone", async () => {
    await said("style save", { image: await waves(), name: "mine" }, "grace");
    expect(await said("style rename", { name: "mine", to: "yours" }, "linus")).toContain("or a moderator");
    expect(await said("style rename", { name: "mine", to: "great *wave* 🌊" }, "grace")).toContain("already");
    expect(await said("style rename", { name: "mine", to: "ours" }, "grace")).toContain("now called **ours**");
    expect(await said("style remove", { name: "ours" }, "linus")).toContain("or a moderator");
    expect(await said("style remove", { name: "ours" }, "grace")).toContain("no longer in the library");
    expect(await said("style remove", { name: "ours" }, "grace")).toContain("no style called");
  });

  it("is listed in pictures", async () => {
    const { discord, general } = studio;
    const call = await discord.member("ada").slash(general, "style list", {});
    await discord.waitFor(() => textOf(call.response).includes("Styles of this server"), { what: "the list" });
    expect(call.response!.attachments).toHaveLength(1);
    expect(await said("style list", { page: 3 })).toContain("There is 1 page only");
  });

  it("goes out and comes in as a file, and a bad file is refused in words", async () => {
    const { discord, general } = studio;
    expect(await said("style export", { name: "great *wave* 🌊" })).toContain("no token to export");
    const image = await waves();
    const other = await readFile(path.join(FIXTURES, "torch", "learned_embeds.bin"));
    const given = { file: { name: "learned_embeds.bin", bytes: other }, image, name: "from elsewhere" };
    expect(await said("style import", given)).toContain("learned token (1 vector)");
    const call = await discord.member("ada").slash(general, "style export", { name: "from elsewhere" });
    await discord.waitFor(() => textOf(call.response).includes("as a file"), { what: "the file" });
    expect(call.response!.attachments[0]!.filename).toBe("from-elsewhere.safetensors");
    const evil = { file: { name: "evil.bin", bytes: Buffer.from("\x80\x02cos\nsystem\n.", "latin1") }, image };
    expect(await said("style import", evil)).toContain("is no learned style that I can use");
    const about = { name: "x ".repeat(60), description: null, styleSha256: null, steps: null, loss: null };
    const long = encodeTokenFile({ vectors: { data: new Float32Array(16), shape: [1, 16] }, about });
    expect(await said("style import", { file: { name: "long.safetensors", bytes: long }, image })).toContain(
      "Imported",
    );
  });

  it("that is removed while it is painted is painted all the same", async () => {
    const { discord, general } = studio;
    await said("style save", { image: await waves("big.jpg", 300, 220), name: "brief" });
    const content = await landscape("big.png", 300, 220);
    const call = await discord.member("ada").slash(general, "paint", { content, with: "brief" });
    await discord.waitFor(() => textOf(call.response).includes("brief"), { what: "the card" });
    expect(await said("style remove", { name: "brief" })).toContain("no longer");
    expect(textOf(await stylized(studio, call))).toContain("brief");
  });
});

describe("styles that are alike", () => {
  const sample = async (name: string) => ({
    image: { name: `${name}.jpg`, bytes: await readFile(path.resolve("samples/style", `${name}.jpg`)) },
    name: `my ${name}`,
  });
  const allSeen = async (): Promise<void> => {
    const { tasks, store } = studio.running.bot;
    await expect
      .poll(() => store.styleVectors.unseen(tasks.info!.styleNetwork, "", 1), { timeout: 20_000 })
      .toEqual([]);
  };

  it("are named with a style and shown in pictures, as soon as they have been looked at", async () => {
    const { discord, general, running } = studio;
    for (const name of ["village", "ink"]) await said("style save", await sample(name));
    await allSeen();
    const { pid } = running.engine as EngineSupervisor;
    process.kill(pid!, "SIGSTOP");
    try {
      await said("style save", await sample("river"));
      expect(await said("style show", { name: "my river" })).toContain("not compared it with the others yet");
      expect(await said("style list", { similar_to: "my river" })).toContain("ask again in a moment");
      expect(await said("style show", { name: "my village" })).toContain("1 style is not compared yet");
    } finally {
      process.kill(pid!, "SIGCONT");
    }
    await allSeen();
    expect(await said("style show", { name: "my river" })).toMatch(/Similar: \*\*my village\*\*\.$/);
    expect(await said("style show", { name: "my ink" })).toContain("No other style here is much like it");
    expect(await discord.member("ada").autocomplete(general, "style list", "similar_to", "riv")).toEqual([
      { name: "river (gallery)", value: "river" },
      { name: "my river", value: "my river" },
    ]);
    const call = await discord.member("ada").slash(general, "style list", { similar_to: "My River" });
    await discord.waitFor(() => textOf(call.response).includes("Styles like **my river**"), { what: "the list" });
    expect(call.response!.attachments[0]!.description).toMatch(
      /^Styles: my river, river, (?=.*my village)(?=.*, village)/,
    );
    expect(await said("style list", { similar_to: "my river", page: 2 })).toContain("There is 1 page only");
    expect(await said("style list", { similar_to: "nobody's" })).toContain("no style called");
    const ofGallery = await discord.member("grace").slash(general, "style list", { similar_to: "Ink" });
    await discord.waitFor(() => textOf(ofGallery.response).includes("Styles like **ink**"), { what: "the list" });
    expect(ofGallery.response!.attachments[0]!.description).toMatch(/^Styles: ink, my ink/);
  });

  it("are compared after a start where an older bot saved them", async () => {
    const { db } = studio.running.bot.store;
    await db.deleteFrom("style_vectors").execute();
    await studio.restart();
    await allSeen();
    expect(await said("style show", { name: "my village" })).toContain("Similar: **my river**");
  });
});
