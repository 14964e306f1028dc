/**
 * Products on weights and activations rounded to 8 bits: weights beforehand, with a scale for each output
 * (`Weights.rounded`); activations when the network runs, with one scale. Twice as fast or more where the processor has
 * int8 dot products, 1.5 times where it has not; a few percent off.
 */
import type { Value } from "../graph.ts";
import { dynamicQuantizeLinear, matmulIntegerToFloat } from "./quantized.ts";
import { concat, pad, reshape, slice, transpose } from "./shaping.ts";

/**
 * Weights lie within ± this. Processors without int8 dot products add the products of two neighbours in 16 bits, and
 * silently stop at their ends: 2 · 255 · 64 is 32640, of 32767. Up to 127, which others take, a whole UNet is off by a
 * third there; up to 64 it is off by 6.5 % everywhere, and exact arithmetic on bytes would be by 6.0 %.
 */
export const LARGEST_WEIGHT = 64;

/** n rows of k weights: int8 [k, n] up to `LARGEST_WEIGHT`, float32 scales [n]. */
export interface RoundedWeight {
  readonly bytes: Value;
  readonly scale: Value;
}

/** x [m, k] times n rows of k weights, plus bias [n] -> [m, n]. */
export function gemmInt8(x: Value, weight: RoundedWeight, bias: Value | null): Value {
  return matmulIntegerToFloat(dynamicQuantizeLinear(x), weight, bias);
}

/**
 * Convolution of [N, C, H, W] that keeps the size: one product over the bytes of the neighbours of each pixel.
 * (onnxruntime's ConvInteger is slower than the exact convolution.)
 *
 * @param weight rows in the order kernel row, kernel column, channel
 * @param kernel odd
 */
export function convInt8(x: Value, weight: RoundedWeight, kernel: number, bias: Value | null): Value {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const border = (kernel - 1) / 2;
  const edge = [0, 0, border, border];
  const padded = dynamicQuantizeLinear(border === 0 ? x : pad(x, edge, edge));
  const pixels = transpose(padded.bytes, [0, 2, 3, 1]);
  const offsets = Array.from({ length: kernel }, (_, i) => i);
  const neighbours = offsets.flatMap((down) => {
    const rows = slice(pixels, 1, down, down + height);
    return offsets.map((across) => slice(rows, 2, across, across + width));
  });
  const bytes = reshape(concat(neighbours, 3), [n * height * width, kernel * kernel * channels]);
  const product = matmulIntegerToFloat({ ...padded, bytes }, weight, bias);
  return transpose(reshape(product, [n, height, width, weight.scale.shape[0]!]), [0, 3, 1, 2]);
}
