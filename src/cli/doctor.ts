/** `atelier doctor`: looks at everything that Atelier depends on, and says what to do about what is wrong. */
import type { Command } from "commander";

import { readConfig, type Config } from "../config.ts";
import { redact } from "../log.ts";
import { DEVICES } from "../onnx/devices.ts";
import type { Finding } from "./doctor/finding.ts";
import type { GpuCommand } from "./doctor/gpu.ts";
import { numberBetween } from "./options.ts";
import { paintFor, type Paint } from "./paint.ts";

type Sections = readonly (readonly [title: string, examine: (config: Config) => Promise<Finding[]>])[];

const SECTIONS: Sections = [
  ["Machine", async (config) => (await import("./doctor/machine.ts")).examineMachine(config)],
  ["Devices", async (config) => (await import("./doctor/devices.ts")).examineDevices(config)],
  ["Weights", async (config) => (await import("./doctor/checkpoints.ts")).examineCheckpoints(config)],
  ["Discord", async (config) => (await import("./doctor/discord.ts")).examineDiscord(config)],
];

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("examine this machine, its devices, the weights and the Discord token")
    .option("--json", "print JSON and nothing else", false)
    .option("--gpu", "measure the graphics card instead: ten minutes, 9 GB in out/bench", false)
    .option("--device <name>", `with --gpu: which (${DEVICES.join(", ")}, cuda:1)`, "auto")
    .option("--minutes <n>", "with --gpu: how long it may take", numberBetween(1, 600), 10)
    .action(async ({ gpu, ...options }: GpuCommand & { readonly gpu: boolean }) => {
      const print = (text: string): void => console.log(text);
      process.exitCode = gpu
        ? await (await import("./doctor/gpu.ts")).runGpuDoctor(readConfig(), options, print)
        : await runDoctor(readConfig(), options.json, print);
    });
}

/** @returns the exit code: 0 when nothing is broken, else 1 */
export async function runDoctor(
  config: Config,
  json: boolean,
  print: (text: string) => void,
  sections = SECTIONS,
): Promise<number> {
  const paint = paintFor(process.stdout);
  const report: { section: string; findings: Finding[] }[] = [];
  for (const [section, examine] of sections) {
    if (!json) print(`${report.length > 0 ? "\n" : ""}${paint("bold", section)}`);
    const findings = await examine(config);
    report.push({ section, findings });
    if (!json) for (const finding of findings) print(redact(findingLines(finding, paint)));
  }
  const faults = report.flatMap(({ findings }) => findings).filter(({ status }) => status === "fault").length;
  if (json) print(redact(JSON.stringify({ healthy: faults === 0, report }, null, 2)));
  else if (faults === 0) print(`\n${paint("green", "Nothing is broken.")}`);
  else print(`\n${paint("red", faults === 1 ? "One thing is broken." : `${faults} things are broken.`)}`);
  return faults === 0 ? 0 : 1;
}

const MARK = { ok: ["green", "✓"], note: ["dim", "·"], fault: ["red", "✗"] } as const;

function findingLines({ status, text, advice }: Finding, paint: Paint): string {
  const [colour, mark] = MARK[status];
  const lines = `  ${paint(colour, mark)} ${text}`;
  return advice ? `${lines}\n    ${paint("dim", advice)}` : lines;
}
