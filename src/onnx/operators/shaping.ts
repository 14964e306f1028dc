/** Operators that move elements about without changing them. */
import { constantLike, expectSameDtype, integers, type Value } from "../graph.ts";
import { axisOf, type Dim, elementCount, sameShape, type Shape, showShape, sumDims } from "../shape.ts";

/** The same elements in another shape. Named sizes may move, one at most may change its place. */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const isStatic = [...x.shape, ...shape].every((dim) => typeof dim === "number");
  if (isStatic && elementCount(x.shape) !== elementCount(shape))
    throw new RangeError(`Reshape: ${x.name} ${showShape(x.shape)} does not hold ${showShape(shape)}`);
  const moved = shape.filter((dim, i) => typeof dim === "string" && x.shape[i] !== dim);
  if (moved.length > 1) throw new RangeError(`Reshape: more than one named size moves in ${showShape(shape)}`);
  const target = shape.map((dim, i) => (typeof dim === "number" ? dim : x.shape[i] === dim ? 0 : -1));
  return x.graph.emit("Reshape", [x, integers(x.graph, target)], { dtype: x.dtype, shape });
}

/** An axis of size 1 before the axis `at`. Any number of sizes may be known only at run time. */
export const unsqueeze = (x: Value, at: number): Value =>
  x.graph.emit("Unsqueeze", [x, integers(x.graph, [at])], { dtype: x.dtype, shape: x.shape.toSpliced(at, 0, 1) });

/** Axis i of the result is axis `permutation[i]` of x. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => x.shape[axisOf(x.shape, axis)]!);
  if (shape.length !== x.shape.length) throw new RangeError(`Transpose: ${permutation.join()} is not a permutation`);
  return x.graph.emit("Transpose", [x], { dtype: x.dtype, shape }, { perm: permutation });
}

/** [N, C, H, W] as [N, H, W, C]. What is turned back at once costs nothing: onnxruntime takes both away. */
export const channelsLast = (x: Value): Value => transpose(x, [0, 2, 3, 1]);

/** [N, H, W, C] as [N, C, H, W]. */
export const channelsFirst = (x: Value): Value => transpose(x, [0, 3, 1, 2]);

/** Puts values one after the other along `axis`. */
export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (!first) throw new RangeError("Concat: nothing to put together");
  if (values.length === 1) return first;
  expectSameDtype("Concat", ...values);
  const at = axisOf(first.shape, axis);
  for (const value of values)
    if (!sameShape(without(value.shape, at), without(first.shape, at)))
      throw new RangeError(`Concat: ${showShape(value.shape)} does not go with ${showShape(first.shape)}`);
  const shape = first.shape.with(at, sumDims(values.map((value) => value.shape[at]!)));
  return first.graph.emit("Concat", values, { dtype: first.dtype, shape }, { axis: at });
}

/** Cuts x into pieces of the given sizes along `axis`. */
export function split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
  const at = axisOf(x.shape, axis);
  if (x.shape[at] !== sumDims(sizes)) throw new RangeError(`Split: ${sizes.join(" + ")} is not ${x.shape[at]}`);
  const outputs = sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(at, size) }));
  return x.graph.emitMany("Split", [x, integers(x.graph, sizes)], outputs, { axis: at });
}

/**
 * Cuts x along `axis` in two, the pieces as long as the values in `like` are along theirs, which may be known only at
 * run time. Slices, as their bounds are sizes as they are: a Split would want them put together, which other devices
 * leave to the processor.
 */
export function splitLike(x: Value, axis: number, like: readonly [Side, Side]): readonly [Value, Value] {
  const at = axisOf(x.shape, axis);
  const border = sizeOf(like[0].value, like[0].axis);
  const [zero, end, axes] = [[0], [LAST], [at]].map((list) => integers(x.graph, list)) as [Value, Value, Value];
  const piece = (from: Value, to: Value, { value, axis: own }: Side): Value =>
    x.graph.emit("Slice", [x, from, to, axes], { dtype: x.dtype, shape: x.shape.with(at, value.shape[own]!) });
  return [piece(zero, border, like[0]), piece(border, end, like[1])];
}

interface Side {
  readonly value: Value;
  readonly axis: number;
}

/** Past the end of any axis. */
const LAST = Number.MAX_SAFE_INTEGER;

/** The size of one axis, as an int64 vector of one element. */
const sizeOf = (x: Value, axis: number): Value =>
  x.graph.emit("Shape", [x], { dtype: "int64", shape: [1] }, { start: axis, end: axis + 1 });

/** Elements `start` to `end` (not included) along `axis`. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const at = axisOf(x.shape, axis);
  const size = x.shape[at]!;
  if (start < 0 || end < start || (typeof size === "number" && end > size))
    throw new RangeError(`Slice: ${start} to ${end} is not within ${size}`);
  const bounds = [[start], [end], [at]].map((list) => integers(x.graph, list));
  return x.graph.emit("Slice", [x, ...bounds], { dtype: x.dtype, shape: x.shape.with(at, end - start) });
}

/** Rows of `table` along `axis`, chosen by integer `indices`; negative indices count from the end. */
export function gather(table: Value, indices: Value, axis = 0): Value {
  const at = axisOf(table.shape, axis);
  const shape = [...table.shape.slice(0, at), ...indices.shape, ...table.shape.slice(at + 1)];
  return table.graph.emit("Gather", [table, indices], { dtype: table.dtype, shape }, { axis: at });
}

/** Repeats x to `shape` by numpy's broadcasting rule. */
export function expand(x: Value, shape: readonly number[]): Value {
  return sameShape(x.shape, shape)
    ? x
    : x.graph.emit("Expand", [x, integers(x.graph, shape)], { dtype: x.dtype, shape });
}

/** Adds `before[i]` and `after[i]` elements of `value` along axis i. */
export function pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
  const grow = (dim: Dim, i: number): Dim => sumDims([dim, before[i]! + after[i]!]);
  const amounts = integers(x.graph, [...before, ...after]);
  return x.graph.emit("Pad", [x, amounts, constantLike(x, value)], { dtype: x.dtype, shape: x.shape.map(grow) });
}

/** Adds `border[i]` elements at both ends of axis i, as a mirror at the outermost element shows them. */
export function padReflect(x: Value, border: readonly number[]): Value {
  x.shape.forEach((dim, i) => {
    if (typeof dim === "number" && border[i]! >= dim && border[i]! > 0)
      throw new RangeError(`Pad: ${x.name} ${showShape(x.shape)} has not ${border[i]} elements to mirror`);
  });
  const grow = (dim: Dim, i: number): Dim => (border[i] === 0 ? dim : sumDims([dim, 2 * border[i]!]));
  const amounts = integers(x.graph, [...border, ...border]);
  return x.graph.emit("Pad", [x, amounts], { dtype: x.dtype, shape: x.shape.map(grow) }, { mode: "reflect" });
}

const without = (shape: Shape, axis: number): Dim[] => shape.filter((_, i) => i !== axis);
