/**
 * One timed run of the embedded engine, or of the prototype it grew from, in a process of its own: so that peak memory
 * and the cost of a cold start are each engine's own. Prints one line of JSON.
 *
 * Arguments: `atelier` or the prototype's folder, then content and style as binary PPM files.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { DEFAULT_SETTINGS } from "../painting.ts";
import { EmbeddedStylizer } from "../stylize/embedded/index.ts";
import type { StylizeInput } from "../stylize/stylizer.ts";
import { decodePpm } from "./ppm.ts";

export interface TimedRun {
  /** of the first call in the process, and of the second (0 for the prototype, which is run once) */
  readonly seconds: number;
  readonly warmSeconds: number;
  readonly firstPreviewSeconds: number;
  readonly previews: number;
  /** user and system time of the first call, all threads */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

/** The exports of the prototype that are called. */
interface Prototype {
  readonly readPPM: (file: string) => unknown;
  readonly toLab: (image: unknown) => unknown;
  readonly toRGB: (image: unknown) => unknown;
  readonly stylize: (content: unknown, style: unknown, options: object, onLevel: () => void) => { readonly x: unknown };
}

const [engine, contentFile, styleFile] = process.argv.slice(2) as [string, string, string];
const result = engine === "atelier" ? await runAtelier() : await runPrototype(engine);
process.stdout.write(`${JSON.stringify(result)}\n`);

async function runAtelier(): Promise<TimedRun> {
  const input: StylizeInput = {
    content: decodePpm(await readFile(contentFile)),
    style: decodePpm(await readFile(styleFile)),
    contentSha256: "content",
    styleSha256: "style",
    variant: "inst",
    description: null,
    settings: { ...DEFAULT_SETTINGS, seed: 1 },
  };
  const stylizer = new EmbeddedStylizer();
  const clock = startClock();
  let previews = 0;
  let firstPreviewSeconds = 0;
  await stylizer.stylize(input, {
    onPreview: () => {
      if (previews++ === 0) firstPreviewSeconds = clock.seconds();
    },
  });
  const cold = { seconds: clock.seconds(), cpuSeconds: clock.cpuSeconds(), peakMegabytes: peakMegabytes() };
  // Another style hash: the second call is warm code, not a warm cache.
  const again = startClock();
  await stylizer.stylize({ ...input, styleSha256: "another" });
  return { ...cold, warmSeconds: again.seconds(), firstPreviewSeconds, previews };
}

async function runPrototype(folder: string): Promise<TimedRun> {
  const module = pathToFileURL(path.join(folder, "patch-synthesis.mjs")).href;
  const prototype = (await import(module)) as Prototype;
  const clock = startClock();
  let previews = 0;
  let firstPreviewSeconds = 0;
  const { x } = prototype.stylize(
    prototype.toLab(prototype.readPPM(contentFile)),
    prototype.toLab(prototype.readPPM(styleFile)),
    { seed: 1 },
    () => {
      if (previews++ === 0) firstPreviewSeconds = clock.seconds();
    },
  );
  prototype.toRGB(x);
  return {
    seconds: clock.seconds(),
    warmSeconds: 0,
    firstPreviewSeconds,
    previews,
    cpuSeconds: clock.cpuSeconds(),
    peakMegabytes: peakMegabytes(),
  };
}

function startClock(): { seconds: () => number; cpuSeconds: () => number } {
  const start = performance.now();
  const startCpu = process.cpuUsage();
  return {
    seconds: () => (performance.now() - start) / 1000,
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage(startCpu);
      return (user + system) / 1e6;
    },
  };
}

function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}
