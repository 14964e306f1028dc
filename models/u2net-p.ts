/** U²-Net in its small form, u2netp (Qin et al. 2020): what of a picture stands out, people and animals first of all. */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d } from "./layers.ts";

/** Sides of the picture are multiples of this. */
export const U2NET_MULTIPLE = 32;

/** Mean and deviation of the pictures that it was trained on, of colours from 0 to 1. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

const INNER = 16;
const OUTER = 64;
/** Of the six encoders how many sizes each goes through inside; 0: it stays at one size and widens its reach instead. */
const DEPTHS = [7, 6, 5, 4, 0, 0];

/**
 * Input `rgb` [1, 3, H, W], 0 to 1, sides multiples of 32. Gives [1, 1, H, W]: 1 where a pixel is of the picture's subject.
 */
export function u2netP(w: Weights, rgb: Value): Value {
  const { graph } = w;
  const along = (values: readonly number[]): Value => graph.constant("float32", values, [1, 3, 1, 1]);
  let x = op.div(op.sub(rgb, along(MEAN)), along(DEVIATION));
  const encoded = DEPTHS.map((depth, i) => {
    x = nested(w.scope(`stage${i + 1}`), i === 0 ? x : op.maxPool(x, 2), depth);
    return x;
  });
  // From the deepest outwards: each decoder sees the one below it and the encoder of its size.
  const decoded = [encoded.at(-1)!];
  for (let i = DEPTHS.length - 2; i >= 0; i--) {
    const below = resizedLike(decoded[0]!, encoded[i]!);
    decoded.unshift(nested(w.scope(`stage${i + 1}d`), op.concat([below, encoded[i]!], 1), DEPTHS[i]!));
  }
  const sides = decoded.map((each, i) => resizedLike(conv2d(w.scope(`side${i + 1}`), each, 1, 3), rgb));
  return op.sigmoid(conv2d(w.scope("outconv"), op.concat(sides, 1), 1, 1));
}

/** A small U-Net within one stage, added to what goes in (the paper's residual U-block). */
const nested = block((w: Weights, x: Value, depth: number): Value => {
  const layer = (name: string, input: Value, channels = INNER, dilation = 1): Value =>
    op.relu(conv2d(w.scope(`rebnconv${name}`), input, channels, 3, { padding: dilation, dilation }));
  const reach = (i: number): number => (depth === 0 ? 2 ** (i - 1) : 1);
  const last = depth === 0 ? 4 : depth;
  const inside = layer("in", x, OUTER);
  const down = [layer("1", inside)];
  for (let i = 2; i < last; i++) {
    const above = down.at(-1)!;
    down.push(layer(String(i), depth === 0 ? above : op.maxPool(above, 2), INNER, reach(i)));
  }
  let up = layer(String(last), down.at(-1)!, INNER, depth === 0 ? reach(last) : 2);
  for (let i = last - 1; i >= 1; i--) {
    const skip = down[i - 1]!;
    up = layer(`${i}d`, op.concat([resizedLike(up, skip), skip], 1), i === 1 ? OUTER : INNER, reach(i));
  }
  return op.add(up, inside);
});

/** Resampled to the size of another value. */
function resizedLike(x: Value, like: Value): Value {
  const [, , height, width] = like.shape as number[];
  return x.shape[2] === height && x.shape[3] === width ? x : op.resizeLinear(x, height!, width!);
}
