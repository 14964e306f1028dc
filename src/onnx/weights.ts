/** A network's weights, narrowed as its construction descends, so that the nesting of the code is that of the keys. */
import { bytesPerElement, type DType, isFloat } from "./dtype.ts";
import type { ExternalTensor, Graph, Value } from "./graph.ts";
import type { RoundedWeight } from "./operators/dynamic-int8.ts";
import { cast, scale } from "./operators/elementwise.ts";
import { type Shape, showShape } from "./shape.ts";
import type { FloatType } from "./tensor.ts";
import { checkpointError, type TensorSource } from "./files/tensor-source.ts";

export class Weights {
  readonly graph: Graph;
  /** Keys start with this: `down_blocks.0.resnets.1`, or `""`. */
  readonly path: string;
  /** What the network computes in; weights stored otherwise are cast, once, when the session opens. */
  readonly dtype: FloatType;
  readonly #source: TensorSource;
  readonly #values: Map<string, Value>;
  /** Weights that were taken, and whether their updates were too. */
  readonly #taken: Map<string, boolean>;

  constructor(graph: Graph, source: TensorSource, dtype: FloatType, inside?: { path: string; from: Weights }) {
    this.graph = graph;
    this.dtype = dtype;
    this.path = inside?.path ?? "";
    this.#source = source;
    this.#values = inside ? inside.from.#values : new Map<string, Value>();
    this.#taken = inside ? inside.from.#taken : new Map<string, boolean>();
  }

  /** The weights under `name`, which may hold dots. */
  scope(name: string): Weights {
    return new Weights(this.graph, this.#source, this.dtype, { path: this.#key(name), from: this });
  }

  has(name: string): boolean {
    return this.shapeOf(name) !== undefined;
  }

  /** The shape that `name` is stored in; `undefined` when it is missing. */
  shapeOf(name: string): Shape | undefined {
    return this.#source.find(this.#key(name))?.shape;
  }

  /**
   * The tensor `name`, in the network's element type. Axes of size 1 at the end may be there or not: older files keep
   * linear layers as 1 x 1 convolutions.
   *
   * @throws EngineError naming the tensor when it is missing, or has not this shape, or holds no real numbers
   */
  tensor(name: string, shape: readonly number[]): Value {
    const key = this.#key(name);
    return this.#once(key, shape, () => ({ ...this.#find(key, shape), shape }));
  }

  /**
   * The tensor `name` as it is stored, not cast: quantised weights and their scales.
   *
   * @throws EngineError naming the tensor when it is missing, or of another element type or shape
   */
  stored(name: string, dtype: DType, shape: readonly number[]): Value {
    const key = this.#key(name);
    return this.#once(
      key,
      shape,
      () => {
        const tensor = this.#take(key, shape);
        if (tensor.dtype !== dtype)
          throw checkpointError(this.#source.label, `${key} is ${tensor.dtype}, expected ${dtype}`);
        return { ...tensor, shape };
      },
      (value) => value,
    );
  }

  /** Rows `start` to `start + count` of a tensor whose shape is `shape`: another view into the same file. */
  rows(name: string, shape: readonly number[], start: number, count: number): Value {
    const key = this.#key(name);
    return this.#once(`${key}[${start}:${start + count}]`, [count, ...shape.slice(1)], () => {
      const whole = this.#find(key, shape);
      const rowBytes = whole.byteLength / shape[0]!;
      const offset = whole.offset + start * rowBytes;
      return { ...whole, shape: [count, ...shape.slice(1)], offset, byteLength: count * rowBytes };
    });
  }

  /**
   * Rows of a weight rounded to 8 bits, from a source that has them (`roundedSource`): what `gemmInt8` and `convInt8`
   * multiply with.
   *
   * @param shape [outputs, inputs] or [outputs, inputs, k, k]
   */
  rounded(name: string, shape: readonly number[], start = 0, count = shape[0]!): RoundedWeight {
    const rows = `${name}[${start}:${start + count}]`;
    const inputs = shape.slice(1).reduce((product, dim) => product * dim, 1);
    return {
      bytes: this.stored(`${rows}.int8`, "int8", [inputs, count]),
      scale: this.stored(`${rows}.scale`, "float32", [count]),
    };
  }

  /**
   * The low-rank updates of a layer's weight, for a branch beside the layer: `down` [rank, inputs(, k, k)] and rows of
   * `up` [count, rank], which are scaled already.
   *
   * @param shape of the whole weight; rows as in `rows`
   */
  updates(name: string, shape: readonly number[], start = 0, count = shape[0]!): { down: Value; up: Value }[] {
    const key = this.#key(name);
    this.#taken.set(key, true);
    return (this.#source.updatesOf?.(key) ?? []).map(({ down, up, scale: factor }, i) => {
      const rank = down.shape[0] as number;
      const downShape = [rank, ...shape.slice(1)];
      const rowBytes = up.byteLength / shape[0]!;
      const rows = { offset: up.offset + start * rowBytes, byteLength: count * rowBytes };
      return {
        down: this.#once(`${key}.down.${i}`, downShape, () => ({ ...down, shape: downShape })),
        up: this.#once(
          `${key}.up.${i}[${start}:${start + count}]`,
          [count, rank],
          () => ({ ...up, ...rows, shape: [count, rank] }),
          (value) => scale(cast(value, this.dtype), factor),
        ),
      };
    });
  }

  /** Whether there is something to add to a layer's weight: whoever multiplies with it must ask for `updates`. */
  isUpdated(name: string): boolean {
    return (this.#source.updatesOf?.(this.#key(name)) ?? []).length > 0;
  }

  /** @throws Error naming a layer whose weight was taken without its updates: a network that forgot them */
  expectUpdates(): void {
    for (const [key, isWhole] of this.#taken)
      if (!isWhole && (this.#source.updatesOf?.(key) ?? []).length > 0)
        throw new Error(`${key}: its updates are left out`);
  }

  /** The sum of the sizes, in bytes, of the tensors taken so far, as the session will hold them. */
  get bytes(): number {
    let sum = 0;
    for (const value of this.#values.values())
      sum += value.shape.reduce<number>((product, dim) => product * (dim as number), bytesPerElement(value.dtype));
    return sum;
  }

  #key(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  #find(key: string, shape: readonly number[]): ExternalTensor {
    const tensor = this.#take(key, shape);
    if (!isFloat(tensor.dtype))
      throw checkpointError(this.#source.label, `${key} is ${tensor.dtype}, not real numbers`);
    return tensor;
  }

  #take(key: string, shape: readonly number[]): ExternalTensor {
    const tensor = this.#source.find(key, shape);
    const weight = key.replace(/\[\d+:\d+\]\.(?:int8|scale)$/, "");
    if (!this.#taken.has(weight)) this.#taken.set(weight, false);
    if (!tensor) throw checkpointError(this.#source.label, `the tensor ${key} is missing`);
    if (squeezed(tensor.shape as number[]) !== squeezed(shape))
      throw checkpointError(this.#source.label, `${key} is ${showShape(tensor.shape)}, expected ${showShape(shape)}`);
    return tensor;
  }

  #once(
    name: string,
    shape: readonly number[],
    locate: () => ExternalTensor,
    convert = (value: Value): Value => cast(value, this.dtype),
  ): Value {
    const key = `${name}${showShape(shape)}`;
    const known = this.#values.get(key);
    if (known) return known;
    const value = this.graph.scoped(name, () => convert(this.graph.external(name, locate())));
    this.#values.set(key, value);
    return value;
  }
}

const squeezed = (shape: readonly number[]): string => shape.join().replace(/(?:,1)+$/, "");

/** A part of a network. Its nodes are named after the weights it is given. */
export const block =
  <Inputs extends unknown[], Output>(build: (weights: Weights, ...inputs: Inputs) => Output) =>
  (weights: Weights, ...inputs: Inputs): Output =>
    weights.graph.scoped(weights.path, () => build(weights, ...inputs));
