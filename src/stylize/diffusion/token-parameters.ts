/** What is trained in textual inversion: something that a token's vector is computed from. */
import type { Floats } from "../../onnx/index.ts";
import type { TokenForm } from "../../painting.ts";

/** Numbers in [0, 1) that decide what is dropped in a step. */
export type Uniform = (length: number) => Float64Array;

export interface TokenParameters {
  readonly form: TokenForm;
  /** What the optimiser changes, in place. */
  readonly tensors: Readonly<Record<string, Floats>>;
  /** The vector, [width]; while training with random parts of its computation dropped, otherwise (`null`) with none. */
  forward(uniform: Uniform | null): Float32Array;
  /** d loss / d each tensor, from d loss / d the vector that the last `forward` gave. */
  backward(vectorGradient: Float32Array): Readonly<Record<string, Float32Array>>;
}

/** The vector itself, as in Gal et al. 2022. */
export class FreeVector implements TokenParameters {
  readonly form = "vector";
  readonly tensors: Readonly<Record<"vector", Floats>>;

  constructor(vector: Float32Array) {
    this.tensors = { vector: { data: vector, shape: [vector.length] } };
  }

  forward(): Float32Array {
    return this.tensors.vector.data.slice();
  }

  backward(vectorGradient: Float32Array): Readonly<Record<string, Float32Array>> {
    return { vector: vectorGradient };
  }
}
