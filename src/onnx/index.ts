/** Graphs recorded in TypeScript, their weights in place, and sessions to run them. */
export type { ExecutionDevice } from "./devices.ts";
export * as op from "./operators.ts";
export { Graph, type GraphOptions, type Value } from "./graph.ts";
export { modelBytes } from "./model-proto.ts";
export { limitThreads, openSession, release, Session, type SessionOptions } from "./session.ts";
export {
  concatenated,
  type Floats,
  type FloatType,
  floatsOf,
  floatTensor,
  inElements,
  integerTensor,
  rowsOf,
  Tensor,
} from "./tensor.ts";
