/** Whether a device computes, and computes what the CPU computes, on a network of a few thousand numbers. */
import { EngineError } from "../errors.ts";
import { Graph, op, openSession, Tensor, type ExecutionDevice } from "../onnx/index.ts";
import { seededRandom } from "../random.ts";

const [TOKENS, WIDTH, HEADS] = [64, 64, 4];

/** Wrong kernels were seen to be off by 1 to 25 %; honest half precision is within 0.5 %. */
const TOLERANCE = 0.01;

/** @throws EngineError with what the device lacks, or how wrong it is */
export async function testDevice(device: ExecutionDevice): Promise<void> {
  const actual = await runOn(device);
  if (device === "cpu") return;
  const error = relativeError(actual, await runOn("cpu"));
  if (!(error < TOLERANCE)) {
    const words = `it computes wrong numbers (off by ${(error * 100).toFixed(1)} % in a self-test)`;
    throw new EngineError(words, { retryable: false });
  }
}

/** A convolution, a product, a normalisation and attention: what the networks are made of. */
function network(): Graph {
  const random = seededRandom(7);
  const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => random() - 0.5);
  // Written out: the fused kernel is tried later, and done without where it is wrong (`probeDevice`).
  const graph = new Graph("device self-test", { attention: "explicit" });
  const x = graph.input("x", "float32", [1, 4, 8, 8]);
  const filters = graph.constant("float32", numbers(WIDTH * 4 * 9), [WIDTH, 4, 3, 3]);
  const features = op.conv(x, filters, null, { padding: 1 });
  const tokens = op.transpose(op.reshape(features, [1, WIDTH, TOKENS]), [0, 2, 1]);
  const normal = op.layerNorm(
    tokens,
    graph.constant("float32", numbers(WIDTH), [WIDTH]),
    graph.constant("float32", numbers(WIDTH), [WIDTH]),
    1e-5,
  );
  const product = (): ReturnType<typeof op.matmul> =>
    op.matmul(normal, graph.constant("float32", numbers(WIDTH * WIDTH), [WIDTH, WIDTH]));
  graph.output("y", op.attention(product(), product(), product(), { heads: HEADS }));
  return graph;
}

async function runOn(device: ExecutionDevice): Promise<Float32Array> {
  const session = await openSession(network(), { device });
  try {
    const x = Float32Array.from({ length: 4 * 8 * 8 }, (_, i) => Math.sin(i));
    const y = await session.runOne({ x: new Tensor("float32", x, [1, 4, 8, 8]) });
    return y.data as Float32Array;
  } finally {
    await session.release();
  }
}

function relativeError(actual: Float32Array, expected: Float32Array): number {
  const norm = (values: Iterable<number>): number => Math.hypot(...values);
  return norm(expected.map((value, i) => value - actual[i]!)) / norm(expected);
}
