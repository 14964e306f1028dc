/** A disk that fills in the middle of a *Forget me*: it goes on by itself when there is room. */
import { rmSync, watch, writeFileSync } from "node:fs";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { sql } from "../../../src/store/kysely.ts";
import { useTinyDisk } from "../../store/tiny-disk.ts";
import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, stylized } from "../studio.ts";
import { traces } from "./traces.ts";

const disk = useTinyDisk("6m");

describe.skipIf(disk === null)("a disk that fills while a member is forgotten (needs mount)", () => {
  const filler = path.join(disk ?? "", "filler");
  let studio: Studio;

  beforeAll(async () => {
    studio = await openStudio({ DATA_DIR: disk! });
  });
  afterAll(async () => {
    rmSync(filler, { force: true });
    await studio.close();
  });

  it("holds it, and lets it go on by itself", async () => {
    const { discord, general, running } = studio;
    const ada = discord.member("ada");
    const result = await stylized(
      studio,
      await ada.slash(general, "stylize", { content: await landscape(), style: await waves(), variant: "inst" }),
    );
    const { store, erasing } = running.bot;
    const job = (await store.jobs.get((await store.surfaces.byResultMessage(result.id))!.jobId))!;
    // A log that is there is written over.
    await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
    const { done } = await erasing.forget({ userId: ada.id, guildId: null });
    expect(() => writeFileSync(filler, Buffer.alloc(8 << 20))).toThrow("ENOSPC");
    // Whoever waits looks for room.
    await new Promise<void>((resolve) => {
      const watcher = watch(disk!, (_, name) => {
        if (!name?.startsWith("room-")) return;
        watcher.close();
        resolve();
      });
    });
    expect(await store.erasures.open()).toHaveLength(1);
    rmSync(filler);
    await done;
    await studio.stopBot();
    const { content, style } = job.request;
    for (const needle of [ada.id, content.sha256, style.sha256, job.result!.picture.sha256])
      expect([needle, await traces(disk!, needle)]).toEqual([needle, []]);
  });
});
