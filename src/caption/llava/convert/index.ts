/** Turns a published LLaVA into what Atelier and transformers.js load: half-precision tower, 4-bit language model. */
import { appendFile, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";

import { llavaConfigSchema } from "../../../../models/llava.ts";
import { expectRoom, freeBytes, whereDiskIsFull } from "../../../checkpoints/disk.ts";
import { CancelledError } from "../../../errors.ts";
import { exists } from "../../../exists.ts";
import { checked } from "../../../onnx/files/read-json.ts";
import { preprocessorConfigSchema } from "../preprocessor-config.ts";
import { askedTensors, dataFile, writeGraphs } from "./graphs.ts";
import { type Part, type Plan, planConversion } from "./conversion-plan.ts";
import { writeSettings } from "./conversion-settings.ts";
import { openPublished } from "./source.ts";
import type { Answer, Order } from "./conversion-worker.ts";

export interface ConvertOptions {
  /** Bytes of the source that are done, of all. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Threads; by default one per core, at most 4: the disk is the limit then. */
  readonly threads?: number;
  /** Free bytes on the disk of a folder. */
  readonly free?: (folder: string) => Promise<number>;
}

const JOURNAL = "conversion.journal";

/**
 * Converts `from` (HF-Llava layout or the original release) into `to`. Memory stays under half a gigabyte, whatever the
 * size of the model, as tensors are read piece by piece. What is done is written down as it is done: started again, it goes on.
 *
 * @throws EngineError naming a tensor or file that does not hold; UserError when the disk is too small; CancelledError
 */
export async function convertLlava(from: string, to: string, options: ConvertOptions = {}): Promise<void> {
  if (await isConverted(to)) return;
  const published = await openPublished(from);
  const config = checked(path.join(from, "config.json"), published.config, llavaConfigSchema);
  checked(path.join(from, "preprocessor_config.json"), published.preprocessor, preprocessorConfigSchema);
  const plan = planConversion(published.tensors, askedTensors(published.tensors, config));
  const onnx = path.join(to, "onnx");
  await mkdir(onnx, { recursive: true });
  const done = await prepare(plan, onnx, options);
  try {
    await runSteps(plan, onnx, done, options);
  } catch (error) {
    throw whereDiskIsFull(error, onnx);
  }
  for (const part of Object.keys(plan.files) as Part[])
    await rename(partial(onnx, part), path.join(onnx, dataFile(part)));
  await writeGraphs(onnx, config);
  await writeSettings(published, config, from, to);
  await rm(path.join(onnx, JOURNAL));
}

/** Whether `convertLlava` has finished there: the tokenizer's settings are written last. */
const isConverted = async (folder: string): Promise<boolean> =>
  (await exists(path.join(folder, "tokenizer.json"))) && (await exists(path.join(folder, "onnx", dataFile("decoder"))));

const partial = (onnx: string, part: Part): string => path.join(onnx, `${dataFile(part)}.partial`);

/** Makes the files at their full size, or finds out which steps an earlier run has carried out. */
async function prepare(plan: Plan, onnx: string, { free = freeBytes }: ConvertOptions): Promise<Set<number>> {
  const journal = path.join(onnx, JOURNAL);
  const parts = Object.keys(plan.files) as Part[];
  // A journal of another plan (another source, another version) says nothing about this one.
  const heading = `${parts.map((part) => plan.files[part].size).join(" ")} ${plan.steps.length}`;
  const lines = (await readFile(journal, "utf8").catch(() => "")).split("\n");
  if (lines[0] === heading) return new Set(lines.slice(1, -1).map(Number));
  const size = parts.reduce((sum, part) => sum + plan.files[part].size, 0);
  await expectRoom(onnx, size, await free(onnx));
  for (const part of parts) {
    const file = await open(partial(onnx, part), "w");
    await file.write(plan.files[part].header, 0, null, 0);
    await file.truncate(plan.files[part].size);
    await file.close();
  }
  await writeFile(journal, `${heading}\n`);
  return new Set();
}

async function runSteps(plan: Plan, onnx: string, done: ReadonlySet<number>, options: ConvertOptions): Promise<void> {
  const { onProgress = () => {}, signal } = options;
  const total = plan.steps.reduce((sum, step) => sum + step.source.byteLength, 0);
  const waiting = [...plan.steps.entries()].filter(([index]) => !done.has(index));
  let finished = total - waiting.reduce((sum, [, step]) => sum + step.source.byteLength, 0);
  onProgress(finished, total);
  const threads = Math.min(options.threads ?? Math.min(4, os.availableParallelism()), waiting.length);
  const journal = path.join(onnx, JOURNAL);

  const thread = async (): Promise<void> => {
    const worker = new ConversionThread();
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (signal?.aborted) throw new CancelledError();
        const [index, step] = next;
        await worker.run({ index, step, target: partial(onnx, step.part) });
        await appendFile(journal, `${index}\n`);
        onProgress((finished += step.source.byteLength), total);
      }
    } finally {
      waiting.length = 0; // one fault ends all
      await worker.end();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: threads }, thread));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** A worker thread that carries out one step at a time. */
class ConversionThread {
  readonly #worker = new Worker(new URL("./conversion-worker.mjs", import.meta.url), { execArgv: [] });

  run(order: Order): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#worker.off("message", onMessage).off("error", onError);
      };
      const onMessage = ({ error }: Answer): void => {
        settle();
        if (error) reject(Object.assign(new Error(error.message), error.code && { code: error.code }));
        else resolve();
      };
      const onError = (error: unknown): void => {
        settle();
        reject(error);
      };
      this.#worker.on("message", onMessage).on("error", onError);
      this.#worker.postMessage(order);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
