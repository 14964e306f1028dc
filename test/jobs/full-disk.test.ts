import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { sql } from "kysely";
import pino from "pino";
import { describe, expect, it } from "vitest";

import { createLocalQueue } from "../../src/jobs/local-queue.ts";
import { openStore } from "../../src/store/store.ts";
import { useTinyDisk } from "../store/tiny-disk.ts";
import { request } from "./requests.ts";
import { ScriptedEngine } from "./scripted-engine.ts";

const disk = useTinyDisk("1m");

describe("a disk that is full, database and all", () => {
  it.skipIf(disk === null)("fails the job, refuses new ones in words, and harms nothing (needs mount)", async () => {
    const store = await openStore(disk!);
    const engine = new ScriptedEngine();
    const config = { DATA_DIR: disk!, JOBS_PER_USER: 9, JOBS_PER_GUILD: 9, CONCURRENCY: 1 };
    const queue = createLocalQueue({ engine, repositories: store, config, log: pino({ level: "silent" }) });
    const failures: (string | null)[] = [];
    queue.subscribe(({ type, job }) => type === "failed" && failures.push(job.failure));
    const job = await queue.enqueue(request({ variant: "inst" }));
    const painting = await engine.call(0);

    const filler = path.join(disk!, "filler");
    expect(() => writeFileSync(filler, Buffer.alloc(2 << 20))).toThrow("ENOSPC");
    await expect(queue.enqueue(request())).rejects.toMatchObject({ identifier: "disk-full" });
    await painting.succeed().catch((error: unknown) => painting.fail(error));
    await expect.poll(() => failures).toEqual([expect.stringContaining("disk is full")]);

    rmSync(filler);
    await expect.poll(async () => (await store.jobs.get(job.id))?.state, { timeout: 10_000 }).toBe("failed");
    const next = await queue.enqueue(request({ variant: "inst" }));
    await (await engine.call(1)).succeed();
    await expect.poll(async () => (await store.jobs.get(next.id))?.state).toBe("done");
    expect((await sql`pragma integrity_check`.execute(store.db)).rows).toEqual([{ integrity_check: "ok" }]);
    await queue.close();
    await store.close();
  });
});
