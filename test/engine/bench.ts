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

export const CHILD = path.resolve(import.meta.dirname, "../../src/engine/child.ts");
export const ODD = path.join(import.meta.dirname, "fixtures/odd-engine.ts");

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

const CONFIG: SupervisorConfig = {
  ENGINE: "auto",
  CAPTIONER: "auto",
  CAPTION_TOKENS: 100,
  MODELS_DIR: "/nonexistent",
  MODEL_MEMORY: 1,
  PRECISION: "auto",
  CANCEL_GRACE_SECONDS: 5,
  STAGE_MINUTES: 1,
};

/** Two small drawings with something to find in them. */
const DRAWINGS = {
  content: `<svg width="96" height="64"><rect width="96" height="64" fill="#9cf"/><circle cx="40" cy="36" r="20" fill="#c33"/></svg>`,
  style: `<svg width="80" height="80"><rect width="80" height="80" fill="#fd0"/><path d="M0 0L80 80M0 40L40 80M40 0L80 40" stroke="#036" stroke-width="7"/></svg>`,
};

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
    settings: { strength: 0.5, seed: 1, size: 96, steps: null, guidance: null, stylePath: "auto", faithful: false },
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
