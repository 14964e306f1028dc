/** Who comes when. */

import { describe, expect, it } from "vitest";

import { isBackgroundTurn } from "../../../src/jobs/background.ts";
import type { Store } from "../../../src/store/store.ts";
import { pictureRef, request } from "../requests.ts";
import type { ScriptedEngine } from "../scripted-engine.ts";
import { type QueueBench, willing } from "./bench.ts";

export function order({ setUp }: QueueBench): void {
  describe("order", () => {
    const painted = (engine: ScriptedEngine): number[] =>
      engine.calls.map(({ task }) => (task as { settings: { seed: number } }).settings.seed);

    const begunIn = async ({ db }: Store): Promise<number> =>
      (await db.selectFrom("fleet").select("turn").executeTakeFirst())?.turn ?? 0;

    it("is first come, first served for one person", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      const jobs = [];
      for (let seed = 0; seed < 5; seed++) jobs.push(await queue.enqueue(request({ variant: "inst", seed })));
      await Promise.all(jobs.map(settled));
      expect(painted(engine)).toEqual([0, 1, 2, 3, 4]);
    });

    it("takes turns between people, whoever sent more", async () => {
      const { engine, queue, settled } = await setUp();
      const add = (userId: string, seed: number) => queue.enqueue(request({ variant: "inst", userId, seed }));
      const jobs = [await add("anna", 0)];
      await engine.call(0);
      jobs.push(await add("anna", 1), await add("anna", 2), await add("anna", 3));
      jobs.push(await add("ben", 10), await add("ben", 11), await add("cleo", 20));
      expect((await queue.snapshot()).jobs.map(({ request: { seed } }) => seed)).toEqual([0, 10, 20, 1, 11, 2, 3]);
      expect(await queue.place(jobs[0]!.id)).toMatchObject({ ahead: 0 });
      expect(await queue.place(jobs[4]!.id)).toMatchObject({ ahead: 0 });
      expect(await queue.place(jobs[1]!.id)).toMatchObject({ ahead: 2 });
      for (let n = 0; n < jobs.length; n++) await (await engine.call(n)).succeed();
      await Promise.all(jobs.map(settled));
      expect(painted(engine)).toEqual([0, 10, 20, 1, 11, 2, 3]);
    });

    it("has what is in the background come last, whoever else asks meanwhile, and take nobody's room", async () => {
      const { engine, queue, store, settled } = await setUp({ perUser: 2, perGuild: 3 });
      const add = (userId: string, seed: number, background = false) =>
        queue.enqueue(request({ variant: "inst", userId, seed, ...(background && { background }) }));
      const jobs = [await add("anna", 0)];
      await engine.call(0);
      for (let seed = 90; seed < 94; seed++) jobs.push(await add("anna", seed, true));
      jobs.push(await add("anna", 1), await add("ben", 10));
      const refusal = expect.objectContaining({ identifier: expect.stringMatching("too-many-jobs") as string });
      await expect(add("ben", 11)).rejects.toEqual(refusal);
      await (await engine.call(0)).succeed();
      await (await engine.call(1)).succeed();
      await (await engine.call(2)).succeed();
      await engine.call(3);
      // While one is painted that nobody waits for.
      jobs.push(await add("cleo", 20));
      expect((await queue.snapshot()).jobs.map(({ request: { seed } }) => seed)).toEqual([90, 20, 91, 92, 93]);
      for (let n = 3; n < jobs.length; n++) await (await engine.call(n)).succeed();
      await Promise.all(jobs.map(settled));
      expect(painted(engine)).toEqual([0, 10, 1, 90, 20, 91, 92, 93]);
      // And nobody's turn has gone on with theirs: where several machines paint, that is noted.
      expect(isBackgroundTurn(await begunIn(store))).toBe(false);
    });

    it("is told as far as somebody asks, with the places of several at once", async () => {
      const { queue } = await setUp();
      const add = (userId: string, guildId: string) => queue.enqueue(request({ variant: "inst", userId, guildId }));
      const running = await add("anna", "here");
      await expect.poll(async () => (await queue.snapshot()).running).toBe(1);
      const [here, elsewhere] = [await add("ben", "here"), await add("cleo", "there")];
      const last = await add("anna", "here");
      const idsOf = async (...asked: Parameters<typeof queue.snapshot>) => {
        const { jobs, ...counts } = await queue.snapshot(...asked);
        return { ids: jobs.map(({ id }) => id), ...counts };
      };
      expect(await idsOf(undefined, 2)).toEqual({ ids: [running.id, here.id], running: 1, waiting: 3 });
      expect(await idsOf("here", 2)).toEqual({ ids: [running.id, here.id], running: 1, waiting: 2 });
      expect(await idsOf("there")).toEqual({ ids: [elsewhere.id], running: 0, waiting: 1 });
      expect(await idsOf("there", 0)).toEqual({ ids: [], running: 0, waiting: 1 });
      const places = await queue.places([last.id, "NOBODY", running.id]);
      expect([...places.keys()]).toEqual([last.id, running.id]);
      for (const [id, place] of places) expect(place).toEqual(await queue.place(id));
      expect(places.get(last.id)).toMatchObject({ ahead: 2 });
    });

    it("lets nobody wait forever behind people who keep sending", async () => {
      const { engine, queue, settled } = await setUp();
      const add = (userId: string, seed: number) => queue.enqueue(request({ variant: "inst", userId, seed }));
      const patient = [await add("anna", 0), await add("anna", 1), await add("anna", 2)];
      for (let n = 0; n < 6; n++) {
        await add(`eager-${n % 2}`, 100 + n);
        await (await engine.call(n)).succeed();
      }
      await engine.call(6);
      expect(painted(engine)).toContain(2);
      for (let n = 6; n < 9; n++) await (await engine.call(n)).succeed();
      await Promise.all(patient.map(settled));
    });

    it("runs as many at once as it may", async () => {
      const { engine, queue, settled } = await setUp({ concurrency: 2 });
      const jobs = [];
      for (let seed = 0; seed < 3; seed++) jobs.push(await queue.enqueue(request({ variant: "inst", seed })));
      await engine.call(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(engine.calls).toHaveLength(2);
      expect(await queue.snapshot()).toMatchObject({ running: 2, waiting: 1 });
      await engine.calls[1]!.succeed();
      await (await engine.call(2)).succeed();
      await engine.calls[0]!.succeed();
      await Promise.all(jobs.map(settled));
    });

    it("describes the next picture while this one is painted, where the engine can", async () => {
      const { engine, queue, settled } = await setUp({ engine: { parallelStages: true } });
      const first = await queue.enqueue(request());
      const second = await queue.enqueue(request({ style: pictureRef("other style") }));
      await (await engine.call(0)).succeed();
      const [next, after] = [await engine.call(1), await engine.call(2)];
      expect([next.kind, after.kind].sort()).toEqual(["describe", "stylize"]);
      const [caption, painting] = next.kind === "describe" ? [next, after] : [after, next];
      await caption.succeed("second");
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await queue.get(second.id)).toMatchObject({ state: "queued", description: "second", attempts: 1 });
      await painting.succeed();
      await (await engine.call(3)).succeed();
      expect(await settled(first)).toMatchObject({ state: "done", attempts: 1 });
      expect(await settled(second)).toMatchObject({ state: "done", attempts: 1 });
    });

    it("describes one after the other where the engine has one device", async () => {
      const { engine, queue } = await setUp();
      await queue.enqueue(request());
      await queue.enqueue(request({ style: pictureRef("other style") }));
      await (await engine.call(0)).succeed();
      expect((await engine.call(1)).kind).toBe("stylize");
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(engine.calls).toHaveLength(2);
    });
  });
}
