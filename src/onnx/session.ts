/** Sessions of onnxruntime over graphs recorded here, opened so that weights stay in their files. */
import path from "node:path";

import { InferenceSession } from "onnxruntime-node";

import { EngineError, messageOf } from "../errors.ts";
import type { ExecutionDevice } from "./devices.ts";
import type { Graph } from "./graph.ts";
import "./no-telemetry.ts";
import { modelBytes } from "./model-proto.ts";
import { isOutOfMemory, OutOfMemoryError } from "./out-of-memory.ts";
import type { Tensor } from "./tensor.ts";

export interface SessionOptions {
  /** Default `cpu`. What another device leaves to the processor, `Session.isSplit` tells. */
  readonly device?: ExecutionDevice;
  /** Threads inside one operator; by default what `limitThreads` said, else onnxruntime's choice, the physical cores. */
  readonly threads?: number;
  /**
   * Rearrange weights when the session opens: a few percent faster, but every weight is copied into memory and opening
   * takes seconds per gigabyte. Off by default: float32 weights are then read where they lie. Small networks and
   * quantised products (MatMulNBits) gain from it.
   */
  readonly prepack?: boolean;
  /**
   * Keep the memory of one run for the next. On by default: a step of the UNet is a fifth faster with it. Networks that
   * run once do without, and give their memory back.
   */
  readonly arena?: boolean;
  /**
   * Outputs that stay on the device, to be given to the next run: `release` each when it was read. Only WebGPU has such
   * tensors in Node; elsewhere they come back as all others do. Their numbers cannot be read: `getData` ends the process.
   */
  readonly kept?: readonly string[];
  /** Write a profile of every operator to a file with this prefix; `endProfiling` finishes it. */
  readonly profilePrefix?: string;
}

/** What these two cannot do is copied to the processor and back in the middle of a network; others do so by design. */
const WHOLE: ReadonlySet<ExecutionDevice> = new Set(["cuda", "webgpu"]);

let usualThreads: number | undefined;

/** Holds sessions that say nothing of threads to so many: for a process that shares the processor with others. */
export function limitThreads(threads: number | undefined): void {
  usualThreads = threads;
}

/**
 * Opens a graph. External initialisers are resolved from the root folder of the disk, so files in any folder, behind
 * any symbolic link (already resolved by the reader), may be named.
 *
 * @throws EngineError with onnxruntime's reason: a device that is missing, a file that ends early, no memory
 */
export async function openSession(graph: Graph, options: SessionOptions = {}): Promise<Session> {
  const { device = "cpu", threads = usualThreads, prepack = false, arena = true, kept = [], profilePrefix } = options;
  const rearranges = prepack || graph.convolution === "blocked";
  const create = (whole: boolean): Promise<InferenceSession> =>
    InferenceSession.create(modelBytes(graph), {
      executionProviders: [device],
      graphOptimizationLevel: rearranges ? "all" : "extended",
      enableMemPattern: false,
      enableCpuMemArena: arena,
      // That it cannot be whole is no error yet.
      logSeverityLevel: whole ? 4 : 3,
      ...(device === "webgpu" && kept.length > 0 && { preferredOutputLocation: locationOf(graph, kept) }),
      ...(threads !== undefined && { intraOpNumThreads: threads }),
      ...(profilePrefix !== undefined && { enableProfiling: true, profileFilePrefix: profilePrefix }),
      extra: {
        session: {
          model_external_initializers_file_folder_path: rootFolder(graph),
          // On CUDA nothing is rearranged, but it is then that its convolution with channels last learns how its weights
          // lie, and its group normalisation how it may divide them.
          disable_prepacking: rearranges || device === "cuda" ? "0" : "1",
          "intra_op.allow_spinning": "0",
          // Weights stay out of the arena of a card, which would round them up to a power of two.
          use_device_allocator_for_initializers: "1",
          ...(whole && { disable_cpu_ep_fallback: "1" }),
        },
      },
    });
  try {
    if (!WHOLE.has(device)) return new Session(graph.name, await create(false));
    const session = await create(true).catch((error: unknown) => {
      if (/fallback to CPU EP has been explicitly disabled/i.test(messageOf(error))) return null;
      throw error;
    });
    return session ? new Session(graph.name, session) : new Session(graph.name, await create(false), true);
  } catch (error) {
    const words = `cannot open ${graph.name} on ${device}: ${messageOf(error)}`;
    if (!isOutOfMemory(words)) throw new EngineError(words, { retryable: false, cause: error });
    const advice = "there is too little memory for it: end other programs, or take a smaller model";
    throw new OutOfMemoryError(`${words}; ${advice}`, { cause: error });
  }
}

/** An open session. `run` blocks the thread until it is done. */
export class Session {
  readonly name: string;
  /** Bytes that its runs have taken from this process's memory and given back to it: on a card, what crossed the bus. */
  crossed = 0;
  /** Some of it runs on the processor, though another device was asked for: right, and far slower. */
  readonly isSplit: boolean;
  readonly #session: InferenceSession;

  constructor(name: string, session: InferenceSession, isSplit = false) {
    this.name = name;
    this.isSplit = isSplit;
    this.#session = session;
  }

  /** @throws EngineError with onnxruntime's reason; no memory is one, and leaves the session usable */
  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    try {
      const outputs = (await this.#session.run(feeds)) as Record<string, Tensor>;
      for (const tensor of [...Object.values(feeds), ...Object.values(outputs)]) this.crossed += bytesHere(tensor);
      return outputs;
    } catch (error) {
      const words = `${this.name} failed: ${messageOf(error)}`;
      if (!isOutOfMemory(words)) throw new EngineError(words, { retryable: false, cause: error });
      const advice = "choose a smaller picture, or give the machine more memory";
      throw new OutOfMemoryError(`${words}; ${advice}`, { cause: error });
    }
  }

  /** Runs a session with one output. */
  async runOne(feeds: Readonly<Record<string, Tensor>>): Promise<Tensor> {
    const [tensor, ...others] = Object.values(await this.run(feeds));
    if (!tensor || others.length > 0) throw new Error(`${this.name} has ${others.length + 1} outputs`);
    return tensor;
  }

  /** Ends a profile and writes its file. */
  endProfiling(): void {
    this.#session.endProfiling();
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** What of a tensor lies in this process's memory. */
const bytesHere = (tensor: Tensor): number =>
  tensor.location === "cpu" ? (tensor.data as Exclude<Tensor["data"], string[]>).byteLength : 0;

/** Gives a tensor back that a session kept on its device; one in this process's memory goes by itself. */
export function release(tensor: Tensor): void {
  if (tensor.location === "gpu-buffer") tensor.dispose();
}

function locationOf(graph: Graph, kept: readonly string[]): Record<string, "cpu" | "gpu-buffer"> {
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, kept.includes(name) ? "gpu-buffer" : "cpu"]));
}

/** The root of the disk on which the weights lie. */
function rootFolder(graph: Graph): string {
  const roots = new Set<string>();
  for (const initializer of graph.initializers.values())
    if ("external" in initializer) roots.add(path.parse(initializer.external.path).root);
  if (roots.size > 1) throw new Error(`the weights of ${graph.name} lie on several disks: ${[...roots].join(", ")}`);
  return [...roots][0] ?? "/";
}
