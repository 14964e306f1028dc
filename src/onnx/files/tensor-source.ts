/** Where weights come from: names to tensors that lie in files. */
import { EngineError } from "../../errors.ts";
import type { ExternalTensor } from "../graph.ts";

export interface TensorSource {
  /** What people call it: the file or folder. */
  readonly label: string;
  readonly names: readonly string[];
  /** @param wanted the shape that the network expects; only sources that make tensors up look at it */
  find(name: string, wanted?: readonly number[]): ExternalTensor | undefined;
  /** What is to be added to the weight of a layer; sources without updates have no such function. */
  updatesOf?(name: string): readonly LowRankUpdate[];
}

/** A low-rank update of a layer's weight (LoRA; Hu et al. 2021): `scale` · up · down is added to it. */
export interface LowRankUpdate {
  /** [rank, inputs] or [rank, inputs, k, k] */
  readonly down: ExternalTensor;
  /** [outputs, rank], with axes of size 1 after them or without. */
  readonly up: ExternalTensor;
  readonly scale: number;
}

/** A source of which every tensor is asked for by another name. */
export const renamed = (source: TensorSource, stored: (name: string) => string): TensorSource => ({
  label: source.label,
  names: source.names,
  find: (name, wanted) => source.find(stored(name), wanted),
});

/** A checkpoint that cannot be used, with the reason. Running the job again would not help. */
export const checkpointError = (label: string, reason: string, cause?: unknown): EngineError =>
  new EngineError(`${label}: ${reason}`, { retryable: false, ...(cause !== undefined && { cause }) });
