/** `atelier jobs` over the data of a bot that runs meanwhile. */
import { rename } from "node:fs/promises";
import path from "node:path";

import type { InteractionCall } from "@atelier/sandbox";
import { Command } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { registerJobs } from "../../src/cli/jobs.ts";
import { landscape, waves } from "../discord/pictures.ts";
import { openStudio, results, type Studio, textOf } from "../discord/studio.ts";

let studio: Studio;
let printed: string;

beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());

beforeEach(() => {
  vi.stubEnv("DATA_DIR", studio.settings.DATA_DIR!);
  vi.spyOn(console, "log").mockImplementation((text: unknown) => void (printed += `${String(text)}\n`));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function atelier(...words: readonly string[]): Promise<string> {
  printed = "";
  const program = new Command("atelier").exitOverride();
  registerJobs(program);
  await program.parseAsync(["jobs", ...words], { from: "user" });
  return printed.trim();
}

const begin = async (): Promise<InteractionCall> => {
  const { discord, general } = studio;
  const inputs = { content: await landscape(), style: await waves() };
  return discord.member("ada").slash(general, "stylize", { ...inputs, variant: "inst" });
};

/** A job whose pictures are gone when it is to be painted. @returns how they come back */
async function failing(): Promise<{
  readonly id: string;
  readonly card: string;
  readonly putBack: () => Promise<void>;
}> {
  const pictures = path.join(studio.settings.DATA_DIR!, "pictures");
  const away = `${pictures}-away`;
  const { queue } = studio.running.bot;
  const moved = new Promise<void>((resolve, reject) => {
    const stop = queue.subscribe(({ type }) => {
      if (type !== "queued") return;
      stop();
      rename(pictures, away).then(resolve, reject);
    });
  });
  const call = await begin();
  await moved;
  const card = await studio.discord.waitFor(() => call.response, { what: "the card" });
  await studio.discord.waitFor(() => textOf(call.response).includes("missing or damaged"), { what: "the failure" });
  const [job] = await studio.running.bot.store.jobDesk.list(["failed"], 1);
  return {
    id: job!.job.id,
    card: card.id,
    putBack: () => rename(away, pictures),
  };
}

describe("atelier jobs beside a running bot", () => {
  it("says why a job failed, and has it tried again and told where it was told", async () => {
    const { discord, general } = studio;
    const { id, card, putBack } = await failing();
    const { failure } = (await studio.running.bot.store.jobs.get(id))!;
    expect(failure).not.toBeNull();
    const list = await atelier("list");
    expect(list.split("\n")).toEqual([
      expect.stringMatching(new RegExp(`^${id} +failed  \\d+ s ago$`)),
      `    ${failure}`,
    ]);
    expect(await atelier("show", id)).toContain(failure);
    expect(JSON.parse(await atelier("list", "--json"))).toMatchObject([{ id, state: "failed", failure }]);

    await putBack();
    const surfaces = studio.running.bot.store.surfaces;
    await expect.poll(async () => (await surfaces.get(id))?.finished).toBe(true);
    expect(await atelier("retry", id)).toBe(`${id} is queued again.`);
    const pictures = () => results(discord, card).filter(({ attachments }) => attachments.length > 0);
    const result = await discord.waitFor(() => pictures()[0], { what: "the picture in the thread" });
    await expect.poll(async () => (await surfaces.get(id))?.finished).toBe(true);
    expect(pictures().map(({ id: message }) => message)).toEqual([result.id]);
    // What told the failure stays.
    const told = [...results(discord, general), ...results(discord, card)];
    expect(told.filter((message) => textOf(message).includes("missing or damaged"))).toHaveLength(1);
    expect(await atelier("show", id)).toContain("painted by");
    await expect(atelier("retry", id)).rejects.toThrow("has not failed");
  });

  it("cancels a job of a running bot, which says so within seconds", async () => {
    const { queue } = studio.running.bot;
    const first = begin();
    const second = begin();
    const call = await first;
    await second;
    await expect.poll(async () => (await queue.snapshot()).jobs.length).toBeGreaterThan(0);
    const { jobs } = await queue.snapshot();
    const last = jobs.at(-1)!.id;
    const cancelled = new Promise<void>((resolve) => {
      queue.subscribe(({ type, job }) => type === "cancelled" && job.id === last && resolve());
    });
    expect(await atelier("cancel", last)).toBe(`${last} is cancelled.`);
    await cancelled;
    await expect(atelier("cancel", last)).rejects.toThrow("is cancelled already");
    await studio.discord.waitFor(() => /Done|Cancelled|stopped/i.test(textOf(call.response)));
  });

  it("refuses what it does not know, in a sentence", async () => {
    await expect(atelier("show", "NONE")).rejects.toThrow("There is no job NONE. See: atelier jobs list");
    await expect(atelier("retry", "NONE")).rejects.toThrow("There is no job NONE.");
    await expect(atelier("cancel", "NONE")).rejects.toThrow("There is no job NONE.");
    vi.stubEnv("DATA_DIR", `${studio.settings.DATA_DIR}/elsewhere`);
    await expect(atelier("list")).rejects.toThrow("There is no atelier.db in");
  });
});
