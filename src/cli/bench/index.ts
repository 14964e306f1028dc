/** `atelier bench`: measures what the README claims. */
import { cpus, loadavg } from "node:os";
import path from "node:path";

import { type Command, Option } from "commander";

import { IMAGE_FORMS } from "../../bench/tasks.ts";
import { DEVICES } from "../../onnx/devices.ts";
import { SETTING_BOUNDS } from "../../painting.ts";
import { VARIANTS } from "../../variant.ts";
import { numberBetween, numbersBetween, oneOf } from "../options.ts";
import { refuseUnknown } from "../usage.ts";
import type { CapacityCommand } from "./capacity.ts";
import type { CaptionBenchCommand } from "./caption.ts";
import type { DiffusionBenchOptions, ImageBenchCommand } from "./diffusion.ts";
import { EMBEDDED_USUAL, type EmbeddedBenchCommand } from "./embedded-options.ts";
import type { FleetBenchCommand } from "./fleet.ts";
import type { QueueBenchCommand } from "./light.ts";

/** What needs no checkpoint. */
const LIGHT = {
  embedded: "the embedded engine, beside its prototype or another commit",
  jobs: "the queue and the engine's process",
  bot: "what a person in Discord waits for",
  flood: "what others wait for while one person floods the bot",
  votes: "ten thousand ballots, from medals to the score table",
  queue: "the bot with a long queue",
  shard: "a bot in 2,500 servers, after 100,000 messages and 20,000 reactions",
} as const;
type Light = keyof typeof LIGHT;

/** Jobs that wait in the long queue. */
const JOBS = 10_000;

/** Where `make-checkpoint` writes: ignored by git, and not among the checkpoints that the bot paints with. */
const RANDOM_CHECKPOINT = path.resolve("out/bench/random-v1");
const RANDOM_CAPTIONER = path.resolve("out/bench/random-captioner");

/** Measuring code is loaded when it is called for: it brings the whole bot along. */
const light = async (...names: readonly Light[]): Promise<void> => {
  const measures = await import("./light.ts");
  for (const name of names) await (name === "queue" ? measures.queue({ jobs: JOBS, json: false }) : measures[name]());
};

export function registerBench(program: Command): void {
  const bench = program.command("bench").description("measure speed and memory, and compare with the targets");
  const names = Object.keys(LIGHT) as Light[];
  const all = bench
    .command("all", { isDefault: true })
    .description("everything that needs no checkpoint")
    .action(() => light(...names));
  refuseUnknown(bench, all);
  bench.hook("preAction", (_bench, command) => {
    // A simulated day is the same on every machine.
    if (command.opts()["json"] !== true && command.name() !== "capacity") printMachine();
  });
  bench
    .command("embedded")
    .description(LIGHT.embedded)
    .option("--size <px>", "long side of the picture", numberBetween(64, 1024, true), EMBEDDED_USUAL.size)
    .option("--variant <name>", VARIANTS.join(", "), oneOf(VARIANTS), EMBEDDED_USUAL.variant)
    .option("--runs <n>", "fresh processes of each", numberBetween(1, 100, true), EMBEDDED_USUAL.runs)
    .option("--against <commit>", "a commit to compare with, in turns")
    .action(async (options: EmbeddedBenchCommand) => (await import("./light.ts")).embedded(options));
  for (const name of names) {
    if (name === "queue" || name === "embedded") continue;
    bench
      .command(name)
      .description(LIGHT[name])
      .action(() => light(name));
  }
  bench
    .command("queue")
    .description(LIGHT.queue)
    .option("--jobs <n>", "jobs that wait", numberBetween(1, 1_000_000, true), JOBS)
    .option("--json", "print one JSON object and nothing else", false)
    .action(async (options: QueueBenchCommand) => (await import("./light.ts")).queue(options));

  bench
    .command("fleet")
    .description("workers over PostgreSQL and over Redis: jobs a second, fairness, recovery, memory, connections")
    .option("--jobs <n>", "that wait when the workers start", numberBetween(10, 1_000_000, true), JOBS)
    .option("--json", "print JSON, a line for each server, and nothing else", false)
    .action(async (options: FleetBenchCommand) => (await import("./fleet.ts")).fleet(options));
  bench
    .command("capacity")
    .description("what waits, requests and storage an installation has to expect: a day of it, simulated")
    .option("--servers <n>", "Discord servers (1000), in place of the usual installations", numberBetween(1, 1e6, true))
    .option("--gpus <n>", "graphics cards, each painting one picture at a time (1)", numberBetween(1, 1e5, true))
    .option("--per-day <n>", "pictures that are asked for on a server a day (2)", numberBetween(0.01, 1000))
    .option("--seconds <s>", "that a card is busy with a picture", numberBetween(0.1, 3600), 24)
    .option("--requests <n,n>", "with the bot's token for a picture, to compare", numbersBetween(0, 1000), [25, 5])
    .option("--seed <n>", "other members at other times", numberBetween(0, 0xffff_ffff, true), 1)
    .option("--json", "print JSON and nothing else", false)
    .action(async (options: CapacityCommand) => (await import("./capacity.ts")).capacity(options));

  const diffusion = (name: string, what: string): Command =>
    bench
      .command(name)
      .description(what)
      .option("--checkpoint <dir>", "a diffusers folder", resolved, RANDOM_CHECKPOINT)
      .option("--python <file>", "a Python with torch and diffusers, perhaps openvino, to compare with")
      .option("--runs <n>", "runs of each", numberBetween(1, 100, true), 3)
      .addOption(device());
  diffusion("unet", "one step of Stable Diffusion's UNet").action(async (options: DiffusionBenchOptions) =>
    (await import("./diffusion.ts")).unet(options),
  );
  diffusion("vae", "Stable Diffusion's autoencoder").action(async (options: DiffusionBenchOptions) =>
    (await import("./diffusion.ts")).vae(options),
  );
  diffusion("image", "a whole picture by Stable Diffusion")
    .option("--size <px>", "side of the picture", numberBetween(...SETTING_BOUNDS.size, true), 512)
    .addOption(new Option("--form <names...>", "only these").choices(IMAGE_FORMS))
    .action(async (options: ImageBenchCommand) => (await import("./diffusion.ts")).image(options));
  bench
    .command("inversion")
    .description("a step of learning a style, and what each style path costs")
    .option("--target <dir>", "instead: the steps to the loss of 6,100 faithful ones, on a small checkpoint", resolved)
    .option("--checkpoint <dir>", "a diffusers folder", resolved, RANDOM_CHECKPOINT)
    .option("--python <file>", "a Python with torch, diffusers and transformers, to compare with")
    .option("--runs <n>", "runs of each", numberBetween(1, 100, true), 3)
    .addOption(device())
    .action(async ({ target, ...options }: DiffusionBenchOptions & { readonly target?: string }) => {
      const measures = await import("./inversion.ts");
      await (target === undefined ? measures.inversion(options) : measures.inversionTarget(target));
    });
  bench
    .command("make-checkpoint")
    .description("write a full-size Stable Diffusion of random weights, 4.3 GB")
    .argument("[folder]", "where to", resolved, RANDOM_CHECKPOINT)
    .action(async (folder: string) => (await import("./diffusion.ts")).makeCheckpoint(folder));

  bench
    .command("caption")
    .description("the captioner: first token, tokens, memory")
    .option("--checkpoint <dir>", "a converted captioner", resolved, RANDOM_CAPTIONER)
    .option("--python <file>", "a Python with llama-cpp-python, to compare with")
    .addOption(device())
    .action(async (options: CaptionBenchCommand) => (await import("./caption.ts")).caption(options));
  bench
    .command("make-captioner")
    .description("write a full-size ShareGPT4V of random weights in 4 bits, 4.4 GB")
    .argument("[folder]", "where to", resolved, RANDOM_CAPTIONER)
    .action(async (folder: string) => (await import("./caption.ts")).makeCaptioner(folder));
}

/** What networks run on. */
const device = (): Option =>
  new Option("--device <name>", "what networks run on")
    .choices(DEVICES.filter((name) => name !== "auto"))
    .default("cpu");

/** A parser for commander, which hands over an earlier value too. */
const resolved = (folder: string): string => path.resolve(folder);

function printMachine(): void {
  const [cpu] = cpus();
  const load = loadavg()[0]!;
  console.log(`${cpu?.model.trim() ?? "?"}, ${cpus().length} cores, Node ${process.version}, load ${load.toFixed(1)}`);
  if (load > 0.7) console.log("Other programs are running: figures will be worse than this machine can do.");
}
