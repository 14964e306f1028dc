/**
 * One timed run of the embedded engine, or of the prototype it grew from, in a process of its own: so that peak memory
 * and the cost of a cold start are each engine's own. Prints one line of JSON.
 *
 * Arguments: what to run as JSON (`RunTask`).
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { engineOf } from "../judge/engine-of.ts";
import type { StylizeInput } from "../stylize/stylizer.ts";
import { needsDescription, type Variant } from "../variant.ts";
import { peakMemory } from "./peak-memory.ts";
import { decodePpm } from "./ppm.ts";

export interface RunTask {
  readonly engine: "atelier" | "prototype";
  /** Of the checkout, or of the prototype. */
  readonly folder: string;
  /** Binary PPM files. */
  readonly content: string;
  readonly style: string;
  readonly size: number;
  readonly variant: Variant;
}

export interface TimedRun {
  /** of the first call in the process, and of the second (0 for the prototype, which is run once) */
  readonly seconds: number;
  readonly warmSeconds: number;
  /** of putting the style into words before, where the variant needs them */
  readonly describeSeconds: number;
  readonly firstPreviewSeconds: number;
  readonly previews: number;
  /** user and system time of describing and of the first call, all threads */
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

const task = JSON.parse(process.argv[2]!) as RunTask;
const result = await (task.engine === "atelier" ? runAtelier(task) : runPrototype(task));
process.stdout.write(`${JSON.stringify(result)}\n`);

async function runAtelier({ folder, content, style, size, variant }: RunTask): Promise<TimedRun> {
  const { stylizer, describer, defaults } = await engineOf(folder);
  const pictures = { content: decodePpm(await readFile(content)), style: decodePpm(await readFile(style)) };
  const whole = startClock();
  const description = needsDescription(variant)
    ? await describer.describe({ image: pictures.style, sha256: "style" })
    : null;
  const describeSeconds = whole.seconds();
  const input: StylizeInput = {
    ...pictures,
    contentSha256: "content",
    styleSha256: "style",
    variant,
    description,
    settings: { ...defaults, seed: 1, size },
  };
  const clock = startClock();
  let previews = 0;
  let firstPreviewSeconds = 0;
  await stylizer.stylize(input, {
    onPreview: () => {
      if (previews++ === 0) firstPreviewSeconds = clock.seconds();
    },
  });
  const cold = { seconds: clock.seconds(), cpuSeconds: whole.cpuSeconds(), peakMegabytes: peakMegabytes() };
  // Another style hash: the second call is warm code, not a warm cache.
  const again = startClock();
  await stylizer.stylize({ ...input, styleSha256: "another" });
  return { ...cold, describeSeconds, warmSeconds: again.seconds(), firstPreviewSeconds, previews };
}

async function runPrototype({ folder, content, style }: RunTask): Promise<TimedRun> {
  const module = pathToFileURL(path.join(folder, "patch-synthesis.mjs")).href;
  const prototype = (await import(module)) as Prototype;
  const clock = startClock();
  let previews = 0;
  let firstPreviewSeconds = 0;
  const { x } = prototype.stylize(
    prototype.toLab(prototype.readPPM(content)),
    prototype.toLab(prototype.readPPM(style)),
    { seed: 1 },
    () => {
      if (previews++ === 0) firstPreviewSeconds = clock.seconds();
    },
  );
  prototype.toRGB(x);
  return {
    seconds: clock.seconds(),
    warmSeconds: 0,
    describeSeconds: 0,
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
  const bytes = peakMemory();
  return bytes === null ? process.resourceUsage().maxRSS / 1024 : bytes / 2 ** 20;
}
