/** MobileNetV2 (Sandler et al. 2018): inverted residuals, whoever's weights they have. */
import { op, type Value } from "../src/onnx/index.ts";

/** Of its blocks, after the first: how much wider they are inside. */
const EXPANSION = 6;
/** Channels and first stride of its blocks, in groups (table 2). */
const BLOCKS = [
  { channels: 16, count: 1, stride: 1 },
  { channels: 24, count: 2, stride: 2 },
  { channels: 32, count: 3, stride: 2 },
  { channels: 64, count: 4, stride: 2 },
  { channels: 96, count: 3, stride: 1 },
  { channels: 160, count: 3, stride: 2 },
  { channels: 320, count: 1, stride: 1 },
] as const;
const FIRST = 32;
const LAST = 1280;

/** Which of its convolutions: the one before the blocks, the one after them, or a part of a block, counted from 0. */
export type MobileNetPlace =
  | "first"
  | "last"
  | { readonly block: number; readonly part: "expand" | "depthwise" | "project" };

/** Computes one of its convolutions with the normalisation after it, before the activation. */
export type MobileNetConv = (
  place: MobileNetPlace,
  x: Value,
  outputs: number,
  kernel: number,
  options?: op.ConvOptions,
) => Value;

/** Halves even sides as TensorFlow's `same` does: it pads the end. */
const SAME_2: op.ConvOptions = { stride: 2, padding: { top: 0, left: 0, bottom: 1, right: 1 } };

/** Features of pictures [N, 3, H, W], sides multiples of 32: [N, 1280, H / 32, W / 32]. */
export function mobileNetV2(pictures: Value, conv: MobileNetConv): Value {
  let x = relu6(conv("first", pictures, FIRST, 3, SAME_2));
  let block = 0;
  for (const { channels, count, stride } of BLOCKS) {
    for (let i = 0; i < count; i++, block++)
      x = invertedResidual(block, x, channels, i === 0 ? stride : 1, block === 0 ? 1 : EXPANSION, conv);
  }
  return relu6(conv("last", x, LAST, 1));
}

/** Wider, each channel by itself, narrower; and the input again where it fits. */
function invertedResidual(
  index: number,
  x: Value,
  channels: number,
  stride: 1 | 2,
  expansion: number,
  conv: MobileNetConv,
): Value {
  const inputs = x.shape[1] as number;
  const wide = inputs * expansion;
  const spread = expansion === 1 ? x : relu6(conv({ block: index, part: "expand" }, x, wide, 1));
  const window = { groups: wide, ...(stride === 2 ? SAME_2 : { padding: 1 }) };
  const filtered = relu6(conv({ block: index, part: "depthwise" }, spread, wide, 3, window));
  const y = conv({ block: index, part: "project" }, filtered, channels, 1);
  return stride === 1 && inputs === channels ? op.add(y, x) : y;
}

const relu6 = (x: Value): Value => op.clip(x, 0, 6);
