/** What the engine's tests share: pictures in a folder of their own, engines that end with the test. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import pino from "pino";
import sharp from "sharp";
import { afterAll, afterEach, beforeEach } from "vitest";

import { EngineSupervisor, type SupervisorConfig } from "../../src/engine/supervisor.ts";
import type { EnginePicture, StylizeTask } from "../../src/jobs/engine.ts";
import type { Logger } from "../../src/log.ts";
import { DEFAULT_SETTINGS } from "../../src/painting.ts";
import { CONFIG, DRAWINGS } from "./settings.ts";

/** The bench of the test that runs. */
export interface Bench {
  readonly folder: string;
  readonly content: EnginePicture;
  readonly style: EnginePicture;
  /** Lines of the log, parsed. */
  readonly lines: Record<string, unknown>[];
  readonly log: Logger;
  /** One that the tests of the file share, for it takes a while to start. */
  engine(module: string, over?: Partial<SupervisorConfig>): EngineSupervisor;
  freshEngine(module: string, over?: Partial<SupervisorConfig>): EngineSupervisor;
  task(over?: Partial<StylizeTask>): StylizeTask;
}

/** Call once in a test file. */
export function useBench(): Bench {
  const shared = new Map<string, EngineSupervisor>();
  const fresh: EngineSupervisor[] = [];
  const bench = {} as { -readonly [K in keyof Bench]: Bench[K] };

  beforeEach(async () => {
    bench.folder = await mkdtemp(path.join(os.tmpdir(), "atelier-engine-"));
    bench.lines = [];
    bench.content = await draw("content");
    bench.style = await draw("style");
  });
  afterEach(async () => {
    await Promise.all(fresh.splice(0).map((engine) => engine.stop()));
    await rm(bench.folder, { recursive: true, force: true });
  });

  afterAll(async () => {
    await Promise.all([...shared.values()].map((engine) => engine.stop()));
  });

  async function draw(name: keyof typeof DRAWINGS): Promise<EnginePicture> {
    const bytes = await sharp(Buffer.from(DRAWINGS[name])).png().toBuffer();
    const file = path.join(bench.folder, `${name}.png`);
    await writeFile(file, bytes);
    return { path: file, sha256: createHash("sha256").update(bytes).digest("hex") };
  }

  bench.log = pino({ level: "debug" }, { write: (line: string) => void bench.lines.push(JSON.parse(line)) });
  const make = (module: string, over: Partial<SupervisorConfig> = {}): EngineSupervisor =>
    new EngineSupervisor(module, { ...CONFIG, ...over }, bench.log, async () => "cpu");
  bench.freshEngine = (module, over) => {
    const engine = make(module, over);
    fresh.push(engine);
    return engine;
  };
  bench.engine = (module, over) => {
    const key = JSON.stringify([module, over]);
    const engine = shared.get(key) ?? make(module, over);
    shared.set(key, engine);
    return engine;
  };
  bench.task = (over = {}) => ({
    content: bench.content,
    style: bench.style,
    variant: "inst",
    description: null,
    ownWords: [],
    settings: { ...DEFAULT_SETTINGS, strength: 0.5, seed: 1, size: 96 },
    outputPath: path.join(bench.folder, "result.png"),
    previewDir: path.join(bench.folder, "previews"),
    ...over,
  });
  return bench;
}

/** Resolves when the process is gone. */
export async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
