/** Which operators a session spends its time in, from a profile of onnxruntime. */
import { readFile } from "node:fs/promises";

export interface OperatorShare {
  readonly operator: string;
  readonly share: number;
  /** Milliseconds of all profiled runs. */
  readonly ms: number;
  readonly calls: number;
}

interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  /** Microseconds. */
  readonly dur?: number;
  readonly args?: { readonly op_name?: string };
}

/** Shares of the kernels' time, the largest first. */
export async function operatorShares(profileFile: string): Promise<OperatorShare[]> {
  const events = JSON.parse(await readFile(profileFile, "utf8")) as readonly ProfileEvent[];
  const sums = new Map<string, { us: number; calls: number }>();
  for (const { cat, name, dur = 0, args } of events) {
    if (cat !== "Node" || !name?.endsWith("_kernel_time") || !args?.op_name) continue;
    const sum = sums.get(args.op_name) ?? { us: 0, calls: 0 };
    sums.set(args.op_name, { us: sum.us + dur, calls: sum.calls + 1 });
  }
  const total = [...sums.values()].reduce((sum, { us }) => sum + us, 0);
  return [...sums]
    .map(([operator, { us, calls }]) => ({ operator, share: us / total, ms: us / 1000, calls }))
    .sort((a, b) => b.share - a.share);
}
