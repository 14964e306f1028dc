/** Times the embedded engine, and next to it, in turns, the one-thread prototype it grew from. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { oklabToRgb, rgbToOklabSized } from "../images/oklab.ts";
import { fitLongSide } from "../images/plane.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { TimedRun } from "./embedded-run.ts";
import { encodePpm } from "./ppm.ts";

export interface EmbeddedBenchOptions {
  readonly content: RgbImage;
  readonly style: RgbImage;
  /** runs of each engine; medians are reported. Default 5 */
  readonly runs?: number;
  readonly onRun?: (engine: "atelier" | "prototype", run: TimedRun) => void;
}

export interface EmbeddedBench {
  readonly size: number;
  readonly runs: number;
  readonly threads: number;
  /** medians, field by field */
  readonly atelier: TimedRun;
  /** `null` where the prototype is not beside the repository */
  readonly prototype: TimedRun | null;
  /** how many times faster than the prototype (medians of cold runs) */
  readonly ratio: number | null;
}

const SIZE = 512;
const RUN_SCRIPT = fileURLToPath(new URL("embedded-run.ts", import.meta.url));
const PROTOTYPE = fileURLToPath(new URL("../../../shared/prototype", import.meta.url));

/** Each run is a fresh process. Both engines get the same pictures, brought to a long side of 512. */
export async function benchEmbedded(options: EmbeddedBenchOptions): Promise<EmbeddedBench> {
  const { runs = 5, onRun } = options;
  const folder = await mkdtemp(path.join(tmpdir(), "atelier-bench-"));
  try {
    const contentFile = path.join(folder, "content.ppm");
    const styleFile = path.join(folder, "style.ppm");
    await writeFile(contentFile, encodePpm(sized(options.content)));
    await writeFile(styleFile, encodePpm(sized(options.style)));
    const hasPrototype = existsSync(path.join(PROTOTYPE, "patch-synthesis.mjs"));
    const atelier: TimedRun[] = [];
    const prototype: TimedRun[] = [];
    for (let run = 0; run < runs; run++) {
      atelier.push(await timedRun("atelier", contentFile, styleFile));
      onRun?.("atelier", atelier.at(-1)!);
      if (!hasPrototype) continue;
      prototype.push(await timedRun(PROTOTYPE, contentFile, styleFile));
      onRun?.("prototype", prototype.at(-1)!);
    }
    const ours = medians(atelier);
    const theirs = hasPrototype ? medians(prototype) : null;
    return {
      size: SIZE,
      runs,
      threads: availableParallelism(),
      atelier: ours,
      prototype: theirs,
      ratio: theirs ? theirs.seconds / ours.seconds : null,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const sized = (image: RgbImage): RgbImage => oklabToRgb(rgbToOklabSized(image, fitLongSide(image, SIZE)));

async function timedRun(engine: string, contentFile: string, styleFile: string): Promise<TimedRun> {
  const args = ["--import", import.meta.resolve("tsx"), RUN_SCRIPT, engine, contentFile, styleFile];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 300_000 });
  return JSON.parse(stdout) as TimedRun;
}

function medians(runs: readonly TimedRun[]): TimedRun {
  const median = (field: keyof TimedRun): number =>
    runs.map((run) => run[field]).toSorted((a, b) => a - b)[Math.floor(runs.length / 2)]!;
  return {
    seconds: median("seconds"),
    warmSeconds: median("warmSeconds"),
    firstPreviewSeconds: median("firstPreviewSeconds"),
    previews: median("previews"),
    cpuSeconds: median("cpuSeconds"),
    peakMegabytes: median("peakMegabytes"),
  };
}
