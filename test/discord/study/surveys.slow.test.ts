/** `/study`: people of a server rank the pictures of a finished run, each to themselves. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import type { Person } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createFolderPictures } from "../../../src/pictures/folder.ts";
import { newManifest, type Source, writeManifest, readManifest } from "../../../src/study/manifest.ts";
import { reportIn } from "../../../src/study/out-of-date.ts";
import { saidBy, studyRankings } from "../../../src/study/report/rankings.ts";
import { parseBallots } from "../../../src/study/study-ballots.ts";
import { UNTOUCHED } from "../../../src/study/survey/survey.ts";
import { VARIANTS } from "../../../src/variant.ts";
import { LETTERS } from "../../../src/votes/comparison.ts";
import { hasButton, openStudio, type Studio, textOf, whispers } from "../studio.ts";

const RUN = "spring";
const PAIRS = ["fox", "owl", "cat"] as const;

let studio: Studio;
let invitation: APIMessage;

const png = (colour: string): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 48, channels: 3, background: colour } })
    .png()
    .toBuffer();

/** A run as `atelier study run` leaves it, of pictures of one colour. */
async function writeRun(folder: string): Promise<void> {
  const stored = createFolderPictures(path.join(folder, "data", "pictures"));
  const source = async (name: string, colour: string): Promise<Source> => {
    const { sha256 } = await stored.put(await png(colour), "png");
    return { name, file: `${name}.png`, fileSha256: sha256, sha256, width: 64, height: 48, notes: [], licence: null };
  };
  const contents = await Promise.all(PAIRS.map((name, i) => source(name, `rgb(${i * 40},0,0)`)));
  const style = await source("ink", "rgb(0,0,250)");
  const pictures = PAIRS.flatMap((content, i) =>
    VARIANTS.map((candidate, n) => ({
      place: { content, style: "ink", candidate, seed: 1 },
      colour: `rgb(${i * 40},${60 + n * 60},9)`,
    })),
  );
  const painted = await Promise.all(
    pictures.map(async ({ place, colour }) => {
      const file = `pictures/${place.content}/ink/${place.candidate}-1.png`;
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), await png(colour));
      return { ...place, file, sha256: contents[0]!.sha256, width: 64, height: 48, painted: null };
    }),
  );
  await writeManifest(folder, {
    ...newManifest({
      atelier: "1.0.0",
      engine: { stylizer: "embedded", describer: "palette", parts: "both", precision: "auto", stepCache: "off" },
      machine: { node: "v20", platform: "linux x64", device: "cpu" },
      settings: { size: 64, strength: 0.6, steps: null, guidance: null, learnSteps: null },
      candidates: VARIANTS.map((variant) => ({ id: variant, kind: "variant", variant, stylePath: "auto" }) as const),
      seeds: [1],
      contents: contents.map((each, i) => ({ ...each, face: i === 0 })),
      styles: [{ ...style, description: null, token: null }],
      pairs: PAIRS.map((content) => ({ content, style: "ink" })),
      leftOut: [],
      weights: [],
    }),
    pictures: painted,
    complete: true,
  });
}

beforeAll(async () => {
  studio = await openStudio();
  await writeRun(path.join(studio.settings.DATA_DIR!, "studies", RUN));
});

afterAll(() => studio.close());

const person = (name: "ada" | "grace" | "linus" | "mo"): Person => studio.discord.member(name);
const store = () => studio.running.bot.store;
const surveyId = async (): Promise<string> => (await store().surveys.list(studio.discord.guild.id))[0]!.id;
const invitationNow = (): APIMessage => studio.discord.messages(studio.general).find(({ id }) => id === invitation.id)!;

/** What somebody sees alone, once it says so. */
const panelOf = (who: Person, id: string, says: string | RegExp): Promise<APIMessage> =>
  studio.discord.waitFor(
    () =>
      studio.discord.ephemerals(who.id).find((message) => message.id === id && new RegExp(says).test(textOf(message))),
    { what: `a panel that says ${String(says)}` },
  );

/** Presses *Take part*, agreeing where that is asked. @returns the first question, or thanks */
async function takePart(who: Person): Promise<APIMessage> {
  const call = await who.press(invitationNow(), "Take part");
  const first = await studio.discord.waitFor(() => (textOf(call.response) === "" ? undefined : call.response), {
    what: "an answer to Take part",
  });
  if (!hasButton(first, "I agree, begin")) return first;
  await who.press(first, "I agree, begin");
  return panelOf(who, first.id, "Which do you like best");
}

/** Answers one question. @param like picks the letter of the best, then of the second best */
async function answer(
  who: Person,
  panel: APIMessage,
  position: number,
  like: "first" | "untouched",
): Promise<APIMessage> {
  const share = await store().surveys.share(await surveyId(), who.id);
  const { order } = share[position]!;
  const letters = LETTERS.toSorted((a, b) => rank(a) - rank(b));
  function rank(letter: (typeof LETTERS)[number]): number {
    const isUntouched = order[LETTERS.indexOf(letter)] === UNTOUCHED;
    return isUntouched ? (like === "untouched" ? -1 : 9) : LETTERS.indexOf(letter);
  }
  await who.press(panel, letters[0]!);
  const half = await panelOf(who, panel.id, `Best: \\*\\*${letters[0]}\\*\\*`);
  await who.press(half, letters[1]!);
  const next = position + 1 === share.length ? "Thank you" : `${position + 2} of ${share.length}`;
  return panelOf(who, panel.id, next);
}

async function answerAll(who: Person, like: "first" | "untouched" = "first"): Promise<APIMessage> {
  let panel = await takePart(who);
  for (;;) {
    const at = /-# (\d+) of/.exec(textOf(panel))?.[1];
    if (at === undefined) return panel;
    panel = await answer(who, panel, Number(at) - 1, like);
  }
}

describe("/study start", () => {
  it("is for those who manage the server, and knows the runs that there are", async () => {
    const { discord, general } = studio;
    await person("grace").slash(general, "study start", { run: RUN });
    await discord.waitFor(
      () => whispers(discord, person("grace").id).some((said) => said.includes("manage this server")),
      {
        what: "a refusal",
      },
    );
    expect(await person("ada").autocomplete(general, "study start", "run", "spr")).toEqual([{ name: RUN, value: RUN }]);
    await person("ada").slash(general, "study start", { run: "summer" });
    await discord.waitFor(
      () => whispers(discord, person("ada").id).some((said) => said.includes("no finished study")),
      {
        what: "a refusal",
      },
    );
  });

  it("invites once", async () => {
    const { discord, general } = studio;
    const call = await person("ada").slash(general, "study start", { run: RUN, pairs: 2 });
    invitation = await discord.waitFor(
      () => (call.response && hasButton(call.response, "Take part") ? call.response : undefined),
      { what: "an invitation" },
    );
    expect(textOf(invitation)).toContain("over 3 pairs");
    await person("ada").slash(general, "study start", { run: RUN });
    await discord.waitFor(() => whispers(discord, person("ada").id).some((said) => said.includes("already")), {
      what: "a refusal of a second one",
    });
  });
});

describe("taking part", () => {
  it("asks for consent, shows pictures blind, and takes a ranking by two presses", async () => {
    const panel = await takePart(person("grace"));
    expect(Number(panel.flags) & 64).toBe(64);
    // Which pair comes first is drawn, and the checker takes some plain colours for skin.
    expect(panel.attachments.map(({ filename }) => filename.replace("SPOILER_", ""))).toEqual([
      "content.jpg",
      "style.jpg",
      "a.jpg",
      "b.jpg",
      "c.jpg",
    ]);
    expect(JSON.stringify(panel)).not.toMatch(/inst\b|image-prompt|untouched/i);
    await person("grace").press(panel, "B");
    const half = await panelOf(person("grace"), panel.id, /Best: \*\*B\*\*/);
    await person("grace").press(half, "Back");
    await studio.discord.waitFor(
      () => {
        const now = studio.discord.ephemerals(person("grace").id).find(({ id }) => id === panel.id);
        return now && !hasButton(now, "Back");
      },
      { what: "the question again" },
    );
    expect(textOf(await answerAll(person("grace")))).toContain("you gave 3 answers");
    const rankings = await store().surveys.rankings(await surveyId());
    expect(rankings).toHaveLength(3);
    for (const { order, ranking, seconds } of rankings) {
      expect(ranking.toSorted()).toEqual(order.toSorted());
      expect(seconds).toBeGreaterThanOrEqual(0);
    }
    await studio.discord.waitFor(() => textOf(invitationNow()).includes("1 person has given 3 answers"), {
      what: "the invitation to count",
    });
  });

  it("goes on where somebody stopped, after a restart too", async () => {
    const first = await takePart(person("linus"));
    await answer(person("linus"), first, 0, "first");
    await studio.restart();
    const again = await takePart(person("linus"));
    expect(textOf(again)).toContain("2 of 3");
    expect(textOf(await answerAll(person("linus")))).toContain("Thank you");
  });

  it("leaves out who likes an untouched picture best, and says so to managers alone", async () => {
    const { discord, general } = studio;
    await answerAll(person("mo"), "untouched");
    const call = await person("ada").slash(general, "study status", {});
    const status = await discord.waitFor(() => (textOf(call.response) === "" ? undefined : textOf(call.response)), {
      what: "the status",
    });
    expect(status).toContain("3 people, 9 answers");
    expect(status).toMatch(/Left out of the table: \d (?:person|people) \(1 liked an untouched picture best/);
  });
});

describe("the result", () => {
  it("is reported with anonymised files, and taken away when somebody withdraws", async () => {
    const { discord, general } = studio;
    // Nobody who ranks as fast as this test counts.
    await store().db.updateTable("survey_showings").set({ seconds: 5 }).where("ranking", "is not", null).execute();
    const call = await person("ada").slash(general, "study report", {});
    const posted = await discord.waitFor(() => call.response?.attachments.length === 2 && call.response, {
      what: "a report",
    });
    const file = posted.attachments.find(({ filename }) => filename === "ballots.json")!;
    const text = await (await fetch(file.url)).text();
    expect(text).not.toContain(person("grace").id);
    const { ballots: answers, answers: of } = parseBallots(text, "ballots.json");
    // Checks, and people who stand apart, are in it as well: the report shows them.
    expect(answers.filter(({ check }) => check !== "none").length).toBeGreaterThan(0);
    expect(answers.every(({ style, at }) => style === "ink" && at % 86_400_000 < 100)).toBe(true);
    const manifest = (await readManifest(path.join(studio.settings.DATA_DIR!, "studies", RUN)))!;
    expect(saidBy(studyRankings(answers, manifest)).counted).toHaveLength(4);
    // A report that the owner has made of it in the run's folder.
    const run = path.join(studio.settings.DATA_DIR!, "studies", RUN);
    await mkdir(path.join(run, "report"), { recursive: true });
    const made = { of: { study: "", ballots: "", measures: null, answers: of }, outOfDate: false };
    await writeFile(path.join(run, "report/report.json"), JSON.stringify(made));
    await writeFile(path.join(run, "report/index.html"), "<body>\n<h1>Report</h1>");
    const thanks = await takePart(person("grace"));
    await person("grace").press(thanks, "Withdraw");
    await panelOf(person("grace"), thanks.id, "taken out");
    const reportNow = (): APIMessage => discord.messages(general).find(({ id }) => id === posted.id)!;
    await discord.waitFor(() => textOf(reportNow()).includes("out of date"), { what: "the report to be taken away" });
    expect(reportNow().attachments).toEqual([]);
    await expect.poll(async () => (await reportIn(path.join(run, "report")))?.outOfDate).toBe(true);
    expect(await readFile(path.join(run, "report/index.html"), "utf8")).toContain("This report is out of date");
  });

  it("stands in the invitation when the study is closed, and forgets who wants it", async () => {
    const { discord, general } = studio;
    await person("ada").slash(general, "study close", {});
    await discord.waitFor(() => textOf(invitationNow()).includes("is over"), { what: "the result" });
    expect(textOf(invitationNow())).toContain("paper");
    expect(hasButton(invitationNow(), "Take part")).toBe(false);
    const { done } = await studio.running.bot.erasing.forget({ userId: person("linus").id, guildId: null });
    await done;
    await discord.waitFor(() => textOf(invitationNow()).includes("1 person took part"), { what: "one less" });
    const left = await store().db.selectFrom("survey_showings").select("user_id").distinct().execute();
    expect(left).toEqual([{ user_id: person("mo").id }]);
  });

  it("comes by itself when the time is over", async () => {
    const { discord, general } = studio;
    const call = await person("ada").slash(general, "study start", { run: RUN });
    const second = await discord.waitFor(
      () => (call.response && hasButton(call.response, "Take part") ? call.response : undefined),
      { what: "another invitation" },
    );
    await store().db.updateTable("surveys").set({ closes_at: 1 }).where("state", "=", "open").execute();
    await studio.restart();
    await discord.waitFor(
      () => textOf(discord.messages(general).find(({ id }) => id === second.id)!).includes("Nobody took part"),
      { what: "the end" },
    );
    expect(
      hasButton(
        discord.messages(general).find(({ id }) => id === second.id)!,
        "Take part",
      ),
    ).toBe(false);
  });

  it("goes with its pictures when it is old", async () => {
    await store().db.updateTable("surveys").set({ closed_at: 1 }).execute();
    await store().retention.noteTold(null, 0);
    await studio.running.bot.erasing.sweeper.run();
    expect(await store().surveys.list(studio.discord.guild.id)).toEqual([]);
    // The sweep of the hour may have been at it, and goes on with their files.
    await expect.poll(() => store().db.selectFrom("pictures").select("sha256").execute()).toEqual([]);
  });
});
