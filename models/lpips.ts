/**
 * LPIPS over AlexNet (Zhang, Isola, Efros, Shechtman and Wang 2018; version 0.1): how different two pictures look. Names are
 * those of the `lpips` package: `net.sliceN.M`, `linN.model.1`.
 */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { conv2d } from "./layers.ts";

/** Of colours from -1 to 1. */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];
/** So that places without any feature do not divide by nothing. */
const EPSILON = 1e-10;

/** AlexNet's convolutions, and whether a picture is halved before. */
const LAYERS = [
  { name: "net.slice1.0", kernel: 11, stride: 4, padding: 2, isPooled: false },
  { name: "net.slice2.3", kernel: 5, stride: 1, padding: 2, isPooled: true },
  { name: "net.slice3.6", kernel: 3, stride: 1, padding: 1, isPooled: true },
  { name: "net.slice4.8", kernel: 3, stride: 1, padding: 1, isPooled: false },
  { name: "net.slice5.10", kernel: 3, stride: 1, padding: 1, isPooled: false },
] as const;
/** Smaller pictures have nothing left to halve, pixels. */
export const LPIPS_SMALLEST = 31;

/** How different pictures are, one by one: [N]; 0 for the same. @param a, b [N, 3, H, W], sRGB from -1 to 1 */
export function lpips(w: Weights, a: Value, b: Value): Value {
  const [ones, others] = [features(w, a), features(w, b)];
  const parts = ones.map((one, i) => {
    const difference = op.sub(ofUnitLength(one), ofUnitLength(others[i]!));
    const weight = w.tensor(`lin${i}.model.1.weight`, [1, one.shape[1] as number, 1, 1]);
    return op.reduceMean(op.conv(op.mul(difference, difference), weight), [1, 2, 3], false);
  });
  return parts.reduce((sum, part) => op.add(sum, part));
}

const features = block((w: Weights, picture: Value): Value[] => {
  const along = (values: readonly number[]): Value => w.graph.constant("float32", values, [1, 3, 1, 1]);
  let x = op.div(op.sub(picture, along(SHIFT)), along(SCALE));
  return LAYERS.map(({ name, kernel, stride, padding, isPooled }) => {
    if (isPooled) x = op.maxPool(x, 3, { stride: 2 });
    const outputs = (w.shapeOf(`${name}.weight`)?.[0] ?? 1) as number;
    x = op.relu(conv2d(w.scope(name), x, outputs, kernel, { stride, padding }));
    return x;
  });
});

/** Along the channels of each place. */
const ofUnitLength = (x: Value): Value => op.div(x, op.shift(op.sqrt(op.reduceSumSquare(x, [1])), EPSILON));
