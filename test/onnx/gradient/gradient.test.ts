import { describe, expect, it } from "vitest";

import { gradients } from "../../../src/onnx/gradient/index.ts";
import { Graph, type GraphOptions, type Value } from "../../../src/onnx/graph.ts";
import * as op from "../../../src/onnx/operators.ts";
import { openSession } from "../../../src/onnx/session.ts";
import { Tensor } from "../../../src/onnx/tensor.ts";
import { seededRandom } from "../../../src/random.ts";

const random = seededRandom(11);
const numbers = (shape: readonly number[], low = -1): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => low + random() * (1 - low));

const tensors = (
  values: Readonly<Record<string, { data: Float32Array; shape: readonly number[] }>>,
): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(values).map(([name, { data, shape }]) => [name, new Tensor("float32", data, shape)]),
  );

/** Largest error of the gradient along random directions, relative to the change itself, by central differences. */
async function errorOf(
  shapes: readonly (readonly number[])[],
  network: (inputs: readonly Value[]) => Value,
  { low = -1, scoresAtOnce = 1000, ...options }: { low?: number; scoresAtOnce?: number } & GraphOptions = {},
): Promise<number> {
  const graph = new Graph("test", options);
  const inputs = shapes.map((shape, i) => graph.input(`x${i}`, "float32", shape));
  const y = network(inputs);
  const shape = y.shape as number[];
  const seed = graph.input("seed", "float32", shape);
  graph.output("y", y);
  gradients(y, seed, inputs, { scoresAtOnce }).forEach((value, i) => graph.output(`dx${i}`, value));
  const session = await openSession(graph);
  const at = shapes.map((s) => numbers(s, low));
  const seedData = numbers(shape);
  const run = async (data: readonly Float32Array[]): Promise<Readonly<Record<string, Tensor>>> =>
    session.run(
      tensors({
        ...Object.fromEntries(data.map((d, i) => [`x${i}`, { data: d, shape: shapes[i]! }])),
        seed: { data: seedData, shape },
      }),
    );
  const loss = (result: Readonly<Record<string, Tensor>>): number =>
    (result["y"]!.data as Float32Array).reduce((sum, value, i) => sum + value * seedData[i]!, 0);

  const exact = await run(at);
  let worst = 0;
  for (const [i, own] of shapes.entries()) {
    expect(exact[`dx${i}`]!.dims).toEqual(own);
    const direction = numbers(own);
    const step = 4e-3;
    const moved = async (sign: number): Promise<number> =>
      loss(await run(at.map((d, j) => (j === i ? d.map((value, k) => value + sign * step * direction[k]!) : d))));
    const measured = ((await moved(1)) - (await moved(-1))) / (2 * step);
    const predicted = (exact[`dx${i}`]!.data as Float32Array).reduce((sum, g, k) => sum + g * direction[k]!, 0);
    worst = Math.max(worst, Math.abs(measured - predicted) / (Math.abs(measured) + 0.1));
  }
  await session.release();
  return worst;
}

const weight = (graph: Graph, shape: readonly number[]): Value => graph.constant("float32", numbers(shape), shape);

type Case = readonly [
  name: string,
  shapes: readonly (readonly number[])[],
  network: (x: readonly Value[]) => Value,
  low?: number,
];

const CASES: readonly Case[] = [
  [
    "Add, broadcast",
    [
      [2, 3, 4],
      [3, 1],
    ],
    ([a, b]) => op.add(a!, b!),
  ],
  [
    "Sub",
    [
      [2, 3],
      [2, 3],
    ],
    ([a, b]) => op.sub(a!, b!),
  ],
  ["Mul, one value twice", [[2, 5]], ([a]) => op.mul(a!, a!)],
  ["Div", [[2, 5], [5]], ([a, b]) => op.div(a!, b!), 0.5],
  ["Exp, Neg", [[7]], ([a]) => op.exp(op.neg(a!))],
  ["Sqrt, Reciprocal", [[7]], ([a]) => op.reciprocal(op.sqrt(a!)), 0.5],
  ["Sin, Cos", [[7]], ([a]) => op.mul(op.sin(a!), op.cos(a!))],
  ["Tanh, Sigmoid", [[7]], ([a]) => op.add(op.tanh(a!), op.sigmoid(a!))],
  ["Erf", [[7]], ([a]) => op.erf(a!)],
  ["SiLU", [[3, 7]], ([a]) => op.silu(a!)],
  ["QuickGelu", [[3, 7]], ([a]) => op.quickGelu(a!)],
  ["Gelu", [[3, 7]], ([a]) => op.gelu(a!)],
  [
    "Gelu as a gate",
    [
      [3, 7],
      [3, 7],
    ],
    ([a, b]) => op.mul(op.mul(a!, op.gelu(b!)), a!),
  ],
  [
    "MatMul, batched and broadcast",
    [
      [2, 3, 4],
      [4, 5],
    ],
    ([a, b]) => op.matmul(a!, b!),
  ],
  ["Gemm", [[3, 4], [4, 5], [5]], ([a, b, c]) => op.gemm(a!, b!, c!)],
  ["Gemm, transposed weight", [[3, 4], [5, 4], [5]], ([a, b, c]) => op.gemm(a!, b!, c!, { transB: true })],
  ["Softmax", [[3, 6]], ([a]) => op.softmax(a!)],
  [
    "InstanceNormalization",
    [[2, 3, 10]],
    ([a]) => op.instanceNorm(a!, weight(a!.graph, [3]), weight(a!.graph, [3]), 1e-5),
  ],
  ["GroupNorm", [[1, 8, 4, 3]], ([a]) => op.groupNorm(a!, 4, weight(a!.graph, [8]), weight(a!.graph, [8]), 1e-5)],
  ["LayerNormalization", [[4, 9]], ([a]) => op.layerNorm(a!, weight(a!.graph, [9]), weight(a!.graph, [9]), 1e-5)],
  ["RMSNorm", [[4, 9]], ([a]) => op.rmsNorm(a!, weight(a!.graph, [9]), 1e-5)],
  ["Conv 3x3", [[1, 3, 7, 6]], ([a]) => op.conv(a!, weight(a!.graph, [4, 3, 3, 3]), null, { padding: 1 })],
  [
    "Conv 3x5 of a large picture, padded unevenly",
    [[1, 2, 33, 32]],
    ([a]) => op.conv(a!, weight(a!.graph, [3, 2, 3, 5]), null, { padding: { top: 2, left: 0, bottom: 1, right: 3 } }),
  ],
  ["Conv 1x1", [[2, 3, 5, 4]], ([a]) => op.conv(a!, weight(a!.graph, [4, 3, 1, 1]))],
  [
    "Conv, stride 2, even",
    [[1, 3, 8, 6]],
    ([a]) => op.conv(a!, weight(a!.graph, [4, 3, 3, 3]), null, { padding: 1, stride: 2 }),
  ],
  [
    "Conv, stride 2, odd",
    [[1, 3, 7, 9]],
    ([a]) => op.conv(a!, weight(a!.graph, [4, 3, 3, 3]), null, { padding: 1, stride: 2 }),
  ],
  [
    "Conv, stride 2, padded right and below",
    [[1, 3, 8, 8]],
    ([a]) =>
      op.conv(a!, weight(a!.graph, [4, 3, 3, 3]), null, {
        stride: 2,
        padding: { top: 0, left: 0, bottom: 1, right: 1 },
      }),
  ],
  ["Resize", [[1, 2, 3, 4]], ([a]) => op.resizeNearest(a!, 6, 8)],
  ["Reshape, Transpose", [[2, 3, 4]], ([a]) => op.transpose(op.reshape(a!, [6, 4]), [1, 0])],
  [
    "Concat",
    [
      [2, 3],
      [2, 2],
    ],
    ([a, b]) => op.mul(op.concat([a!, b!], 1), op.concat([b!, a!], 1)),
  ],
  ["Split, one piece unused", [[2, 6]], ([a]) => op.exp(op.split(a!, [2, 3, 1], 1)[1]!)],
  ["Slice, Pad", [[4, 5]], ([a]) => op.pad(op.slice(a!, 1, 1, 4), [1, 0], [0, 2])],
  ["Expand", [[3, 1]], ([a]) => op.expand(a!, [2, 3, 4])],
  ["ReduceSum, kept", [[2, 3, 4]], ([a]) => op.mul(a!, op.reduceSum(a!, [1]))],
  ["ReduceMean, dropped", [[2, 3, 4]], ([a]) => op.exp(op.reduceMean(a!, [0, 2], false))],
  ["ReduceSumSquare", [[2, 3, 4]], ([a]) => op.reduceSumSquare(a!, [-1])],
];

describe("the gradient of", () => {
  it.each(CASES.map(([name, shapes, network, low]) => ({ name, shapes, network, low })))(
    "$name is the change of the loss",
    async ({ shapes, network, low }) => {
      expect(await errorOf(shapes, network, low === undefined ? {} : { low })).toBeLessThan(3e-3);
    },
  );

  const attention = ([q, k, v]: readonly Value[]): Value => op.attention(q!, k!, v!, { heads: 2 });
  const shapes = [
    [2, 10, 8],
    [2, 6, 8],
    [2, 6, 8],
  ];

  it.each([240, 120, 60, 48, 1])("attention is the change of the loss, %i scores at a time", async (scoresAtOnce) => {
    expect(await errorOf(shapes, attention, { scoresAtOnce })).toBeLessThan(3e-3);
  });

  it("attention is the same when it is written out", async () => {
    expect(await errorOf(shapes, attention, { attention: "explicit" })).toBeLessThan(3e-3);
  });

  it.each([98, 49, 21])("causal attention is the change of the loss, %i scores at a time", async (scoresAtOnce) => {
    const causal = ([x]: readonly Value[]): Value => op.attention(x!, x!, x!, { heads: 2, bias: op.causalBias(x!, 7) });
    expect(await errorOf([[1, 7, 8]], causal, { scoresAtOnce })).toBeLessThan(3e-3);
  });
});

describe("what cannot be differentiated", () => {
  const graph = (): { graph: Graph; x: Value; seed: Value } => {
    const g = new Graph("test");
    return { graph: g, x: g.input("x", "float32", [2, 4]), seed: g.input("seed", "float32", [2, 4]) };
  };

  it("is named: an operator without a rule", () => {
    const { x, seed } = graph();
    expect(() => gradients(op.relu(x), seed, [x])).toThrow(/no gradient rule for the operator Relu/);
  });

  it("is named: a value that the output does not depend on", () => {
    const { graph: g, x, seed } = graph();
    const other = g.input("other", "float32", [2, 4]);
    expect(() => gradients(op.exp(x), seed, [other])).toThrow(/does not depend on other/);
  });

  it("is named: a weight of a convolution", () => {
    const g = new Graph("test");
    const [x, w] = [g.input("x", "float32", [1, 1, 4, 4]), g.input("w", "float32", [1, 1, 1, 1])];
    const y = op.conv(x, w);
    expect(() => gradients(y, g.input("seed", "float32", [1, 1, 4, 4]), [w])).toThrow(
      /Conv cannot be differentiated by its input 1/,
    );
  });

  it("is refused: a seed of another shape", () => {
    const { graph: g, x } = graph();
    expect(() => gradients(op.exp(x), g.input("wrong", "float32", [4]), [x])).toThrow(/the seed is \[4\]/);
  });
});
