/** Reverse-mode differentiation: the gradient of a recorded graph is more nodes of the same graph. */
import type { GraphNode, Value } from "../graph.ts";
import { add, reduceSum, reshape } from "../operators.ts";
import { sameShape, type Shape, showShape } from "../shape.ts";
import type { Step } from "./rule.ts";
import { RULES, zeros } from "./rules.ts";

export interface GradientOptions {
  /**
   * Attention is differentiated for this many scores at a time, one block after the other, so that no matrix of all of
   * them is ever held. Default 2²¹: three blocks of 8 MB are what a processor's cache holds.
   */
  readonly scoresAtOnce?: number;
}

/**
 * Records d(sum of `seed` · `output`) / d`wrt[i]`: vector-Jacobian products, so that `seed` is d loss / d `output`.
 * Shapes must be static. Only what leads from `wrt` to `output` is differentiated; constants and weights cost nothing.
 *
 * @param seed of the shape of `output`; usually an input of the graph
 * @returns one value of the shape of `wrt[i]` each, to be made outputs by the caller
 * @throws TypeError naming the operator that has no rule, or the value that `output` does not depend on
 */
export function gradients(
  output: Value,
  seed: Value,
  wrt: readonly Value[],
  options: GradientOptions = {},
): readonly Value[] {
  if (!sameShape(output.shape, seed.shape))
    throw new TypeError(`the seed is ${showShape(seed.shape)}, but ${output.name} is ${showShape(output.shape)}`);
  const { graph } = output;
  const forward = [...graph.nodes];
  const active = dependents(forward, wrt);
  const sums = new GradientSums(active);
  sums.add(output, seed);
  const producers = new Map(forward.flatMap((node) => node.outputs.map((value) => [value.name, node] as const)));
  const shared = { scoresAtOnce: options.scoresAtOnce ?? 2 ** 21, producers };
  for (const node of forward.toReversed()) {
    if (!node.outputs.some((value) => active.has(value.name) && sums.has(value))) continue;
    graph.scoped(`gradient/${node.name}`, () => differentiate(node, active, sums, shared));
  }
  return graph.scoped("gradient", () =>
    wrt.map((value) => {
      const total = sums.of(value);
      if (!total) throw new TypeError(`${output.name} does not depend on ${value.name}`);
      return total;
    }),
  );
}

/** Names of the values that depend on `sources`, themselves included. */
function dependents(nodes: readonly GraphNode[], sources: readonly Value[]): ReadonlySet<string> {
  const names = new Set(sources.map((value) => value.name));
  for (const { inputs, outputs } of nodes)
    if (inputs.some((input) => input && names.has(input.name))) for (const value of outputs) names.add(value.name);
  return names;
}

function differentiate(
  node: GraphNode,
  active: ReadonlySet<string>,
  sums: GradientSums,
  shared: Pick<Step, "scoresAtOnce" | "producers">,
): void {
  const type = node.domain === "" ? node.type : `${node.domain}.${node.type}`;
  const rule = RULES[type];
  if (!rule) throw new TypeError(`no gradient rule for the operator ${type} (node ${node.name})`);
  const wanted = node.inputs.map((input) => input !== null && active.has(input.name));
  const outputGradients = node.outputs.map((value) => sums.of(value));
  const step = {
    node,
    wanted,
    outputGradients,
    ...shared,
    get dy() {
      return outputGradients[0] ?? zeros(node.outputs[0]!);
    },
  };
  const results = rule(step);
  node.inputs.forEach((input, i) => {
    if (!input || !wanted[i]) return;
    const gradient = results[i]?.();
    if (!gradient) throw new TypeError(`${type} cannot be differentiated by its input ${i} (node ${node.name})`);
    sums.add(input, sumTo(gradient, input.shape));
  });
}

/** Undoes broadcasting: sums over the axes along which a value was repeated. */
function sumTo(gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((dim, i) => ((shape[i - extra] ?? 1) === 1 && dim !== 1 ? [i] : []));
  return reshape(axes.length > 0 ? reduceSum(gradient, axes) : gradient, shape);
}

/** What has been found so far: several nodes may contribute to the gradient of one value. */
class GradientSums {
  readonly #parts = new Map<string, Value[]>();
  readonly #active: ReadonlySet<string>;

  constructor(active: ReadonlySet<string>) {
    this.#active = active;
  }

  has(value: Value): boolean {
    return this.#parts.has(value.name);
  }

  add(value: Value, part: Value): void {
    if (!this.#active.has(value.name)) return;
    const parts = this.#parts.get(value.name);
    if (parts) parts.push(part);
    else this.#parts.set(value.name, [part]);
  }

  /** The sum, recorded once; `null` where nothing was contributed. */
  of(value: Value): Value | null {
    const parts = this.#parts.get(value.name);
    if (!parts) return null;
    const total = parts.reduce((sum, part) => add(sum, part));
    this.#parts.set(value.name, [total]);
    return total;
  }
}
