import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

import { sql } from "../../../src/store/kysely.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { openStore } from "../../../src/store/store.ts";
import { gone } from "../../engine/workplace.ts";
import { ODD } from "../../engine/settings.ts";

// Several processes are started one after the other; a busy machine takes seconds for each.
interface Line {
  readonly type: string;
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly engine?: number;
}

let dataDir: string;
const running = new Set<ChildProcess>();

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-killed-"));
});
afterEach(async () => {
  for (const child of running) child.kill("SIGKILL");
  await rm(dataDir, { recursive: true, force: true });
});

/** Runs the bot until `until` is said (and kills it then, without warning), or to its end. */
async function bot(fault: string, jobs: number, until?: (line: Line) => boolean): Promise<Line[]> {
  const script = path.join(import.meta.dirname, "fixtures/bot.ts");
  const child = spawn(process.execPath, ["--import", "tsx/esm", script, dataDir, ODD, fault, String(jobs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  const lines: Line[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    if (until?.(line)) child.kill("SIGKILL");
  }
  running.delete(child);
  return lines;
}

async function inDatabase<T>(look: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>): Promise<T> {
  const store = await openStore(dataDir);
  try {
    expect((await sql`pragma integrity_check`.execute(store.db)).rows).toEqual([{ integrity_check: "ok" }]);
    return await look(store);
  } finally {
    await store.close();
  }
}

describe("a bot that is killed with SIGKILL", () => {
  it.each([
    ["captioning", "describe-linger", 2],
    ["stylizing", "stylize-linger", 2],
  ])("while a job is %s does that job once more, then the one behind it", async (state, fault, jobs) => {
    let queued = 0;
    let busy = false;
    const first = await bot(fault, jobs, (line) => {
      queued += Number(line.type === "queued");
      busy ||= line.type === "started" && line.state === state;
      return busy && queued === jobs;
    });
    const [job, waiting] = first.filter(({ type }) => type === "queued").map(({ id }) => id);
    await inDatabase(async ({ jobs }) => {
      expect(await jobs.get(job!)).toMatchObject({ state, attempts: 1 });
      expect(await jobs.get(waiting!)).toMatchObject({ state: "queued", attempts: 0 });
    });
    await gone(first.find((line) => line.engine)!.engine!);

    const second = await bot("auto", 0);
    expect(second.filter(({ type }) => type === "done")).toMatchObject([
      { id: job, attempts: 2 },
      { id: waiting, attempts: 1 },
    ]);
    await inDatabase(async ({ jobs, files }) => {
      const done = (await jobs.get(job!))!;
      expect(done).toMatchObject({ state: "done", attempts: 2 });
      expect(await files.has(done.result!.picture.sha256)).toBe(true);
    });
    expect(await readdir(path.join(dataDir, "work"))).toEqual([]);
  });

  it("after the end of a job does not do it again", async () => {
    const first = await bot("auto", 1, ({ type }) => type === "done");
    await mkdir(path.join(dataDir, "work", first[1]!.id), { recursive: true });
    const second = await bot("auto", 1);
    const done = (lines: readonly Line[]) => lines.filter(({ type }) => type === "done").map(({ id }) => id);
    expect(done(first)).toHaveLength(1);
    expect(done(second)).toHaveLength(1);
    expect(done(second)).not.toEqual(done(first));
    expect(await readdir(path.join(dataDir, "work"))).toEqual([]);
  });

  it("each time over one job gives it up after the second, in clear words", async () => {
    const busy = (line: Line) => line.type === "started" && line.state === "stylizing";
    const [, { id } = { id: "" }] = await bot("stylize-linger", 1, busy);
    await bot("stylize-linger", 0, busy);
    const third = await bot("auto", 1);
    expect(third.find((line) => line.id === id)).toMatchObject({ type: "failed", state: "failed", attempts: 2 });
    expect(third.at(-1)).toMatchObject({ type: "done" });
    const job = await inDatabase(({ jobs }) => jobs.get(id));
    expect(job?.failure).toMatch(/went down 2 times while working on this picture/);
  });
});
