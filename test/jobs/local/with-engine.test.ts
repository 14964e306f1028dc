import { mkdirSync, symlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";

import { sql } from "../../../src/store/kysely.ts";
import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { EngineSupervisor } from "../../../src/engine/supervisor.ts";
import { CHILD, CONFIG, ODD } from "../../engine/settings.ts";
import { request } from "../requests.ts";
import { log, useEngineRoom } from "./engine-room.ts";

// Several processes are started one after the other; a busy machine takes seconds for each.
const room = useEngineRoom();

async function setUp(module: string, fault = "auto"): Promise<EngineSupervisor> {
  const engine = new EngineSupervisor(module, { ...CONFIG, CAPTIONER: fault }, log, async () => "cpu");
  await room.open(engine, 1);
  return engine;
}

describe("the queue with the embedded engine", () => {
  it("finds no face, chooses, describes, paints, and keeps the result", async () => {
    await setUp(CHILD);
    const job = await room.settled(await room.queue.enqueue(request({ ...room.pictures, variant: "auto", size: 96 })));
    expect(job).toMatchObject({ state: "done", variant: "image-prompt", describer: "palette-4", attempts: 1 });
    expect(job.variantReason).toContain("no prominent face");
    const { picture, seconds } = job.result!;
    expect(await sharp(await room.store.files.local(picture.sha256)).metadata()).toMatchObject({
      width: 96,
      height: 64,
    });
    expect(picture).toMatchObject({ width: 96, height: 64 });
    expect(seconds.total).toBeGreaterThanOrEqual(seconds.stylize);
    expect(room.events.some(({ type }) => type === "preview")).toBe(true);
    await expect.poll(() => readdir(path.join(room.dataDir, "work"))).toEqual([]);
  });

  it("does a job again when its engine is killed while it paints", async () => {
    const one = await setUp(CHILD);
    const painting = room.next(({ type }) => type === "progress");
    const job = await room.queue.enqueue(request({ ...room.pictures, variant: "inst", size: 256 }));
    await painting;
    process.kill(one.pid!, "SIGKILL");
    expect(await room.settled(job)).toMatchObject({ state: "done", attempts: 2 });
  });
});

describe("the queue with an engine that misbehaves", () => {
  it("does a job again when its engine is killed while it describes, then without that describer", async () => {
    const one = await setUp(ODD, "describe-linger");
    const describing = room.next(({ type }) => type === "description");
    const job = await room.queue.enqueue(request({ ...room.pictures }));
    await describing;
    process.kill(one.pid!, "SIGKILL");
    expect(await room.settled(job)).toMatchObject({ state: "done", attempts: 2, describer: "simple" });
  });

  it("gives up a job that kills the engine twice, and does the next one", async () => {
    await setUp(ODD);
    const killer = await room.queue.enqueue(request({ ...room.pictures, description: "die" }));
    const good = await room.queue.enqueue(request({ ...room.pictures, description: "calm" }));
    expect(await room.settled(killer)).toMatchObject({
      state: "failed",
      attempts: 2,
      failure: expect.stringMatching(/engine broke down 2 times.*killed \(SIGKILL/),
    });
    expect(await room.settled(good)).toMatchObject({ state: "done", attempts: 1 });
  });

  it("cancels a job in the middle of painting, and the engine lives on", async () => {
    const one = await setUp(ODD);
    const { pid } = one;
    const painting = room.next(({ type }) => type === "started");
    const job = await room.queue.enqueue(request({ ...room.pictures, description: "linger" }));
    await painting;
    expect(await room.queue.cancel(job.id)).toBe(true);
    expect(await room.settled(job)).toMatchObject({ state: "cancelled" });
    expect(
      await room.settled(await room.queue.enqueue(request({ ...room.pictures, description: "calm" }))),
    ).toMatchObject({
      state: "done",
    });
    expect(one.pid).toBe(pid);
  });

  it.skipIf(process.platform !== "linux")(
    "fails a job cleanly when the disk is full, and does the next one",
    async () => {
      await setUp(ODD);
      const stop = room.queue.subscribe(({ type, job }) => {
        if (type !== "queued") return;
        mkdirSync(path.join(room.dataDir, "work", job.id), { recursive: true });
        symlinkSync("/dev/full", path.join(room.dataDir, "work", job.id, "result.png"));
      });
      const job = await room.settled(await room.queue.enqueue(request({ ...room.pictures, description: "calm" })));
      expect(job).toMatchObject({ state: "failed", attempts: 1, failure: expect.stringContaining("disk is full") });
      stop();
      expect((await sql`pragma integrity_check`.execute(room.store.db)).rows).toEqual([{ integrity_check: "ok" }]);
      expect(
        await room.settled(await room.queue.enqueue(request({ ...room.pictures, description: "calm" }))),
      ).toMatchObject({
        state: "done",
      });
    },
  );
});
