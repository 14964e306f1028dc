/** A disk that fills in the middle of a *Forget me*: it goes on by itself when there is room. */
import { watch } from "node:fs";

import { describe, expect, it } from "vitest";

import { sql } from "../../../src/store/kysely.ts";
import { landscape, waves } from "../pictures.ts";
import { stylized } from "../studio.ts";
import { useStudioOnTinyDisk } from "../studio-on-tiny-disk.ts";
import { traces } from "./traces.ts";

const disk = useStudioOnTinyDisk();

describe.skipIf(disk === null)("a disk that fills while a member is forgotten (needs mount)", () => {
  it("holds it, and lets it go on by itself", async () => {
    const { studio, folder, fill, makeRoom } = disk!;
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
    fill();
    // Whoever waits looks for room.
    await new Promise<void>((resolve) => {
      const watcher = watch(folder, (_, name) => {
        if (!name?.startsWith("room-")) return;
        watcher.close();
        resolve();
      });
    });
    expect(await store.erasures.open()).toHaveLength(1);
    makeRoom();
    await done;
    await studio.stopBot();
    const { content, style } = job.request;
    for (const needle of [ada.id, content.sha256, style.sha256, job.result!.picture.sha256])
      expect([needle, await traces(folder, needle)]).toEqual([needle, []]);
  });
});
