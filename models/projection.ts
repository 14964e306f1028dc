/** A linear layer of a language model: real weights, or 4-bit ones where the file holds them quantised. */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";

/** Keys of a quantised layer's tensors, in place of `weight`. */
export const QUANTISED = { packed: "weight_q4", scales: "weight_scale", zeros: "weight_zero" } as const;

/** x Wᵀ over the last axis: [..., in] -> [..., outputs]. */
export const projection = block((w: Weights, x: Value, outputs: number): Value => {
  const inputs = x.shape.at(-1) as number;
  if (w.has(QUANTISED.packed)) return quantised(w, x, inputs, outputs);
  const weight = w.tensor("weight", [outputs, inputs]);
  return x.shape.length === 2 ? op.gemm(x, weight, null, { transB: true }) : op.matmul(x, op.transpose(weight, [1, 0]));
});

/** In blocks of as many weights as the file has under one scale. */
function quantised(w: Weights, x: Value, k: number, n: number): Value {
  const blockSize = 2 * (w.shapeOf(QUANTISED.packed)!.at(-1) as number);
  const blocks = Math.ceil(k / blockSize);
  const zeros = w.has(QUANTISED.zeros) ? w.stored(QUANTISED.zeros, "uint8", [n, Math.ceil(blocks / 2)]) : undefined;
  return op.matmulNBits(x, {
    packed: w.stored(QUANTISED.packed, "uint8", [n, blocks, blockSize / 2]),
    scales: w.tensor(QUANTISED.scales, [n, blocks]),
    ...(zeros && { zeroPoints: zeros }),
    n,
    k,
    bits: 4,
    blockSize,
    accuracyLevel: 4,
  });
}
