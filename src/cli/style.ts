/** `atelier style learn IMAGE --name NAME`: a style's token as a file, for `atelier stylize --token` and `/style import`. */
import { rm } from "node:fs/promises";
import path from "node:path";

import type { Command } from "commander";

import { readConfig } from "../config.ts";
import { CancelledError, UserError } from "../errors.ts";
import { styleName } from "../jobs/style.ts";
import { SETTING_BOUNDS } from "../painting.ts";
import { type InversionState, readInversionState } from "../stylize/diffusion/inversion-state.ts";
import { tokenFrom, writeTokenFile } from "../stylize/diffusion/token-file.ts";
import { expectFile } from "./input-file.ts";
import { numberBetween } from "./options.ts";
import { expectWritable } from "./output-file.ts";
import { progressLine } from "./progress.ts";
import { lookFirst } from "./usage.ts";
import { withWorkbench } from "./workbench.ts";

interface LearnOptions {
  readonly name: string;
  readonly output: string | undefined;
  readonly prompt: string | undefined;
  readonly size: number | undefined;
  readonly steps: number | undefined;
  readonly faithful: boolean;
  readonly json: boolean;
}

/** The printed object of `--json`. */
interface LearnReport {
  readonly output: string;
  readonly name: string;
  readonly form: string;
  readonly steps: number;
  readonly firstLoss: number;
  readonly loss: number;
  readonly seconds: number;
  /** Whether it was stopped before it was done; the same command goes on with it. */
  readonly stopped: boolean;
}

/** Of learning one style. */
export const MOST_STEPS = 100_000;
const NEEDS_DIFFUSION =
  "Learning a style needs Stable Diffusion. Install it with: atelier models install stable-diffusion-v1-4 (4.3 GB)";

export function registerStyle(program: Command): void {
  const style = program.command("style").description("learn styles");
  const learning = style
    .command("learn")
    .description("learn a style picture by textual inversion")
    .argument("<image>", "the style picture")
    .requiredOption("--name <name>", "what to call it")
    .option("-o, --output <file>", "where the token goes (default: the name, .safetensors)")
    .option("--prompt <text>", "your own description to start from, in place of a generated one")
    .option("--size <px>", "side of the square it is seen in", numberBetween(...SETTING_BOUNDS.size, true))
    .option("--steps <n>", "most steps", numberBetween(1, MOST_STEPS, true))
    .option("--faithful", "train the reference code's module: 6,100 steps", false)
    .option("--json", "print one JSON object and nothing else", false)
    .action(async (image: string, options: LearnOptions) => {
      const report = await learn(image, options);
      const { output, steps, firstLoss, loss, seconds, stopped } = report;
      if (options.json) return console.log(JSON.stringify(report));
      const end = stopped ? "; stopped, the same command goes on" : "";
      console.log(
        `${output}: ${steps} steps in ${seconds.toFixed(1)} s, loss ${firstLoss.toFixed(4)} to ${loss.toFixed(4)}${end}`,
      );
    });
  lookFirst(learning, ({ name, output }: Partial<LearnOptions>, given: [string] | null) => [
    async () => given && expectFile(given[0]),
    async () => name !== undefined && expectWritable(outputFile(styleName(name), output)),
    () => readConfig(),
  ]);
}

const outputFile = (name: string, output: string | undefined): string =>
  path.resolve(output ?? `${fileStem(name)}.safetensors`);

async function learn(imageFile: string, options: LearnOptions): Promise<LearnReport> {
  const name = styleName(options.name);
  const output = outputFile(name, options.output);
  const statePath = `${output}.learning`;
  const bar = progressLine();
  return withWorkbench(readConfig(), async ({ engine, info, signal, picture }) => {
    if (info.stylizer !== "diffusion") throw new UserError("learning-needs-diffusion", NEEDS_DIFFUSION);
    const began = performance.now();
    const image = await picture(imageFile, "style");
    const description = options.prompt?.trim() || (await engine.describe({ image }, { signal })).text;
    let loss = "";
    let stopped = false;
    await engine
      .learn(
        {
          image,
          description,
          form: options.faithful ? "affine" : "vector",
          size: options.size ?? null,
          maxSteps: options.steps ?? null,
          statePath,
          sampleDir: null,
        },
        {
          signal,
          onNews: (news) => {
            if (news.type === "look") loss = `, loss ${news.loss.toFixed(4)}`;
            else if (news.type === "progress") bar.show(news.step, news.steps, `Learning${loss}`);
          },
        },
      )
      .catch((error: unknown) => {
        if (!(error instanceof CancelledError)) throw error;
        stopped = true;
      })
      .finally(() => bar.stop());
    const state = await stateOf(statePath, stopped);
    const { best, step: steps, settings, validations } = state;
    await writeTokenFile(output, tokenFrom(state, name));
    if (!stopped) await rm(statePath, { force: true });
    const seconds = (performance.now() - began) / 1000;
    const firstLoss = validations[0]?.loss ?? best.loss;
    return { output, name, form: settings.form, steps, firstLoss, loss: best.loss, seconds, stopped };
  });
}

/** @throws CancelledError when it was stopped before anything was learned */
async function stateOf(file: string, stopped: boolean): Promise<InversionState> {
  const state = await readInversionState(file).catch((error: unknown) => {
    throw stopped ? new CancelledError() : error;
  });
  if (stopped && state.best.step === 0) throw new CancelledError();
  return state;
}

const fileStem = (name: string): string =>
  name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "") || "style";
