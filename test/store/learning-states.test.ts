import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import type { Store } from "../../src/store/store.ts";
import { openTestStore } from "./open-test-store.ts";

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "atelier-states-"));
  store = await openTestStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

it("the furthest state of a learning is noted, whoever comes with it and when; what it replaces is given out", async () => {
  const { learningStates } = store;
  expect(await learningStates.find("1")).toBeNull();
  expect(await learningStates.save("1", "a", 0)).toBeNull();
  expect(await learningStates.save("1", "b", 10)).toBe("a");
  expect(await learningStates.save("1", "b", 10), "the same again").toBeNull();
  expect(await learningStates.save("1", "late", 9), "of a worker that was cut off").toBe("late");
  expect(await learningStates.find("1")).toBe("b");
  expect(await learningStates.save("1", "c", 10)).toBe("b");
  expect(await learningStates.ids()).toEqual(["1"]);
  expect([await learningStates.remove("1"), await learningStates.remove("1")]).toEqual(["c", null]);
});

it("of two that are noted at once, one is noted and the other given out", async () => {
  const { learningStates } = store;
  await learningStates.save("1", "start", 0);
  const left = await Promise.all(["a", "b", "c", "d"].map((sha256) => learningStates.save("1", sha256, 5)));
  const kept = await learningStates.find("1");
  expect([...left, kept].toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual(["a", "b", "c", "d", "start"]);
});
