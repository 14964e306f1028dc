import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, pressMore, results, type Studio, stylized, textOf } from "../studio.ts";
import { traces } from "./traces.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

const atelier = async (...args: string[]): Promise<string> => {
  const env = { ...process.env, ...studio.settings };
  return (await promisify(execFile)(process.execPath, [path.resolve("bin/atelier.mjs"), ...args], { env })).stdout;
};

/** The newest message that only Ada sees. */
async function pressed(button: string) {
  const { discord, general } = studio;
  const ada = discord.member("ada");
  const call = await ada.slash(general, "privacy");
  const panel = await discord.waitFor(() => call.response && hasButton(call.response, button) && call.response);
  const before = discord.ephemerals(ada.id).length;
  await ada.press(panel, button);
  return discord.waitFor(() => discord.ephemerals(ada.id)[before], { what: `the answer to ${button}` });
}

describe("/privacy", () => {
  it("gives a copy of what is kept, and forgets, wherever it stands; a backup of before brings nothing back", async () => {
    const { discord, general, settings } = studio;
    const dataDir = settings.DATA_DIR!;
    const [ada, grace] = [discord.member("ada"), discord.member("grace")];
    const inputs = { content: await landscape(), style: await waves() };
    const result = await stylized(studio, await ada.slash(general, "stylize", { ...inputs, prompt: "a heron" }));
    await pressMore(discord, grace, result, "Style image only");
    await discord.waitFor(() => results(discord, result.channel_id)[1], { what: "Grace's" });
    await ada.react(result, "🥇");
    await (
      await ada.slash(general, "style save", { image: await waves("w.png", 64, 64), name: "little waves" })
    ).acknowledged;
    const { store } = studio.running.bot;
    await expect.poll(() => store.styles.count(discord.guild.id)).toBe(1);
    const { jobId } = (await store.surfaces.byResultMessage(result.id))!;
    const job = (await store.jobs.get(jobId))!;
    const picture = job.result!.picture.sha256;
    const style = (await store.styles.list(discord.guild.id, 0, 1))[0]!.picture.sha256;

    const copy = await pressed("My data");
    const [file] = copy.attachments;
    expect(file!.filename).toBe("my-data.json");
    const data = await (await fetch(file!.url)).text();
    for (const needle of [ada.id, jobId, "little waves", picture, "a heron"]) expect(data).toContain(needle);
    expect(data).not.toContain(grace.id);

    const backup = path.join(path.dirname(dataDir), `${path.basename(dataDir)}.tar`);
    await atelier("data", "backup", backup);

    const graces = results(discord, result.channel_id)[1]!;
    const refused = discord.ephemerals(ada.id).length;
    await ada.submit(await (await ada.press(graces, "Tweak")).modal, { seed: "-3", words: "golden light" });
    const offered = await discord.waitFor(() => discord.ephemerals(ada.id)[refused], { what: "the form again" });
    const again = async (): Promise<string> =>
      JSON.stringify((await (await ada.press(offered, "Try again")).modal).json);
    expect(await again()).toContain("golden light");

    const asked = await pressed("Forget me everywhere");
    await ada.press(asked, "Yes, forget me");
    const saysSo = () =>
      textOf(discord.ephemerals(ada.id).find(({ id }) => id === asked.id)).includes("know nothing of you");
    await discord.waitFor(saysSo, { what: "the end" });
    expect(await again()).not.toContain("golden light");
    await discord.waitFor(() => !discord.messages(result.channel_id).some(({ id }) => id === result.id));
    await studio.stopBot();
    // Her job's id and its words stand in Grace's, who painted with them again.
    const needles = [ada.id, picture, style, "little waves"];
    const clean = async () => {
      for (const needle of needles) expect([needle, await traces(dataDir, needle)]).toEqual([needle, []]);
    };
    await clean();

    for (const name of ["atelier.db", "atelier.db-wal", "atelier.db-shm", "pictures"])
      await rm(path.join(dataDir, name), { recursive: true, force: true });
    expect(await atelier("data", "restore", backup)).toContain("are erased again when it starts");
    await rm(backup);
    expect(await traces(dataDir, ada.id)).not.toEqual([]);
    await studio.restart();
    await studio.running.bot.erasing.idle();
    // Her medal still shows; it is not put down again.
    await studio.running.bot.votes.idle();
    expect(await studio.running.bot.store.jobs.get(jobId)).toBeNull();
    await studio.stopBot();
    await clean();
    expect(await traces(dataDir, grace.id)).not.toEqual([]);
  });
});
