/** `npm run faults`: faults between machines, for as many as wanted. */
import { Command } from "commander";

import { numberBetween, oneOf } from "../../../src/cli/options.ts";
import { type FaultOptions, runFaults } from "./run.ts";

const SEEDS = 2 ** 31 - 1;

const options = new Command()
  .name("npm run faults --")
  .description(
    "kills and cuts off workers, bots and servers while they paint, then everything that must hold all the same",
  )
  .option("--faults <n>", "how many", numberBetween(1, 100_000), 500)
  .option("--jobs <n>", "how many", numberBetween(1, 100_000), 2000)
  .option("--seed <n>", "repeats a sequence of faults", numberBetween(0, SEEDS, true), Date.now() % SEEDS)
  .option("--server <name>", "of the queue: postgres or redis", oneOf(["postgres", "redis"] as const), "postgres")
  .option("--lock-seconds <s>", "how long a worker's lock lasts without renewal", numberBetween(1, 60), 3)
  .option("--posted", "members of a Discord on this machine ask the whole bot, and what is posted is counted", false)
  .option("--keep", "keep logs and pictures even when nothing was violated", false)
  .parse()
  .opts<FaultOptions>();

const report = await runFaults(options);
console.log(JSON.stringify({ seed: options.seed, server: options.server, ...report }, null, 2));
process.exit(report.violations.length > 0 ? 1 : 0);
