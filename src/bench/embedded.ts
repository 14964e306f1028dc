/** Times the embedded engine, and next to it, in turns, that of another commit and the one-thread prototype it grew from. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { oklabToRgb, rgbToOklabSized } from "../images/oklab.ts";
import { fitLongSide } from "../images/plane.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { ROOT, sourcesOf, withSources } from "../judge/engine-sources.ts";
import type { Variant } from "../variant.ts";
import type { RunTask, TimedRun } from "./embedded-run.ts";
import { encodePpm } from "./ppm.ts";

export interface EmbeddedBenchOptions {
  readonly content: RgbImage;
  readonly style: RgbImage;
  /** Long side of the result, and of both pictures. */
  readonly size: number;
  readonly variant: Variant;
  /** A commit to compare with, as git understands it; `null`: the prototype, where it lies beside the repository. */
  readonly against: string | null;
  /** runs of each engine; medians are reported. Default 5 */
  readonly runs?: number;
  readonly onRun?: (run: TimedRun) => void;
}

export interface EmbeddedBench {
  /** medians, field by field */
  readonly atelier: TimedRun;
  /** the same of what it is compared with; `null` where there is nothing */
  readonly other: TimedRun | null;
}

const RUN_SCRIPT = fileURLToPath(new URL("embedded-run.ts", import.meta.url));
const PROTOTYPE = fileURLToPath(new URL("../../../shared/prototype", import.meta.url));

/**
 * Each run is a fresh process, and engines take turns.
 *
 * @throws UserError where there is no such commit, or no engine in it
 */
export async function benchEmbedded(options: EmbeddedBenchOptions): Promise<EmbeddedBench> {
  const { against } = options;
  if (against !== null) {
    return withSources(await sourcesOf(against), (folder) => inTurns(options, { engine: "atelier", folder }));
  }
  const hasPrototype = existsSync(path.join(PROTOTYPE, "patch-synthesis.mjs"));
  return inTurns(options, hasPrototype ? { engine: "prototype", folder: PROTOTYPE } : null);
}

type Contender = Pick<RunTask, "engine" | "folder">;

async function inTurns(options: EmbeddedBenchOptions, other: Contender | null): Promise<EmbeddedBench> {
  const { size, variant, runs = 5, onRun } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "atelier-bench-"));
  try {
    const pictures = { content: path.join(folder, "content.ppm"), style: path.join(folder, "style.ppm") };
    await writeFile(pictures.content, encodePpm(sized(options.content, size)));
    await writeFile(pictures.style, encodePpm(sized(options.style, size)));
    const timed: { readonly ours: TimedRun[]; readonly theirs: TimedRun[] } = { ours: [], theirs: [] };
    const once = async (contender: Contender, list: TimedRun[]): Promise<void> => {
      list.push(await timedRun({ ...contender, ...pictures, size, variant }));
      onRun?.(list.at(-1)!);
    };
    for (let run = 0; run < runs; run++) {
      await once({ engine: "atelier", folder: ROOT }, timed.ours);
      if (other) await once(other, timed.theirs);
    }
    return { atelier: medians(timed.ours), other: other && medians(timed.theirs) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const sized = (image: RgbImage, size: number): RgbImage => oklabToRgb(rgbToOklabSized(image, fitLongSide(image, size)));

async function timedRun(task: RunTask): Promise<TimedRun> {
  const args = ["--import", import.meta.resolve("tsx"), RUN_SCRIPT, JSON.stringify(task)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 600_000 });
  return JSON.parse(stdout) as TimedRun;
}

function medians(runs: readonly TimedRun[]): TimedRun {
  const median = (field: keyof TimedRun): number =>
    runs.map((run) => run[field]).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)]!;
  return {
    seconds: median("seconds"),
    warmSeconds: median("warmSeconds"),
    describeSeconds: median("describeSeconds"),
    firstPreviewSeconds: median("firstPreviewSeconds"),
    previews: median("previews"),
    cpuSeconds: median("cpuSeconds"),
    peakMegabytes: median("peakMegabytes"),
  };
}
