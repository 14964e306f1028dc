/** The terminal's composition root: `atelier COMMAND`. */
import { Command } from "commander";

import { registerBench } from "./cli/bench/index.ts";
import { registerBot } from "./cli/bot.ts";
import { registerDemo } from "./cli/demo/index.ts";
import { registerDescribe } from "./cli/describe.ts";
import { registerDoctor } from "./cli/doctor.ts";
import { exitCodeOf } from "./cli/exit.ts";
import { registerModels } from "./cli/models.ts";
import { registerScores } from "./cli/scores.ts";
import { registerStyle } from "./cli/style.ts";
import { registerStylize } from "./cli/stylize.ts";

const program = new Command("atelier")
  .description("Repaints a picture in the style of another.")
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`atelier: ${text.replace(/^error: /, "")}`) })
  .showSuggestionAfterError(false)
  .helpCommand(true);

registerStylize(program);
registerDescribe(program);
registerStyle(program);
registerBot(program);
registerDemo(program);
registerModels(program);
registerDoctor(program);
registerScores(program);
registerBench(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
