/**
 * Gives everything that reads what strangers write one random input after the other, and says which of them fails.
 *
 * npm run fuzz -- --seconds 600 --seed 7 [--target pickle] [--path 12:3]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

import { fuzz, report } from "../test/fuzz/target.ts";
import { TARGETS } from "../test/fuzz/targets.ts";

/** Targets take turns, each with seeds of its own, so that a short run meets all of them. */
const LONGEST_TURN_SECONDS = 10;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
    target: { type: "string" },
    path: { type: "string" },
  },
});
const seconds = Number(values.seconds);
let seed = Number(values.seed);
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (!(seconds > 0) || !Number.isInteger(seed) || targets.length === 0) {
  console.error(`--seconds is above 0, --seed whole, --target one of ${TARGETS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

console.log(`seed ${seed}, ${seconds} s`);
const turnSeconds = Math.min(LONGEST_TURN_SECONDS, seconds / targets.length);
const turns = Math.max(1, Math.round(seconds / turnSeconds / targets.length));
const runs = new Map(targets.map(({ name }) => [name, 0]));
for (let turn = 0; turn < turns; turn++, seed++)
  for (const target of targets) {
    const path = values.path === undefined ? {} : { path: values.path };
    const result = await fuzz(target, { seed, milliseconds: turnSeconds * 1000, ...path });
    runs.set(target.name, runs.get(target.name)! + result.runs);
    if (result.failure) {
      console.error(report(result.failure));
      process.exitCode = 1;
    }
  }
for (const [name, count] of runs) console.log(`${name}: ${count} inputs`);
