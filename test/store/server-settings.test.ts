import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { serverSettings } from "../../src/server-settings.ts";
import type { Store } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";
import { openTestStore } from "./open-test-store.ts";

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-settings-"));
  store = await openTestStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe("settings of a server", () => {
  it("are the defaults until they are set, each by itself", async () => {
    expect(await store.serverSettings.get("here")).toEqual(serverSettings.parse({}));
    await Promise.all([
      store.serverSettings.change("here", { dailyPictures: 3, channels: ["a"] }),
      store.serverSettings.change("here", { logChannelId: "log" }),
    ]);
    expect(await store.serverSettings.get("here")).toMatchObject({
      dailyPictures: 3,
      channels: ["a"],
      logChannelId: "log",
      filter: "blur",
    });
    expect(await store.serverSettings.get("elsewhere")).toEqual(serverSettings.parse({}));
  });

  it("that another version wrote otherwise fall back alone, and leave the votes' be", async () => {
    await store.settings.set("here", "filter", "mild");
    await store.settings.set("here", "spoilers", true);
    await store.voteSettings.change("here", { learning: false });
    expect(await store.serverSettings.get("here")).toMatchObject({ filter: "blur", spoilers: true });
    expect(await store.voteSettings.get("here")).toMatchObject({ learning: false });
  });

  it("are seen by another process at once", async () => {
    const other = await openTestStore(folder);
    try {
      await store.serverSettings.change("here", { paintRoles: ["r"] });
      expect((await other.serverSettings.get("here")).paintRoles).toEqual(["r"]);
    } finally {
      await other.close();
    }
  });
});

describe("blocks", () => {
  it("are of one server, once each, the newest first", async () => {
    const block = { guildId: "here", userId: "anna", byUserId: "mo", reason: "floods", at: 1 };
    expect(await store.blocks.add(block)).toBe(true);
    expect(await store.blocks.add({ ...block, reason: null, at: 2 })).toBe(false);
    await store.blocks.add({ ...block, userId: "ben", at: 3 });
    expect((await store.blocks.list("here", 9)).map(({ userId, reason }) => [userId, reason])).toEqual([
      ["ben", "floods"],
      ["anna", "floods"],
    ]);
    expect(await store.blocks.count("here")).toBe(2);
    expect(await store.blocks.isBlocked("elsewhere", "anna")).toBe(false);
    expect(await store.blocks.remove("here", "anna")).toBe(true);
    expect(await store.blocks.remove("here", "anna")).toBe(false);
    expect(await store.blocks.isBlocked("here", "anna")).toBe(false);
  });
});

describe("the tally of a member's pictures", () => {
  it("counts what was asked for in a day and a server, without what came to nothing", async () => {
    // Jobs are not asked for before their ids are made.
    const now = Date.now() - 1000;
    const made = async (at: number, guildId = "here", userId = "anna") => {
      const job = { ...queuedJob({}, { guildId, userId }), createdAt: now + at };
      await store.jobs.insert(job, 0);
      return job.id;
    };
    const [done, failed, dropped, stopped] = [await made(1), await made(2), await made(3), await made(4)];
    await made(5);
    await made(6, "elsewhere");
    await made(7, "here", "ben");
    await store.jobs.transition(done, "stylizing", { startedAt: 1 });
    await store.jobs.transition(done, "done", {});
    await store.jobs.transition(failed, "failed", {});
    await store.jobs.transition(dropped, "cancelled", {});
    await store.jobs.transition(stopped, "stylizing", { startedAt: 1 });
    await store.jobs.transition(stopped, "cancelled", {});
    const tally = (since: number) => store.jobs.tally("anna", "here", now + since);
    expect(await tally(-10)).toEqual({ askedAt: [now + 1, now + 4, now + 5], unsettled: 1 });
    expect(await tally(4)).toEqual({ askedAt: [now + 5], unsettled: 1 });
    expect(await tally(9)).toEqual({ askedAt: [], unsettled: 1 });
  });
});
