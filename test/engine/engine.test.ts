import { access, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { EngineSupervisor } from "../../src/engine/supervisor.ts";
import { CancelledError, EngineError, UserError } from "../../src/errors.ts";
import type { EngineNews, EnginePicture } from "../../src/jobs/engine.ts";
import { FIXTURES, readReference } from "../models/reference.ts";
import { gone, useBench } from "./workplace.ts";
import { CHILD, CONFIG, ODD } from "./settings.ts";

/** A content picture that is transparent around a disc. */
async function disc(): Promise<EnginePicture> {
  const file = path.join(bench.folder, "disc.png");
  const svg = `<svg width="96" height="64"><circle cx="48" cy="32" r="30" fill="#c33"/></svg>`;
  await sharp(Buffer.from(svg)).png().toFile(file);
  return { path: file, sha256: "d".repeat(64) };
}

/** How much there is of a picture in its first corner and in its middle. */
async function corners(file: string): Promise<number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(4);
  return [0, (info.height >> 1) * info.width + (info.width >> 1)].map((i) => data[i * 4 + 3]!);
}

// Several processes are started one after the other; a busy machine takes seconds for each.
const bench = useBench();

describe("the engine's process", () => {
  it("says what it is, describes, finds faces and paints, with progress and previews", async () => {
    const engine = bench.freshEngine(CHILD);
    expect(engine.info).toBeNull();
    const info = await engine.start();
    expect(info).toMatchObject({ stylizer: "embedded", describer: "palette-5", device: "cpu", parallelStages: false });
    expect(engine.info).toEqual(info);
    expect(os.getPriority(engine.pid)).toBe(os.constants.priority.PRIORITY_BELOW_NORMAL);

    const texts: string[] = [];
    const { text, describer } = await engine.describe(
      { image: bench.style },
      { onNews: (news) => news.type === "text" && texts.push(news.text) },
    );
    expect(describer).toBe("palette-5");
    expect(text).toMatch(/yellow|gold|blue/i);
    expect(texts.at(-1)).toBe(text);
    expect(await engine.findFaces(bench.content)).toEqual({ prominent: false, faces: [] });
    const vector = await engine.styleVector(bench.style);
    expect(vector).toHaveLength(100);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);

    const steps: number[] = [];
    const previews: string[] = [];
    const task = bench.task();
    const reply = await engine.stylize(task, {
      onNews: (news) => {
        if (news.type === "progress") steps.push(news.step / news.steps);
        if (news.type === "preview") previews.push(news.path);
      },
    });
    expect(reply).toMatchObject({ outputPath: task.outputPath, width: 96, height: 64, engine: "embedded" });
    expect(await sharp(task.outputPath).metadata()).toMatchObject({ format: "png", width: 96, height: 64 });
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBe(1);
    expect(previews.length).toBeGreaterThan(0);
    expect(await readdir(task.previewDir!)).toEqual(previews.map((file) => path.basename(file)));
    expect(await sharp(previews[0]!).metadata()).toMatchObject({ format: "jpeg" });
  });

  it("runs a Stable Diffusion and a LLaVA from their published files", async () => {
    const engine = bench.freshEngine(CHILD, { MODELS_DIR: FIXTURES, CAPTIONER: "tiny-llava", CAPTION_TOKENS: 16 });
    expect(await engine.start()).toMatchObject({ stylizer: "diffusion", describer: "tiny-llava" });
    // One of the pictures that the tiny model was seen to have words for.
    const { data, shape } = (await readReference(path.join(FIXTURES, "tiny-llava/reference.safetensors"))).bytes(
      "0.image",
    );
    const image = { path: path.join(bench.folder, "picture.png"), sha256: "0".repeat(64) };
    await sharp(data, { raw: { width: shape[1]!, height: shape[0]!, channels: 3 } }).toFile(image.path);
    const { text, describer } = await engine.describe({ image });
    expect(describer).toBe("tiny-llava");
    expect(text).not.toBe("");
    const reply = await engine.stylize(
      bench.task({ variant: "prompt", description: text, settings: { ...bench.task().settings, size: 64, steps: 2 } }),
    );
    expect(reply).toMatchObject({ engine: "diffusion", width: 64 });
    const settings = { ...bench.task().settings, size: 64, steps: 2 };
    await engine.stylize(bench.task({ content: await disc(), variant: "prompt", description: text, settings }));
    expect(await corners(bench.task().outputPath)).toEqual([0, 255]);
    expect(engine.info!.styleNetwork, "styles are seen by the same network whatever paints").not.toBe("");
    expect(await engine.styleVector(bench.style)).toEqual(await bench.engine(CHILD).styleVector(bench.style));
  });

  it("gives the shape of a transparent content to the result and to what is seen of it on the way", async () => {
    const previews: string[] = [];
    const task = bench.task({ content: await disc() });
    await bench.engine(CHILD).stylize(task, { onNews: (news) => news.type === "preview" && previews.push(news.path) });
    expect(previews.length).toBeGreaterThan(0);
    for (const file of [task.outputPath, ...previews]) expect(await corners(file)).toEqual([0, 255]);
  });

  it("paints before it looks at styles", async () => {
    const engine = bench.engine(CHILD);
    const ends: string[] = [];
    let looking: Promise<unknown> | undefined;
    const onNews = (): void => {
      looking ??= engine.styleVector(bench.style).then(() => ends.push("seen"));
    };
    await engine.stylize(bench.task(), { onNews }).then(() => ends.push("painted"));
    await looking;
    expect(ends).toEqual(["painted", "seen"]);
  });

  it("gets no secrets, and memory settings that give memory back", async () => {
    process.env["DISCORD_TOKEN"] = "secret";
    const { text } = await bench.freshEngine(ODD).describe({ image: bench.style, prompt: "environment" });
    delete process.env["DISCORD_TOKEN"];
    const environment = JSON.parse(text) as Record<string, string>;
    expect(environment).not.toHaveProperty("DISCORD_TOKEN");
    expect(environment).toMatchObject({ MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "65536" });
  });

  it("has what it prints in the log", async () => {
    await bench.engine(ODD).describe({ image: bench.style, prompt: "print" });
    await expect.poll(() => bench.lines.map((line) => line["engine"])).toContain("printed on stderr");
    expect(bench.lines).toContainEqual(expect.objectContaining({ level: 30, engine: "printed on stdout" }));
  });

  it("leaves the bot's event loop free", async () => {
    const engine = bench.engine(CHILD);
    await engine.start();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await engine.stylize(bench.task({ settings: { ...bench.task().settings, size: 192 } }));
    delay.disable();
    // The highest ones are the machine's: other tests compute on the same cores.
    expect(delay.percentile(90) / 1e6).toBeLessThan(50);
  });
});

describe("cancelling", () => {
  it("stops the embedded engine within a quarter of a second of its own time", async () => {
    const engine = bench.engine(CHILD);
    const abort = new AbortController();
    const began: number[] = [];
    const painting = engine.stylize(bench.task({ settings: { ...bench.task().settings, size: 512 } }), {
      signal: abort.signal,
      onNews: ({ type }) => {
        if (type !== "progress") return;
        began.push(performance.now());
        abort.abort();
      },
    });
    await expect(painting).rejects.toBeInstanceOf(CancelledError);
    const { pid } = engine;
    expect(began).toHaveLength(1);
    expect(performance.now() - began[0]!).toBeLessThan(2500);
    await engine.findFaces(bench.content);
    expect(engine.pid).toBe(pid);
    await expect(access(bench.task().outputPath)).rejects.toThrow("ENOENT");
  });

  it("clears what it keeps while it works; to forget wholly, another process follows when it is idle", async () => {
    const engine = bench.freshEngine(ODD);
    await engine.start();
    const { pid } = engine;
    const busy = engine.describe({ image: bench.style, prompt: "forget" });
    engine.forget(false);
    expect(await busy).toMatchObject({ text: "forgotten" });
    expect(engine.pid).toBe(pid);
    const last = engine.describe({ image: bench.style, prompt: "forget" });
    engine.forget(true);
    expect(await last).toMatchObject({ text: "forgotten" });
    await gone(pid!);
    await engine.findFaces(bench.content);
    expect(engine.pid).not.toBe(pid);
  });

  it("kills a process that does not stop, and only then", async () => {
    const engine = bench.engine(ODD, { CANCEL_GRACE_SECONDS: 0.3 });
    await engine.start();
    const pid = engine.pid!;
    const abort = new AbortController();
    const blocked = engine.stylize(bench.task({ variant: "prompt", description: "block" }), { signal: abort.signal });
    const neighbour = engine.describe({ image: bench.style, prompt: "linger" });
    const both = Promise.allSettled([blocked, neighbour]);
    setTimeout(() => abort.abort(), 200);
    const [first, second] = await both;
    expect(first).toMatchObject({ status: "rejected", reason: { name: "CancelledError" } });
    expect(second).toMatchObject({ status: "rejected", reason: { name: "EngineError", retryable: true } });
    await gone(pid);
    await engine.stylize(bench.task());
    expect(engine.pid).not.toBe(pid);
  });

  it("before the start costs no process", async () => {
    const engine = bench.freshEngine(ODD);
    await expect(engine.stylize(bench.task(), { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(CancelledError);
    expect(engine.pid).toBeUndefined();
  });

  it("by stopping the engine ends the process and every task", async () => {
    const engine = bench.freshEngine(ODD);
    await engine.start();
    const pid = engine.pid!;
    const painting = engine.stylize(bench.task({ variant: "prompt", description: "linger" })).catch((error) => error);
    await engine.stop();
    expect(await painting).toBeInstanceOf(CancelledError);
    await gone(pid);
    await expect(engine.start()).rejects.toBeInstanceOf(CancelledError);
  });
});

describe("a process that dies", () => {
  it.each(["describe", "stylize"] as const)("by SIGKILL while it is to %s is started again", async (stage) => {
    const engine = bench.freshEngine(ODD);
    await engine.start();
    const pid = engine.pid!;
    const work =
      stage === "describe"
        ? engine.describe({ image: bench.style, prompt: "linger" })
        : engine.stylize(bench.task({ variant: "prompt", description: "linger" }));
    setTimeout(() => process.kill(pid, "SIGKILL"), 100);
    await expect(work).rejects.toMatchObject({
      name: "EngineError",
      retryable: true,
      message: expect.stringContaining("killed (SIGKILL"),
    });
    expect(await engine.stylize(bench.task())).toMatchObject({ width: 96 });
    expect(engine.pid).not.toBe(pid);
    const told = { pid: process.pid, enginePid: pid, msg: expect.stringContaining("the engine process is gone") };
    expect(bench.lines).toContainEqual(expect.objectContaining(told));
  });

  it("while it describes is not asked again: the simple describer takes over for this picture", async () => {
    const engine = bench.freshEngine(ODD);
    const describe = { image: bench.style, prompt: "die" };
    await expect(engine.describe(describe)).rejects.toMatchObject({ name: "EngineError", retryable: true });
    expect(await engine.describe(describe)).toEqual({
      text: "simply colours",
      describer: "simple",
      note: "odd describer failed: it brought the engine down; the simple describer took over",
    });
    expect(await engine.describe({ image: bench.content })).toMatchObject({ describer: "odd" });
  });

  it("while it describes is not asked again, whatever waits in the background", async () => {
    const engine = bench.freshEngine(ODD);
    const describe = { image: bench.style, prompt: "die" };
    const dying = engine.describe(describe);
    const looking = engine.styleVector(bench.style);
    await expect(dying).rejects.toMatchObject({ retryable: true });
    await expect(looking).rejects.toMatchObject({ retryable: true });
    expect(await engine.describe(describe)).toMatchObject({ describer: "simple" });
  });

  it("by its own exit says with which code", async () => {
    const dying = bench.engine(ODD).stylize(bench.task({ variant: "prompt", description: "exit" }));
    await expect(dying).rejects.toMatchObject({ retryable: true, message: expect.stringContaining("exit code 3") });
  });

  it("before it is ready is an error that may not come back", async () => {
    const engine = bench.engine(ODD, { CAPTIONER: "exit" });
    await expect(engine.start()).rejects.toMatchObject({ name: "EngineError", retryable: true });
    const began = performance.now();
    await expect(engine.start()).rejects.toMatchObject({ message: expect.stringContaining("exit code 4") });
    expect(performance.now() - began).toBeGreaterThan(200);
  });
});

it("a device that could not be chosen is looked for again", async () => {
  let asked = 0;
  const engine = new EngineSupervisor(ODD, CONFIG, bench.log, () =>
    Promise.reject(new EngineError(`no driver, asked ${++asked}`, { retryable: false })),
  );
  await expect(engine.start()).rejects.toThrow("no driver, asked 1");
  await expect(engine.start()).rejects.toThrow("no driver, asked 2");
});

describe("faults of a task", () => {
  it("come across with their kind and words", async () => {
    const engine = bench.engine(ODD);
    const fails = (description: string) => engine.stylize(bench.task({ variant: "prompt", description }));
    await expect(fails("refuse")).rejects.toMatchObject({ identifier: "bad-words", message: "Not these words." });
    await expect(fails("refuse")).rejects.toBeInstanceOf(UserError);
    await expect(fails("tire")).rejects.toMatchObject({ name: "EngineError", retryable: true, message: "tired" });
    await expect(fails("throw")).rejects.toMatchObject({ name: "EngineError", retryable: false });
    expect(bench.lines.some(({ msg }) => String(msg).includes("odd-engine.ts"))).toBe(true);
  });

  it("of the describer are made good by the simple one, and the reply says so", async () => {
    const reply = await bench.engine(ODD).describe({ image: bench.style, prompt: "throw" });
    expect(reply).toMatchObject({ text: "simply colours", describer: "simple" });
    expect(reply.note).toContain("odd describer failed: x is not a function");
    expect(await bench.engine(ODD).describe({ image: bench.style, prompt: "say nothing" })).toMatchObject({
      describer: "simple",
      note: expect.stringContaining("it had nothing to say"),
    });
  });

  it("that last too long are ended", async () => {
    const engine = bench.engine(ODD, { STAGE_MINUTES: 0.005, CANCEL_GRACE_SECONDS: 0.2 });
    await engine.start();
    for (const description of ["linger", "block"]) {
      await expect(engine.stylize(bench.task({ variant: "prompt", description }))).rejects.toMatchObject({
        name: "EngineError",
        retryable: false,
        message: expect.stringMatching(/took longer than .* minutes and was stopped/),
      });
    }
  });

  it("speak of a picture that is missing or broken to people, of where it lies to the log", async () => {
    const broken = path.join(bench.folder, "broken.png");
    await writeFile(broken, (await readFile(bench.content.path)).subarray(0, 100));
    for (const file of [path.join(bench.folder, "missing.png"), broken]) {
      const content = { path: file, sha256: "0".repeat(64) };
      await expect(bench.engine(ODD).stylize(bench.task({ content }))).rejects.toMatchObject({
        identifier: "picture-lost",
        message: expect.stringMatching(
          /^A picture that this needs is missing or damaged on my disk\. Please upload it again/,
        ),
      });
    }
    expect(bench.lines.map(({ msg }) => msg)).toContainEqual(
      expect.stringMatching(/stored picture cannot be read: .*missing/),
    );
  });

  it.skipIf(process.platform !== "linux")("say that the disk is full", async () => {
    const outputPath = path.join(bench.folder, "full.png");
    await symlink("/dev/full", outputPath);
    await expect(bench.engine(ODD).stylize(bench.task({ outputPath }))).rejects.toMatchObject({
      identifier: "disk-full",
    });
    await expect(access(outputPath)).rejects.toThrow("ENOENT");
    await access("/dev/full");
  });

  const unwritable: Readonly<Record<string, () => string>> = {
    "where a file is in the place of their folder": () => bench.content.path,
    // The kernel lets nobody write there; a disk that is full, or gone, fails as late.
    ...(process.platform === "linux" && { "in a folder that takes none": () => "/proc" }),
  };
  it.each(Object.keys(unwritable))("do not come from previews that cannot be written, %s", async (name) => {
    const engine = bench.engine(ODD);
    await engine.start();
    const { pid } = engine;
    const previews: string[] = [];
    const task = bench.task({ previewDir: unwritable[name]!() });
    const reply = await engine.stylize(task, {
      onNews: (news) => news.type === "preview" && previews.push(news.path),
    });
    expect(reply).toMatchObject({ steps: 4, outputPath: task.outputPath });
    expect(previews).toEqual([]);
    expect(await engine.findFaces(bench.content)).toMatchObject({ faces: [] });
    expect(engine.pid).toBe(pid);
    expect(bench.lines.filter(({ msg }) => String(msg).startsWith("done without a preview: "))).toHaveLength(1);
  });

  it("do not come from previews: none are written where there is no folder for them", async () => {
    const previews: string[] = [];
    const task = bench.task({ previewDir: null });
    const onNews = (news: EngineNews): unknown => news.type === "preview" && previews.push(news.path);
    expect(await bench.engine(ODD).stylize(task, { onNews })).toMatchObject({ steps: 4 });
    expect(previews).toEqual([]);
  });
});
