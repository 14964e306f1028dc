/** A network that pictures are measured by: its weights on the disk, and sessions over them for pictures of each size. */
import { EngineError } from "../../errors.ts";
import { type Floats, floatsOf, Graph, openSession, type Tensor, type Value } from "../../onnx/index.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import { readWeights, weightsFileIn } from "../../onnx/files/weights-file.ts";
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

  /**
   * @param translate to the names that the network asks for
   * @throws EngineError naming the folder or file and what is wrong
   */
  static async open(
    name: string,
    { folder, sessions }: { readonly folder: string; readonly sessions: SessionPool },
    translate: (source: TensorSource) => TensorSource = (source) => source,
  ): Promise<MeasuringNetwork> {
    const file = await weightsFileIn(folder);
    if (file === null) throw new EngineError(`${folder} has no weights of ${name}`, { retryable: false });
    return new MeasuringNetwork(name, translate(await readWeights(file)), sessions);
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
