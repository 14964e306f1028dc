/** The networks of a checkpoint as functions: sessions of static shape, opened when first needed. */
import { clipText, tokenEmbeddings } from "../../models/clip-text.ts";
import { unet } from "../../models/unet.ts";
import { vaeDecoder, vaeEncoder } from "../../models/vae.ts";
import {
  type ExecutionDevice,
  type Floats,
  type FloatType,
  floatsOf,
  floatTensor,
  Graph,
  type GraphOptions,
  integerTensor,
  openSession,
  type Tensor,
  type Value,
} from "../onnx/index.ts";
import type { SessionPool, SessionRecipe } from "../onnx/session-pool.ts";
import { Weights } from "../onnx/weights.ts";
import type { DiffusionCheckpoint } from "./diffusion-checkpoint.ts";

export interface NetworkOptions {
  readonly device: ExecutionDevice;
  readonly dtype: FloatType;
  readonly attention: NonNullable<GraphOptions["attention"]>;
  /** `int8` rounds the UNet's layers to 8 bits. */
  readonly products?: NonNullable<GraphOptions["products"]>;
  readonly sessions: SessionPool;
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

export interface ComputeOptions {
  /** Keep working memory from run to run: for what runs many times. */
  readonly arena?: boolean;
  readonly products?: NonNullable<GraphOptions["products"]>;
  /** Default: what the networks compute in. */
  readonly dtype?: FloatType;
}

export class DiffusionNetworks {
  readonly checkpoint: DiffusionCheckpoint;
  readonly #options: NetworkOptions;

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

  /**
   * The UNet's prediction for `sample` [1, C, h, w] under each context [1, tokens, width] (all equally long). On a
   * graphics card they run as one batch; a processor is no faster that way and would need three times the memory.
   */
  async predict(sample: Floats, timestep: number, contexts: readonly Floats[]): Promise<Float32Array[]> {
    if (this.#options.device === "cpu" && contexts.length > 1) {
      const predictions: Float32Array[] = [];
      for (const context of contexts) predictions.push(...(await this.predict(sample, timestep, [context])));
      return predictions;
    }
    const { dtype } = this.#options;
    const [, channels, height, width] = sample.shape as [number, number, number, number];
    const [, tokens, contextWidth] = contexts[0]!.shape as [number, number, number];
    const batch = contexts.length;
    const shapes = { sample: [batch, channels, height, width], context: [batch, tokens, contextWidth] };
    const { config } = this.checkpoint.unet;
    const result = await this.#run(
      `unet ${shapes.sample.join("x")} ${tokens}`,
      "unet",
      (graph, weights) =>
        unet(weights, config, {
          sample: graph.input("sample", dtype, shapes.sample),
          timestep: graph.input("timestep", "float32", [1]),
          context: graph.input("context", dtype, shapes.context),
        }),
      {
        sample: floatTensor(dtype, { data: repeated(sample.data, batch), shape: shapes.sample }),
        timestep: floatTensor("float32", { data: Float32Array.of(timestep), shape: [1] }),
        context: floatTensor(dtype, { data: concatenated(contexts.map(({ data }) => data)), shape: shapes.context }),
      },
      { arena: true, products: this.products },
    );
    const each = sample.data.length;
    return contexts.map((_, i) => result.data.slice(i * each, (i + 1) * each));
  }

  /** Pictures [1, 3, H, W] in [-1, 1] -> means and log variances [1, 2 · latent, h, w], not yet scaled. */
  encodePicture(picture: Floats): Promise<Floats> {
    const { config } = this.checkpoint.vae;
    return this.#runOn("vae-encoder", "vae", picture, (weights, x) => vaeEncoder(weights, config, x));
  }

  /** Latents [1, latent, h, w], already unscaled -> pictures [1, 3, H, W], about [-1, 1]. */
  async decodeLatents(latents: Floats): Promise<Floats> {
    const { config } = this.checkpoint.vae;
    // The decoder needs more working memory than all before it. On a processor the UNet opens again in half a second,
    // so it gives its own back first.
    if (this.#options.device === "cpu") await this.#options.sessions.release((key) => key.includes(" unet "));
    return this.#runOn("vae-decoder", "vae", latents, (weights, x) => vaeDecoder(weights, config, x));
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
    const { dtype } = this.#options;
    return this.#run(
      `${name} ${input.shape.join("x")}`,
      part,
      (graph, weights) => build(weights, graph.input("x", dtype, input.shape)),
      { x: floatTensor(dtype, input) },
    );
  }

  /**
   * Runs a graph of one's own over this checkpoint, opened when its key is first used: shared attention, gradients.
   * `record` is called once per key, so all that it depends on belongs into the key.
   */
  compute<Name extends string>(
    key: string,
    record: RecordGraph<Name>,
    feeds: Readonly<Record<string, Tensor>>,
    { arena = false, products = "exact", dtype = this.dtype }: ComputeOptions = {},
  ): Promise<Readonly<Record<Name, Floats>>> {
    const { device, attention, sessions } = this.#options;
    const recipe = (): SessionRecipe => {
      const graph = new Graph(key, { attention, products });
      const parts = new Map<NetworkPart, Weights>();
      const weights = (part: NetworkPart): Weights => {
        const known = parts.get(part) ?? new Weights(graph, this.checkpoint[part].source, dtype);
        parts.set(part, known);
        return known;
      };
      for (const [name, value] of Object.entries<Value>(record(graph, weights))) graph.output(name, value);
      const bytes = [...parts.values()].reduce((sum, part) => sum + part.bytes, 0);
      return { bytes, open: () => openSession(graph, { device, arena }) };
    };
    return sessions.use(
      `${this.checkpoint.label} ${key} ${device} ${dtype} ${products}`,
      recipe,
      async (session): Promise<Readonly<Record<Name, Floats>>> => {
        const results = Object.entries(await session.run(feeds)).map(([name, tensor]) => [name, floatsOf(tensor)]);
        return Object.fromEntries(results) as Record<Name, Floats>;
      },
    );
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

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

const repeated = (data: Float32Array, times: number): Float32Array =>
  times === 1 ? data : concatenated(Array.from({ length: times }, () => data));
