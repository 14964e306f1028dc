import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

import { afterEach, describe, expect, it } from "vitest";

import { Backoff } from "../../src/process/backoff.ts";
import { forkModule } from "../../src/process/fork.ts";
import { fromWire, toWire } from "../../src/process/wire-error.ts";
import { CancelledError, EngineError, UserError } from "../../src/errors.ts";
import { gone, useBench } from "./workplace.ts";
import { ODD } from "./settings.ts";

// Several processes are started one after the other; a busy machine takes seconds for each.
const bench = useBench();
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("the border", () => {
  it("takes what it does not understand as the end of the task it is about, and goes on", async () => {
    const engine = bench.freshEngine(ODD);
    const babbling = engine.describe({ image: bench.style, prompt: "babble" });
    await expect(babbling).rejects.toMatchObject({
      name: "EngineError",
      retryable: false,
      message: expect.stringContaining("what nobody understands"),
    });
    const { pid } = engine;
    expect(bench.lines.filter(({ msg }) => msg === "the engine process sent a malformed message")).toHaveLength(4);
    expect(await engine.describe({ image: bench.style })).toMatchObject({ describer: "odd" });
    expect(engine.pid).toBe(pid);
  });

  it("is checked in the engine too: nonsense is answered, not obeyed", async () => {
    const child = forkModule(ODD);
    children.push(child);
    const heard: unknown[] = [];
    child.on("message", (message) => heard.push(message));
    const heardOf = async (count: number): Promise<void> => {
      await expect.poll(() => heard.length).toBe(count);
    };
    for (const message of [
      "hello",
      null,
      { type: "nonsense" },
      { type: "stylize", task: 7, stylize: { content: 1 } },
    ]) {
      child.send(message as never);
    }
    child.send({ type: "faces", task: 8, image: bench.content });
    child.send({ type: "cancel", task: 99 });
    await heardOf(5);
    expect(heard.slice(0, 3)).toEqual(Array(3).fill(expect.objectContaining({ type: "log", level: "error" })));
    expect(heard.slice(3)).toMatchObject([
      { type: "error", task: 7, error: { kind: "engine", retryable: false } },
      { type: "error", task: 8, error: { kind: "engine", message: expect.stringContaining("before it had started") } },
    ]);
    child.send({
      type: "start",
      options: {
        ENGINE: "auto",
        ENGINE_PARTS: "both",
        CAPTIONER: "refuse",
        CAPTION_TOKENS: 9,
        DATA_DIR: "/",
        MODELS_DIR: "/",
        MODEL_MEMORY: 1,
        PRECISION: "auto",
        STEP_CACHE: "off",
        device: "cpu",
      },
    });
    await heardOf(6);
    expect(heard[5]).toEqual({
      type: "unready",
      error: { kind: "user", identifier: "not-installed", message: "It is not installed." },
    });
  });

  it("keeps the kind of an error", () => {
    for (const error of [
      new UserError("a", "words"),
      new EngineError("b", { retryable: true }),
      new EngineError("c", { retryable: false }),
      new CancelledError(),
    ]) {
      const back = fromWire(toWire(error));
      expect(back).toEqual(error);
      expect(back.constructor).toBe(error.constructor);
    }
    expect(toWire(new TypeError("bug"))).toEqual({ kind: "engine", retryable: false, message: "bug" });
    expect(toWire("thrown text")).toMatchObject({ message: "thrown text" });
  });
});

describe("an engine that cannot start", () => {
  it("says why, in the words of whoever refused", async () => {
    const engine = bench.freshEngine(ODD, { CAPTIONER: "refuse" });
    await expect(engine.start()).rejects.toMatchObject({
      identifier: "not-installed",
      message: "It is not installed.",
    });
  });
});

describe("an engine whose bot is killed", () => {
  it("ends by itself", async () => {
    const bot = spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        path.join(import.meta.dirname, "fixtures/bot.ts"),
        ODD,
        JSON.stringify(bench.task({ variant: "prompt", description: "linger" })),
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    children.push(bot);
    const [line] = (await once(createInterface({ input: bot.stdout }), "line")) as [string];
    const pid = Number(line);
    expect(process.kill(pid, 0)).toBe(true);
    bot.kill("SIGKILL");
    await gone(pid);
  });
});

describe("the pause before another start", () => {
  it("doubles up to half a minute, counts from the failure, and ends with a success", () => {
    const backoff = new Backoff();
    expect(backoff.remaining(0)).toBe(0);
    const pauses = Array.from({ length: 9 }, () => {
      backoff.failed(1000);
      return backoff.remaining(1000);
    });
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(backoff.remaining(21_000)).toBe(10_000);
    expect(backoff.remaining(99_000)).toBe(0);
    backoff.succeeded();
    expect(backoff.remaining(1000)).toBe(0);
  });
});
