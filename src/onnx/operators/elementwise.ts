/** Operators that treat every element alike. */
import { DTYPE_CODE, type DType } from "../dtype.ts";
import { type Attribute, constantLike, expectFloat, expectSameDtype, type Value } from "../graph.ts";
import { broadcast } from "../shape.ts";

const unary =
  (type: string, domain = "") =>
  (x: Value, attributes: Readonly<Record<string, Attribute>> = {}): Value => {
    expectFloat(type, x);
    return x.graph.emit(type, [x], x, attributes, domain);
  };

const binary =
  (type: string) =>
  (a: Value, b: Value): Value => {
    expectSameDtype(type, a, b);
    return a.graph.emit(type, [a, b], { dtype: a.dtype, shape: broadcast(a.shape, b.shape) });
  };

/** Shapes broadcast by numpy's rule. */
export const add = binary("Add");
export const sub = binary("Sub");
export const mul = binary("Mul");
export const div = binary("Div");

export const neg = (x: Value): Value => unary("Neg")(x);
export const exp = (x: Value): Value => unary("Exp")(x);
export const sqrt = (x: Value): Value => unary("Sqrt")(x);
export const reciprocal = (x: Value): Value => unary("Reciprocal")(x);
export const sin = (x: Value): Value => unary("Sin")(x);
export const cos = (x: Value): Value => unary("Cos")(x);
export const erf = (x: Value): Value => unary("Erf")(x);
export const tanh = (x: Value): Value => unary("Tanh")(x);
export const sigmoid = (x: Value): Value => unary("Sigmoid")(x);
export const relu = (x: Value): Value => unary("Relu")(x);
export const leakyRelu = (x: Value, slope: number): Value => unary("LeakyRelu")(x, { alpha: { float: slope } });

/** Exact GELU, x Φ(x). onnxruntime's own operator: one kernel on every device. */
export const gelu = (x: Value): Value => unary("Gelu", "com.microsoft")(x);

/** x σ(α x). With α = 1.702 it is CLIP's approximation of GELU, with α = 1 it is SiLU. */
export const quickGelu = (x: Value, alpha = 1.702): Value =>
  unary("QuickGelu", "com.microsoft")(x, { alpha: { float: alpha } });

/** x σ(x), also called swish. */
export const silu = (x: Value): Value => mul(x, sigmoid(x));

/** x times a number. */
export const scale = (x: Value, factor: number): Value => mul(x, constantLike(x, factor));

/** x plus a number. */
export const shift = (x: Value, amount: number): Value => add(x, constantLike(x, amount));

/** Keeps x within [low, high]. */
export const clip = (x: Value, low: number, high: number): Value =>
  x.graph.emit("Clip", [x, constantLike(x, low), constantLike(x, high)], x);

/** The same numbers as another element type; the value itself when it has it already. */
export const cast = (x: Value, dtype: DType): Value =>
  x.dtype === dtype ? x : x.graph.emit("Cast", [x], { dtype, shape: x.shape }, { to: DTYPE_CODE[dtype] });
