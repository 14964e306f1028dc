/** `atelier data backup` and `restore` as whoever runs a bot uses them. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import { landscape, waves } from "../discord/pictures.ts";
import { openStudio, type Studio, stylized, textOf } from "../discord/studio.ts";

const run = promisify(execFile);
const ATELIER = path.resolve(import.meta.dirname, "../../bin/atelier.mjs");

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());

const atelier = async (dataDir: string, ...words: readonly string[]): Promise<{ code: number; said: string }> => {
  const env = { PATH: process.env["PATH"], ...studio.settings, DATA_DIR: dataDir };
  try {
    const { stdout } = await run(process.execPath, [ATELIER, "data", ...words], { env });
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, said: stderr };
  }
};

it("a backup made while a picture is painted goes on, elsewhere, from where it was", async () => {
  const { discord, general, settings } = studio;
  const { DATA_DIR: data = "" } = settings;
  const file = path.join(data, "backup.tar");
  const inputs = { content: await landscape(), style: await waves() };
  await stylized(studio, await discord.member("ada").slash(general, "stylize", { ...inputs, variant: "inst" }));
  const call = await discord.member("grace").slash(general, "stylize", { ...inputs, variant: "inst", strength: 0.3 });
  expect(await atelier(data, "backup", file)).toMatchObject({
    code: 0,
    said: expect.stringMatching(/backup\.tar: \d+ files/),
  });
  expect(await atelier(data, "backup", file)).toMatchObject({ code: 2, said: expect.stringContaining("already") });
  expect(await atelier(data, "restore", file)).toMatchObject({ code: 2, said: expect.stringContaining("Another bot") });
  await stylized(studio, call);
  await studio.stopBot();

  const elsewhere = path.join(data, "elsewhere");
  expect(await atelier(elsewhere, "restore", file)).toMatchObject({
    code: 0,
    said: expect.stringContaining("copy erasures.jsonl"),
  });
  await studio.restart({ DATA_DIR: elsewhere });
  const { store } = studio.running.bot;
  const jobs = await store.jobDesk.list(["queued", "captioning", "stylizing", "done"], 10);
  expect(jobs).toHaveLength(2);
  await expect.poll(async () => (await store.jobDesk.list(["done"], 10)).length).toBe(2);
  for (const { job } of await store.jobDesk.list(["done"], 10))
    expect(await store.files.has(job.result!.picture.sha256)).toBe(true);
  await discord.waitFor(() => textOf(call.response).includes("Done"));
});
