/** How much work a recorded network is: the multiplications of its products, which all else is small beside. */
import type { Graph, GraphNode } from "./graph.ts";
import { elementCount } from "./shape.ts";

/** Multiply-adds of one run: convolutions, matrix products and attention. @throws TypeError when a size is not known */
export const multiplyAdds = (graph: Graph): number =>
  graph.nodes.reduce((sum, node) => sum + (COUNT[node.type]?.(node) ?? 0), 0);

const shapeOf = (node: GraphNode, input: number): readonly number[] => node.inputs[input]!.shape as readonly number[];
const outputs = (node: GraphNode): number => elementCount(node.outputs[0]!.shape);

/** [m, k] x [k, n]: k for each output. */
const product = (node: GraphNode): number => outputs(node) * shapeOf(node, 0).at(node.attributes["transA"] ? -2 : -1)!;

const COUNT: Readonly<Record<string, (node: GraphNode) => number>> = {
  // Weights are [out, in / groups, kh, kw].
  Conv: (node) => outputs(node) * elementCount(shapeOf(node, 1).slice(1)),
  Gemm: product,
  MatMul: product,
  MatMulIntegerToFloat: product,
  /** Scores of all queries and keys, and as many products with the values. */
  MultiHeadAttention: (node) => {
    const [query, key, value] = [0, 1, 2].map((input) => shapeOf(node, input)) as [number[], number[], number[]];
    return query[0]! * query[1]! * key[1]! * (query[2]! + value[2]!);
  },
};
