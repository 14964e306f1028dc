/** What a network takes of a device's memory: its weights, and what is alive at once while it runs. */
import { bytesPerElement } from "./dtype.ts";
import type { ExecutionDevice } from "./devices.ts";
import type { Graph, GraphNode, Value } from "./graph.ts";
import { type Dim, elementCount } from "./shape.ts";

/** Their result is their first input under another name. */
const VIEWS = new Set(["Reshape", "Identity"]);
/** They may write into an input that nobody needs any more. */
const IN_PLACE = new Set(["Add", "Sub", "Mul", "Div", "Sigmoid", "Gelu", "QuickGelu", "Cast", "Neg", "Exp", "Sqrt"]);

/** Sizes by name, for graphs that have some. */
export type KnownSizes = Readonly<Record<string, number>>;

/** `"prefix + length"` is a sum of names; one that nobody knows counts as 1. */
const sizeOf = (dim: Dim, sizes: KnownSizes): number =>
  typeof dim === "number" ? dim : dim.split(" + ").reduce((sum, name) => sum + (sizes[name] ?? 1), 0);

const bytesIn = ({ shape, dtype }: Value, sizes: KnownSizes): number =>
  elementCount(shape.map((dim) => sizeOf(dim, sizes))) * bytesPerElement(dtype);

/**
 * The largest sum of bytes of values that are alive at once, inputs and outputs among them, weights not, when a graph's
 * nodes run in the order in which they were recorded.
 */
export function workingBytes(graph: Graph, sizes: KnownSizes = {}): number {
  const bytesOf = (value: Value): number => bytesIn(value, sizes);
  const roots = new Map<Value, Value>();
  const rootOf = (value: Value): Value => roots.get(value) ?? value;
  const isWeight = ({ name }: Value): boolean => graph.initializers.has(name);
  // What is computed of weights alone is computed when the session opens.
  const folded = new Set<Value>();
  const isConstant = (value: Value): boolean => isWeight(value) || folded.has(value);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.filter((input) => input !== null);
    if (inputs.length > 0 && inputs.every(isConstant)) node.outputs.forEach((output) => folded.add(output));
    else nodes.push(node);
  }
  const lastUse = new Map<Value, number>();
  for (const [at, { inputs, type, outputs }] of nodes.entries()) {
    const [first] = inputs;
    if (VIEWS.has(type) && first && !isConstant(first)) roots.set(outputs[0]!, rootOf(first));
    for (const value of [...inputs.filter((input) => input !== null), ...outputs]) lastUse.set(rootOf(value), at);
  }
  for (const value of [...graph.outputs, ...graph.inputs]) lastUse.set(rootOf(value), nodes.length);

  let alive = graph.inputs.reduce((sum, input) => sum + bytesOf(input), 0);
  let most = alive;
  for (const [at, { inputs, type, outputs }] of nodes.entries()) {
    const ending = new Set(
      [...inputs, ...outputs]
        .filter((value) => value !== null)
        .map(rootOf)
        .filter((root) => lastUse.get(root) === at && !isConstant(root)),
    );
    const made = outputs.filter((output) => rootOf(output) === output).map(bytesOf);
    const reused =
      IN_PLACE.has(type) && [...ending].some((root) => !outputs.includes(root) && bytesOf(root) === made[0]);
    const during = alive + (reused ? 0 : made.reduce((sum, bytes) => sum + bytes, 0));
    most = Math.max(most, during);
    alive += made.reduce((sum, bytes) => sum + bytes, 0);
    for (const root of ending) alive -= bytesOf(root);
  }
  return most;
}

/**
 * What cuDNN may want beside a convolution's input and output: Winograd's transforms of both, 36 numbers for each 16. Its
 * own measured search takes the fastest way that the memory allows, and more is asked for only where it is there.
 */
const CONVOLUTION_WORKSPACE = 36 / 16;

function workspaceBytes(graph: Graph): number {
  let most = 0;
  for (const { type, inputs, outputs } of graph.nodes)
    if (type === "Conv")
      most = Math.max(most, CONVOLUTION_WORKSPACE * (bytesIn(inputs[0]!, {}) + bytesIn(outputs[0]!, {})));
  return most;
}

/** CUDA's arena grows by powers of two: the smallest sum of 1, 2, 4, … MiB that holds `bytes`. */
const arenaBytes = (bytes: number): number => 2 ** Math.ceil(Math.log2(Math.max(bytes, 1 << 20)));

/** Buffers that were freed are kept by size for the next run, and few sizes are alike. */
const WEBGPU_REUSE = 1.5;

/**
 * What a session holds of a device's memory while it runs and, as nothing of it is given back before it is closed,
 * afterwards. On a processor its weights alone count: they are read in their files, and what else it takes is passing.
 *
 * @param weights bytes
 */
export function sessionBytes(graph: Graph, weights: number, device: ExecutionDevice, sizes: KnownSizes = {}): number {
  if (device === "cpu") return weights;
  const working = workingBytes(graph, sizes);
  if (device === "cuda") return weights + arenaBytes(working + workspaceBytes(graph));
  return weights + WEBGPU_REUSE * working;
}

/** What a driver holds of a card before any network is open: its context, and the kernels of its libraries. */
export const CONTEXT_BYTES: Readonly<Record<ExecutionDevice, number>> = {
  cpu: 0,
  cuda: 0.6e9,
  webgpu: 0.3e9,
  dml: 0.4e9,
  coreml: 0.3e9,
};
