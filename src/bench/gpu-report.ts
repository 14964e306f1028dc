/** What `atelier doctor --gpu` measures of a device, part by part, each in a process of its own and bounded in time. */
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import { formatBytes, freeBytes } from "../checkpoints/disk.ts";
import { cardBudget, readCard } from "../engine/card.ts";
import { messageOf } from "../errors.ts";
import { exists } from "../exists.ts";
import { type DeviceForms, formsOf } from "../onnx/device-forms.ts";
import type { TrialResult } from "../onnx/device-trials.ts";
import type { ExecutionDevice } from "../onnx/devices.ts";
import { FIXTURES, hasFixtures } from "./fixture-checks.ts";
import { measure } from "./measure.ts";
import { makeRandomCaptioner } from "./random-captioner.ts";
import { makeRandomCheckpoint } from "./random-checkpoint.ts";
import { type FixturesOutcome, type NetworkTiming, PROCESSOR, type RunsOn } from "./tasks.ts";

/** `skipped`: what it needs is not here; no fault. */
export type Verdict = "right" | "wrong" | "skipped";

export interface ReportLine {
  readonly verdict: Verdict | null;
  readonly text: string;
}

export interface ReportPart {
  readonly name: string;
  readonly verdict: Verdict;
  readonly seconds: number;
  readonly lines: readonly ReportLine[];
  /** All figures. */
  readonly figures: unknown;
}

/** What is measured: networks of full size with random weights, or the tests' tiny ones. */
export interface ReportSizes {
  readonly name: "full" | "tiny";
  /** A diffusers folder; written when it is not there. */
  readonly checkpoint: string;
  /** A converted captioner; written when it is not there. */
  readonly captioner: string;
  /** Side of the latents, and of the picture. */
  readonly latents: number;
  readonly size: number;
  /** Steps of the UNet, tokens of the captioner, positions of its prefix. */
  readonly steps: number;
  readonly tokens: number;
  readonly prefix: number;
}

export interface ReportOptions {
  readonly device: ExecutionDevice;
  readonly sizes: ReportSizes;
  /** Of all parts together. */
  readonly seconds: number;
  /** A part begins. */
  readonly onPart?: (name: string) => void;
}

const GB = 1e9;
/** What the files take, and what one network of full size takes of a machine's memory in single precision. */
const CHECKPOINT_DISK = 4.4 * GB;
const CAPTIONER_DISK = 4.6 * GB;
const PICTURE_MEMORY = 6 * GB;
const CAPTIONER_MEMORY = 6 * GB;

/** What all parts together are meant to take. */
const USUAL_SECONDS = 600;

/** Longest that a part may take of these, seconds. */
const LIMIT = { trials: 300, fixtures: 240, write: 180, networks: 240, caption: 240, image: 300 } as const;

/** Measures part after part, and gives each out when it is over; a part that fails does not end the others. */
export async function* reportOn({ device, sizes, seconds, onPart }: ReportOptions): AsyncGenerator<ReportPart> {
  const ends = performance.now() + 1000 * seconds;
  // Whoever gives more time has a slow machine.
  const scale = Math.max(1, seconds / USUAL_SECONDS);
  const left = (): number => Math.max(0, ends - performance.now());
  const part = async (name: string, limit: number, work: PartWork, needs: Needs = {}): Promise<ReportPart> => {
    onPart?.(name);
    const began = performance.now();
    const over = (outcome: Outcome): ReportPart => {
      const verdicts = outcome.lines.map(({ verdict }) => verdict);
      const verdict = verdicts.includes("wrong") ? "wrong" : verdicts.includes("right") ? "right" : "skipped";
      return { name, verdict, seconds: (performance.now() - began) / 1000, figures: null, ...outcome };
    };
    const lacking = left() < 1000 ? `the ${seconds} seconds are over` : await whatLacks(device, needs);
    if (lacking) return over({ lines: [{ verdict: "skipped", text: `skipped: ${lacking}` }] });
    return work(Math.min(1000 * limit * scale, left())).then(over, (error: unknown) =>
      over({ lines: [{ verdict: "wrong", text: messageOf(error) }] }),
    );
  };
  const plain: RunsOn = { ...PROCESSOR, device };

  yield await part("card", 30, () => describeCard(device));
  let on = plain;
  yield await part("operators, against the processor", LIMIT.trials, async (timeoutMs) => {
    if (device === "cpu") return { lines: [{ verdict: "skipped", text: "skipped: this is the processor" }] };
    const { results } = (await measure({ kind: "trials" }, { on: plain, timeoutMs })).timing;
    on = { device, forms: formsOf(device, results, "auto", "words") };
    const { dtype, attention, convolution } = on.forms;
    const chosen = `chosen: ${dtype}, attention ${attention}, convolution ${convolution}`;
    return { lines: [...trialLines(results), { verdict: "right", text: chosen }], figures: results };
  });
  const isFull = sizes.name === "full";
  const forNetworks: Needs = isFull ? { memory: PICTURE_MEMORY, files: sizes.checkpoint } : {};
  const forCaptioner: Needs = isFull ? { memory: CAPTIONER_MEMORY, files: sizes.captioner } : {};

  let splits: readonly string[] | null = null;
  yield await part("the tests' tiny networks, against PyTorch", LIMIT.fixtures, async (timeoutMs) => {
    if (!(await hasFixtures()))
      return { lines: [{ verdict: "skipped", text: `skipped: ${path.basename(FIXTURES)} of the tests are not here` }] };
    const outcome = (await measure({ kind: "fixtures" }, { on, timeoutMs })).timing;
    splits = outcome.splits;
    return { lines: fixtureLines(outcome), figures: outcome.checks };
  });
  yield await part("placement", 1, async () => {
    if (splits === null) return { lines: [{ verdict: "skipped", text: "skipped: no network was opened" }] };
    if (splits.length === 0) return { lines: [{ verdict: "right", text: `all operators are on ${device}` }] };
    return { lines: splits.map((text) => ({ verdict: "wrong" as const, text })), figures: splits };
  });
  const writing = isFull ? { disk: CHECKPOINT_DISK, near: sizes.checkpoint } : {};
  if (isFull && !(await exists(path.join(sizes.checkpoint, "model_index.json"))))
    yield await part(
      "random weights of Stable Diffusion, written",
      LIMIT.write,
      () => written(sizes.checkpoint, makeRandomCheckpoint),
      writing,
    );
  const { checkpoint, latents } = sizes;
  const unet = { kind: "unet", checkpoint, latents, batch: 1, products: "exact", profile: null } as const;
  for (const [form, runs] of formsToCompare(on, sizes.steps))
    yield await part(
      `UNet, ${form.forms.dtype}, attention ${form.forms.attention}`,
      LIMIT.networks,
      async (timeoutMs) => networkOutcome((await measure({ ...unet, runs }, { on: form, timeoutMs })).timing),
      forNetworks,
    );
  yield await part(
    `VAE decoder at ${sizes.size} pixels`,
    LIMIT.networks,
    async (timeoutMs) =>
      networkOutcome((await measure({ kind: "decoder", checkpoint, latents, runs: 1 }, { on, timeoutMs })).timing),
    forNetworks,
  );
  if (isFull && !(await exists(path.join(sizes.captioner, "config.json")))) {
    const needs = { disk: CAPTIONER_DISK, near: sizes.captioner };
    const write = (folder: string): Promise<void> => makeRandomCaptioner(folder);
    yield await part(
      "random weights of a 7B captioner in 4 bits, written",
      LIMIT.write,
      () => written(sizes.captioner, write),
      needs,
    );
  }
  yield await part(`captioner, ${sizes.tokens} tokens`, LIMIT.caption, (ms) => timeWords(sizes, on, ms), forCaptioner);
  yield await part(`one picture of ${sizes.size} pixels`, LIMIT.image, (ms) => timePicture(sizes, on, ms), forNetworks);
}

interface Outcome {
  readonly lines: readonly ReportLine[];
  readonly figures?: unknown;
}
type PartWork = (timeoutMs: number) => Promise<Outcome>;

interface Needs {
  /** Of the card, or of the machine. */
  readonly memory?: number;
  /** What is to be written, and beside what. */
  readonly disk?: number;
  readonly near?: string;
  /** A folder that has to be there. */
  readonly files?: string;
}

/** What a machine is too small for, in words. */
async function whatLacks(device: ExecutionDevice, { memory, disk, near, files }: Needs): Promise<string | null> {
  if (files !== undefined && !(await exists(files))) return `${path.basename(files)} was not written`;
  if (disk !== undefined && near !== undefined) {
    await mkdir(near, { recursive: true });
    const free = await freeBytes(near);
    if (free < disk) return `${formatBytes(free)} of the disk are free, it takes ${formatBytes(disk)}`;
  }
  if (memory === undefined) return null;
  const card = await readCard(device);
  const free = cardBudget(device, card, undefined) ?? os.freemem();
  const where = card ? "the card's memory" : "memory";
  return free < memory ? `${formatBytes(free)} of ${where} are free, it takes ${formatBytes(memory)}` : null;
}

async function describeCard(device: ExecutionDevice): Promise<Outcome> {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  const card = await readCard(device);
  const runtime = `onnxruntime ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  const [processor] = os.cpus();
  const machine = `${processor?.model.trim() ?? "?"}, ${os.cpus().length} cores, ${formatBytes(os.totalmem())}`;
  const budget = cardBudget(device, card, undefined);
  const words = card
    ? `${card.name}, driver ${card.driver ?? "?"}, ${formatBytes(card.freeBytes)} of ${formatBytes(card.totalBytes)} are free`
    : device === "cpu"
      ? "no card: the processor is measured"
      : "no driver says what card this is";
  return {
    lines: [
      { verdict: "right", text: `${device}: ${words}` },
      ...(budget === null ? [] : [{ verdict: null, text: `networks may hold ${formatBytes(budget)} of it` }]),
      { verdict: null, text: runtime },
      { verdict: null, text: machine },
    ],
    figures: { device, card, budget, onnxruntime: version, node: process.versions.node, machine },
  };
}

/** One line for each operator in each form and element type: its worst size. */
function trialLines(results: readonly TrialResult[]): ReportLine[] {
  return [...grouped(results)].map(([name, group]) => {
    const wrong = group.filter(({ verdict }) => verdict !== "right");
    const worst = Math.max(...group.map(({ error }) => error ?? Number.NaN));
    if (wrong.length === 0)
      return { verdict: "right", text: `${name}: ${worst.toExponential(1)} off at most, ${group.length} sizes` };
    const [first] = wrong as [TrialResult];
    const how =
      first.verdict === "failed"
        ? `fails (${(first.reason ?? "").split("\n")[0]!})`
        : `${(first.error ?? Number.NaN).toExponential(1)} off`;
    // Another form may serve, or half precision be done without: the chosen forms say what is.
    return { verdict: null, text: `${name}: ${how} at ${first.shape}: not trusted` };
  });
}

function grouped(results: readonly TrialResult[]): Map<string, TrialResult[]> {
  const groups = new Map<string, TrialResult[]>();
  for (const result of results) {
    const name = `${result.operator}, ${result.form}, ${result.dtype}`;
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  return groups;
}

const fixtureLines = ({ checks }: FixturesOutcome): ReportLine[] =>
  checks.map(({ name, error, tolerance, isRight, reason }) => ({
    verdict: isRight ? "right" : "wrong",
    text: `${name}: ${error === null ? (reason ?? "no numbers").split("\n")[0]! : `${error.toExponential(1)} off, ${tolerance} at most`}`,
  }));

/** The chosen forms in full, then others that are right for a few steps: attention written out, the other precision. */
function formsToCompare(on: RunsOn, steps: number): readonly (readonly [RunsOn, number])[] {
  const { device, forms } = on;
  const others: DeviceForms[] = [];
  if (forms.attention === "fused") others.push({ ...forms, attention: "explicit" });
  if (device !== "cpu" && forms.dtype === "float16") others.push({ ...forms, dtype: "float32" });
  const few = Math.min(2, steps);
  return [[on, steps], ...others.map((other) => [{ device, forms: other }, few] as const)];
}

async function written(folder: string, write: (folder: string) => Promise<void>): Promise<Outcome> {
  await write(folder);
  return { lines: [{ verdict: "right", text: `kept in ${folder} for the next time; it may be removed` }] };
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 9950 ? 2 : 1)} s`;

function networkOutcome(timing: NetworkTiming): Outcome {
  const { loadMs, firstRunMs, wallMs, plannedBytes, heldBytes, isSplit } = timing;
  const held = heldBytes === null ? "nobody says what it held" : `held ${formatBytes(heldBytes)}`;
  return {
    lines: [
      {
        verdict: "right",
        text: `opened in ${inSeconds(loadMs)}, first run ${inSeconds(firstRunMs)}, run ${wallMs.length + 1} ${inSeconds(wallMs.at(-1)!)}`,
      },
      { verdict: null, text: `${held}, planned ${formatBytes(plannedBytes)}` },
      ...(isSplit ? [{ verdict: "wrong" as const, text: "parts of it ran on the processor" }] : []),
    ],
    figures: timing,
  };
}

async function timeWords(
  { captioner: checkpoint, prefix, tokens }: ReportSizes,
  on: RunsOn,
  timeoutMs: number,
): Promise<Outcome> {
  const { timing } = await measure({ kind: "caption", checkpoint, prefix, tokens, profile: null }, { on, timeoutMs });
  const each = timing.wallMs.reduce((sum, ms) => sum + ms, 0) / timing.wallMs.length;
  const crossed = formatBytes(timing.crossedBytes);
  return {
    lines: [
      {
        verdict: "right",
        text: `looked in ${inSeconds(timing.visionMs)}, opened in ${inSeconds(timing.loadMs)}, first token after ${inSeconds(timing.firstMs)}`,
      },
      {
        verdict: null,
        text: `then ${(1000 / each).toFixed(1)} tokens a second; ${crossed} to the device and back for each`,
      },
    ],
    figures: timing,
  };
}

async function timePicture({ checkpoint, size }: ReportSizes, on: RunsOn, timeoutMs: number): Promise<Outcome> {
  const how = {
    variant: "image-prompt",
    faithful: false,
    stylePath: "attention",
    strength: 0.6,
    stepCache: "off",
  } as const;
  const task = { kind: "image", checkpoint, ...how, steps: null, size, pixels: null } as const;
  const { timing } = await measure(task, { on, timeoutMs });
  const { wallMs, steps, unetRows } = timing;
  const text = `${inSeconds(wallMs)}: ${steps} steps, ${unetRows.toFixed(0)} rows of the UNet`;
  return { lines: [{ verdict: "right", text }], figures: timing };
}
