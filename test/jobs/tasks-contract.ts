/** What every adapter of the port of tasks keeps to, wherever the engines are. */
import { readFile, writeFile } from "node:fs/promises";

import { expect, it } from "vitest";

import { CancelledError, EngineError, UserError } from "../../src/errors.ts";
import type { EngineNews, LearnTask } from "../../src/jobs/engine.ts";
import type { Tasks } from "../../src/jobs/tasks.ts";
import type { ScriptedEngine } from "./scripted-engine.ts";

export interface TasksBench {
  readonly tasks: Tasks;
  /** Of whoever does the tasks. */
  readonly engine: ScriptedEngine;
  /** Puts a picture into the store. @returns its sha256 */
  readonly picture: (name: string) => Promise<string>;
}

const crash = (): EngineError => new EngineError("the engine process was killed", { retryable: true });

const faultOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => null).catch((error: unknown) => error);

/** @param open a bench of its own for each test */
export function tasksContract(open: () => Promise<TasksBench>): void {
  it("says what engines there are, looks for faces, sees styles, and tells unsafe pictures", async () => {
    const { tasks, engine, picture } = await open();
    expect(tasks.info).toEqual(engine.info);
    const sha256 = await picture("one");
    const faces = tasks.findFaces({ sha256 });
    const report = { prominent: true, faces: [{ x: 1, y: 2, width: 3, height: 4, score: 0.5 }] };
    const call = await engine.call(0);
    expect(call.task).toMatchObject({ sha256 });
    await call.succeed(report);
    expect(await faces).toEqual(report);
    const vector = tasks.styleVector({ sha256 });
    await (await engine.call(1)).succeed([0.6, 0.8]);
    expect(await vector).toEqual([0.6, 0.8]);
    const unsafe = tasks.isUnsafe({ sha256 });
    await (await engine.call(2)).succeed(true);
    expect(await unsafe).toBe(true);
  });

  it("describes a picture once for all who ask at once, who hear the words grow; another one apart", async () => {
    const { tasks, engine, picture } = await open();
    const [sha256, other] = [await picture("one"), await picture("other")];
    const heard: string[][] = [[], []];
    const listen = (n: number) => ({ onNews: (news: EngineNews) => news.type === "text" && heard[n]!.push(news.text) });
    const first = tasks.describe({ sha256 }, listen(0));
    const call = await engine.call(0);
    call.hooks.onNews?.({ type: "text", text: "blue" });
    await expect.poll(() => heard[0]).toEqual(["blue"]);
    const second = tasks.describe({ sha256 }, listen(1));
    // Who comes later hears what there is.
    await expect.poll(() => heard[1]).toEqual(["blue"]);
    const apart = tasks.describe({ sha256: other });
    await (await engine.call(1)).succeed("red dots");
    call.hooks.onNews?.({ type: "text", text: "blue strokes" });
    await expect.poll(() => heard.map((words) => words.at(-1))).toEqual(["blue strokes", "blue strokes"]);
    await call.succeed("blue strokes, thick");
    const reply = { text: "blue strokes, thick", describer: "scripted" };
    expect([await first, await second, await apart]).toEqual([reply, reply, { ...reply, text: "red dots" }]);
    expect(engine.calls).toHaveLength(2);
    const again = tasks.describe({ sha256 });
    await (await engine.call(2)).succeed("anew");
    expect(await again, "when it is over it is work anew").toMatchObject({ text: "anew" });
  });

  it("leaves whoever stops waiting, and stops the work when nobody waits for it any more", async () => {
    const { tasks, engine, picture } = await open();
    const sha256 = await picture("one");
    const [one, two] = [new AbortController(), new AbortController()];
    const waits = [one, two].map(({ signal }) => tasks.describe({ sha256 }, { signal }));
    const ends = Promise.allSettled(waits);
    const call = await engine.call(0);
    one.abort();
    await expect(waits[0]).rejects.toBeInstanceOf(CancelledError);
    expect(call.over).toBe(false);
    two.abort();
    await expect.poll(() => call.over).toBe(true);
    expect(await ends).toMatchObject([{ reason: { name: "CancelledError" } }, { reason: { name: "CancelledError" } }]);
    const anew = tasks.describe({ sha256 });
    await (await engine.call(1)).succeed("words");
    expect(await anew).toMatchObject({ text: "words" });
    await expect(tasks.describe({ sha256 }, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(CancelledError);
  });

  it("is tried once more when the engine breaks down, where that may pass, and not where one try was asked for", async () => {
    const { tasks, engine, picture } = await open();
    const sha256 = await picture("one");
    const mended = tasks.describe({ sha256 });
    (await engine.call(0)).fail(crash());
    await (await engine.call(1)).succeed("words");
    expect(await mended).toMatchObject({ text: "words" });

    const twice = faultOf(tasks.findFaces({ sha256 }));
    (await engine.call(2)).fail(crash());
    (await engine.call(3)).fail(crash());
    expect(await twice).toMatchObject({ name: "EngineError", retryable: true });

    const once = faultOf(tasks.describe({ sha256 }, { tries: 1 }));
    (await engine.call(4)).fail(crash());
    expect(await once).toMatchObject({ name: "EngineError" });

    const lost = faultOf(tasks.styleVector({ sha256 }));
    (await engine.call(5)).fail(new UserError("picture-lost", "It is gone."));
    expect(await lost).toMatchObject({ identifier: "picture-lost" });
    expect(engine.calls).toHaveLength(6);
  });

  it("learns from the state that was reached before, and keeps what is reached until it is forgotten", async () => {
    const { tasks, engine, picture } = await open();
    const lesson = {
      id: "0000000000000001",
      picture: { sha256: await picture("one") },
      description: "bold outlines",
      form: "vector",
      size: 64,
      maxSteps: 60,
    } as const;
    const reachedNow = async (): Promise<string> => readFile(await tasks.reached(lesson.id), "utf8");
    await expect(reachedNow()).rejects.toMatchObject({ code: "ENOENT" });
    const news: EngineNews[] = [];
    const learning = tasks.learn(lesson, { onNews: (each) => news.push(each) });
    const ended = faultOf(learning);
    const first = await engine.call(0);
    const task = first.task as LearnTask;
    expect(task).toMatchObject({ description: "bold outlines", form: "vector", size: 64, maxSteps: 60 });
    expect(task.image.sha256).toBe(lesson.picture.sha256);
    await expect(readFile(task.statePath)).rejects.toMatchObject({ code: "ENOENT" });
    first.hooks.onNews?.({ type: "begun", size: 64, step: 0 });
    await writeFile(task.statePath, "ten steps");
    first.hooks.onNews?.({ type: "look", step: 10, loss: 0.5 });
    first.hooks.onNews?.({ type: "progress", step: 10, steps: 60 });
    await expect.poll(() => news.map(({ type }) => type)).toEqual(["begun", "look", "progress"]);
    await writeFile(task.statePath, "twelve steps");
    first.fail(crash());
    expect(await ended, "crashes are the caller's to count").toMatchObject({ name: "EngineError", retryable: true });
    expect(await reachedNow()).toBe("twelve steps");

    const again = tasks.learn(lesson);
    const second = await engine.call(1);
    const { statePath } = second.task as LearnTask;
    expect(await readFile(statePath, "utf8")).toBe("twelve steps");
    second.hooks.onNews?.({ type: "begun", size: 64, step: 12 });
    await writeFile(statePath, "all steps");
    const reply = { steps: 60, best: 50, firstLoss: 0.5, loss: 0.25, form: "vector" } as const;
    await second.succeed(reply);
    expect(await again).toEqual(reply);
    expect(await reachedNow()).toBe("all steps");

    await tasks.keepOnly(new Set([lesson.id]), async () => false);
    await tasks.keepOnly(new Set(), async (id) => id === lesson.id);
    expect(await reachedNow()).toBe("all steps");
    await tasks.forget(lesson.id);
    await expect(reachedNow()).rejects.toMatchObject({ code: "ENOENT" });
  });
}
