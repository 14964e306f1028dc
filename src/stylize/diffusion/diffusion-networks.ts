/** The networks of a checkpoint as functions: sessions of static shape, opened when first needed. */
import { clipText, tokenEmbeddings } from "../../../models/clip-text.ts";
import type { AttendPixels } from "../../../models/spatial-transformer.ts";
import { unet } from "../../../models/unet.ts";
import { vaeDecoder, vaeEncoder } from "../../../models/vae.ts";
import {
  type ExecutionDevice,
  type Floats,
  type FloatType,
  floatsOf,
  floatTensor,
  Graph,
  type GraphOptions,
  concatenated,
  integerTensor,
  openSession,
  rowsOf,
  type Tensor,
  type Value,
} from "../../onnx/index.ts";
import { OutOfMemoryError } from "../../onnx/out-of-memory.ts";
import type { SessionPool, SessionRecipe } from "../../onnx/session-pool.ts";
import { Weights } from "../../onnx/weights.ts";
import { sessionBytes } from "../../onnx/working-memory.ts";
import type { DiffusionCheckpoint } from "./diffusion-checkpoint.ts";
import { decodeInTiles } from "./tiled-decoder.ts";

export interface NetworkOptions {
  readonly device: ExecutionDevice;
  readonly dtype: FloatType;
  readonly attention: NonNullable<GraphOptions["attention"]>;
  readonly convolution?: NonNullable<GraphOptions["convolution"]>;
  /** `int8` rounds the UNet's layers to 8 bits. */
  readonly products?: NonNullable<GraphOptions["products"]>;
  readonly sessions: SessionPool;
  /** What this process's memory has for what belongs to networks; by default what sessions may hold. */
  readonly memoryBytes?: number;
}

/** What stands for a token where its id occurs in a row: one vector, or several that take their turns. */
export interface LearnedToken {
  readonly id: number;
  /** [vectors, width] */
  readonly vector: Float32Array;
}

export type NetworkPart = "text" | "unet" | "vae";

/** Records a graph over the weights of any of the networks; its outputs by name. */
export type RecordGraph<Name extends string> = (
  graph: Graph,
  weights: (part: NetworkPart) => Weights,
) => Readonly<Record<Name, Value>>;

export interface UNetRun {
  /** Noisy latents [1, C, h, w], the same for every row. */
  readonly sample: Floats;
  readonly timestep: number;
  /** Encoded text [1, tokens, width], one for each row, all equally long. */
  readonly contexts: readonly Floats[];
}

/** Another self-attention in the UNet, with inputs and outputs of its own. */
export interface UNetExchange {
  /** Tells its sessions from others; all that `attend` depends on belongs into it. */
  readonly name: string;
  /** Called once, while the network is recorded; what it puts into `given` is given out. */
  readonly attend: (graph: Graph, given: Record<string, Value>) => AttendPixels;
  readonly feeds?: Readonly<Record<string, Tensor>>;
}

export interface ComputeOptions {
  /** Keep working memory from run to run: for what runs many times. */
  readonly arena?: boolean;
  readonly products?: NonNullable<GraphOptions["products"]>;
  /** Default: what the networks compute in. */
  readonly dtype?: FloatType;
}

/** A graph to be recorded over this checkpoint when its key is first used, and how it is run. */
interface Work<Name extends string> extends ComputeOptions {
  readonly key: string;
  readonly record: RecordGraph<Name>;
}

export class DiffusionNetworks {
  readonly checkpoint: DiffusionCheckpoint;
  readonly #options: NetworkOptions;
  /** Of sessions, by key. */
  readonly #sizes = new Map<string, number>();
  /** A batch found no memory: from then on rows are predicted one after the other. */
  #rowsAlone = false;

  constructor(checkpoint: DiffusionCheckpoint, options: NetworkOptions) {
    this.checkpoint = checkpoint;
    this.#options = options;
  }

  get device(): ExecutionDevice {
    return this.#options.device;
  }

  get dtype(): FloatType {
    return this.#options.dtype;
  }

  /** What may be kept for the networks beside their sessions, bytes. */
  get memoryBytes(): number {
    return this.#options.memoryBytes ?? this.#options.sessions.budgetBytes;
  }

  /** How the UNet multiplies. */
  get products(): NonNullable<GraphOptions["products"]> {
    return this.#options.products ?? "exact";
  }

  /** Encodes rows of token ids, all of the same length -> [1, rows · length, width], the rows one after the other. */
  async encodeText(rows: readonly (readonly number[])[], learned: LearnedToken | null = null): Promise<Floats> {
    const { width } = this.checkpoint.text.config;
    const states: Float32Array[] = [];
    for (const row of rows) {
      const result = learned ? await this.#encodeWithLearned(row, learned) : await this.#encodeIds(row);
      states.push(result.data);
    }
    const length = rows.reduce((sum, row) => sum + row.length, 0);
    return { data: concatenated(states), shape: [1, length, width] };
  }

  /** The UNet's prediction for `sample` [1, C, h, w] under each context. */
  async predict(
    sample: Floats,
    timestep: number,
    contexts: readonly Floats[],
    exchange?: UNetExchange,
  ): Promise<Float32Array[]> {
    const together = contexts.length > 1 && this.#takesTogether({ sample, timestep, contexts }, exchange);
    try {
      return await this.#predictRows(sample, timestep, contexts, together, exchange);
    } catch (error) {
      if (!(together && error instanceof OutOfMemoryError)) throw error;
      this.#rowsAlone = true;
      await this.#options.sessions.release();
      return this.#predictRows(sample, timestep, contexts, false, exchange);
    }
  }

  /**
   * A graphics card takes the rows as one batch where it has room for that form of the UNet beside the one of a single
   * row, whose weights are its own. A processor is no faster that way.
   */
  #takesTogether(run: UNetRun, exchange: UNetExchange | undefined): boolean {
    const { device, sessions } = this.#options;
    if (device === "cpu" || this.#rowsAlone) return false;
    const forms = [run.contexts, run.contexts.slice(0, 1)].map((contexts) =>
      this.#unetWork({ ...run, contexts }, exchange),
    );
    const missing = forms.filter(({ key }) => !sessions.keys.includes(this.#fullKey(key)));
    return sessions.hasRoom(missing.reduce((sum, work) => sum + this.#bytesOf(work), 0));
  }

  async #predictRows(
    sample: Floats,
    timestep: number,
    contexts: readonly Floats[],
    together: boolean,
    exchange: UNetExchange | undefined,
  ): Promise<Float32Array[]> {
    const batches = together ? [contexts] : contexts.map((context) => [context]);
    const predictions: Float32Array[] = [];
    for (const batch of batches) {
      const { prediction } = await this.runUNet({ sample, timestep, contexts: batch }, exchange);
      predictions.push(...rowsOf(prediction!));
    }
    return predictions;
  }

  /** The UNet over a batch. @returns `prediction` [contexts, C, h, w], and what `exchange` gives out */
  runUNet(run: UNetRun, exchange?: UNetExchange): Promise<Readonly<Record<string, Tensor>>> {
    const { dtype } = this;
    const { sample, timestep, contexts } = run;
    const shapes = batchShapes(run);
    return this.#computeTensors(this.#unetWork(run, exchange), {
      sample: floatTensor(dtype, { data: concatenated(contexts.map(() => sample.data)), shape: shapes.sample }),
      timestep: floatTensor("float32", { data: Float32Array.of(timestep), shape: [1] }),
      context: floatTensor(dtype, { data: concatenated(contexts.map(({ data }) => data)), shape: shapes.context }),
      ...exchange?.feeds,
    });
  }

  #unetWork(run: Pick<UNetRun, "sample" | "contexts">, exchange: UNetExchange | undefined): Work<string> {
    const { dtype, products } = this;
    const { config } = this.checkpoint.unet;
    const shapes = batchShapes(run);
    return {
      key: `unet ${exchange?.name ?? ""} ${shapes.sample.join("x")} ${shapes.context[1]}`,
      record: (graph, weights) => {
        const inputs = {
          sample: graph.input("sample", dtype, shapes.sample),
          timestep: graph.input("timestep", "float32", [1]),
          context: graph.input("context", dtype, shapes.context),
        };
        const given: Record<string, Value> = {};
        const prediction = unet(weights("unet"), config, inputs, exchange?.attend(graph, given));
        return { prediction, ...given };
      },
      arena: true,
      products,
    };
  }

  /** Pictures [1, 3, H, W] in [-1, 1] -> means and log variances [1, 2 · latent, h, w], not yet scaled. */
  encodePicture(picture: Floats): Promise<Floats> {
    const { config } = this.checkpoint.vae;
    return this.#runOn("vae-encoder", "vae", picture, (weights, x) => vaeEncoder(weights, config, x));
  }

  /** Latents [1, latent, h, w], already unscaled -> pictures [1, 3, H, W], about [-1, 1]. */
  async decodeLatents(latents: Floats): Promise<Floats> {
    const { config } = this.checkpoint.vae;
    const work = this.#onePictureWork("vae-decoder", "vae", latents.shape, (weights, x) =>
      vaeDecoder(weights, config, x),
    );
    // The decoder needs more working memory than all before it.
    if (this.device === "cpu" || !this.#options.sessions.hasRoom(this.#bytesOf(work))) await this.#closeUNet();
    try {
      return await this.#runWork(work, latents);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      await this.#options.sessions.release();
      return decodeInTiles(this, latents);
    }
  }

  /** Gives the working memory of the UNet back, on a processor, where it opens again in half a second. */
  async closeUNet(): Promise<void> {
    if (this.#options.device === "cpu") await this.#closeUNet();
  }

  #closeUNet(): Promise<void> {
    return this.#options.sessions.release((key) => key.includes(" unet "));
  }

  #encodeIds(ids: readonly number[]): Promise<Floats> {
    const { config } = this.checkpoint.text;
    return this.#run(
      `text-encoder ${ids.length}`,
      "text",
      (graph, weights) =>
        clipText(weights, config, tokenEmbeddings(weights, config, graph.input("ids", "int64", [1, ids.length]))),
      { ids: integerTensor(ids, [1, ids.length]) },
    );
  }

  /** Rows of the text encoder's table, [1, length, width]. */
  tokenEmbeddings(ids: readonly number[]): Promise<Floats> {
    const { config } = this.checkpoint.text;
    return this.#run(
      `token-embeddings ${ids.length}`,
      "text",
      (graph, weights) => tokenEmbeddings(weights, config, graph.input("ids", "int64", [1, ids.length])),
      { ids: integerTensor(ids, [1, ids.length]) },
    );
  }

  async #encodeWithLearned(ids: readonly number[], { id, vector }: LearnedToken): Promise<Floats> {
    const { config } = this.checkpoint.text;
    const embeddings = await this.tokenEmbeddings(ids);
    const data = Float32Array.from(embeddings.data);
    const vectors = vector.length / config.width;
    let met = 0;
    for (const [position, token] of ids.entries()) {
      if (token !== id) continue;
      const at = (met++ % vectors) * config.width;
      data.set(vector.subarray(at, at + config.width), position * config.width);
    }
    return this.#runOn("text-states", "text", { data, shape: embeddings.shape }, (weights, x) =>
      clipText(weights, config, x),
    );
  }

  /** Runs a network with one real input. */
  #runOn(
    name: string,
    part: NetworkPart,
    input: Floats,
    build: (weights: Weights, x: Value) => Value,
  ): Promise<Floats> {
    return this.#runWork(this.#onePictureWork(name, part, input.shape, build), input);
  }

  async #runWork(work: Work<"result">, input: Floats): Promise<Floats> {
    const { result } = await this.#computeTensors(work, { x: floatTensor(this.dtype, input) });
    return floatsOf(result);
  }

  #onePictureWork(
    name: string,
    part: NetworkPart,
    shape: readonly number[],
    build: (weights: Weights, x: Value) => Value,
  ): Work<"result"> {
    const { dtype } = this;
    return {
      key: `${name} ${shape.join("x")}`,
      record: (graph, weights) => ({ result: build(weights(part), graph.input("x", dtype, shape)) }),
    };
  }

  /**
   * Runs a graph of one's own over this checkpoint, opened when its key is first used: shared attention, gradients.
   * `record` is called once per key, so all that it depends on belongs into the key.
   */
  async compute<Name extends string>(
    key: string,
    record: RecordGraph<Name>,
    feeds: Readonly<Record<string, Tensor>>,
    options: ComputeOptions = {},
  ): Promise<Readonly<Record<Name, Floats>>> {
    const tensors = await this.#computeTensors({ key, record, ...options }, feeds);
    const results = Object.entries<Tensor>(tensors).map(([name, tensor]) => [name, floatsOf(tensor)]);
    return Object.fromEntries(results) as Record<Name, Floats>;
  }

  #computeTensors<Name extends string>(
    work: Work<Name>,
    feeds: Readonly<Record<string, Tensor>>,
  ): Promise<Readonly<Record<Name, Tensor>>> {
    const { key, products, dtype } = work;
    return this.#options.sessions.use(
      this.#fullKey(key, dtype, products),
      () => this.#recipe(work),
      (session) => session.run(feeds) as Promise<Readonly<Record<Name, Tensor>>>,
    );
  }

  #fullKey(key: string, dtype = this.dtype, products: NetworkOptions["products"] = "exact"): string {
    return `${this.checkpoint.label} ${key} ${this.device} ${dtype} ${products}`;
  }

  #recipe<Name extends string>({
    key,
    record,
    arena = false,
    products = "exact",
    dtype = this.dtype,
  }: Work<Name>): SessionRecipe {
    const { device, attention, convolution = "plain" } = this.#options;
    const graph = new Graph(key, { attention, convolution, products });
    const parts = new Map<NetworkPart, Weights>();
    const weights = (part: NetworkPart): Weights => {
      const known = parts.get(part) ?? new Weights(graph, this.checkpoint[part].source, dtype);
      parts.set(part, known);
      return known;
    };
    for (const [name, value] of Object.entries<Value>(record(graph, weights))) graph.output(name, value);
    const bytes = [...parts.values()].reduce((sum, part) => sum + part.bytes, 0);
    return { bytes: sessionBytes(graph, bytes, device), open: () => openSession(graph, { device, arena }) };
  }

  /** What a session will hold; recorded once for each. */
  #bytesOf<Name extends string>(work: Work<Name>): number {
    const bytes = this.#sizes.get(work.key) ?? this.#recipe(work).bytes;
    this.#sizes.set(work.key, bytes);
    return bytes;
  }

  async #run(
    key: string,
    part: NetworkPart,
    build: (graph: Graph, weights: Weights) => Value,
    feeds: Readonly<Record<string, Tensor>>,
    options: ComputeOptions = {},
  ): Promise<Floats> {
    const record: RecordGraph<"result"> = (graph, weights) => ({ result: build(graph, weights(part)) });
    return (await this.compute(key, record, feeds, options)).result;
  }
}

/** Of the UNet's inputs, every context in a row of its own. */
const batchShapes = ({ sample, contexts }: Pick<UNetRun, "sample" | "contexts">) => ({
  sample: sample.shape.with(0, contexts.length),
  context: contexts[0]!.shape.with(0, contexts.length),
});
