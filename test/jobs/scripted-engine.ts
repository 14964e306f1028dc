/** An engine whose every step the test decides: for orders and faults that a real one shows too seldom. */
import { writeFile } from "node:fs/promises";

import { CancelledError } from "../../src/errors.ts";
import type { FaceReport } from "../../src/faces/face-report.ts";
import type {
  DescribeReply,
  DescribeTask,
  Engine,
  EngineHooks,
  EngineInfo,
  EnginePicture,
  LearnReply,
  LearnTask,
  StylizeReply,
  StylizeTask,
} from "../../src/jobs/engine.ts";

type Answer = boolean | string | Uint8Array | FaceReport | readonly number[] | LearnReply;

/** One call of the queue, waiting for the test's word. */
export interface Call {
  readonly kind: "faces" | "safety" | "style-vector" | "describe" | "stylize" | "learn";
  readonly task: EnginePicture | DescribeTask | StylizeTask | LearnTask;
  readonly hooks: EngineHooks;
  /** Lets the call succeed, with a text, the bytes of the result, or whatever else is asked for. */
  succeed(answer?: Answer): Promise<void>;
  fail(error: unknown): void;
  /** Whether the call has been answered or cancelled. */
  readonly over: boolean;
}

export interface ScriptedEngineOptions {
  readonly parallelStages?: boolean;
  /** What a call does by itself, at once; nothing: it waits for the test. */
  readonly onCall?: (call: Call, n: number) => void;
}

export class ScriptedEngine implements Engine {
  readonly calls: Call[] = [];
  info: EngineInfo | null;
  readonly #onCall: ((call: Call, n: number) => void) | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor({ parallelStages = false, onCall }: ScriptedEngineOptions = {}) {
    const describer = {
      describer: "scripted",
      describerLabel: "a script",
      styleNetwork: "scripted",
      safetyChecker: null,
    };
    this.info = { stylizer: "embedded", ...describer, device: "cpu", parallelStages, blends: true };
    this.#onCall = onCall;
  }

  async start(): Promise<EngineInfo> {
    return this.info!;
  }

  forget(): void {}

  async stop(): Promise<void> {}

  learn(task: LearnTask, hooks: EngineHooks = {}): Promise<LearnReply> {
    return this.#call("learn", task, hooks, async (answer) => answer as LearnReply);
  }

  findFaces(image: EnginePicture): Promise<FaceReport> {
    return this.#call("faces", image, {}, async (answer) => answer as FaceReport);
  }

  isUnsafe(image: EnginePicture): Promise<boolean> {
    return this.#call("safety", image, {}, async (answer) => answer as boolean);
  }

  styleVector(image: EnginePicture, hooks: EngineHooks = {}): Promise<readonly number[]> {
    return this.#call("style-vector", image, hooks, async (answer) => answer as readonly number[]);
  }

  describe(task: DescribeTask, hooks: EngineHooks = {}): Promise<DescribeReply> {
    return this.#call("describe", task, hooks, async (answer = "blue strokes") => ({
      text: answer as string,
      describer: "scripted",
    }));
  }

  stylize(task: StylizeTask, hooks: EngineHooks = {}): Promise<StylizeReply> {
    return this.#call(
      "stylize",
      task,
      hooks,
      async (answer = Buffer.from(`painted with seed ${task.settings.seed}`)) => {
        await writeFile(task.outputPath, answer as Uint8Array);
        const { outputPath } = task;
        return { outputPath, width: 64, height: 48, engine: "embedded", steps: 6, guidance: null, stylePath: null };
      },
    );
  }

  /** The `n`th call (from 0), as soon as it has been made. */
  async call(n: number): Promise<Call> {
    while (this.calls.length <= n) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.calls[n]!;
  }

  #call<T>(
    kind: Call["kind"],
    task: Call["task"],
    hooks: EngineHooks,
    reply: (answer: Answer | undefined) => Promise<T>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call = {
        kind,
        task,
        hooks,
        over: false,
        async succeed(answer?: Answer) {
          const value = await reply(answer);
          call.over = true;
          resolve(value);
        },
        fail(error: unknown) {
          call.over = true;
          reject(error);
        },
      };
      if (hooks.signal?.aborted) return reject(new CancelledError());
      hooks.signal?.addEventListener("abort", () => call.fail(new CancelledError()));
      this.calls.push(call);
      this.#onCall?.(call, this.calls.length - 1);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }
}
