/** The derivative of fused attention, in bounded memory. */
import type { Value } from "../graph.ts";
import {
  add,
  concat,
  expand,
  matmul,
  mul,
  neg,
  reduceSum,
  reshape,
  scale,
  slice,
  softmax,
  split,
  transpose,
} from "../operators.ts";
import { staticShape } from "../shape.ts";
import type { Rule } from "./rule.ts";

/** How [n, length, heads, d] becomes [n, heads, length, d], or turned, [n, heads, d, length]. */
const NATURAL = [0, 2, 1, 3];
const TURNED = [0, 2, 3, 1];

/**
 * y = P v with P = softmax(s q kᵀ + bias), per head. The forward kernel keeps no P, so it is computed again:
 * dv = Pᵀ dy, dS = P ∘ (dy vᵀ - D) with D = Σ dy ∘ y, dq = s dS k, dk = s dSᵀ q
 * (the recomputation of FlashAttention, Dao et al. 2022, appendix B.2).
 *
 * Scores are taken in blocks, some queries of some heads, that stay in the processor's cache while they are worked on.
 * The subtraction is a part of the product, dy vᵀ - D = [dy, -D] [v, 1]ᵀ: one pass less over every block. What a block
 * is multiplied with is kept the way round that suits the product, so that none has to turn a block.
 *
 * onnxruntime runs a graph depth first and would postpone the sums over blocks, keeping every block's P until the end;
 * so each block also depends on an empty slice of what the block before it produced.
 */
export const attentionRule: Rule = ({ node, dy, wanted, scoresAtOnce }) => {
  const [q, k, v, keyPadding, mask, bias] = node.inputs;
  if (!q || !k || !v || keyPadding || mask) throw new TypeError(`${node.name}: this form of attention has no gradient`);
  const [wantQ, wantK, wantV] = wanted;
  const heads = node.attributes["num_heads"] as number;
  const [n, queries, width] = staticShape(q.shape) as [number, number, number];
  const keys = staticShape(k.shape)[1]!;
  const factor = (node.attributes["scale"] as { float: number } | undefined)?.float ?? 1 / Math.sqrt(width / heads);

  /** [n, length, heads · d] by heads. */
  const apart = (x: Value, order: readonly number[]): Value => {
    const [, length, wide] = staticShape(x.shape) as [number, number, number];
    return transpose(reshape(x, [n, length, heads, wide / heads]), order);
  };
  const { headSizes, querySizes } = blockSizes(heads, queries, scoresAtOnce / (n * keys));
  const perGroup = (x: Value): readonly Value[] => cut(x, headSizes, 1);
  const perBlock = (x: Value, queryAxis: number): readonly (readonly Value[])[] =>
    perGroup(x).map((group) => cut(group, querySizes, queryAxis));
  const gradient = apart(dy, NATURAL);
  const minusD = neg(reduceSum(mul(gradient, apart(node.outputs[0]!, NATURAL)), [3]));
  const ones = expand(v.graph.constant(v.dtype, 1), [n, heads, 1, keys]);
  const keysT = perGroup(apart(k, TURNED));
  const valuesT = perGroup(concat([apart(v, TURNED), ones], 2));
  const [qs, qsT] = [perBlock(apart(q, NATURAL), 2), perBlock(apart(q, TURNED), 3)];
  const [dys, dysT] = [perBlock(concat([gradient, minusD], 3), 2), perBlock(apart(dy, TURNED), 3)];
  const biases = bias && perBlock(expandedBias(bias, [heads, queries]), 2);

  const dq: Value[] = [];
  const dk: Value[] = [];
  const dv: Value[] = [];
  let previous: readonly (Value | undefined)[] = [];
  headSizes.forEach((_, group) => {
    const parts: Value[] = [];
    let [dkT, dvT]: (Value | undefined)[] = [];
    querySizes.forEach((__, i) => {
      const qi = after(qs[group]![i]!, previous);
      const products = scale(matmul(qi, keysT[group]!), factor);
      const p = softmax(biases ? add(products, biases[group]![i]!) : products);
      if (wantV) dvT = sum(dvT, matmul(dysT[group]![i]!, p));
      if (wantQ || wantK) {
        const ds = mul(p, matmul(after(dys[group]![i]!, [qi]), valuesT[group]!));
        if (wantK) dkT = sum(dkT, scale(matmul(qsT[group]![i]!, ds), factor));
        if (wantQ) parts.push(scale(matmul(ds, flip(keysT[group]!)), factor));
      }
      previous = [parts.at(-1), dkT, dvT];
    });
    if (wantQ) dq.push(concat(parts, 2));
    if (dkT) dk.push(dkT);
    if (dvT) dv.push(dvT);
  });
  /** The other way: the axes of tokens and of d as [n, tokens, heads · d] */
  const together = (x: Value, tokens: number, d: number): Value => {
    const lines = transpose(x, [0, tokens, 1, d]);
    const [, length, , wide] = staticShape(lines.shape) as [number, number, number, number];
    return reshape(lines, [n, length, heads * wide]);
  };
  return [
    () => together(concat(dq, 1), 2, 3),
    () => together(concat(dk, 1), 3, 2),
    () => together(concat(dv, 1), 3, 2),
  ];
};

const flip = (x: Value): Value => transpose(x, [0, 1, 3, 2]);

const sum = (total: Value | undefined, part: Value): Value => (total ? add(total, part) : part);

const cut = (x: Value, sizes: readonly number[], axis: number): readonly Value[] =>
  sizes.length === 1 ? [x] : split(x, sizes, axis);

/** x [n, heads, length, d], to be computed when `earlier` has been: an order without data. */
function after(x: Value, earlier: readonly (Value | undefined)[]): Value {
  const [n, heads, , d] = staticShape(x.shape) as [number, number, number, number];
  const nothing = earlier.flatMap((value) => (value ? [reshape(slice(value, 2, 0, 0), [n, heads, 0, d])] : []));
  return concat([x, ...nothing], 2);
}

/** Repeated to all heads and queries, so that it can be cut as they are. */
function expandedBias(bias: Value, [heads, queries]: readonly [number, number]): Value {
  const [n, , , keys] = staticShape(bias.shape) as [number, number, number, number];
  return expand(bias, [n, heads, queries, keys]);
}

/** Heads and queries of the blocks, of `rows` rows of scores at most each; groups of heads are equally large. */
function blockSizes(
  heads: number,
  queries: number,
  rows: number,
): { readonly headSizes: readonly number[]; readonly querySizes: readonly number[] } {
  let group = heads;
  while (group > 1 && (heads % group !== 0 || group * queries > rows)) group--;
  const chunk = Math.min(queries, Math.max(1, Math.floor(rows / group)));
  return {
    headSizes: Array.from({ length: heads / group }, () => group),
    querySizes: Array.from({ length: Math.ceil(queries / chunk) }, (_, i) => Math.min(chunk, queries - i * chunk)),
  };
}
