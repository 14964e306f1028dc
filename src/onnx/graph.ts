/** A network as it is written down: typed values, recorded nodes, initialisers in place. The record is all there is. */
import { bytesPerElement, type DType, encodeNumbers, isFloat } from "./dtype.ts";
import { type Dim, elementCount, type Shape, showShape } from "./shape.ts";

/** What is known of a value when the graph is built. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A tensor that flows through a graph. Made by a graph only; operators are functions over these. */
export interface Value extends TensorType {
  readonly graph: Graph;
  /** Unique in its graph; tells where it comes from: `down_blocks.0.resnets.1.conv1/Conv`. */
  readonly name: string;
}

/** An attribute of a node. Plain numbers are integers, as in most of ONNX; real ones say so; a graph is a body. */
export type Attribute =
  | Graph
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: number[] };

/** One operation as recorded: everything that writing it, or differentiating it, needs. */
export interface GraphNode {
  readonly name: string;
  readonly type: string;
  /** `""` is ONNX's own set of operators, `com.microsoft` onnxruntime's. */
  readonly domain: string;
  /** `null` where an optional input is left out. */
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Bytes of a tensor in a file, used where they lie. `path` is absolute, with symbolic links resolved. */
export interface ExternalTensor extends TensorType {
  readonly path: string;
  readonly offset: number;
  readonly byteLength: number;
}

export type Initializer = TensorType & { readonly name: string } & (
    | { readonly bytes: Uint8Array }
    | { readonly external: ExternalTensor }
  );

/**
 * Operators of onnxruntime's own that do the work of several of ONNX's, on devices that have them: normalisation of
 * groups with SiLU, convolution with channels last, GEGLU with its bias, attention over queries, keys and values from one
 * product. None of them has a gradient.
 */
export const FUSIONS = ["group-norm", "nhwc-conv", "bias-split-gelu", "packed-attention"] as const;
export type Fusion = (typeof FUSIONS)[number];

export interface GraphOptions {
  /** Version of ONNX's own operators. */
  readonly opset?: number;
  /** `fused` is one operator; `explicit` writes MatMul and Softmax out (devices whose fused kernel fails its test). */
  readonly attention?: "fused" | "explicit";
  /**
   * `padded` adds empty channels up to a multiple of four (devices whose kernel fails its test without); `blocked` has
   * weights rearranged for a processor, and doubled pictures convolved as they are (networks over large pictures).
   */
  readonly convolution?: "plain" | "padded" | "blocked";
  /** `int8`: layers multiply in 8 bits where that pays; their weights come from a `roundedSource`. */
  readonly products?: "exact" | "int8";
  /** None by default. */
  readonly fusions?: readonly Fusion[];
}

/** Records a network in the order in which its operators are called. */
export class Graph {
  readonly name: string;
  readonly opset: number;
  readonly attention: "fused" | "explicit";
  readonly convolution: "plain" | "padded" | "blocked";
  readonly products: "exact" | "int8";
  readonly fusions: ReadonlySet<Fusion>;
  /** Of a body: the graph whose values it may use. */
  readonly #outer: Graph | null = null;
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #constants = new Map<string, Value>();
  readonly #uses = new Map<string, number>();
  #scope = "";

  constructor(name: string, options: GraphOptions = {}, outer: Graph | null = null) {
    this.name = name;
    this.#outer = outer;
    this.opset = options.opset ?? 21;
    this.attention = options.attention ?? "fused";
    this.convolution = options.convolution ?? "plain";
    this.products = options.products ?? "exact";
    this.fusions = new Set(options.fusions);
  }

  /** A graph for an attribute of one of the nodes here. It may use the values of this one. */
  body(name: string): Graph {
    const { opset, attention, convolution, products } = this;
    return new Graph(name, { opset, attention, convolution, products, fusions: [...this.fusions] }, this);
  }

  get inputs(): readonly Value[] {
    return this.#inputs;
  }

  get outputs(): readonly Value[] {
    return this.#outputs;
  }

  /** In the order of recording, which is a topological order. */
  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  get initializers(): ReadonlyMap<string, Initializer> {
    return this.#initializers;
  }

  /** Nodes recorded by `body` are named after `path`. */
  scoped<T>(path: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = path;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  input(name: string, dtype: DType, shape: Shape): Value {
    const value = this.#value(this.#unique(name, true), dtype, shape);
    this.#inputs.push(value);
    return value;
  }

  /** Makes `value` an output called `name`. */
  output(name: string, value: Value): Value {
    const unique = this.#unique(name, true);
    const [result] = this.#record("Identity", [value], [unique], [value], {}, "");
    this.#outputs.push(result!);
    return result!;
  }

  /** A small tensor written into the model; equal ones are written once. Shape defaults to a scalar or a vector. */
  constant(dtype: DType, data: number | ArrayLike<number>, shape?: readonly number[]): Value {
    const numbers = typeof data === "number" ? [data] : data;
    const dims = shape ?? (typeof data === "number" ? [] : [numbers.length]);
    if (elementCount(dims) !== numbers.length)
      throw new RangeError(`${numbers.length} numbers do not fill ${showShape(dims)}`);
    const bytes = encodeNumbers(dtype, numbers);
    const key = `${dtype}${showShape(dims)}${Buffer.from(bytes).toString("base64")}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const value = this.#initialize({ name: this.#unique("constant", false), dtype, shape: dims, bytes });
    this.#constants.set(key, value);
    return value;
  }

  /** A tensor whose bytes (little-endian, row by row) are written into the model. */
  initializer(name: string, type: TensorType, bytes: Uint8Array): Value {
    const expected = elementCount(type.shape) * bytesPerElement(type.dtype);
    if (bytes.length !== expected) throw new RangeError(`${name}: ${bytes.length} bytes, expected ${expected}`);
    return this.#initialize({ name: this.#unique(name, true), dtype: type.dtype, shape: type.shape, bytes });
  }

  /** A tensor whose bytes stay in their file. */
  external(name: string, tensor: ExternalTensor): Value {
    const expected = elementCount(tensor.shape) * bytesPerElement(tensor.dtype);
    if (tensor.byteLength !== expected)
      throw new RangeError(`${name}: ${tensor.byteLength} bytes, expected ${expected}`);
    const { dtype, shape } = tensor;
    return this.#initialize({ name: this.#unique(name, true), dtype, shape, external: tensor });
  }

  /** Records one operation with one output of the given type. Operators call this; networks call operators. */
  emit(
    type: string,
    inputs: readonly (Value | null)[],
    output: TensorType,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): Value {
    return this.emitMany(type, inputs, [output], attributes, domain)[0]!;
  }

  /** Records one operation with several outputs. */
  emitMany(
    type: string,
    inputs: readonly (Value | null)[],
    outputs: readonly TensorType[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): readonly Value[] {
    // What takes a value of a body belongs into that body, whichever graph was asked.
    const inner = inputs.find((input) => input !== null && input.graph.#outer === this)?.graph;
    if (inner) return inner.emitMany(type, inputs, outputs, attributes, domain);
    const base = this.#scope === "" ? type : `${this.#scope}/${type}`;
    const first = this.#unique(base, false);
    const names = outputs.map((_, i) => (i === 0 ? first : this.#unique(`${first}:${i}`, false)));
    return this.#record(type, inputs, names, outputs, attributes, domain);
  }

  #record(
    type: string,
    inputs: readonly (Value | null)[],
    names: readonly string[],
    types: readonly TensorType[],
    attributes: Readonly<Record<string, Attribute>>,
    domain: string,
  ): readonly Value[] {
    for (const input of inputs)
      if (input && input.graph !== this && input.graph !== this.#outer)
        throw new Error(`${type}: ${input.name} is a value of another graph`);
    const outputs = types.map((output, i) => this.#value(names[i]!, output.dtype, output.shape));
    this.#nodes.push({ name: names[0]!, type, domain, inputs, outputs, attributes });
    return outputs;
  }

  #initialize(initializer: Initializer): Value {
    this.#initializers.set(initializer.name, initializer);
    return this.#value(initializer.name, initializer.dtype, initializer.shape);
  }

  #value(name: string, dtype: DType, shape: Shape): Value {
    for (const dim of shape)
      if (typeof dim === "number" && (!Number.isSafeInteger(dim) || dim < 0))
        throw new RangeError(`${name}: ${showShape(shape)} is not a shape`);
    return { graph: this, name, dtype, shape };
  }

  #unique(given: string, exact: boolean): string {
    // A body and the graph around it share one space of names.
    const name = this.#outer && !given.startsWith(`${this.name}/`) ? `${this.name}/${given}` : given;
    const uses = this.#uses.get(name) ?? 0;
    if (exact && uses > 0) throw new Error(`the graph ${this.name} already has a value called ${name}`);
    this.#uses.set(name, uses + 1);
    return uses === 0 ? name : this.#unique(`${name}_${uses}`, false);
  }
}

/** A scalar or vector constant of the same element type as `like`. */
export const constantLike = (like: Value, data: number | ArrayLike<number>, shape?: readonly number[]): Value =>
  like.graph.constant(like.dtype, data, shape);

/** Integers for the shape-like inputs of operators (`axes`, `sizes`, …). */
export const integers = (graph: Graph, data: readonly number[]): Value => graph.constant("int64", data, [data.length]);

/** @throws TypeError naming the operator when `value` has not this rank */
export function expectRank(operator: string, value: Value, rank: number): readonly Dim[] {
  if (value.shape.length !== rank)
    throw new TypeError(`${operator}: ${value.name} is ${showShape(value.shape)}, expected rank ${rank}`);
  return value.shape;
}

/** @throws TypeError naming the operator when the values have not one element type */
export function expectSameDtype(operator: string, ...values: readonly (Value | null)[]): void {
  const present = values.filter((value) => value !== null);
  const first = present[0];
  const other = present.find((value) => value.dtype !== first?.dtype);
  if (first && other)
    throw new TypeError(`${operator}: ${first.name} is ${first.dtype} but ${other.name} is ${other.dtype}`);
}

/** @throws TypeError naming the operator when `value` does not hold real numbers */
export function expectFloat(operator: string, value: Value): void {
  if (!isFloat(value.dtype)) throw new TypeError(`${operator}: ${value.name} is ${value.dtype}, expected real numbers`);
}
