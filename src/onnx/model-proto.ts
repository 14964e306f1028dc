/** A recorded graph as an ONNX `ModelProto` (field numbers are those of onnx.proto). */
import { DTYPE_CODE } from "./dtype.ts";
import { type Attribute, Graph, type GraphNode, type Initializer, type Value } from "./graph.ts";
import { Message } from "./protobuf.ts";

const IR_VERSION = 10;
const EXTERNAL = 1;
/** `AttributeProto.AttributeType` */
const ATTRIBUTE = { float: 1, int: 2, string: 3, graph: 5, floats: 6, ints: 7 } as const;

export interface ModelOptions {
  /** How a file of external initialisers is named in the model; by default its absolute path. */
  readonly locate?: (path: string) => string;
}

/**
 * The bytes of the model. External initialisers are written as absolute paths without the leading slash, which
 * `openSession` resolves against the root folder: a model needs no place on the disk of its own.
 */
export function modelBytes(graph: Graph, { locate = withoutRoot }: ModelOptions = {}): Uint8Array {
  const model = new Message().int(1, IR_VERSION).string(2, "atelier").message(7, graphProto(graph, locate));
  model.message(8, new Message().string(1, "").int(2, graph.opset));
  for (const domain of domainsOf(graph)) model.message(8, new Message().string(1, domain).int(2, 1));
  return model.toBytes();
}

type Locate = NonNullable<ModelOptions["locate"]>;

function graphProto(graph: Graph, locate: Locate): Message {
  const proto = new Message();
  for (const node of graph.nodes) proto.message(1, nodeProto(node, locate));
  proto.string(2, graph.name);
  for (const [name, initializer] of graph.initializers) proto.message(5, tensorProto(name, initializer, locate));
  for (const input of graph.inputs) proto.message(11, valueInfo(input));
  for (const output of graph.outputs) proto.message(12, valueInfo(output));
  return proto;
}

/** Whose operators it has, bodies included, beside ONNX's own. */
function domainsOf(graph: Graph): ReadonlySet<string> {
  const bodies = graph.nodes
    .flatMap(({ attributes }) => Object.values(attributes))
    .filter((one) => one instanceof Graph);
  const own = graph.nodes.map(({ domain }) => domain).filter((domain) => domain !== "");
  return new Set([...own, ...bodies.flatMap((body) => [...domainsOf(body)])]);
}

function nodeProto(node: GraphNode, locate: Locate): Message {
  const proto = new Message();
  for (const input of node.inputs) proto.string(1, input?.name ?? "");
  for (const output of node.outputs) proto.string(2, output.name);
  proto.string(3, node.name).string(4, node.type);
  for (const [name, value] of Object.entries(node.attributes)) proto.message(5, attributeProto(name, value, locate));
  if (node.domain !== "") proto.string(7, node.domain);
  return proto;
}

function attributeProto(name: string, value: Attribute, locate: Locate): Message {
  const proto = new Message().string(1, name);
  if (value instanceof Graph) return proto.message(6, graphProto(value, locate)).int(20, ATTRIBUTE.graph);
  if (typeof value === "number") return proto.int(3, value).int(20, ATTRIBUTE.int);
  if (typeof value === "string") return proto.string(4, value).int(20, ATTRIBUTE.string);
  if ("float" in value) return proto.float(2, value.float).int(20, ATTRIBUTE.float);
  if ("floats" in value) {
    for (const real of value.floats) proto.float(7, real);
    return proto.int(20, ATTRIBUTE.floats);
  }
  for (const integer of value) proto.int(8, integer);
  return proto.int(20, ATTRIBUTE.ints);
}

function tensorProto(name: string, initializer: Initializer, locate: Locate): Message {
  const proto = new Message();
  for (const dim of initializer.shape) proto.int(1, dim as number);
  proto.int(2, DTYPE_CODE[initializer.dtype]).string(8, name);
  if ("bytes" in initializer) return proto.bytes(9, initializer.bytes);
  const { path, offset, byteLength } = initializer.external;
  const entries = { location: locate(path), offset: String(offset), length: String(byteLength) };
  for (const [key, value] of Object.entries(entries)) proto.message(13, new Message().string(1, key).string(2, value));
  return proto.int(14, EXTERNAL);
}

/** `/a/b` as `a/b`; `C:\a\b` as `a/b` (the folder option then carries the drive). */
const withoutRoot = (path: string): string => path.replace(/^(?:[A-Za-z]:)?[\\/]+/, "").replaceAll("\\", "/");

function valueInfo(value: Value): Message {
  const shape = new Message();
  for (const dim of value.shape)
    shape.message(1, typeof dim === "number" ? new Message().int(1, dim) : new Message().string(2, dim));
  const tensor = new Message().int(1, DTYPE_CODE[value.dtype]).message(2, shape);
  return new Message().string(1, value.name).message(2, new Message().message(1, tensor));
}
