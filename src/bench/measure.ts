/** Runs one measurement in a child process and watches its memory from outside. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { EngineError } from "../errors.ts";
import { forkModule } from "../process/fork.ts";
import { type BenchTask, type PeakMemory, PROCESSOR, type RunsOn, type TimingOfKind } from "./tasks.ts";

const CHILD = path.join(import.meta.dirname, "measure-child.ts");
const SAMPLE_MS = 50;

type TimingOf<Task extends BenchTask> = TimingOfKind[Task["kind"]];

export interface MeasureOptions {
  /** Default: the processor. */
  readonly on?: RunsOn;
  /** When it is ended; by default never. */
  readonly timeoutMs?: number;
}

export interface Measured<T> {
  readonly timing: T;
  /** `null` where the system does not say (it does on Linux). */
  readonly peak: PeakMemory | null;
}

/** @throws EngineError with the child's reason */
export async function measure<Task extends BenchTask>(
  task: Task,
  { on = PROCESSOR, timeoutMs }: MeasureOptions = {},
): Promise<Measured<TimingOf<Task>>> {
  const child = forkModule(CHILD);
  let isLate = false;
  const end = (): void => {
    isLate = true;
    child.kill("SIGKILL");
  };
  const late = timeoutMs === undefined ? null : setTimeout(end, Math.max(1, timeoutMs));
  let peak: PeakMemory | null = null;
  const watch = setInterval(() => {
    const now = child.pid === undefined ? null : memoryOf(child.pid);
    if (now)
      peak = peak
        ? { anonymous: Math.max(peak.anonymous, now.anonymous), mapped: Math.max(peak.mapped, now.mapped) }
        : now;
  }, SAMPLE_MS);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
  try {
    const timing = await new Promise<TimingOf<Task>>((resolve, reject) => {
      const fail = (reason: string): void => reject(new EngineError(reason, { retryable: false }));
      child.on("message", (message: { timing?: TimingOf<Task>; error?: string }) =>
        message.timing ? resolve(message.timing) : fail(message.error ?? "the measurement failed"),
      );
      child.on("exit", (code, signal) =>
        fail(isLate ? "it took too long" : `the measurement ended early (${signal ?? code}) ${errors}`),
      );
      child.send({ task, on });
    });
    return { timing, peak };
  } finally {
    clearInterval(watch);
    if (late) clearTimeout(late);
  }
}

function memoryOf(pid: number): PeakMemory | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string): number =>
      1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return { anonymous: field("RssAnon"), mapped: field("RssFile") };
  } catch {
    return null;
  }
}
