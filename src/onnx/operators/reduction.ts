/** Sums, means and softmax along axes. */
import { integers, type Value } from "../graph.ts";
import { axisOf } from "../shape.ts";

const reduction =
  (type: string) =>
  (x: Value, axes: readonly number[], keepDims = true): Value => {
    const gone = new Set(axes.map((axis) => axisOf(x.shape, axis)));
    const shape = keepDims ? x.shape.map((dim, i) => (gone.has(i) ? 1 : dim)) : x.shape.filter((_, i) => !gone.has(i));
    return x.graph.emit(
      type,
      [x, integers(x.graph, [...gone])],
      { dtype: x.dtype, shape },
      { keepdims: keepDims ? 1 : 0 },
    );
  };

export const reduceMean = reduction("ReduceMean");
export const reduceSum = reduction("ReduceSum");
export const reduceSumSquare = reduction("ReduceSumSquare");

/** Index of the largest along an axis that then is gone, int64; the first of equals. */
export function argmax(x: Value, axis = -1): Value {
  const at = axisOf(x.shape, axis);
  const shape = x.shape.filter((_, i) => i !== at);
  return x.graph.emit("ArgMax", [x], { dtype: "int64", shape }, { axis: at, keepdims: 0 });
}

/** Positive numbers that sum to 1 along `axis`. */
export const softmax = (x: Value, axis = -1): Value => x.graph.emit("Softmax", [x], x, { axis: axisOf(x.shape, axis) });

/** Each element plus all before it along `axis`. */
export const cumulativeSum = (x: Value, axis: number): Value =>
  x.graph.emit("CumSum", [x, x.graph.constant("int64", axisOf(x.shape, axis))], x);
