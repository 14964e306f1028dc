/** Trying a device: every operator that is known to go wrong somewhere, in each of its forms, against the processor. */
import { z } from "zod";

import { messageOf } from "../errors.ts";
import type { ExecutionDevice } from "./devices.ts";
import { FUSIONS, type Fusion } from "./graph.ts";
import { openSession } from "./session.ts";
import { type FloatType, floatsOf } from "./tensor.ts";
import {
  isFusion,
  TRIAL_FORMS,
  TRIAL_NETWORKS,
  TRIAL_OPERATORS,
  type TrialForm,
  type TrialNetwork,
  type TrialOperator,
} from "./trial-networks.ts";

export const trialResultSchema = z.object({
  operator: z.enum(TRIAL_OPERATORS),
  /** In words. */
  shape: z.string(),
  form: z.enum(TRIAL_FORMS),
  dtype: z.enum(["float32", "float16"]),
  /** ‖actual - expected‖ / ‖expected‖; `null` where the device did not compute, or computed no numbers. */
  error: z.number().nullable(),
  /** Largest error that is right. */
  tolerance: z.number(),
  /** `failed`: the device refused it, or broke off. */
  verdict: z.enum(["right", "wrong", "failed"]),
  /** What the device said when it failed. */
  reason: z.string().exactOptional(),
});
export type TrialResult = z.infer<typeof trialResultSchema>;

/**
 * Of single precision. A device that adds in another order is some 1e-6 off. CUDA multiplies in TF32, with 10 bits of
 * mantissa: about 5e-4 a product. Apple's engine may compute in half precision whatever is asked for.
 */
const SINGLE: Readonly<Record<ExecutionDevice, number>> = {
  cpu: 1e-4,
  webgpu: 1e-4,
  dml: 1e-4,
  cuda: 3e-3,
  coreml: 5e-3,
};

/**
 * Of half precision. Kernels that also add in it were seen to be up to 3.2e-3 off, and get further with longer sums; wrong
 * ones were 4.5e-2 off and more. The other form of an operator has to be right in single precision as well.
 */
const HALF = 1e-2;

/** Of 4-bit products at the accuracy that the networks ask for: their activations may be rounded to 8 bits. */
const ROUNDED = 1.5e-2;

/**
 * The fused operators that are worth a trial. WebGPU's group normalisation and convolution have none, and its packed
 * attention opens and fails when it runs.
 */
const FUSED_ON: Readonly<Partial<Record<ExecutionDevice, readonly Fusion[]>>> = {
  cuda: FUSIONS,
  webgpu: ["bias-split-gelu"],
};

export interface TrialOptions {
  /** Told each result as it is there. */
  readonly onResult?: (result: TrialResult) => void;
  /** Default all; for one that is busy with other questions. */
  readonly networks?: readonly TrialNetwork[];
  /** Runs a trial; by default a session on the device. */
  readonly run?: typeof runTrial;
}

/**
 * Tries a device: each operator at each size, in single and in half precision. A device without half precision fails in
 * those trials.
 *
 * @throws EngineError when the very first fails: the device is not there
 */
export async function tryDevice(
  device: ExecutionDevice,
  { onResult, networks = TRIAL_NETWORKS, run = runTrial }: TrialOptions = {},
): Promise<TrialResult[]> {
  const results: TrialResult[] = [];
  const attempt = async (
    network: TrialNetwork,
    form: TrialForm,
    dtype: FloatType,
    expected: Float32Array,
  ): Promise<{ readonly answer: Float32Array | null; readonly isRight: boolean }> => {
    const { operator, shape } = network;
    const answer = await run(device, network, form, dtype).catch((error: unknown) => {
      if (results.length === 0) throw error;
      return messageOf(error);
    });
    const asked = { operator, shape, form, dtype, tolerance: toleranceOf(operator, device, dtype) };
    const result = judged(asked, answer, expected);
    results.push(result);
    onResult?.(result);
    return { answer: typeof answer === "string" ? null : answer, isRight: result.verdict === "right" };
  };
  /** Another form that was wrong once is out, and driver compilers can take half a minute for each size of it. */
  const out = new Set<TrialForm>();
  const has = ({ other }: TrialNetwork): boolean =>
    !other || !isFusion(other.form) || (FUSED_ON[device]?.includes(other.form) ?? false);
  for (const network of networks.filter(has)) {
    const { form, other } = network;
    const exact = await run("cpu", network, form, "float32");
    for (const dtype of ["float32", "float16"] as const) {
      const { answer, isRight } = await attempt(network, form, dtype, exact);
      const isWanted = other && isRight === (other.against === "right") && !out.has(other.form);
      if (!isWanted) continue;
      const expected = other.against === "right" ? answer! : exact;
      if (!(await attempt(network, other.form, dtype, expected)).isRight) out.add(other.form);
    }
  }
  return results;
}

function toleranceOf(operator: TrialOperator, device: ExecutionDevice, dtype: FloatType): number {
  const plain = dtype === "float32" ? SINGLE[device] : HALF;
  return operator === "4-bit product" ? Math.max(ROUNDED, plain) : plain;
}

function judged(
  asked: Omit<TrialResult, "error" | "verdict" | "reason">,
  answer: Float32Array | string,
  expected: Float32Array,
): TrialResult {
  if (typeof answer === "string") return { ...asked, error: null, verdict: "failed", reason: answer };
  const error = relativeError(answer, expected);
  const isRight = error <= asked.tolerance;
  return { ...asked, error: Number.isFinite(error) ? error : null, verdict: isRight ? "right" : "wrong" };
}

/** The trial's answer on a device. @throws EngineError when it cannot run it */
export async function runTrial(
  device: ExecutionDevice,
  network: TrialNetwork,
  form: TrialForm,
  dtype: FloatType,
): Promise<Float32Array> {
  const { graph, feeds } = network.record(form, dtype);
  const session = await openSession(graph, { device });
  try {
    return floatsOf(await session.runOne(feeds)).data;
  } finally {
    await session.release();
  }
}

/** NaN where the answer holds one, or has another length. */
function relativeError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.NaN;
  let [difference, norm] = [0, 0];
  for (const [i, value] of expected.entries()) {
    difference += (value - actual[i]!) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(difference / norm);
}
