/**
 * Inception v3 (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2016) up to its last pooling: what FID and ArtFID compare sets
 * of pictures by. Names are torchvision's. FID's weights were trained in TensorFlow, which pools a little otherwise.
 */
import { op, type Value } from "../src/onnx/index.ts";
import { block, type Weights } from "../src/onnx/weights.ts";

/** `fid`: averages leave out what lies beyond the border, and the last block takes the largest instead (`pytorch-fid`). */
export type InceptionForm = "fid" | "torchvision";

const EPSILON = 1e-3;
/** Smaller pictures have nothing left to halve, pixels. */
export const INCEPTION_SMALLEST = 75;

/** [N, 2048] of pictures [N, 3, H, W], as they were trained on. */
export function inceptionFeatures(w: Weights, pictures: Value, form: InceptionForm): Value {
  let x = convolved(w.scope("Conv2d_1a_3x3"), pictures, { stride: 2 });
  x = convolved(w.scope("Conv2d_2a_3x3"), x);
  x = convolved(w.scope("Conv2d_2b_3x3"), x, { padding: 1 });
  x = op.maxPool(x, 3, { stride: 2 });
  x = convolved(w.scope("Conv2d_3b_1x1"), x);
  x = convolved(w.scope("Conv2d_4a_3x3"), x);
  x = op.maxPool(x, 3, { stride: 2 });
  for (const name of ["5b", "5c", "5d"]) x = blockA(w.scope(`Mixed_${name}`), x, form);
  x = blockB(w.scope("Mixed_6a"), x);
  for (const name of ["6b", "6c", "6d", "6e"]) x = blockC(w.scope(`Mixed_${name}`), x, form);
  x = blockD(w.scope("Mixed_7a"), x);
  x = blockE(w.scope("Mixed_7b"), x, averaged(x, form));
  x = blockE(w.scope("Mixed_7c"), x, form === "fid" ? op.maxPool(x, 3, { stride: 1, padding: 1 }) : averaged(x, form));
  return op.reduceMean(x, [2, 3], false);
}

interface Step {
  readonly stride?: number;
  /** Of a square kernel; others keep the size. */
  readonly padding?: number;
}

/** A convolution, normalised by what its training has seen, without what is below 0. */
const convolved = block((w: Weights, x: Value, { stride = 1, padding = 0 }: Step = {}): Value => {
  const [outputs, , height, width] = (w.shapeOf("conv.weight") ?? [1, 1, 1, 1]) as [number, number, number, number];
  const sides = height === width ? [padding, padding] : [(height - 1) / 2, (width - 1) / 2];
  const [down, across] = sides as [number, number];
  const kernel = w.tensor("conv.weight", [outputs, x.shape[1] as number, height, width]);
  const around = { top: down, bottom: down, left: across, right: across };
  const along = (name: string): Value => op.reshape(w.tensor(`bn.${name}`, [outputs]), [1, outputs, 1, 1]);
  const gain = op.div(along("weight"), op.sqrt(op.shift(along("running_var"), EPSILON)));
  const y = op.sub(op.conv(x, kernel, null, { stride, padding: around }), along("running_mean"));
  return op.relu(op.add(op.mul(y, gain), along("bias")));
});

/** One after the other; a kernel of `k` x `k` keeps the size. */
function chain(w: Weights, names: readonly string[], x: Value): Value {
  return names.reduce((y, name) => {
    const kernel = (w.shapeOf(`${name}.conv.weight`)?.[2] ?? 1) as number;
    return convolved(w.scope(name), y, { padding: (kernel - 1) / 2 });
  }, x);
}

/** Means of 3 x 3, of what there is of the picture or with zeros around it. */
const averaged = (x: Value, form: InceptionForm): Value =>
  form === "fid"
    ? op.averagePool(x, 3, { stride: 1, padding: 1 })
    : op.averagePool(op.pad(x, [0, 0, 1, 1], [0, 0, 1, 1]), 3, { stride: 1 });

const blockA = block((w: Weights, x: Value, form: InceptionForm): Value => {
  const small = chain(w, ["branch1x1"], x);
  const middle = chain(w, ["branch5x5_1", "branch5x5_2"], x);
  const double = chain(w, ["branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"], x);
  return op.concat([small, middle, double, chain(w, ["branch_pool"], averaged(x, form))], 1);
});

const blockB = block((w: Weights, x: Value): Value => {
  const plain = convolved(w.scope("branch3x3"), x, { stride: 2 });
  const inner = chain(w, ["branch3x3dbl_1", "branch3x3dbl_2"], x);
  const double = convolved(w.scope("branch3x3dbl_3"), inner, { stride: 2 });
  return op.concat([plain, double, op.maxPool(x, 3, { stride: 2 })], 1);
});

const blockC = block((w: Weights, x: Value, form: InceptionForm): Value => {
  const of = (stem: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${stem}_${i + 1}`);
  const small = chain(w, ["branch1x1"], x);
  const long = chain(w, of("branch7x7", 3), x);
  const double = chain(w, of("branch7x7dbl", 5), x);
  return op.concat([small, long, double, chain(w, ["branch_pool"], averaged(x, form))], 1);
});

const blockD = block((w: Weights, x: Value): Value => {
  const plain = convolved(w.scope("branch3x3_2"), chain(w, ["branch3x3_1"], x), { stride: 2 });
  const inner = chain(w, ["branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3"], x);
  const long = convolved(w.scope("branch7x7x3_4"), inner, { stride: 2 });
  return op.concat([plain, long, op.maxPool(x, 3, { stride: 2 })], 1);
});

const blockE = block((w: Weights, x: Value, pooled: Value): Value => {
  const fork = (stem: string, y: Value): Value => op.concat([chain(w, [`${stem}a`], y), chain(w, [`${stem}b`], y)], 1);
  const small = chain(w, ["branch1x1"], x);
  const plain = fork("branch3x3_2", chain(w, ["branch3x3_1"], x));
  const double = fork("branch3x3dbl_3", chain(w, ["branch3x3dbl_1", "branch3x3dbl_2"], x));
  return op.concat([small, plain, double, chain(w, ["branch_pool"], pooled)], 1);
});
