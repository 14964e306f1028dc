/** The convolutions of VGG-19 (Simonyan and Zisserman 2015), whose features stand for style and for content. Names: `features.N`. */
import { op, type Value } from "../src/onnx/index.ts";
import type { Weights } from "../src/onnx/weights.ts";
import { conv2d } from "./layers.ts";

/** Convolutions between one halving and the next; of the last block only the first is asked for. */
const BLOCKS = [2, 2, 4, 4, 1];
/** Smaller pictures have nothing left to halve, pixels. */
export const VGG_SMALLEST = 16;

/** Mean and deviation of the pictures that it was trained on, of colours from 0 to 1. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/** After the first convolution of each block: `relu1_1` to `relu5_1`. @param rgb [1, 3, H, W], sRGB from 0 to 1 */
export function vggFeatures(w: Weights, rgb: Value): Value[] {
  const along = (values: readonly number[]): Value => w.graph.constant("float32", values, [1, 3, 1, 1]);
  let x = op.div(op.sub(rgb, along(MEAN)), along(DEVIATION));
  let layer = 0;
  return BLOCKS.map((count, block) => {
    if (block > 0) {
      x = op.maxPool(x, 2);
      layer++;
    }
    const inside = Array.from({ length: count }, () => {
      const name = `features.${layer}`;
      x = op.relu(conv2d(w.scope(name), x, (w.shapeOf(`${name}.weight`)?.[0] ?? 1) as number, 3));
      layer += 2;
      return x;
    });
    return inside[0]!;
  });
}

/** Which features occur together, whatever the place (Gatys et al. 2016): F Fᵀ / (C H W), [C, C], of [1, C, H, W]. */
export function gramMatrix(features: Value): Value {
  const [, channels, height, width] = features.shape as [number, number, number, number];
  const rows = op.reshape(features, [channels, height * width]);
  return op.scale(op.gemm(rows, rows, null, { transB: true }), 1 / (channels * height * width));
}
