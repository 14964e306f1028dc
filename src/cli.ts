/** The terminal's composition root: `atelier COMMAND`. */
import { createRequire } from "node:module";

import { Command } from "commander";

import { registerBench } from "./cli/bench/index.ts";
import { registerBot } from "./cli/bot.ts";
import { registerData } from "./cli/data.ts";
import { registerDemo } from "./cli/demo/index.ts";
import { registerDescribe } from "./cli/describe.ts";
import { registerDoctor } from "./cli/doctor.ts";
import { exitCodeOf } from "./cli/exit.ts";
import { registerJobs } from "./cli/jobs.ts";
import { registerJudge } from "./cli/judge.ts";
import { registerModels } from "./cli/models.ts";
import { keepOutputErrorsQuiet } from "./cli/output-error.ts";
import { registerScores } from "./cli/scores.ts";
import { registerSetUpCuda } from "./cli/set-up-cuda.ts";
import { registerStyle } from "./cli/style.ts";
import { registerStylize } from "./cli/stylize.ts";
import { speakPlainly } from "./cli/usage.ts";
import { registerWorker } from "./cli/worker.ts";

const manifest = createRequire(import.meta.url)("../package.json") as { readonly version: string };

const program = new Command("atelier")
  .description("Repaints a picture in the style of another.")
  .exitOverride()
  .version(manifest.version)
  .helpCommand(true);

registerStylize(program);
registerDescribe(program);
registerStyle(program);
registerBot(program);
registerWorker(program);
registerDemo(program);
registerModels(program);
registerDoctor(program);
registerJobs(program);
registerData(program);
registerSetUpCuda(program);
registerScores(program);
registerBench(program);
registerJudge(program);
speakPlainly(program);
keepOutputErrorsQuiet();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
