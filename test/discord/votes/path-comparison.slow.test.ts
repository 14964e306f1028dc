/** A comparison of style paths, by Stable Diffusion behind the real bot: offered, refused, painted, judged, told. */
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";

import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CONTOURS, CONTOURS_FILE } from "../../../src/image-adapter-folder.ts";
import { FIXTURES } from "../../models/reference.ts";
import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio(
    { ENGINE: "diffusion" },
    {
      checkpoints: {
        "tiny-v1": "tiny-v1",
        "ip-adapter-sd15/ip-adapter.safetensors": "tiny-v1/image-adapter/plain.safetensors",
        "ip-adapter-sd15/image_encoder": "tiny-v1/image-adapter/image_encoder",
        "styleshot-sd15": "tiny-v1/styleshot",
      },
    },
  );
});

afterAll(() => studio.close());

const inputs = async () => ({ content: await landscape(), style: await waves() });

/** Pictures of comparisons, the newest last. */
const letters = (): APIMessage[] =>
  studio.discord.messages(studio.general).filter((message) => /^### [ABC]\b/.test(textOf(message)));
const sheets = (): APIMessage[] =>
  studio.discord
    .messages(studio.general)
    .filter(({ attachments }) => /comparison|revealed/.test(attachments[0]?.filename ?? ""));

async function opened(count: number): Promise<APIMessage> {
  await studio.discord.waitFor(
    () => letters().length === count && letters().every(({ reactions }) => reactions?.length === 3),
    { what: `${count} pictures with medals` },
  );
  return sheets().at(-1)!;
}

describe("/compare paths:", () => {
  it("offers the paths that can be painted, and refuses a token that nobody learned", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const offered = async (typed: string) =>
      (await ada.autocomplete(general, "compare", "paths", typed)).map(({ name }) => name);
    expect(await offered("")).toEqual(["attention", "adain", "adapter", "adapter-attention", "styleshot"]);
    expect(await offered("attention, ad")).toEqual([
      "attention, adain",
      "attention, adapter",
      "attention, adapter-attention",
    ]);
    expect(await offered("attention, adain, adapter, ")).toEqual([]);
    await ada.slash(general, "compare", { ...(await inputs()), paths: "token, adain" });
    await expect.poll(() => whispers(discord, ada.id).at(-1)).toContain("No token has been learned");
  });

  it("paints one variant by each, blind, and tells the paths at the reveal", async () => {
    const { discord, general } = studio;
    const [ada, grace] = [discord.member("ada"), discord.member("grace")];
    await ada.slash(general, "compare", {
      ...(await inputs()),
      paths: "attention, adapter, styleshot",
      variant: "inst",
      seed: 5,
    });
    const sheet = await opened(3);
    for (const message of [sheet, ...letters()])
      expect(JSON.stringify(message)).not.toMatch(/attention|adapter|styleshot|InST/i);
    const { store } = studio.running.bot;
    const { round } = (await store.votes.judged(letters()[0]!.id))!;
    const comparison = (await store.comparisons.get(round.id))!;
    expect(comparison.judges).toBe("paths");
    const jobs = await Promise.all(comparison.jobs.map(async ({ jobId }) => (await store.jobs.get(jobId))!.result!));
    expect(new Set(jobs.map(({ variant }) => variant))).toEqual(new Set(["inst"]));
    expect(new Set(jobs.map(({ stylePath }) => stylePath))).toEqual(new Set(["attention", "adapter", "styleshot"]));
    expect(new Set(jobs.map(({ picture }) => picture.sha256)).size).toBe(3);

    for (const [i, medal] of ["🥇", "🥈", "🥉"].entries()) await grace.react(letters()[i]!, medal);
    await ada.press(sheet, "Reveal now");
    const label = { adapter: "Image adapter", attention: "Shared attention", styleshot: "StyleShot" } as Record<
      string,
      string
    >;
    await expect.poll(() => textOf(sheets().at(-1))).toContain(`**${label[jobs[0]!.stylePath!]}** (A) was liked best.`);
    for (const [i, { stylePath }] of jobs.entries())
      expect(textOf(letters()[i])).toMatch(`### ${"ABC"[i]}: ${label[stylePath!]}\n`);
  });

  it("counts them apart from the variants", async () => {
    const { discord, general } = studio;
    const show = await discord.member("grace").slash(general, "scores show");
    await expect.poll(() => textOf(show.response)).toMatch(/Style paths.* 2 of 2 · .* 1 of 2 · .* 0 of 2/);
    expect(textOf(show.response)).toContain("No ballots yet");
    const sent = await discord.member("ada").slash(general, "scores export");
    const { attachments } = await discord.waitFor(() => sent.response?.attachments.length === 3 && sent.response);
    const texts = new Map<string, string>();
    for (const { filename, url } of attachments) texts.set(filename, await (await fetch(url)).text());
    expect(texts.get("path-ballots.csv")!.trim().split("\n")).toHaveLength(2);
    expect(texts.get("ballots.csv")!.trim().split("\n")).toHaveLength(1);
  });

  it("compares two as well, of the pair that is being compared in all variants already", async () => {
    const { discord, general } = studio;
    const linus = discord.member("linus");
    const pair = await inputs();
    await linus.slash(general, "compare", { ...pair, paths: "adain adapter" });
    await linus.slash(general, "compare", { ...pair, content: await landscape() });
    await opened(3 + 2 + 3);
    const open = sheets().map(textOf);
    expect(
      open.filter((text) => /painted in two ways.*Give 🥇 🥈 to \*\*A\*\* and \*\*B\*\*/s.test(text)),
    ).toHaveLength(1);
    expect(open.filter((text) => text.includes("painted in three ways"))).toHaveLength(1);
  });
});

describe("/stylize style_path: styleshot", () => {
  it("says that it paints without the content's contours, until what draws them is installed", async () => {
    const { discord, general, running } = studio;
    const painted = async (seed: number): Promise<string> => {
      const wishes = { ...(await inputs()), variant: "inst", style_path: "styleshot", seed };
      return textOf(await stylized(studio, await discord.member("ada").slash(general, "stylize", wishes)));
    };
    expect(await painted(1)).toMatch(/ · style by styleshot without contours · /);
    const detector = path.join(running.bot.config.MODELS_DIR, CONTOURS, CONTOURS_FILE);
    await mkdir(path.dirname(detector));
    await symlink(path.join(FIXTURES, "tiny-v1/styleshot/ControlNetHED.pth"), detector);
    expect(await painted(2)).toMatch(/ · style by styleshot · /);
  });
});
