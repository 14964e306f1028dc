/** A network that pictures are measured by: its weights on the disk, and sessions over them for pictures of each size. */
import { type Floats, floatsOf, Graph, openSession, type Tensor, type Value } from "../../onnx/index.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import { Weights } from "../../onnx/weights.ts";

/** Of one run. */
export interface NetworkRun {
  /** Tells graphs over the same weights apart, as by the sizes of their inputs. */
  readonly key: string;
  /** Real numbers in single precision, or integers. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Records the graph. @returns its outputs */
  readonly build: (weights: Weights, inputs: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>;
}

export class MeasuringNetwork {
  readonly name: string;
  readonly source: TensorSource;
  readonly #sessions: SessionPool;

  constructor(name: string, source: TensorSource, sessions: SessionPool) {
    this.name = name;
    this.source = source;
    this.#sessions = sessions;
  }

  /** In single precision on the processor. @throws EngineError naming a weight that is missing or has another shape */
  async run({ key, inputs, build }: NetworkRun): Promise<Readonly<Record<string, Floats>>> {
    const recipe = () => {
      const graph = new Graph(this.name);
      const weights = new Weights(graph, this.source, "float32");
      const values = Object.entries(inputs).map(
        ([name, { type, dims }]) => [name, graph.input(name, type === "int64" ? type : "float32", dims)] as const,
      );
      for (const [name, value] of Object.entries(build(weights, Object.fromEntries(values)))) graph.output(name, value);
      return { bytes: weights.bytes, open: () => openSession(graph) };
    };
    return this.#sessions.use(`${this.name} ${key}`, recipe, async (session) => {
      const outputs = await session.run(inputs);
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, floatsOf(tensor)]));
    });
  }
}
