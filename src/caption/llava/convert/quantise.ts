/** 4-bit weights in blocks, in the layout of onnxruntime's MatMulNBits. */
import { BLOCK_SIZE } from "../../../../models/projection.ts";

export interface Quantised {
  /** [rows, blocks, BLOCK_SIZE / 2]: two weights per byte, the earlier one in the lower half */
  readonly packed: Uint8Array;
  /** [rows, blocks] */
  readonly scales: Float32Array;
  /** [rows, ceil(blocks / 2)], packed likewise; absent when symmetric, where the zero point is 8 */
  readonly zeros?: Uint8Array;
}

/**
 * Rounds weights to w = (q - zero) · scale with q in 0..15. Each value comes back within half a scale.
 *
 * - asymmetric: scale = (max - min) / 15 over a range that includes 0. A quarter less error than symmetric on
 *   normally distributed weights, for half a byte more per block; what we install.
 * - symmetric: scale = max |w| / 7.
 *
 * @param weights [rows, columns], one block after the other; a last block may be short
 */
export function quantise(weights: Float32Array, rows: number, columns: number, symmetric = false): Quantised {
  const blocks = Math.ceil(columns / BLOCK_SIZE);
  const packed = new Uint8Array(rows * blocks * (BLOCK_SIZE / 2));
  const scales = new Float32Array(rows * blocks);
  const zeroRow = Math.ceil(blocks / 2);
  const zeros = symmetric ? undefined : new Uint8Array(rows * zeroRow);
  for (let row = 0; row < rows; row++)
    for (let block = 0; block < blocks; block++) {
      const start = row * columns + block * BLOCK_SIZE;
      const end = Math.min(start + BLOCK_SIZE, (row + 1) * columns);
      let low = 0;
      let high = 0;
      for (let i = start; i < end; i++) {
        const value = weights[i]!;
        if (value < low) low = value;
        else if (value > high) high = value;
      }
      const scale = Math.fround(symmetric ? Math.max(high, -low) / 7 : (high - low) / 15) || 1;
      const zero = symmetric ? 8 : Math.min(15, Math.max(0, Math.round(-low / scale)));
      const at = row * blocks + block;
      scales[at] = scale;
      if (zeros) zeros[row * zeroRow + (block >> 1)]! |= block & 1 ? zero << 4 : zero;
      const base = at * (BLOCK_SIZE / 2);
      for (let i = 0; i < BLOCK_SIZE; i++) {
        // Beyond a short block's end: the zero point, which is the weight 0.
        const q = start + i < end ? Math.round(weights[start + i]! / scale) + zero : zero;
        packed[base + (i >> 1)]! |= Math.min(15, Math.max(0, q)) << (i & 1 ? 4 : 0);
      }
    }
  return zeros ? { packed, scales, zeros } : { packed, scales };
}

/** The weights that `quantise` kept: [rows, columns]. */
export function dequantise({ packed, scales, zeros }: Quantised, rows: number, columns: number): Float32Array {
  const blocks = Math.ceil(columns / BLOCK_SIZE);
  const zeroRow = Math.ceil(blocks / 2);
  return Float32Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const block = Math.floor(column / BLOCK_SIZE);
    const at = row * blocks + block;
    const byte = packed[at * (BLOCK_SIZE / 2) + ((column % BLOCK_SIZE) >> 1)]!;
    const zeroByte = zeros?.[row * zeroRow + (block >> 1)];
    const zero = zeroByte === undefined ? 8 : block & 1 ? zeroByte >> 4 : zeroByte & 15;
    return ((column & 1 ? byte >> 4 : byte & 15) - zero) * scales[at]!;
  });
}
