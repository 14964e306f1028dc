/** Several engines as one, over real processes that misbehave on demand. */
import { describe, expect, it } from "vitest";

import { EnginePool } from "../../src/engine/engine-pool.ts";
import { createEngine } from "../../src/engine/index.ts";
import { EngineSupervisor } from "../../src/engine/supervisor.ts";
import { CONFIG, ODD } from "./settings.ts";
import { useBench } from "./workplace.ts";

const bench = useBench();

/** Engines that all paint and describe; each has its fault. */
async function withPool(faults: readonly string[], use: (pool: EnginePool) => Promise<void>): Promise<void> {
  const describerCrashes = new Map<string, number>();
  const engines = faults.map((CAPTIONER, card) => {
    const place = { card, describerCrashes };
    const engine = new EngineSupervisor(ODD, { ...CONFIG, CAPTIONER }, bench.log, async () => "cuda", place);
    return { plan: { name: `cuda:${card}`, paints: true, describes: true }, engine };
  });
  const pool = new EnginePool(engines, bench.log, faults.length);
  try {
    await use(pool);
  } finally {
    await pool.stop();
  }
}

const painting = (description: string) => bench.task({ variant: "prompt", description });

describe("several engines", () => {
  it("each see their own card", () =>
    withPool(["auto", "auto"], async (pool) => {
      const visible = async (): Promise<unknown> => {
        const { text } = await pool.describe({ image: bench.style, prompt: "environment" });
        return (JSON.parse(text) as NodeJS.ProcessEnv)["CUDA_VISIBLE_DEVICES"];
      };
      expect(await Promise.all([visible(), visible()])).toEqual(["0", "1"]);
      expect(pool.info).toMatchObject({ describer: "odd", device: "cuda:0, cuda:1", parallelStages: false });
    }));

  it("give what comes beside a picture to one that is free", () =>
    withPool(["auto", "auto"], async (pool) => {
      await pool.start();
      const stop = new AbortController();
      const picture = pool.stylize(painting("linger"), { signal: stop.signal });
      process.kill(pool.pids[0]!, "SIGSTOP");
      expect(await pool.findFaces(bench.content)).toMatchObject({ faces: [] });
      expect(await pool.styleVector(bench.style)).toHaveLength(3);
      process.kill(pool.pids[0]!, "SIGCONT");
      stop.abort();
      await expect(picture).rejects.toMatchObject({ name: "CancelledError" });
    }));

  it("leave the work of one that is broken to the others, and do not ask it again at once", () =>
    withPool(["stylize-throw", "auto"], async (pool) => {
      const isFaulty = ({ msg }: Record<string, unknown>): boolean =>
        msg === "another engine does what this one cannot";
      for (let n = 0; n < 3; n++) expect(await pool.stylize(painting("calm"))).toMatchObject({ width: 96 });
      expect(bench.lines.filter(isFaulty)).toHaveLength(1);
    }));

  it("leave the work of one that does not start to the others", () =>
    withPool(["exit", "auto"], async (pool) => {
      expect(await pool.stylize(painting("calm"))).toMatchObject({ width: 96 });
      expect(await pool.describe({ image: bench.style })).toMatchObject({ describer: "odd" });
    }));

  it("say what a picture's fault is that all of them find", () =>
    withPool(["auto", "auto"], async (pool) => {
      await expect(pool.stylize(painting("throw"))).rejects.toThrow("x is not a function");
      expect(await pool.stylize(painting("calm"))).toMatchObject({ width: 96 });
    }));

  it("describe a picture that brings one of them down without weights, whichever gets it next", () =>
    withPool(["auto", "auto"], async (pool) => {
      const killer = { image: bench.style, prompt: "die" };
      await expect(pool.describe(killer)).rejects.toThrow("was killed");
      expect(await pool.describe(killer)).toMatchObject({ describer: "simple" });
    }));

  it("wait for one that is free, and stop waiting when nobody wants the picture any more", () =>
    withPool(["auto"], async (pool) => {
      const begun = new AbortController();
      const first = pool.stylize(painting("linger"), { signal: begun.signal });
      const waiting = new AbortController();
      const second = pool.stylize(painting("calm"), { signal: waiting.signal });
      const third = pool.stylize(painting("calm"));
      waiting.abort();
      await expect(second).rejects.toMatchObject({ name: "CancelledError" });
      begun.abort();
      await expect(first).rejects.toMatchObject({ name: "CancelledError" });
      expect(await third).toMatchObject({ width: 96 });
    }));
});

it("describes on a device of its own while another paints", async () => {
  const engine = createEngine({ ...CONFIG, DEVICE: "cpu", CAPTION_DEVICE: "cpu" }, bench.log) as EnginePool;
  try {
    expect(await engine.start()).toMatchObject({ stylizer: "embedded", describer: "palette-5", parallelStages: true });
    const [painter] = engine.pids;
    process.kill(painter!, "SIGSTOP");
    const picture = engine.stylize(bench.task());
    expect(await engine.describe({ image: bench.style })).toMatchObject({ describer: "palette-5" });
    process.kill(painter!, "SIGCONT");
    expect(await picture).toMatchObject({ engine: "embedded" });
  } finally {
    await engine.stop();
  }
});
