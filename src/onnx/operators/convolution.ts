/** Convolution, pooling and resampling of pictures, [N, C, H, W]. */
import { expectRank, expectSameDtype, type Value } from "../graph.ts";
import { type Dim, mapDim, showShape, staticShape } from "../shape.ts";
import { add } from "./elementwise.ts";
import { channelsFirst, channelsLast, concat, pad, slice, transpose } from "./shaping.ts";

/** Rows and columns added around a picture. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface ConvOptions {
  readonly stride?: number;
  /** The same number on every side, or each side's own. */
  readonly padding?: number | Padding;
  readonly dilation?: number;
  /** `groups` equal to the channels is a depthwise convolution. */
  readonly groups?: number;
}

/** weight [out, in / groups, kh, kw] and bias [out], as PyTorch keeps them. */
export function conv(x: Value, weight: Value, bias: Value | null = null, options: ConvOptions = {}): Value {
  expectSameDtype("Conv", x, weight, bias);
  const [n, channels, h, w] = expectRank("Conv", x, 4) as [Dim, Dim, Dim, Dim];
  const [out, perGroup, kh, kw] = staticShape(expectRank("Conv", weight, 4)) as [number, number, number, number];
  const { stride = 1, dilation = 1, groups = 1 } = options;
  const pad = paddingOf(options.padding ?? 0);
  if (channels !== perGroup * groups)
    throw new RangeError(
      `Conv: ${x.name} ${showShape(x.shape)} does not fit ${weight.name} ${showShape(weight.shape)}`,
    );
  const size = (length: Dim, kernel: number, before: number, after: number): Dim =>
    mapDim(length, (l) => Math.floor((l + before + after - dilation * (kernel - 1) - 1) / stride) + 1, "conv");
  const [picture, kernels] = groups === 1 ? inChannels(x, weight) : [x, weight];
  const [height, width] = [size(h, kh, pad.top, pad.bottom), size(w, kw, pad.left, pad.right)];
  const attributes = {
    kernel_shape: [kh, kw],
    pads: [pad.top, pad.left, pad.bottom, pad.right],
    strides: [stride, stride],
    ...(dilation !== 1 && { dilations: [dilation, dilation] }),
    ...(groups !== 1 && { group: groups }),
  };
  const more = bias ? [bias] : [];
  if (x.graph.fusions.has("nhwc-conv")) {
    const inputs = [channelsLast(picture), transpose(kernels, [0, 2, 3, 1]), ...more];
    const type = { dtype: x.dtype, shape: [n, height, width, out] };
    return channelsFirst(x.graph.emit("NhwcConv", inputs, type, attributes, "com.microsoft"));
  }
  return x.graph.emit(
    "Conv",
    [picture, kernels, ...more],
    { dtype: x.dtype, shape: [n, out, height, width] },
    attributes,
  );
}

/**
 * Picture and weight as the graph wants their channels. WebGPU's kernel of onnxruntime 1.30 reads a multiple of three
 * that is none of four wrongly (6 and 9 channels are 100 % off), but for three itself.
 */
function inChannels(x: Value, weight: Value): readonly [Value, Value] {
  const channels = weight.shape[1] as number;
  if (x.graph.convolution !== "padded" || channels <= 4 || channels % 4 === 0) return [x, weight];
  const none = [0, 0, 0, 0];
  const missing = none.with(1, 4 - (channels % 4));
  return [pad(x, none, missing), pad(weight, none, missing)];
}

export interface ConvTransposeOptions {
  readonly stride?: number;
  readonly padding?: number | Padding;
  /** Rows and columns added at the bottom and at the right of the result. */
  readonly outputPadding?: readonly [number, number];
}

/** weight [in, out, kh, kw]; also the gradient of `conv` with respect to its picture, with the very same weight. */
export function convTranspose(
  x: Value,
  weight: Value,
  bias: Value | null = null,
  options: ConvTransposeOptions = {},
): Value {
  expectSameDtype("ConvTranspose", x, weight, bias);
  const [n, channels, h, w] = expectRank("ConvTranspose", x, 4) as [Dim, Dim, Dim, Dim];
  const [input, out, kh, kw] = staticShape(expectRank("ConvTranspose", weight, 4)) as [number, number, number, number];
  if (channels !== input) throw new RangeError(`ConvTranspose: ${x.name} does not fit ${weight.name}`);
  const { stride = 1, outputPadding = [0, 0] } = options;
  const pad = paddingOf(options.padding ?? 0);
  const size = (length: Dim, kernel: number, around: number, extra: number): Dim =>
    mapDim(length, (l) => (l - 1) * stride - around + kernel + extra, "convTranspose");
  const shape = [
    n,
    out,
    size(h, kh, pad.top + pad.bottom, outputPadding[0]),
    size(w, kw, pad.left + pad.right, outputPadding[1]),
  ];
  return x.graph.emit(
    "ConvTranspose",
    bias ? [x, weight, bias] : [x, weight],
    { dtype: x.dtype, shape },
    {
      kernel_shape: [kh, kw],
      pads: [pad.top, pad.left, pad.bottom, pad.right],
      strides: [stride, stride],
      output_padding: outputPadding,
    },
  );
}

export interface PoolOptions {
  readonly stride?: number;
  readonly padding?: number;
}

const pool =
  (type: string) =>
  (x: Value, kernel: number, options: PoolOptions = {}): Value => {
    const [n, c, h, w] = expectRank(type, x, 4) as [Dim, Dim, Dim, Dim];
    const { stride = kernel, padding = 0 } = options;
    const size = (length: Dim): Dim =>
      mapDim(length, (l) => Math.floor((l + 2 * padding - kernel) / stride) + 1, "pool");
    return x.graph.emit(
      type,
      [x],
      { dtype: x.dtype, shape: [n, c, size(h), size(w)] },
      { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [padding, padding, padding, padding] },
    );
  };

export const maxPool = pool("MaxPool");
export const averagePool = pool("AveragePool");

/** Bilinear resampling to [height, width], a whole multiple of the source's; corners of pixels, not centres, meet. */
export function resizeLinear(x: Value, height: number, width: number): Value {
  const [n, c, h, w] = staticShape(expectRank("Resize", x, 4)) as [number, number, number, number];
  if (height % h !== 0 || width % w !== 0) throw new RangeError(`Resize: ${x.name} by other than a whole factor`);
  return x.graph.emit(
    "Resize",
    [x, null, x.graph.constant("float32", [1, 1, height / h, width / w])],
    { dtype: x.dtype, shape: [n, c, height, width] },
    { mode: "linear", coordinate_transformation_mode: "half_pixel" },
  );
}

/** Nearest-neighbour resampling to [height, width], source index = floor(target index · source / target). */
export function resizeNearest(x: Value, height: number, width: number): Value {
  const [n, c, h, w] = staticShape(expectRank("Resize", x, 4)) as [number, number, number, number];
  const whole = height % h === 0 && width % w === 0;
  const scales = whole ? x.graph.constant("float32", [1, 1, height / h, width / w]) : null;
  const sizes = whole ? null : x.graph.constant("int64", [n, c, height, width]);
  return x.graph.emit(
    "Resize",
    whole ? [x, null, scales] : [x, null, null, sizes],
    { dtype: x.dtype, shape: [n, c, height, width] },
    { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
  );
}

/**
 * Convolution of a picture of twice the size (`resizeNearest`) with a 3 x 3 kernel that keeps it, computed on the picture as
 * it is: a pixel of the result sees two rows and two columns of it, so that each of the four kinds of pixel is a convolution
 * with a 2 x 2 kernel, and 16 products do the work of 36. The small kernels are sums of the large one's rows and columns,
 * computed when the session opens.
 *
 * @param weight [out, C, 3, 3]
 */
export function convOfDoubled(x: Value, weight: Value, bias: Value | null = null): Value {
  const [n, , h, w] = expectRank("convOfDoubled", x, 4) as [Dim, Dim, Dim, Dim];
  const [out, , kh, kw] = staticShape(expectRank("convOfDoubled", weight, 4)) as [number, number, number, number];
  if (kh !== 3 || kw !== 3)
    throw new RangeError(`convOfDoubled: ${weight.name} ${showShape(weight.shape)} is not 3 x 3`);
  const kinds = [0, 1].flatMap((row) =>
    [0, 1].map((column) => {
      const small = summed(summed(weight, 2, row), 3, column);
      return conv(x, small, bias, { padding: { top: 1 - row, bottom: row, left: 1 - column, right: column } });
    }),
  );
  const twice = (size: Dim): Dim => mapDim(size, (length) => 2 * length, "doubled");
  const shape = [n, out, twice(h), twice(w)];
  return x.graph.emit("DepthToSpace", [concat(kinds, 1)], { dtype: x.dtype, shape }, { blocksize: 2, mode: "DCR" });
}

/** Two of a kernel's three taps along `axis` in one, as a pixel of a doubled picture sees the same one by both. */
function summed(weight: Value, axis: number, which: number): Value {
  const [first, second, third] = [0, 1, 2].map((at) => slice(weight, axis, at, at + 1)) as [Value, Value, Value];
  return concat(which === 0 ? [first, add(second, third)] : [add(first, second), third], axis);
}

const paddingOf = (padding: number | Padding): Padding =>
  typeof padding === "number" ? { top: padding, left: padding, bottom: padding, right: padding } : padding;
