/** The terminal's composition root: `atelier COMMAND`. */
import { Command } from "commander";

import { exitCodeOf } from "./cli/exit.ts";
import { keepOutputErrorsQuiet } from "./cli/output-error.ts";
import { parsePlainly } from "./cli/usage.ts";
import { VERSION } from "./version.ts";

type Register = (program: Command) => void;

const data = async (): Promise<Register> => (await import("./cli/data.ts")).registerData;

/** Every command by its name, as the help lists them; loaded when it is called for. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  stylize: async () => (await import("./cli/stylize/index.ts")).registerStylize,
  paint: async () => (await import("./cli/stylize/index.ts")).registerPaint,
  describe: async () => (await import("./cli/describe.ts")).registerDescribe,
  style: async () => (await import("./cli/style.ts")).registerStyle,
  bot: async () => (await import("./cli/bot.ts")).registerBot,
  worker: async () => (await import("./cli/worker.ts")).registerWorker,
  demo: async () => (await import("./cli/demo/index.ts")).registerDemo,
  models: async () => (await import("./cli/models.ts")).registerModels,
  doctor: async () => (await import("./cli/doctor.ts")).registerDoctor,
  jobs: async () => (await import("./cli/jobs.ts")).registerJobs,
  migrate: data,
  data,
  "setup-cuda": async () => (await import("./cli/set-up-cuda.ts")).registerSetUpCuda,
  scores: async () => (await import("./cli/scores.ts")).registerScores,
  bench: async () => (await import("./cli/bench/index.ts")).registerBench,
  judge: async () => (await import("./cli/judge.ts")).registerJudge,
  study: async () => (await import("./cli/study.ts")).registerStudy,
};

/** What is called; everything, where the help is wanted or the name is none. */
function called(name: string | undefined): (() => Promise<Register>)[] {
  const one = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return one ? [one] : [...new Set(Object.values(COMMANDS))];
}

const program = new Command("atelier")
  .description("Repaints a picture in the style of another.")
  .exitOverride()
  .version(VERSION)
  .helpCommand(true);

keepOutputErrorsQuiet();
try {
  for (const register of await Promise.all(called(process.argv[2]).map((load) => load()))) register(program);
  await parsePlainly(program);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
