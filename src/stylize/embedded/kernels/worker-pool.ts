/** Shared memory and the threads that run kernels on it, part by part. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

import { EngineError } from "../../../errors.ts";
import { ModuleBuilder } from "../wasm/module-builder.ts";
import { wasm, type CompiledModule } from "../wasm/runtime.ts";
import { bankFeatures, queryFeatures, splitPlanes, transformRows } from "./features.ts";
import { blurAcross, blurDown, mapColours } from "./filters.ts";
import type { ArgumentValues, Kernel, KernelArguments } from "./kernel.ts";
import { patchMatchSweep } from "./patch-match.ts";
import { fuseContent, locatePatches, votePatches, weighPatches } from "./voting.ts";

const KERNELS: readonly Kernel[] = [
  splitPlanes,
  transformRows,
  bankFeatures,
  queryFeatures,
  patchMatchSweep,
  locatePatches,
  weighPatches,
  votePatches,
  fuseContent,
  blurAcross,
  blurDown,
  mapColours,
];

/** Two GiB, a limit of address space and not of memory used. */
const MAXIMUM_PAGES = 32_768;
const PAGE_BYTES = 65_536;

/** Where things lie in the control words, and where arguments lie in the memory. */
const SLOTS = {
  generation: 0,
  next: 1,
  limit: 2,
  done: 3,
  kernel: 4,
  failed: 5,
  partBits: 10,
  argumentsAddress: 64,
} as const;
const FIRST_FREE_ADDRESS = 1024;

/** Parts of most jobs. Fixed, so that no result depends on the number of threads. */
export const PARTS = 16;

/** More threads than this wait for memory, not for each other. */
const MAXIMUM_THREADS = 8;

let compiled: CompiledModule | undefined;

/** The kernels' module, assembled and compiled once per process. */
function compile(): CompiledModule {
  if (compiled) return compiled;
  const builder = new ModuleBuilder();
  for (const kernel of KERNELS) kernel.addTo(builder);
  compiled = new wasm.Module(builder.encode(MAXIMUM_PAGES));
  return compiled;
}

/**
 * A memory with a stack-like allocator, and helper threads. The calling thread works too, so a pool without helpers, or
 * one whose helpers have not started yet, gives the same results, later.
 */
export class KernelPool {
  readonly #memory = new wasm.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * 16));
  readonly #functions: ReadonlyMap<string, { index: number; call: (...args: number[]) => void }>;
  readonly #workers: readonly Worker[];
  #top = FIRST_FREE_ADDRESS;
  #job = 0;

  /** @param threads threads that compute, this one included; default: one per core, at most 8 */
  constructor(threads = Math.min(MAXIMUM_THREADS, availableParallelism())) {
    const module = compile();
    const instance = new wasm.Instance(module, { env: { memory: this.#memory } });
    const names = KERNELS.map((kernel) => kernel.name);
    this.#functions = new Map(names.map((name, index) => [name, { index, call: instance.exports[name]! }]));
    const workerData = { module, memory: this.#memory, control: this.#control, names, slots: SLOTS };
    this.#workers = Array.from({ length: threads - 1 }, () => {
      const worker = new Worker(new URL("./kernel-worker.mjs", import.meta.url), { workerData, execArgv: [] });
      // A helper that cannot start leaves its parts to the others.
      worker.on("error", () => undefined);
      worker.unref();
      return worker;
    });
  }

  /** The address of `bytes` fresh bytes (contents undefined), aligned to a cache line. */
  allocate(bytes: number): number {
    const address = this.#top;
    this.#top = (address + bytes + 63) & ~63;
    // Kernels may read a few pixels past the end of a picture.
    const missing = this.#top + PAGE_BYTES - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return address;
  }

  /** Runs `work` and gives back what it allocated. */
  scoped<T>(work: () => T): T {
    const top = this.#top;
    try {
      return work();
    } finally {
      this.#top = top;
    }
  }

  /** As `scoped`, for work that pauses. */
  async scopedAsync<T>(work: () => Promise<T>): Promise<T> {
    const top = this.#top;
    try {
      return await work();
    } finally {
      this.#top = top;
    }
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, address, length);
  }

  /** Runs all parts of a kernel on all threads and returns when the last has finished. */
  run<A extends KernelArguments>(kernel: Kernel<A>, values: ArgumentValues<A>, parts = PARTS): void {
    const { index, call } = this.#functions.get(kernel.name)!;
    const args = new DataView(this.#memory.buffer, SLOTS.argumentsAddress);
    Object.entries(kernel.args).forEach(([name, type], i) => {
      if (type === "i32") args.setInt32(4 * i, values[name]!, true);
      else args.setFloat32(4 * i, values[name]!, true);
    });
    const control = this.#control;
    const base = (this.#job = (this.#job + 1) & 0xfffff) << SLOTS.partBits;
    Atomics.store(control, SLOTS.kernel, index);
    Atomics.store(control, SLOTS.done, 0);
    Atomics.store(control, SLOTS.limit, base | parts);
    Atomics.store(control, SLOTS.next, base);
    Atomics.add(control, SLOTS.generation, 1);
    Atomics.notify(control, SLOTS.generation);
    for (;;) {
      const part = Atomics.add(control, SLOTS.next, 1) - base;
      if (part >= parts) break;
      call(part, parts, SLOTS.argumentsAddress);
      Atomics.add(control, SLOTS.done, 1);
    }
    for (;;) {
      const done = Atomics.load(control, SLOTS.done);
      if (done === parts) break;
      Atomics.wait(control, SLOTS.done, done, 10);
    }
    if (Atomics.load(control, SLOTS.failed) !== 0) {
      throw new EngineError(`the kernel ${kernel.name} failed`, { retryable: true });
    }
  }

  /** Stops the helpers. The pool must not be used any more. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
