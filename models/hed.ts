/**
 * Holistically-nested edge detection (Xie and Tu 2015, section 3) in the form that ControlNet's author trained: five blocks of
 * convolutions, each at half the size of the one before and each with an answer of its own; the edges are their mean.
 * Names are those of `ControlNetHED.pth`: `norm`, `blockN.convs.M`, `blockN.projection`.
 */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d } from "./layers.ts";

const BLOCKS = 5;

/** Sides of the picture are multiples of this. */
export const HED_MULTIPLE = 2 ** (BLOCKS - 1);

/** How sure it is of an edge, [1, 1, H, W] from 0 to 1. @param rgb [1, 3, H, W] from 0 to 255 */
export function hedEdges(w: Weights, rgb: Value): Value {
  const [, , height, width] = rgb.shape as [number, number, number, number];
  let x = op.sub(rgb, w.tensor("norm", [1, 3, 1, 1]));
  const answers = Array.from({ length: BLOCKS }, (_, i) => {
    const inside = w.scope(`block${i + 1}`);
    x = convolutions(inside, i === 0 ? x : op.maxPool(x, 2));
    const answer = conv2d(inside.scope("projection"), x, 1, 1);
    return i === 0 ? answer : op.resizeLinear(answer, height, width);
  });
  return op.sigmoid(op.reduceMean(op.concat(answers, 1), [1]));
}

const convolutions = block((w: Weights, given: Value): Value => {
  let x = given;
  for (let i = 0; w.has(`convs.${i}.weight`); i++)
    x = op.relu(conv2d(w.scope(`convs.${i}`), x, w.shapeOf(`convs.${i}.weight`)![0] as number, 3));
  return x;
});
