/** What a device can be trusted with: follows from its trials. */
import { EngineError } from "../errors.ts";
import type { ExecutionDevice, Precision } from "./devices.ts";
import { tryDevice, type TrialResult } from "./device-trials.ts";
import { FUSIONS, type Fusion, type GraphOptions } from "./graph.ts";
import type { FloatType } from "./tensor.ts";
import type { TrialForm, TrialOperator } from "./trial-networks.ts";

/** In which element type a device computes, how it attends, how it convolves, and which fused operators it has. */
export interface DeviceForms {
  readonly dtype: FloatType;
  readonly attention: NonNullable<GraphOptions["attention"]>;
  readonly convolution: NonNullable<GraphOptions["convolution"]>;
  readonly fusions: readonly Fusion[];
}

/** What the networks are for: only those that write have 4-bit products. */
export type Purpose = "pictures" | "words";

/** What comes of trying a device. */
export type TryDevice = (device: ExecutionDevice) => Promise<readonly TrialResult[]>;

const EXACT: DeviceForms = { dtype: "float32", attention: "fused", convolution: "plain", fusions: [] };

/**
 * Chooses the forms for a device by trying it; a processor needs no trial.
 *
 * @param attempt tries the device (`keptTrials` remembers what came out)
 * @throws EngineError when the device does not work or computes wrong numbers, or `fp16` was asked for and it has none
 */
export async function chooseForms(
  device: ExecutionDevice,
  precision: Precision,
  purpose: Purpose = "pictures",
  attempt: TryDevice = tryDevice,
): Promise<DeviceForms> {
  return device === "cpu" ? EXACT : formsOf(device, await attempt(device), precision, purpose);
}

/**
 * The forms that trials allow: half precision where every operator is right in it, the fused kernel of attention only
 * where it is right at every size, in single precision too, and channels added where convolution is wrong without.
 *
 * @throws EngineError when the device computes wrong numbers, or `fp16` was asked for and it has none that is right
 */
export function formsOf(
  device: ExecutionDevice,
  results: readonly TrialResult[],
  precision: Precision,
  purpose: Purpose = "pictures",
): DeviceForms {
  const needed = results.filter(({ operator }) => purpose === "words" || operator !== "4-bit product");
  const inSingle = needed.filter(({ dtype }) => dtype === "float32");
  const fault = faultIn(inSingle);
  if (fault) {
    const words = `${device} computes wrong numbers (${fault} in a self-test)`;
    throw new EngineError(words, { retryable: false });
  }
  const inHalf = needed.filter(({ dtype }) => dtype === "float16");
  const hasHalf = inHalf.length > 0 && faultIn(inHalf) === null;
  if (precision === "fp16" && !hasHalf)
    throw new EngineError(`${device} has no half precision that is right; set PRECISION=fp32`, { retryable: false });
  const dtype = hasHalf && (precision === "auto" || precision === "fp16") ? "float16" : "float32";
  const used = dtype === "float16" ? needed : inSingle;
  return {
    dtype,
    attention: isRightThroughout(used.filter(({ form }) => form === "fused")) ? "fused" : "explicit",
    convolution: used.some(({ form }) => form === "padded") ? "padded" : "plain",
    fusions: FUSIONS.filter((fusion) => isRightThroughout(used.filter(({ form }) => form === fusion))),
  };
}

const isRight = ({ verdict }: TrialResult): boolean => verdict === "right";

const isRightThroughout = (results: readonly TrialResult[]): boolean => results.length > 0 && results.every(isRight);

/** Forms that are done without where they are wrong. */
const OPTIONAL: ReadonlySet<TrialForm> = new Set(["fused", ...FUSIONS]);

/** The first operator that is right in no form that could be used, in words; `null` when there is none. */
function faultIn(results: readonly TrialResult[]): string | null {
  for (const result of results) {
    if (isRight(result) || OPTIONAL.has(result.form)) continue;
    const isMended = results.some(
      ({ operator, shape, form, verdict }) =>
        operator === result.operator && shape === result.shape && form === "padded" && verdict === "right",
    );
    if (!isMended) return faultOf(result);
  }
  return null;
}

function faultOf({ operator, error, verdict, reason }: TrialResult): string {
  const subject: TrialOperator = operator;
  if (verdict === "failed") return `${subject} failed: ${reason}`;
  return error === null ? `${subject} gives no numbers` : `${subject} is off by ${(error * 100).toFixed(1)} %`;
}
