/** Learning in the engine's process: it goes after everything else, keeps what it reached, and goes on after a kill. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readConfig } from "../../src/config.ts";
import { createEngine } from "../../src/engine/index.ts";
import type { EngineSupervisor } from "../../src/engine/supervisor.ts";
import { encodePng } from "../../src/images/encode.ts";
import type { RgbImage } from "../../src/images/rgb-image.ts";
import type { EngineNews, EnginePicture, LearnTask, StylizeTask } from "../../src/jobs/engine.ts";
import { createLogger } from "../../src/log.ts";
import { readInversionState } from "../../src/stylize/diffusion/inversion-state.ts";
import { writeTokenFile } from "../../src/stylize/diffusion/token-file.ts";
import { FIXTURES, readReference } from "../models/reference.ts";

/** The engine lets every other process of the machine go first: among other tests it may take its time. */
const SLOW = 120_000;

describe("an engine that learns a style", { timeout: SLOW }, () => {
  let folder: string;
  let engine: EngineSupervisor;
  let image: EnginePicture;

  const start = (settings: Record<string, string> = {}): EngineSupervisor => {
    const config = readConfig({
      MODELS_DIR: path.join(folder, "models"),
      DEVICE: "cpu",
      CAPTIONER: "palette",
      ...settings,
    });
    return createEngine(config, createLogger("silent")) as EngineSupervisor;
  };
  const store = async (picture: RgbImage): Promise<EnginePicture> => {
    const bytes = await encodePng(picture);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = path.join(folder, `${sha256}.png`);
    await writeFile(file, bytes);
    return { path: file, sha256 };
  };
  const learning = (name: string, changes: Partial<LearnTask> = {}): LearnTask => ({
    image,
    description: "bold outlines",
    form: "vector",
    size: 64,
    maxSteps: 60,
    statePath: path.join(folder, `${name}.safetensors`),
    sampleDir: null,
    ...changes,
  });
  const isStep = (news: EngineNews, step: number): boolean => news.type === "progress" && news.step === step;
  const painting = (changes: Partial<StylizeTask> = {}): StylizeTask => ({
    content: image,
    style: image,
    variant: "inst",
    ownWords: [],
    description: null,
    settings: {
      strength: 0.5,
      seed: 1,
      size: 64,
      steps: 4,
      guidance: null,
      stylePath: "auto",
      faithful: false,
      keepColors: false,
      speed: "normal",
      loras: [],
    },
    outputPath: path.join(folder, "out.png"),
    previewDir: null,
    ...changes,
  });

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-learning-"));
    await mkdir(path.join(folder, "models"));
    await symlink(path.join(FIXTURES, "tiny-v1"), path.join(folder, "models", "tiny"));
    const reference = await readReference(path.join(FIXTURES, "tiny-v1", "learning.safetensors"));
    image = await store(reference.picture("inversion.picture"));
    engine = start();
  });
  afterAll(async () => {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("tells its steps and its losses, and ends with a state that a token is made of", async () => {
    const looks: number[] = [];
    const kept: Promise<number>[] = [];
    let last = 0;
    const reply = await engine.learn(learning("whole"), {
      onNews: (news) => {
        if (news.type === "look") {
          looks.push(news.step);
          kept.push(readInversionState(path.join(folder, "whole.safetensors")).then(({ step }) => step));
        }
        if (news.type === "progress") last = news.step;
      },
    });
    expect(last).toBe(60);
    expect(looks).toEqual([0, 10, 25, 50, 60]);
    // What was looked at is on the disk: another machine may go on from there.
    for (const [n, step] of (await Promise.all(kept)).entries()) expect(step).toBeGreaterThanOrEqual(looks[n]!);
    expect(reply).toMatchObject({ steps: 60, form: "vector" });
    expect(reply.loss).toBeLessThan(reply.firstLoss);
    const { best } = await readInversionState(path.join(folder, "whole.safetensors"));
    expect(best).toMatchObject({ step: reply.best, loss: reply.loss });
  });

  it(
    "goes on with the same steps after its process was killed",
    async () => {
      const whole = await readInversionState(path.join(folder, "whole.safetensors"));
      const abort = new AbortController();
      const cut = engine.learn(learning("cut"), {
        signal: abort.signal,
        onNews: (news) => isStep(news, 20) && abort.abort(),
      });
      await expect(cut).rejects.toMatchObject({ name: "CancelledError" });
      expect((await readInversionState(path.join(folder, "cut.safetensors"))).step).toBeGreaterThanOrEqual(20);
      const killed = engine.learn(learning("cut"), {
        onNews: (news) => isStep(news, 40) && process.kill(engine.pid!, "SIGKILL"),
      });
      await expect(killed).rejects.toMatchObject({ name: "EngineError", retryable: true });
      await engine.learn(learning("cut"));
      const resumed = await readInversionState(path.join(folder, "cut.safetensors"));
      expect(resumed.losses).toEqual(whole.losses);
      expect(resumed.tensors).toEqual(whole.tensors);
    },
    SLOW,
  );

  it(
    "lets pictures go first",
    async () => {
      let step = 0;
      const abort = new AbortController();
      const learnt = engine.learn(learning("slow", { maxSteps: 5000 }), {
        signal: abort.signal,
        onNews: (news) => {
          if (news.type === "progress") step = news.step;
        },
      });
      await expect.poll(() => step, { interval: 5, timeout: SLOW / 2 }).toBeGreaterThan(4);
      let painted = 0;
      const during: number[] = [];
      await engine.stylize(painting({ settings: { ...painting().settings, steps: 30 } }), {
        onNews: ({ type }) => {
          if (type !== "progress") return;
          painted++;
          during.push(step);
        },
      });
      expect(painted).toBeGreaterThan(5);
      // The step under way when the picture came is finished, and no other is begun.
      expect(new Set(during.slice(1)).size).toBe(1);
      const then = step;
      await expect.poll(() => step, { interval: 5, timeout: SLOW / 2 }).toBeGreaterThan(then);
      abort.abort();
      await expect(learnt).rejects.toMatchObject({ name: "CancelledError" });
    },
    SLOW,
  );

  it("paints by a token's file, and without one that is gone", async () => {
    const { best } = await readInversionState(path.join(folder, "whole.safetensors"));
    const tokenPath = path.join(folder, "token.safetensors");
    const about = { name: null, description: null, styleSha256: null, steps: null, loss: null };
    await writeTokenFile(tokenPath, { vectors: { data: best.vector, shape: [1, 24] }, about });
    expect(await engine.stylize(painting({ tokenPath }))).toMatchObject({ stylePath: "token" });
    await rm(tokenPath);
    expect(await engine.stylize(painting({ tokenPath }))).toMatchObject({ stylePath: "attention" });
    const asked = painting({ tokenPath, settings: { ...painting().settings, stylePath: "token" } });
    await expect(engine.stylize(asked)).rejects.toMatchObject({ name: "UserError", identifier: "token-file" });
  });

  it("starts anew where the state is damaged", async () => {
    await writeFile(
      path.join(folder, "cut.safetensors"),
      (await readFile(path.join(folder, "whole.safetensors"))).subarray(0, 900),
    );
    const looks: number[] = [];
    // Where samples cannot be written, as a file is in their folder's place, styles are learned all the same.
    await engine.learn(learning("cut", { maxSteps: 3, sampleDir: image.path }), {
      onNews: (news) => news.type === "look" && looks.push(news.step),
    });
    expect(looks).toEqual([0, 3]);
  });

  it("says what to install where there are no networks", async () => {
    const embedded = start({ ENGINE: "embedded" });
    await expect(embedded.learn(learning("none"))).rejects.toMatchObject({
      name: "UserError",
      identifier: "learning-needs-diffusion",
      message: expect.stringMatching(/atelier models install/) as unknown,
    });
    await embedded.stop();
  });
});
