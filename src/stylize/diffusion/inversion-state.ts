/** All that a run of textual inversion is, as one file: a run read back goes on exactly as it would have. */
import { z } from "zod";

import { readWholeSafetensors, type SafetensorsContent, writeSafetensors } from "../../onnx/files/safetensors-file.ts";
import { checkpointError } from "../../onnx/files/tensor-source.ts";
import type { Floats } from "../../onnx/index.ts";
import { type Moments, noMoments } from "./adamw.ts";

const settingsSchema = z.object({
  form: z.enum(["vector", "affine"]),
  seed: z.int().nonnegative(),
  /** Side of the square that the picture is seen in, pixels. */
  size: z.int().positive(),
  maxSteps: z.int().positive(),
  learningRate: z.number().positive(),
  /** Whether it ends before `maxSteps` when the loss falls no more. */
  stopsEarly: z.boolean(),
});
export type InversionSettings = z.infer<typeof settingsSchema>;

const pointSchema = z.object({ step: z.int().nonnegative(), loss: z.number() });
/** The mean loss of the fixed set after a step. */
export type LossPoint = z.infer<typeof pointSchema>;

export interface InversionState {
  readonly settings: InversionSettings;
  /** Of the picture that is learned. */
  readonly styleSha256: string;
  readonly description: string | null;
  /** Steps done. */
  readonly step: number;
  readonly tensors: Readonly<Record<string, Floats>>;
  readonly moments: Readonly<Record<string, Moments>>;
  /** Loss of every step done. */
  readonly losses: readonly number[];
  readonly validations: readonly LossPoint[];
  /** The vector of the lowest loss of the fixed set. */
  readonly best: LossPoint & { readonly vector: Float32Array };
}

const STATE = "atelier.inversion";
const LONGEST = 64e6;

const recordSchema = z.object({
  settings: settingsSchema,
  styleSha256: z.string(),
  description: z.string().nullable(),
  step: z.int().nonnegative(),
  validations: z.array(pointSchema),
  best: pointSchema,
});

/** @throws NodeJS.ErrnoException when it cannot be written; the earlier file is then still there */
export const writeInversionState = (file: string, state: InversionState): Promise<void> =>
  writeSafetensors(file, contentOf(state));

function contentOf({ tensors, moments, losses, best, ...rest }: InversionState): SafetensorsContent {
  const named: Record<string, Floats> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const { first, second } = moments[name] ?? noMoments(tensor.data.length);
    named[`parameter.${name}`] = tensor;
    named[`first.${name}`] = { data: first, shape: tensor.shape };
    named[`second.${name}`] = { data: second, shape: tensor.shape };
  }
  named["losses"] = { data: Float32Array.from(losses), shape: [losses.length] };
  named["best"] = { data: best.vector, shape: [best.vector.length] };
  const record = { ...rest, best: { step: best.step, loss: best.loss } };
  return { tensors: named, metadata: { [STATE]: JSON.stringify(record) } };
}

/** @throws EngineError when the file is none, or is damaged */
export async function readInversionState(file: string): Promise<InversionState> {
  const { tensors: named, metadata } = await readWholeSafetensors(file, LONGEST);
  const record = recordSchema.safeParse(parsed(metadata[STATE]));
  const { losses, best } = named;
  if (!record.success || !losses || !best) throw checkpointError(file, "is no state of a style that is being learned");
  const tensors: Record<string, Floats> = {};
  const moments: Record<string, Moments> = {};
  for (const [key, tensor] of Object.entries(named)) {
    if (!key.startsWith("parameter.")) continue;
    const name = key.slice("parameter.".length);
    const [first, second] = [named[`first.${name}`], named[`second.${name}`]];
    if (first?.data.length !== tensor.data.length || second?.data.length !== tensor.data.length)
      throw checkpointError(file, `the moments of ${name} are missing`);
    tensors[name] = tensor;
    moments[name] = { first: first.data, second: second.data };
  }
  return {
    ...record.data,
    best: { ...record.data.best, vector: best.data },
    tensors,
    moments,
    losses: Array.from(losses.data),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}
