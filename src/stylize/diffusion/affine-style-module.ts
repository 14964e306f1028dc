/**
 * The module that InST's code trains. It is called attention over CLIP's embedding e of the style picture (Zhang et al.
 * 2023, equations 1 to 4), but its one key makes every softmax 1, so that what acts is
 *
 *     v = W_net · drop(drop(W_out · (W_v · e) + b_out)) + b_net
 *
 * and the other weights get no gradient. e in turn is nearly the same for every picture, as the code casts pixels in
 * [-1, 1] to bytes before CLIP sees them: CLIP's embedding of black, which it scales to length 1.
 *
 * That needs CLIP's image encoder, which a checkpoint of Stable Diffusion lacks, and would change nothing: as W_v starts
 * with equally distributed entries, e with its components in another order or of another sign is another seed. Their
 * spread is what is left: by AdamW a step moves W_v · e by the learning rate times Σ|e_j|, 22.4 for the direction taken
 * here at a width of 768, 27.7 at most.
 */
import type { Floats } from "../../onnx/index.ts";
import { gaussianNoise, uniformNumbers } from "./noise.ts";
import type { TokenParameters, Uniform } from "./token-parameters.ts";

const DROPOUT = 0.05;
/** 8 heads of 64. */
const INNER_WIDTH = 512;

const NAMES = ["to_v.weight", "to_out.weight", "to_out.bias", "net.weight", "net.bias"] as const;
type Name = (typeof NAMES)[number];

/** Streams of the random numbers that a module begins with. */
const STREAM = { embedding: 0x4000_0000, weights: 0x4000_0001 } as const;

export class AffineStyleModule implements TokenParameters {
  readonly form = "affine";
  readonly tensors: Readonly<Record<Name, Floats>>;
  readonly #embedding: Float32Array;
  #hidden: Float32Array = new Float32Array(0);
  #dropped: Float32Array = new Float32Array(0);
  #mask: Float32Array = new Float32Array(0);

  /** @param embedding e, [width], not trained */
  constructor(embedding: Float32Array, tensors: Readonly<Record<Name, Floats>>) {
    this.#embedding = embedding;
    this.tensors = tensors;
  }

  /** As PyTorch begins its linear layers: weights and biases uniform within 1 / sqrt(inputs). */
  static create(seed: number, width: number, inner = INNER_WIDTH): AffineStyleModule {
    const layers: Readonly<Record<Name, readonly [inputs: number, ...shape: number[]]>> = {
      "to_v.weight": [width, inner, width],
      "to_out.weight": [inner, width, inner],
      "to_out.bias": [inner, width],
      "net.weight": [width, width, width],
      "net.bias": [width, width],
    };
    const tensors = Object.fromEntries(
      NAMES.map((name, i) => {
        const [inputs, ...shape] = layers[name];
        const length = shape.reduce((product, dim) => product * dim, 1);
        const reach = 1 / Math.sqrt(inputs);
        const data = Float32Array.from(uniformNumbers(seed, length, STREAM.weights + i), (u) => (2 * u - 1) * reach);
        return [name, { data, shape }] as const;
      }),
    ) as Record<string, Floats>;
    return new AffineStyleModule(styleEmbedding(width), tensors as Record<Name, Floats>);
  }

  forward(uniform: Uniform | null): Float32Array {
    const t = this.tensors;
    const width = t["net.bias"].data.length;
    this.#hidden = times(t["to_v.weight"], this.#embedding);
    this.#mask = new Float32Array(width).fill(1);
    // Two dropouts in a row: each keeps what it keeps at 1 / (1 - p) of its size.
    uniform?.(2 * width).forEach((draw, i) => (this.#mask[i % width]! *= draw < DROPOUT ? 0 : 1 / (1 - DROPOUT)));
    const whole = plus(times(t["to_out.weight"], this.#hidden), t["to_out.bias"].data);
    this.#dropped = whole.map((value, i) => value * this.#mask[i]!);
    return plus(times(t["net.weight"], this.#dropped), t["net.bias"].data);
  }

  backward(vectorGradient: Float32Array): Readonly<Record<Name, Float32Array>> {
    const t = this.tensors;
    const out = timesTransposed(t["net.weight"], vectorGradient).map((value, i) => value * this.#mask[i]!);
    const hidden = timesTransposed(t["to_out.weight"], out);
    return {
      "to_v.weight": outer(hidden, this.#embedding),
      "to_out.weight": outer(out, this.#hidden),
      "to_out.bias": out,
      "net.weight": outer(vectorGradient, this.#dropped),
      "net.bias": vectorGradient,
    };
  }
}

/** The constant that stands for CLIP's embedding of a nearly black picture: of length 1, as CLIP's are. */
export function styleEmbedding(width: number): Float32Array {
  const direction = gaussianNoise(0, width, STREAM.embedding);
  const length = Math.hypot(...direction);
  return direction.map((value) => value / length);
}

/** W x, W [rows, columns] */
function times({ data, shape }: Floats, x: Float32Array): Float32Array {
  const [rows, columns] = shape as [number, number];
  const y = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += data[row * columns + column]! * x[column]!;
    y[row] = sum;
  }
  return y;
}

/** Wᵀ x */
function timesTransposed({ data, shape }: Floats, x: Float32Array): Float32Array {
  const [rows, columns] = shape as [number, number];
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) sums[column]! += data[row * columns + column]! * x[row]!;
  return Float32Array.from(sums);
}

function outer(a: Float32Array, b: Float32Array): Float32Array {
  const product = new Float32Array(a.length * b.length);
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) product[i * b.length + j] = a[i]! * b[j]!;
  return product;
}

const plus = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, i) => value + b[i]!);
