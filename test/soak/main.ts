/** `npm run soak`: members and faults against the real bot, for as long as wanted. */
import { Command } from "commander";

import { numberBetween, oneOf } from "../../src/cli/options.ts";
import { soak, type SoakReport } from "./soak.ts";
import type { Engine } from "./stage.ts";

interface Options {
  readonly seconds: number;
  readonly seed?: number;
  readonly engine?: Engine;
  readonly keep: boolean;
  readonly json: boolean;
}

const SEEDS = 2 ** 31 - 1;

const {
  seconds,
  seed = Date.now() % SEEDS,
  engine,
  keep,
  json,
} = new Command()
  .name("npm run soak --")
  .description("members and random faults against the real bot, then everything that must hold all the same")
  .option("--seconds <n>", "how long there are faults", numberBetween(1, 86_400), 60)
  .option(
    "--seed <n>",
    "repeats the sequence of faults and acts (default: another one each time)",
    numberBetween(0, SEEDS, true),
  )
  .option("--engine <name>", "embedded or diffusion (default: by the seed)", oneOf(["embedded", "diffusion"] as const))
  .option("--keep", "keep the logs even when nothing was violated", false)
  .option("--json", "one JSON object on standard output", false)
  .parse()
  .opts<Options>();

if (process.platform !== "linux") {
  console.error("The soak needs Linux: it finds the bot's processes under /proc.");
  process.exit(2);
}
const report = await soak({ seed, seconds, keep, engine: engine ?? (seed % 2 === 0 ? "embedded" : "diffusion") });
console.log(json ? JSON.stringify(report) : inWords(report));
process.exit(report.violations.length > 0 ? 1 : 0);

function inWords({ faults, byKind, jobs, commands, starts, violations, kept, seed, engine }: SoakReport): string {
  return [
    `Seed ${seed}, ${engine} engine: ${faults} faults, ${commands} commands, ${jobs} jobs, ${starts} starts of the bot.`,
    ...Object.entries(byKind).map(([kind, times]) => `${String(times).padStart(6)}  ${kind}`),
    ...(violations.length === 0 ? ["Nothing was violated."] : ["Violated:", ...violations]),
    ...(kept === undefined ? [] : [`Logs, timeline, transcript and data are in ${kept}`]),
  ].join("\n");
}
