/** Studies that are painted for a server, in any database: what is left of them to paint, and who takes them out. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import type { PictureRef } from "../../src/jobs/job.ts";
import { Eraser } from "../../src/store/erasing/eraser.ts";
import type { Store } from "../../src/store/store.ts";
import type { Survey } from "../../src/study/survey/survey.ts";
import { VARIANTS } from "../../src/variant.ts";
import { ADA, GRACE, picture } from "./done-job.ts";
import { openTestStore } from "./open-test-store.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-painted-"));
  store = await openTestStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const study = (over: Partial<Survey> = {}): Survey => ({
  id: "S1",
  guildId: "1",
  channelId: "7",
  messageId: "8",
  userId: ADA,
  run: "Ours",
  made: true,
  state: "painting",
  each: 2,
  createdAt: 1000,
  closesAt: 5000,
  closesWidth: null,
  closedAt: null,
  report: null,
  ...over,
});

/** Two contents in one style, nothing painted. @returns hashes of what was given */
async function begun(over: Partial<Survey> = {}): Promise<readonly PictureRef[]> {
  const [one, other, style] = [await picture(store), await picture(store), await picture(store)];
  const pairs = [one, other].map((content, number) => ({ number, content, style, face: null }));
  await store.paintedSurveys.insert(study(over), pairs, [one, other, style]);
  return [one, other, style];
}

const paint = async (number: number, variant: (typeof VARIANTS)[number]): Promise<string> => {
  const { sha256, width, height } = await picture(store);
  await store.pictures.remember({ sha256, width, height });
  await store.paintedSurveys.notePainted("S1", { number, variant }, sha256);
  return sha256;
};

it("are known by what is left to paint, and open with the pairs that are whole", async () => {
  const [one, other, style] = await begun();
  const left = () => store.paintedSurveys.left("S1");
  expect((await left()).map(({ number, variant, jobId }) => [number, variant, jobId])).toEqual(
    [0, 1].flatMap((number) => VARIANTS.toSorted().map((variant) => [number, variant, null])),
  );
  expect((await left())[0]).toMatchObject({ content: { sha256: one!.sha256, width: one!.width }, failure: null });
  await store.paintedSurveys.noteJob("S1", { number: 0, variant: "inst" }, "J1");
  expect((await left()).map(({ jobId }) => jobId).filter((id) => id !== null)).toEqual(["J1"]);
  expect((await store.surveys.unfinished()).map(({ state }) => state)).toEqual(["painting"]);
  // Nobody can close what nobody takes part in yet.
  expect(await store.surveys.close("S1", 2000)).toBe(false);
  for (const variant of VARIANTS) await paint(0, variant);
  const vain = await paint(1, "inst");
  await store.paintedSurveys.noteUnpaintable("S1", { number: 1, variant: "prompt" }, "No words.");
  expect(new Set((await left()).map(({ failure }) => failure))).toEqual(new Set(["No words.", null]));
  await store.paintedSurveys.open("S1", 9000);
  expect(await store.surveys.get("S1")).toMatchObject({ state: "open", closesAt: 13_000 });
  expect((await store.surveys.pairs("S1")).map(({ content }) => content.sha256)).toEqual([one!.sha256]);
  expect(await left()).toEqual([]);
  // What is not part of it goes, and what is stays.
  await new Eraser({ store, dataDir: folder }).takeUp();
  expect(await store.files.has(vain)).toBe(false);
  expect(await store.files.has(other!.sha256)).toBe(false);
  for (const { sha256 } of [one!, style!]) expect(await store.files.has(sha256)).toBe(true);
  expect(await store.surveys.close("S1", 9500)).toBe(true);
});

it("do not take a picture in that comes when they are gone", async () => {
  await begun();
  await new Eraser({ store, dataDir: folder }).survey("S1");
  await paint(0, "inst");
  expect(await store.surveys.get("S1")).toBeNull();
  expect(await store.db.selectFrom("survey_pictures").selectAll().execute()).toEqual([]);
});

it("go with whoever gave their pictures, answers and messages too; those of the owner's runs stay", async () => {
  const given = await begun();
  const painted = await paint(0, "inst");
  await store.surveys.insert(study({ id: "S2", run: "spring", made: false, state: "open" }), [], []);
  await store.surveys.join("S1", GRACE, () => [{ position: 0, pair: 0, order: VARIANTS }]);
  const erasure = await store.erasures.ask({ userId: ADA, guildId: null });
  await new Eraser({ store, dataDir: folder }).member(erasure);
  expect(await store.surveys.get("S1")).toBeNull();
  expect(await store.surveys.get("S2")).toMatchObject({ userId: "" });
  for (const sha256 of [...given.map((each) => each.sha256), painted])
    expect(await store.files.has(sha256)).toBe(false);
  for (const table of ["survey_pairs", "survey_pictures", "survey_jobs", "survey_showings"] as const)
    expect(await store.db.selectFrom(table).selectAll().execute()).toEqual([]);
  expect((await store.erasures.messages())[0]![1]).toEqual([{ channelId: "7", messageId: "8" }]);
});

it("go with their server, and are no member's who only ranks them", async () => {
  await begun();
  await store.surveys.join("S1", GRACE, () => [{ position: 0, pair: 0, order: VARIANTS }]);
  const eraser = new Eraser({ store, dataDir: folder });
  await eraser.member(await store.erasures.ask({ userId: GRACE, guildId: null }));
  expect(await store.surveys.get("S1")).not.toBeNull();
  await eraser.server("1");
  expect(await store.surveys.get("S1")).toBeNull();
  expect(await store.db.selectFrom("pictures").select("sha256").execute()).toEqual([]);
});
