/** The secret that exports are keyed with. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestStore } from "./open-test-store.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-salt-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const saltsOf = async (data: string, times: number): Promise<string[]> => {
  const store = await openTestStore(data);
  try {
    return await Promise.all(Array.from({ length: times }, () => store.voteSettings.exportSalt()));
  } finally {
    await store.close();
  }
};

it("is one for an installation, whoever asks first, and stays over restarts", async () => {
  const here = path.join(folder, "here");
  const salts = [...(await saltsOf(here, 5)), ...(await saltsOf(here, 1))];
  expect(new Set(salts).size).toBe(1);
  expect(salts[0]).toMatch(/^[\w-]{43}$/);
  expect(await saltsOf(path.join(folder, "there"), 1)).not.toContain(salts[0]);
});
