/** `atelier study run`: paints every pair of two folders by every variant, and goes on where it was stopped. */
import path from "node:path";

import { type Command, InvalidArgumentError } from "commander";

import { readConfig } from "../config.ts";
import { inWords } from "../duration.ts";
import { UserError } from "../errors.ts";
import { installedImageAdapter } from "../image-adapter-folder.ts";
import {
  DEFAULT_SETTINGS,
  SETTING_BOUNDS,
  STYLE_PATHS,
  STYLIZER_IDS,
  type StylizerId,
  type UsedStylePath,
  waysOf,
} from "../painting.ts";
import type { Manifest } from "../study/manifest.ts";
import type { StudyProgress } from "../study/pace.ts";
import type { StudyOrder } from "../study/prepare-study.ts";
import { VARIANTS } from "../variant.ts";
import { withInterrupt } from "./interrupt.ts";
import { listOf, numberBetween, oneOf } from "./options.ts";
import { progressLine } from "./progress.ts";
import { MOST_STEPS } from "./style.ts";

interface RunOptions extends Omit<StudyOrder, "seeds" | "settings"> {
  readonly repeat: StudyOrder["seeds"];
  readonly engine?: "auto" | StylizerId;
  readonly size: number;
  readonly strength: number;
  readonly steps?: number;
  readonly guidance?: number;
  readonly learnSteps?: number;
  readonly json: boolean;
}

const PATHS = STYLE_PATHS.filter((path) => path !== "auto");

export function registerStudyRun(study: Command): void {
  const bounds = SETTING_BOUNDS;
  study
    .command("run")
    .description("paint every content in every style by every variant; the same command goes on where it was stopped")
    .requiredOption("--contents <dir>", "a folder of pictures to repaint")
    .requiredOption("--styles <dir>", "a folder of styles")
    .requiredOption("--out <dir>", "where pictures and manifest go: an empty folder, or that of the same study")
    .option("--pairs <all|n>", "how many pairs, evenly over contents and styles", allOr(1, 1_000_000), "all" as const)
    .option("--variants <list>", `some of ${VARIANTS.join(",")}`, listOf(oneOf(VARIANTS)), [...VARIANTS])
    .option("--paths <list>", `style paths as candidates: some of ${PATHS.join(",")}`, listOf(oneOf(PATHS)), [])
    .option("--controls", "also content, style, a colour transfer and the embedded engine, as candidates", false)
    .option("--repeat <seeds>", "each picture once for each of these", listOf(numberBetween(...bounds.seed, true)), [1])
    .option("--engine <name>", "auto, embedded, diffusion (default: ENGINE)", oneOf(["auto", ...STYLIZER_IDS]))
    .option("--size <px>", "long side of the results", numberBetween(...bounds.size, true), DEFAULT_SETTINGS.size)
    .option(
      "--strength <0..1>",
      "how far from the content",
      numberBetween(...bounds.strength),
      DEFAULT_SETTINGS.strength,
    )
    .option("--steps <n>", "denoising steps", numberBetween(...bounds.steps, true))
    .option("--guidance <g>", "guidance scale", numberBetween(...bounds.guidance))
    .option(
      "--learn-steps <n>",
      "most steps of learning a style, for paths that take tokens",
      numberBetween(1, MOST_STEPS, true),
    )
    .option("--json", "print the manifest and nothing else", false)
    .action(async (options: RunOptions) => {
      const manifest = await run(options);
      console.log(options.json ? JSON.stringify(manifest) : summary(manifest, options.out));
      if (!manifest.complete) process.exitCode = 1;
    });
}

async function run({
  engine,
  repeat,
  size,
  strength,
  steps,
  guidance,
  learnSteps,
  ...choice
}: RunOptions): Promise<Manifest> {
  const config = readConfig();
  if (config.QUEUE_URL === undefined) await expectPathsHere(choice.paths, config.MODELS_DIR);
  else expectPathsThere(choice.paths);
  const settings = { size, strength, steps: steps ?? null, guidance: guidance ?? null, learnSteps: learnSteps ?? null };
  const order: StudyOrder = { ...choice, out: path.resolve(choice.out), seeds: repeat, settings };
  const { prepareStudy } = await import("../study/prepare-study.ts");
  const { runStudy } = await import("../study/run-study.ts");
  const { withStudio } = await import("./study-studio.ts");
  const bar = progressLine();
  return withInterrupt(async (signal) => {
    const limits = { maxBytes: config.MAX_UPLOAD_MB * 1024 * 1024, maxPixels: config.MAX_MEGAPIXELS * 1e6 };
    const study = await prepareStudy(order, { limits, signal });
    for (const { file, why } of study.before ? [] : [...study.contents.leftOut, ...study.styles.leftOut])
      process.stderr.write(`${file} is left out: ${why}\n`);
    const ENGINE = engine ?? config.ENGINE;
    return withStudio({ ...config, ENGINE }, order.out, (parts) =>
      runStudy(
        study,
        { ...parts, limits },
        { signal, onProgress: (at) => bar.show(at.done, at.total, progressWords(at)) },
      ),
    );
  }).finally(() => bar.stop());
}

/** Before any work. @throws UserError for a style path that lacks what it takes */
export async function expectPathsHere(paths: readonly UsedStylePath[], modelsDir: string): Promise<void> {
  for (const path of paths) {
    const { adapter } = waysOf(path);
    if (adapter) await installedImageAdapter(modelsDir, adapter);
  }
}

/** Before any work. @throws UserError for a style path that takes what workers learn for servers alone */
export function expectPathsThere(paths: readonly UsedStylePath[]): void {
  const taking = paths.find((path) => waysOf(path).token);
  if (taking)
    throw new UserError(
      "study-workers-learn",
      `The style path ${taking} takes a learned style, and a study learns on this machine alone. Leave the path out, or QUEUE_URL.`,
    );
}

export function progressWords({ done, total, secondsLeft, isHeld, learning }: StudyProgress): string {
  const what = `${done} of ${total} pictures`;
  if (isHeld) return `${what}, waiting for room on the disk`;
  if (learning) return `${what}, learning ${learning.style}: step ${learning.step} of ${learning.steps} at most`;
  return secondsLeft === null ? what : `${what}, ${inWords(secondsLeft)} left`;
}

export function summary(manifest: Manifest, out: string): string {
  const { pictures, failed, leftOut, pairs, candidates, machines = [], repeatable } = manifest;
  const lines = [
    `${amount(pictures.length, "picture")} of ${amount(pairs.length, "pair")} by ${amount(candidates.length, "candidate")} in ${path.resolve(out)}`,
    ...(machines.length > 1 ? [`Painted by ${machines.map(({ name }) => name).join(", ")}. ${repeatable}`] : []),
    ...(leftOut.length > 0
      ? [`${counted(leftOut.length, "file")} left out: the manifest names them and says why.`]
      : []),
    ...(failed.length > 0
      ? [
          `${counted(failed.length, "picture")} missing, the first because: ${failed[0]!.why}`,
          "The same command tries again.",
        ]
      : []),
  ];
  return lines.join("\n");
}

const amount = (count: number, what: string): string =>
  `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

const counted = (count: number, what: string): string => `${amount(count, what)} ${count === 1 ? "is" : "are"}`;

/** A parser for commander: `all`, or a whole number. */
function allOr(low: number, high: number): (text: string) => "all" | number {
  const parse = numberBetween(low, high, true);
  return (text) => {
    if (text === "all") return "all";
    try {
      return parse(text);
    } catch {
      throw new InvalidArgumentError(`Expected all, or a whole number from ${low} to ${high}.`);
    }
  };
}
