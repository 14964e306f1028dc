import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import type { Arrival } from "../../../src/discord/intake/shelf.ts";
import { HeldPictures } from "../../../src/discord/intake/held-pictures.ts";
import type { PictureRef } from "../../../src/jobs/job.ts";

let root: string;
let made = 0;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "atelier-held-"));
});

afterAll(() => rm(root, { recursive: true }));

async function arrive(bytes = 1000): Promise<Arrival<PictureRef>> {
  const folder = path.join(root, String(++made));
  await mkdir(folder);
  const as = (sha256: string): PictureRef => ({ sha256, width: 64, height: 64, name: "cat.png", notes: [] });
  return { folder, file: path.join(folder, "kept.png"), bytes, kind: "picture", as, size: null };
}

it("a member has two at most: older ones make room and are cleared away", async () => {
  const held = new HeldPictures();
  const arrivals = await Promise.all([arrive(), arrive(), arrive()]);
  for (const [n, arrival] of arrivals.entries()) held.hold(`modal-${n}`, "mallory", Promise.resolve(arrival));
  held.hold("ada's", "ada", arrive());
  expect(held.take("modal-0")).toBeNull();
  await expect.poll(() => existsSync(arrivals[0]!.folder)).toBe(false);
  expect(await held.take("modal-1")).toBe(arrivals[1]);
  expect(held.take("modal-1"), "it is given out once").toBeNull();
  expect(await held.take("ada's")).toMatchObject({ bytes: 1000 });
});

it("all together are bounded in number and in bytes, whoever they belong to", async () => {
  const held = new HeldPictures();
  const keys = Array.from({ length: 70 }, (_, n) => `modal-${n}`);
  for (const key of keys) held.hold(key, key, arrive());
  const left = keys.filter((key) => held.take(key) !== null);
  expect(left).toEqual(keys.slice(6));

  const first = await arrive(100 * 1024 * 1024);
  held.hold("a", "a", Promise.resolve(first));
  for (const key of ["b", "c"]) held.hold(key, key, arrive(100 * 1024 * 1024));
  await expect.poll(() => existsSync(first.folder)).toBe(false);
  expect(["a", "b", "c"].filter((key) => held.take(key) !== null)).toEqual(["b", "c"]);
});

it("what is held for a member who is forgotten goes, and nobody else's", async () => {
  const held = new HeldPictures();
  const [hers, his] = await Promise.all([arrive(), arrive()]);
  held.hold("hers", "ada", Promise.resolve(hers));
  held.hold("his", "bob", Promise.resolve(his));
  held.dropOf("ada");
  expect(held.take("hers")).toBeNull();
  await expect.poll(() => existsSync(hers.folder)).toBe(false);
  expect(await held.take("his")).toBe(his);
});

it("a picture that did not come is told to whoever asks for it", async () => {
  const held = new HeldPictures();
  held.hold("modal", "ada", Promise.reject(new Error("it is gone")));
  await expect(held.take("modal")).rejects.toThrow("it is gone");
});
