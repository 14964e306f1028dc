/** The derivative of every operator that Atelier's networks are written with: one rule each, the formula beside it. */
import { constantLike, integers, type Value } from "../graph.ts";
import {
  add,
  averagePool,
  cast,
  concat,
  conv,
  convTranspose,
  cos,
  div,
  erf,
  exp,
  expand,
  gather,
  gemm,
  matmul,
  mul,
  neg,
  pad,
  type Padding,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  reshape,
  scale,
  shift,
  sigmoid,
  sin,
  slice,
  split,
  sqrt,
  reciprocal,
  sub,
  transpose,
} from "../operators.ts";
import { axisOf, elementCount, staticShape } from "../shape.ts";
import { attentionRule } from "./attention-gradient.ts";
import type { Rule, Step } from "./rule.ts";

const x = ({ node }: Step, i = 0): Value => node.inputs[i]!;
const y = ({ node }: Step): Value => node.outputs[0]!;
const real = ({ node }: Step, name: string, otherwise: number): number =>
  (node.attributes[name] as { float: number } | undefined)?.float ?? otherwise;
const whole = ({ node }: Step, name: string, otherwise: number): number =>
  (node.attributes[name] as number | undefined) ?? otherwise;
const list = ({ node }: Step, name: string): readonly number[] => node.attributes[name] as readonly number[];
const oneMinus = (v: Value): Value => sub(constantLike(v, 1), v);
const square = (v: Value): Value => mul(v, v);

/** A rule for y = f(x) of one element: dx = dy · f'(x). */
const pointwise =
  (derivative: (step: Step) => Value): Rule =>
  (step) => [() => mul(step.dy, derivative(step))];

export const RULES: Readonly<Record<string, Rule | undefined>> = {
  Identity: ({ dy }) => [() => dy],
  Cast: (s) => [() => cast(s.dy, x(s).dtype)],

  // Elementwise
  Add: ({ dy }) => [() => dy, () => dy],
  Sub: ({ dy }) => [() => dy, () => neg(dy)],
  Mul: (s) => [() => mul(s.dy, again(s, x(s, 1))), () => mul(s.dy, again(s, x(s)))],
  Div: (s) => [() => div(s.dy, x(s, 1)), () => neg(div(mul(s.dy, y(s)), x(s, 1)))], // d(a/b)/db = -y/b
  Neg: ({ dy }) => [() => neg(dy)],
  Exp: pointwise(y),
  Sqrt: pointwise((s) => scale(reciprocal(y(s)), 0.5)), // 1/(2y)
  Reciprocal: pointwise((s) => neg(square(y(s)))), // -y²
  Sin: pointwise((s) => cos(x(s))),
  Cos: pointwise((s) => neg(sin(x(s)))),
  Tanh: pointwise((s) => oneMinus(square(y(s)))), // 1 - y²
  Sigmoid: pointwise((s) => mul(y(s), oneMinus(y(s)))), // y (1 - y)
  Erf: pointwise((s) => scale(exp(neg(square(x(s)))), 2 / Math.sqrt(Math.PI))), // 2/√π exp(-x²)
  // y = x σ(αx): σ + α y (1 - σ)
  "com.microsoft.QuickGelu": pointwise((s) => {
    const alpha = real(s, "alpha", 1.702);
    const gate = sigmoid(scale(x(s), alpha));
    return add(gate, scale(mul(y(s), oneMinus(gate)), alpha));
  }),
  // y = x Φ(x): Φ(x) + x φ(x)
  "com.microsoft.Gelu": pointwise((s) => {
    const density = scale(exp(scale(square(x(s)), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return add(normalDistribution(x(s)), mul(x(s), density));
  }),

  // Products
  MatMul: (s) => [() => matmul(s.dy, swapLast(x(s, 1))), () => matmul(swapLast(x(s)), s.dy)], // dy bᵀ, aᵀ dy
  Gemm: (s) => {
    const [a, b] = [x(s), x(s, 1)];
    if (whole(s, "transA", 0)) throw new TypeError(`Gemm with transA has no gradient rule (node ${s.node.name})`);
    const transB = whole(s, "transB", 0) === 1; // y = a bᵀ + c
    return [
      () => gemm(s.dy, b, null, { transB: !transB }),
      () => (transB ? gemm(s.dy, a, null, { transA: true }) : gemm(a, s.dy, null, { transA: true })),
      () => s.dy,
    ];
  },
  Conv: (s) => [() => convInputGradient(s)],
  "com.microsoft.MultiHeadAttention": attentionRule,

  // Normalisation and softmax
  Softmax: (s) => [
    // y (dy - Σ dy y)
    () => {
      const weighted = mul(s.dy, y(s));
      return sub(weighted, mul(y(s), reduceSum(weighted, [whole(s, "axis", -1)])));
    },
  ],
  InstanceNormalization: (s) => {
    const rank = x(s).shape.length;
    const axes = Array.from({ length: rank - 2 }, (_, i) => i + 2);
    const perChannel = [x(s).shape[1]!, ...axes.map(() => 1)];
    return [() => normalisedGradient(x(s), mul(s.dy, reshape(x(s, 1), perChannel)), axes, real(s, "epsilon", 1e-5))];
  },
  LayerNormalization: (s) => [() => normalisedGradient(x(s), mul(s.dy, x(s, 1)), [-1], real(s, "epsilon", 1e-5))],
  // RMSNorm: x̂ = x r, r = 1 / sqrt(mean(x²) + ε); dx = r (g - x̂ mean(g x̂))
  SimplifiedLayerNormalization: (s) => [
    () => {
      const r = reciprocal(sqrt(shift(reduceMean(square(x(s)), [-1]), real(s, "epsilon", 1e-5))));
      const [unit, g] = [mul(x(s), r), mul(s.dy, x(s, 1))];
      return mul(r, sub(g, mul(unit, reduceMean(mul(g, unit), [-1]))));
    },
  ],

  // Sums
  ReduceSum: (s) => [() => spread(s, s.dy)],
  ReduceMean: (s) => [() => scale(spread(s, s.dy), elementCount(y(s).shape) / elementCount(x(s).shape))],
  ReduceSumSquare: (s) => [() => scale(mul(spread(s, s.dy), x(s)), 2)],

  // Shape
  Reshape: (s) => [() => reshape(s.dy, x(s).shape)],
  Expand: ({ dy }) => [() => dy],
  Transpose: (s) => [() => transpose(s.dy, inverse(list(s, "perm")))],
  Concat: (s) => {
    const axis = whole(s, "axis", 0);
    const sizes = s.node.inputs.map((input) => staticShape(input!.shape)[axis]!);
    let pieces: readonly Value[] | undefined;
    return sizes.map((_, i) => () => (pieces ??= split(s.dy, sizes, axis))[i]!);
  },
  Split: (s) => [
    () =>
      concat(
        s.node.outputs.map((output, i) => s.outputGradients[i] ?? zeros(output)),
        whole(s, "axis", 0),
      ),
  ],
  Slice: (s) => [
    () => {
      const { axis, start } = sliceOf(s);
      const shape = staticShape(x(s).shape);
      const length = staticShape(y(s).shape)[axis]!;
      const around = (size: number): number[] => shape.map((_, i) => (i === axis ? size : 0));
      return pad(s.dy, around(start), around(shape[axis]! - start - length));
    },
  ],
  Pad: (s) => [
    () => {
      if (s.node.attributes["mode"] !== undefined)
        throw new TypeError(`Pad by other than a constant has no gradient rule (node ${s.node.name})`);
      const amounts = constantIntegers(x(s, 1));
      return staticShape(x(s).shape).reduce(
        (dx, size, axis) =>
          amounts[axis] || dx.shape[axis] !== size ? slice(dx, axis, amounts[axis]!, amounts[axis]! + size) : dx,
        s.dy,
      );
    },
  ],
  // Nearest neighbour by a whole factor k: each source element collects its k·k copies
  Resize: (s) => [
    () => {
      const [from, to] = [staticShape(x(s).shape), staticShape(y(s).shape)];
      const k = to[2]! / from[2]!;
      if (!Number.isInteger(k) || to[3]! / from[3]! !== k || s.node.attributes["mode"] !== "nearest")
        throw new TypeError(
          `Resize by other than a whole factor to the nearest has no gradient rule (node ${s.node.name})`,
        );
      return scale(averagePool(s.dy, k), k * k);
    },
  ],
};

/** Φ(x), the normal distribution. */
const normalDistribution = (v: Value): Value => scale(shift(erf(scale(v, Math.SQRT1_2)), 1), 0.5);

/**
 * A factor of a product. The gate of a GEGLU layer, x Φ(x), is computed again from what its own gradient needs anyway:
 * kept until then, these would be the second largest part of the memory.
 */
function again(s: Step, factor: Value): Value {
  const gate = s.producers.get(factor.name);
  return gate?.type === "Gelu" ? mul(gate.inputs[0]!, normalDistribution(gate.inputs[0]!)) : factor;
}

/**
 * Convolution by its picture: the transposed convolution with the very same weight, of which nothing is copied. On
 * pictures large beside their weights it is the convolution with the weight turned instead, [in, out], rows and columns
 * backwards: a third faster, and onnxruntime turns a constant weight once, when the session opens.
 */
function convInputGradient(s: Step): Value {
  const weight = x(s, 1);
  const [, , kh, kw] = staticShape(weight.shape) as [number, number, number, number];
  const [, , h, w] = staticShape(x(s).shape) as [number, number, number, number];
  const [, , oh, ow] = staticShape(s.dy.shape) as [number, number, number, number];
  const [stride = 1] = list(s, "strides");
  const [top = 0, left = 0, bottom = 0, right = 0] = list(s, "pads");
  if (whole(s, "group", 1) !== 1 || s.node.attributes["dilations"])
    throw new TypeError(`Conv with groups or dilation has no gradient rule (node ${s.node.name})`);
  const isTurnable = stride === 1 && Math.max(top, bottom) < kh && Math.max(left, right) < kw;
  if (isTurnable && ((kh === 1 && kw === 1) || h * w >= FEWEST_PIXELS_TURNED)) {
    const padding = { top: kh - 1 - top, left: kw - 1 - left, bottom: kh - 1 - bottom, right: kw - 1 - right };
    return conv(s.dy, turnedWeight(weight), null, { padding });
  }
  const padding: Padding = { top, left, bottom, right };
  // Rows that a stride above 1 never reached still need their zeros.
  const outputPadding = [
    h - ((oh - 1) * stride - top - bottom + kh),
    w - ((ow - 1) * stride - left - right + kw),
  ] as const;
  return convTranspose(s.dy, weight, null, { stride, padding, outputPadding });
}

/** 32 x 32: below it, the copies of the weights take more memory than the time they save is worth. */
const FEWEST_PIXELS_TURNED = 1024;

/** [out, in, kh, kw] as [in, out, kh, kw], rows and columns backwards. */
function turnedWeight(weight: Value): Value {
  const [out, inputs, kh, kw] = staticShape(weight.shape) as [number, number, number, number];
  const swapped = transpose(weight, [1, 0, 2, 3]);
  if (kh * kw === 1) return swapped;
  const backwards = integers(
    weight.graph,
    Array.from({ length: kh * kw }, (_, i) => kh * kw - 1 - i),
  );
  return reshape(gather(reshape(swapped, [inputs, out, kh * kw]), backwards, 2), [inputs, out, kh, kw]);
}

/**
 * Of x̂ = (x - mean) / sqrt(var + ε) over `axes`: dx = (g - mean(g) - x̂ mean(g x̂)) / sqrt(var + ε). Mean and deviation
 * are computed again: they cost a pass over x and save keeping x̂.
 */
function normalisedGradient(input: Value, g: Value, axes: readonly number[], epsilon: number): Value {
  const mean = reduceMean(input, axes);
  const centred = sub(input, mean);
  const count = elementCount(input.shape) / elementCount(mean.shape);
  const deviation = reciprocal(sqrt(shift(scale(reduceSumSquare(centred, axes), 1 / count), epsilon)));
  const unit = mul(centred, deviation);
  return mul(deviation, sub(sub(g, reduceMean(g, axes)), mul(unit, reduceMean(mul(g, unit), axes))));
}

/** A reduced gradient, repeated to the shape of what was summed. */
function spread(s: Step, dy: Value): Value {
  const shape = staticShape(x(s).shape);
  const axes = constantIntegers(x(s, 1)).map((axis) => axisOf(shape, axis));
  const kept = shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return expand(reshape(dy, kept), shape);
}

function swapLast(v: Value): Value {
  const last = v.shape.length - 1;
  return transpose(v, [...v.shape.keys()].with(last, last - 1).with(last - 1, last));
}

function inverse(permutation: readonly number[]): number[] {
  const order: number[] = [];
  permutation.forEach((from, to) => (order[from] = to));
  return order;
}

/** Stands for the gradient of an output that nothing depends on. */
export const zeros = (v: Value): Value => expand(v.graph.constant(v.dtype, 0), staticShape(v.shape));

function sliceOf(s: Step): { readonly axis: number; readonly start: number } {
  return { start: constantIntegers(x(s, 1))[0]!, axis: constantIntegers(x(s, 3))[0]! };
}

/** The numbers of a constant integer input (`axes`, `starts`, …). */
function constantIntegers(value: Value): number[] {
  const initializer = value.graph.initializers.get(value.name);
  if (!initializer || !("bytes" in initializer)) throw new TypeError(`${value.name} is not a constant`);
  const { buffer, byteOffset, byteLength } = initializer.bytes;
  return Array.from(new BigInt64Array(buffer.slice(byteOffset, byteOffset + byteLength)), Number);
}
