/** What is fuzzed and how: a property that must hold of any input, in bounded time and memory. */
import { setTimeout as sleep } from "node:timers/promises";

import fc from "fast-check";

/** Something that reads what strangers write. */
export interface Target<Input = unknown> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Makes whatever it needs to run: a folder, a server. */
  open(): Promise<OpenTarget<Input>>;
}

export interface OpenTarget<Input> {
  /** Resolves when the input was read or properly refused. @throws anything else: that is a fault */
  run(input: Input): Promise<void>;
  close(): Promise<void>;
}

export interface FuzzOptions {
  readonly seed: number;
  /** No new input is begun after this time. */
  readonly milliseconds: number;
  /** Begins at the input that an earlier run reported. */
  readonly path?: string;
  /** Seconds of the processor that an input may take. */
  readonly mostSeconds?: number;
}

export interface Failure {
  readonly target: string;
  readonly seed: number;
  readonly path: string;
  /** The smallest that was found. */
  readonly input: unknown;
  readonly error: unknown;
}

export interface FuzzResult {
  readonly runs: number;
  readonly failure: Failure | null;
}

// Far above what an input of some kilobytes takes. Of the processor, not of the clock, so that a busy machine finds no
// faults that are none.
const MOST_SECONDS = 1;
const MOST_BYTES = 300e6;
/** What waits for something that never comes. */
const HANGING_MS = 20_000;

/** Inputs that are tried however little time there is. */
const FEWEST_RUNS = 10;

/** Runs a target on random inputs. One seed gives the same inputs everywhere. */
export async function fuzz<Input>(target: Target<Input>, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, mostSeconds = MOST_SECONDS } = options;
  const opened = await target.open();
  let underWay = Promise.resolve();
  try {
    const property = fc.asyncProperty(
      target.inputs,
      (input) => (underWay = bounded(() => opened.run(input), mostSeconds)),
    );
    const from = { seed, ...(options.path !== undefined && { path: options.path }) };
    const first = await fc.check(property, { ...from, numRuns: FEWEST_RUNS });
    const details = first.failed
      ? first
      : await fc.check(property, {
          ...from,
          numRuns: Number.MAX_SAFE_INTEGER,
          interruptAfterTimeLimit: options.milliseconds,
        });
    const runs = Math.max(first.numRuns, details.numRuns);
    const { counterexample, counterexamplePath: path, errorInstance: error } = details;
    if (counterexample === null) return { runs, failure: null };
    return { runs, failure: { target: target.name, seed, path: path ?? "", input: counterexample[0], error } };
  } finally {
    await underWay.catch(() => undefined); // the time may be over in the middle of it
    await opened.close();
  }
}

/** What went wrong, with which input, and how to have it again. */
export function report({ target, seed, path, input, error }: Failure): string {
  const shown = JSON.stringify(input, (_key, value: unknown) =>
    isBytes(value) ? { base64: Buffer.from(value.data).toString("base64") } : value,
  );
  return [
    `${target}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    `input: ${shown.length > LONGEST_INPUT ? `${shown.slice(0, LONGEST_INPUT)}…` : shown}`,
    `again: npm run fuzz -- --target ${target} --seed ${seed} --path ${path}`,
  ].join("\n");
}

const LONGEST_INPUT = 4000;

/** A buffer as `JSON.stringify` hands it over. */
const isBytes = (value: unknown): value is { readonly data: number[] } =>
  typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value;

async function bounded(run: () => Promise<void>, mostSeconds: number): Promise<void> {
  const memory = process.memoryUsage.rss();
  const before = process.cpuUsage();
  const timer = new AbortController();
  const hanging = sleep(HANGING_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`it was not done after ${HANGING_MS / 1000} s`);
  });
  hanging.catch(() => undefined);
  await Promise.race([run(), hanging]).finally(() => timer.abort());
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  if (seconds > mostSeconds) throw new Error(`it took ${seconds.toFixed(1)} s`);
  const bytes = process.memoryUsage.rss() - memory;
  if (bytes > MOST_BYTES) throw new Error(`it took ${Math.round(bytes / 1e6)} MB`);
}

/** What `read` gives; `null` when it refuses with an error of the class. @throws any other error */
export async function orRefused<T>(
  refusal: new (...args: never[]) => Error,
  read: () => T | Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof refusal) return null;
    throw error;
  }
}
