/** Networks that half precision is too narrow for (65504 is its largest number), by checkpoint: found when they run. */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { writeWhole } from "../write-whole.ts";
import type { FloatType, Tensor } from "./tensor.ts";

const keptSchema = z.array(z.string());

export interface OverflowsOptions {
  /** Remembers beyond the process; a file that is damaged or cannot be written costs finding out again. */
  readonly file?: string;
  /** Told of each that is found, in words for a log. */
  readonly note?: ((text: string) => void) | undefined;
}

interface NetworkName {
  /** Names the weights. */
  readonly checkpoint: string;
  /** One of their networks, in words. */
  readonly network: string;
  readonly dtype: FloatType;
}

export class Overflows {
  readonly #options: OverflowsOptions;
  readonly #known: Promise<Set<string>>;

  constructor(options: OverflowsOptions = {}) {
    this.#options = options;
    this.#known = options.file === undefined ? Promise.resolve(new Set()) : read(options.file);
  }

  /**
   * Runs a network in half precision, and, where that gives infinities or what is no number, again in single precision,
   * as from then on.
   *
   * @param dtype what networks on this device compute in; in single precision there is nothing to repeat
   * @param run in an element type
   * @param isSound whether all that came out is finite
   */
  async run<T>(
    { checkpoint, network, dtype }: NetworkName,
    run: (dtype: FloatType) => Promise<T>,
    isSound: (result: T) => boolean,
  ): Promise<T> {
    if (dtype === "float32") return run(dtype);
    const known = await this.#known;
    const key = `${checkpoint} ${network}`;
    if (known.has(key)) return run("float32");
    const half = await run("float16");
    if (isSound(half)) return half;
    const single = await run("float32");
    // What is no number in single precision either comes from the weights.
    if (isSound(single) && !known.has(key)) {
      known.add(key);
      this.#options.note?.(
        `${checkpoint}: its ${network} is too large for half precision, and runs in single from now on`,
      );
      await this.#write([...known]);
    }
    return single;
  }

  async #write(known: readonly string[]): Promise<void> {
    const { file } = this.#options;
    if (file === undefined) return;
    // Engines of other cards have found others meanwhile.
    const all = new Set([...(await read(file)), ...known]);
    await mkdir(path.dirname(file), { recursive: true })
      .then(() => writeWhole(file, Buffer.from(JSON.stringify([...all]))))
      .catch(() => undefined);
  }
}

const read = (file: string): Promise<Set<string>> =>
  readFile(file, "utf8")
    .then((text) => new Set(keptSchema.parse(JSON.parse(text))))
    .catch(() => new Set());

/** The bits of a half's exponent: all set in infinities and in what is no number. */
const EXPONENT = 0x7c00;

/** Whether a tensor of real numbers holds finite ones alone; others do. */
export function isFiniteTensor({ type, data }: Tensor): boolean {
  if (type === "float16") return (data as Uint16Array).every((bits) => (bits & EXPONENT) !== EXPONENT);
  return type !== "float32" || (data as Float32Array).every(Number.isFinite);
}
