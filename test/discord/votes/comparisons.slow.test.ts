import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import type { APIMessage } from "discord.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { paperLabel } from "../../../src/discord/wording/labels.ts";
import { VARIANTS } from "../../../src/variant.ts";
import type { Comparison } from "../../../src/votes/comparison.ts";
import { fromJson } from "../../../src/votes/export.ts";
import { report, textTable } from "../../../src/votes/report.ts";
import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, pressMore, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

interface Blind {
  readonly comparison: Comparison;
  readonly sheet: APIMessage;
  /** A, B and C. */
  readonly pictures: readonly APIMessage[];
}

/** The comparison that a command began, once people can vote on it. */
async function opened(place: string, before: number): Promise<Blind> {
  const { discord } = studio;
  const letters = (): APIMessage[] => discord.messages(place).filter((message) => /^### [ABC]\b/.test(textOf(message)));
  await discord.waitFor(() => letters().length === before + 3, { what: "A, B and C" });
  const pictures = letters().slice(-3);
  await discord.waitFor(
    () => pictures.every(({ id }) => now({ channel_id: place, id } as APIMessage)?.reactions?.length === 3),
    { what: "medals" },
  );
  const { store } = studio.running.bot;
  const { round } = (await store.votes.judged(pictures[0]!.id))!;
  const comparison = (await store.comparisons.get(round.id))!;
  const sheet = discord.messages(place).find(({ id }) => id === comparison.sheetMessageId)!;
  return { comparison, sheet, pictures };
}

const now = ({ channel_id, id }: APIMessage): APIMessage | undefined =>
  studio.discord.messages(channel_id).find((message) => message.id === id);

const textNow = (message: APIMessage): string => textOf(now(message));

const TELLS = /InST|Description only|Style image|prompt|inst\b|embedded|seed|strength|palette/i;

let first: Blind;

describe("/compare", () => {
  it("posts A, B and C under an overview, and nothing in them tells which is which", async () => {
    const { discord, general } = studio;
    const call = await discord.member("ada").slash(general, "compare", {
      content: await landscape(),
      style: await waves(),
      seed: 9,
    });
    await call.acknowledged;
    first = await opened(general, 0);
    const { sheet, pictures, comparison } = first;
    expect(pictures.map((message) => textOf(message))).toEqual(["### A", "### B", "### C"]);
    expect(pictures.map(({ attachments }) => attachments[0]!.filename)).toEqual(["a.png", "b.png", "c.png"]);
    for (const message of [sheet, ...pictures]) expect(JSON.stringify(message)).not.toMatch(TELLS);
    expect(sheet.mentions.map(({ id }) => id)).toEqual([discord.member("ada").id]);
    expect(textOf(sheet)).toMatch(/Which do you like best\?.*<t:\d+:R>/s);
    expect(comparison.closesAt! - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
    const [overview] = sheet.attachments;
    expect(overview).toMatchObject({ filename: "comparison.png" });
    // Three in a row: on a phone each is a third of the width.
    expect(overview!.width! / overview!.height!).toBeGreaterThan(1);
    expect(overview!.width! / overview!.height!).toBeLessThan(1.6);
    await expect
      .poll(() => textOf(call.response))
      .toMatch(/Painted in three ways, for you to judge: \[have a look\]\(https:/);
  });

  it("paints one pair with one seed and one description, in all three variants", async () => {
    const { store } = studio.running.bot;
    const jobs = await Promise.all(first.comparison.jobs.map(async ({ jobId }) => (await store.jobs.get(jobId))!));
    expect(jobs.map(({ result }) => result!.variant).toSorted()).toEqual([...VARIANTS].toSorted());
    expect(new Set(jobs.map(({ request }) => request.seed))).toEqual(new Set([9]));
    const described = jobs.filter(({ variant }) => variant !== "inst").map(({ description }) => description);
    expect(new Set(described).size).toBe(1);
    expect(new Set(jobs.map(({ result }) => result!.picture.sha256)).size).toBe(3);
  });

  it("refuses to compare the same pair twice at once, and says where it is", async () => {
    const { discord, general } = studio;
    const grace = discord.member("grace");
    await grace.slash(general, "compare", { content: await landscape(), style: await waves() });
    await expect.poll(() => whispers(discord, grace.id).at(-1)).toContain(first.sheet.id);
  });

  it("shows nothing but letters on a ballot before the reveal", async () => {
    const { discord } = studio;
    const [grace, linus] = [discord.member("grace"), discord.member("linus")];
    for (const [i, medal] of ["🥇", "🥈", "🥉"].entries()) {
      await grace.react(first.pictures[i]!, medal);
      await linus.react(first.pictures[i]!, medal);
    }
    await discord.member("ada").react(first.pictures[1]!, "🥇");
    await grace.press(first.sheet, "My ballot");
    await expect.poll(() => whispers(discord, grace.id).at(-1)).toMatch(/🥇 \[A\].*🥈 \[B\].*🥉 \[C\]/s);
    expect(whispers(discord, grace.id).at(-1)).not.toMatch(TELLS);
  });

  it("is revealed by the requester alone, with the tally", async () => {
    const { discord } = studio;
    const { pictures, sheet, comparison } = first;
    const [ada, grace] = [discord.member("ada"), discord.member("grace")];
    await grace.press(sheet, "Reveal now");
    await expect.poll(() => whispers(discord, grace.id).at(-1)).toContain("or a moderator can do that");
    await ada.press(sheet, "Reveal now");
    await expect.poll(() => textNow(sheet)).toContain("Revealed");
    const { store } = studio.running.bot;
    const names = await Promise.all(
      comparison.jobs.map(async ({ jobId }) => paperLabel((await store.jobs.get(jobId))!.result!.variant)),
    );
    expect(textNow(pictures[0]!)).toMatch(`### A: ${names[0]}\n🥇 2  🥈 0  🥉 0 = 6 points`);
    expect(textNow(pictures[1]!)).toMatch(`### B: ${names[1]}\n🥇 1  🥈 2  🥉 0 = 7 points`);
    expect(textNow(pictures[2]!)).toMatch(`### C: ${names[2]}\n🥇 0  🥈 0  🥉 2 = 2 points`);
    expect(textNow(sheet)).toContain(`**${names[1]}** (B) was liked best.`);
    expect(textNow(sheet)).toContain("3 ballots, one of them by the person who asked");
    expect(now(sheet)!.attachments.map(({ filename }) => filename)).toEqual(["revealed.png"]);
    expect(hasButton(now(sheet)!, "Reveal now")).toBe(false);
    expect(hasButton(now(pictures[0]!)!, "Again")).toBe(true);
  });

  it("takes no ballots after the reveal", async () => {
    const { discord } = studio;
    const { votes } = studio.running.bot;
    await discord.member("mo").react(first.pictures[2]!, "🥇");
    await votes.idle();
    expect(await votes.ballotsOf(first.comparison.id)).toHaveLength(3);
    await pressMore(discord, discord.member("mo"), now(first.pictures[2]!)!, "My ballot");
    await expect.poll(() => whispers(discord, discord.member("mo").id).at(-1)).toContain("Voting on this pair is over");
  });

  it("begins at a result's button, survives a restart, and is closed by its timer", async () => {
    const { discord, general } = studio;
    const [ada, grace] = [discord.member("ada"), discord.member("grace")];
    const call = await ada.slash(general, "stylize", {
      content: await landscape("tower.png", 100, 80),
      style: await waves(),
    });
    const result = await stylized(studio, call);
    await pressMore(discord, grace, result, "Compare");
    const { sheet, pictures, comparison } = await opened(result.channel_id, 0);
    expect(comparison.userId).toBe(grace.id);
    const closesAt = Date.now() + 4000;
    const { store } = studio.running.bot;
    await store.db.updateTable("comparisons").set({ closes_at: closesAt }).where("id", "=", comparison.id).execute();
    await studio.stopBot();
    await ada.react(pictures[2]!, "🥇");
    await studio.restart();
    expect(textNow(sheet)).not.toContain("Revealed");
    await expect.poll(() => textNow(sheet)).toContain("Revealed");
    expect(Date.now()).toBeGreaterThanOrEqual(closesAt - 50);
    expect(textNow(pictures[2]!)).toContain("🥇 1");
    const { comparisons } = studio.running.bot.store;
    await expect.poll(async () => (await comparisons.get(comparison.id))!.state).toBe("closed");
  });

  it("goes on painting after a restart, and can be stopped", async () => {
    const { discord, general } = studio;
    const linus = discord.member("linus");
    const call = await linus.slash(general, "compare", {
      content: await landscape("mill.png"),
      style: await waves(),
      hours: 1,
    });
    await expect.poll(() => textOf(call.response)).toContain("Painting it in three ways");
    await studio.restart();
    const { sheet } = await opened(general, 3);
    expect(textOf(sheet)).toContain("mill in the style of waves");
    const other = await linus.slash(general, "compare", {
      content: await landscape("huge.png", 900, 700),
      style: await waves("other.jpg", 900, 700),
    });
    const card = await discord.waitFor(() => other.response && hasButton(other.response, "Cancel") && other.response);
    await linus.press(card, "Cancel");
    await expect.poll(() => textOf(other.response)).toContain("stopped before it began");
    expect((await studio.running.bot.queue.snapshot()).jobs).toEqual([]);
  });
});

describe("a comparison that cannot be", () => {
  it("is refused in words when it is of style paths and the engine has none, or they are none", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const pair = { content: await landscape(), style: await waves() };
    const said = async (options: Record<string, string>): Promise<string | undefined> => {
      const before = whispers(discord, ada.id).length;
      await ada.slash(general, "compare", { ...pair, ...options });
      await expect.poll(() => whispers(discord, ada.id).length).toBeGreaterThan(before);
      return whispers(discord, ada.id).at(-1);
    };
    expect(await said({ paths: "attention, adain" })).toContain("which has one way of its own");
    expect(await said({ paths: "attention, gouache" })).toMatch(
      /no style path called “gouache”.*token, attention, adain/,
    );
    expect(await said({ variant: "inst" })).toContain("Choose `paths` too");
    expect(await ada.autocomplete(general, "compare", "paths", "a")).toEqual([]);
    expect((await studio.running.bot.queue.snapshot()).jobs).toEqual([]);
  });

  it("is refused in words when a picture of the pair is no longer there", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const call = await ada.slash(general, "stylize", {
      content: await landscape("lost.png", 90, 70),
      style: await waves(),
    });
    const result = await stylized(studio, call);
    const { store } = studio.running.bot;
    const { round } = (await store.votes.judged(result.id))!;
    await rm(await store.files.local(round.contentSha256));
    await pressMore(discord, ada, result, "Compare");
    await expect.poll(() => whispers(discord, ada.id).at(-1)).toContain("I no longer have the pictures");
  });
});

describe("/scores", () => {
  it("shows the table as text and as a picture with alt text", async () => {
    const { discord, general } = studio;
    const call = await discord.member("grace").slash(general, "scores show");
    const shown = await discord.waitFor(() => call.response?.attachments.length === 1 && call.response);
    const said = textOf(shown);
    expect(said).toContain("4 ballots** (2 complete) by **3 people** on **2 pairs**");
    expect(said).toMatch(/Overall\nours +\d\.\d{3} +\d\.\d{3}/);
    expect(said, "three people are too few for an interval").not.toMatch(/\d±/);
    expect(said).toMatch(/paper +1\.500 +2\.259 +2\.241/);
    expect(said).toMatch(/Strength.*Bradley-Terry/);
    expect(said).toContain("Fewer than 6 people have ranked all three");
    expect(shown.attachments[0]!.description).toMatch(/Overall: Style image only \d\.\d\d \(the paper 1\.50\)/);
    const { width } = await sharp(await (await fetch(shown.attachments[0]!.url)).arrayBuffer()).metadata();
    expect(width).toBeGreaterThan(1500);
  });

  it("narrows down, and says so when nothing is left", async () => {
    const { discord, general } = studio;
    const call = await discord.member("grace").slash(general, "scores show", { category: "face", engine: "diffusion" });
    await expect.poll(() => textOf(call.response)).toContain("No ballots yet");
    expect(textOf(call.response)).toContain("This server · Faces · All time · diffusion engine");
    expect(call.response!.attachments).toEqual([]);
  });

  it("exports a server's ballots for those who manage it, and everybody's for whoever runs the bot", async () => {
    const { discord, general } = studio;
    const grace = discord.member("grace");
    await grace.slash(general, "scores export");
    await expect.poll(() => whispers(discord, grace.id).at(-1)).toContain("Manage Server");
    await grace.slash(general, "scores export", { scope: "everywhere" });
    await expect.poll(() => whispers(discord, grace.id).at(-1)).toContain("whoever runs this bot");
    const call = await discord.member("ada").slash(general, "scores export", { scope: "everywhere" });
    await discord.waitFor(() => call.response?.attachments.length === 2);
  });

  it("exports ballots from which every figure can be computed again, and nobody can be told", async () => {
    const { discord, general } = studio;
    const call = await discord.member("ada").slash(general, "scores export");
    const message = await discord.waitFor(() => call.response?.attachments.length === 2 && call.response);
    const [csv, json] = await Promise.all(message.attachments.map(async ({ url }) => (await fetch(url)).text()));
    for (const text of [csv!, json!])
      for (const name of ["ada", "grace", "linus"] as const) expect(text).not.toContain(discord.member(name).id);
    for (const text of [csv!, json!])
      for (const sha256 of [first.comparison.contentSha256, first.comparison.styleSha256])
        expect(text).not.toContain(sha256);
    expect(csv!.trim().split("\n")).toHaveLength(5);
    const table = textTable(report(fromJson(json!)));
    const show = await discord.member("grace").slash(general, "scores show");
    await expect.poll(() => textOf(show.response)).toContain(table);
    const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-scores-"));
    const file = path.join(folder, "ballots.json");
    await writeFile(file, json!);
    const cli = path.resolve(import.meta.dirname, "../../../src/cli.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--import",
      "tsx/esm",
      cli,
      "scores",
      "--from",
      file,
    ]);
    await rm(folder, { recursive: true });
    expect(stdout).toContain(table);
  });
});

describe("/settings", () => {
  it("is for those who manage the server", async () => {
    const { discord, general } = studio;
    const grace = discord.member("grace");
    await grace.slash(general, "settings", { learning: false });
    await expect
      .poll(() => whispers(discord, grace.id).at(-1))
      .toContain("for members with the permission **Manage Server**");
  });

  it("leaves ballots of young accounts and of people without a role out", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const count = async (): Promise<string> => {
      const call = await ada.slash(general, "scores show");
      const shown = await discord.waitFor(() => /ballot/i.test(textOf(call.response)) && call.response);
      return /(\d+) ballots?\*\*/.exec(textOf(shown))?.[1] ?? "none";
    };
    await ada.slash(general, "settings", { account_days: 1000 });
    await expect
      .poll(() => whispers(discord, ada.id).at(-1))
      .toContain("have had their account for at least 1,000 days");
    expect(await count()).toBe("none");
    const grace = discord.member("grace");
    await pressMore(discord, grace, now(first.pictures[0]!)!, "My ballot");
    await expect
      .poll(() => whispers(discord, grace.id).at(-1))
      .toContain("counts only those of members who have had their account for at least 1,000 days");
    const moderator = [...discord.guild.roles.values()].find(({ name }) => name === "Moderator")!;
    await ada.slash(general, "settings", { account_days: 0, voters: moderator.id });
    await expect.poll(() => whispers(discord, ada.id).at(-1)).toContain(`<@&${moderator.id}>`);
    expect(await count()).toBe("none");
    await ada.slash(general, "settings", { voters: discord.guild.id });
    await expect.poll(() => whispers(discord, ada.id).at(-1)).toContain("every member's medals count");
    expect(await count()).toBe("4");
  });

  it("turns learning on and off, and pins a variant", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const reason = async (settings: Record<string, string | boolean>): Promise<string> => {
      await ada.slash(general, "settings", settings);
      const call = await ada.slash(general, "stylize", { content: await landscape(), style: await waves() });
      return textOf(await stylized(studio, call));
    };
    expect(await reason({ auto: "inst" })).toMatch(
      /\*\*InST\*\*, chosen because this server has settled on “Style image only”/,
    );
    expect(await reason({ auto: "free", learning: false })).toMatch(/image.*chosen because .*the paper's voters/);
    // Three people have voted, which is too few to learn from.
    expect(await reason({ learning: true })).toMatch(/image.*chosen because .*the paper's voters/);
  });
});
