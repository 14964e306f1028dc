/** The networks of a checkpoint as functions: sessions of static shape, opened when first needed. */
import { clipText, tokenEmbeddings } from "../../../models/clip-text.ts";
import { vaeDecoder, vaeEncoder } from "../../../models/vae.ts";
import {
  concatenated,
  type ExecutionDevice,
  type Floats,
  floatsOf,
  floatTensor,
  type Graph,
  type GraphOptions,
  integerTensor,
  rowsOf,
  type Tensor,
  type Value,
} from "../../onnx/index.ts";
import { multiplyAdds } from "../../onnx/multiply-adds.ts";
import { OutOfMemoryError } from "../../onnx/out-of-memory.ts";
import type { Weights } from "../../onnx/weights.ts";
import type { DiffusionCheckpoint } from "./diffusion-checkpoint.ts";
import type { Context } from "./inst.ts";
import {
  type ComputeOptions,
  type Feeds,
  type NetworkPart,
  NetworkSessions,
  type NetworkSessionOptions,
  type RecordGraph,
  type Recording,
} from "./network-sessions.ts";
import { decodeInTiles } from "./tiled-decoder.ts";
import { unetKey, unetRecording, type UNetForm, type UNetRun } from "./unet-recording.ts";

export interface NetworkOptions extends NetworkSessionOptions {
  /** What this process's memory has for what belongs to networks; by default what sessions may hold. */
  readonly memoryBytes?: number;
}

/** What stands for a token where its id occurs in a row: one vector, or several that take their turns. */
export interface LearnedToken {
  readonly id: number;
  /** [vectors, width] */
  readonly vector: Float32Array;
}

export class DiffusionNetworks {
  readonly checkpoint: DiffusionCheckpoint;
  readonly #options: NetworkOptions;
  /** Multiply-adds of the UNet's forms, by key. */
  readonly #work = new Map<string, number>();
  readonly #sessions: NetworkSessions;
  /** A batch found no memory: from then on rows are predicted one after the other. */
  #rowsAlone = false;

  constructor(checkpoint: DiffusionCheckpoint, options: NetworkOptions) {
    this.checkpoint = checkpoint;
    this.#options = options;
    this.#sessions = new NetworkSessions(checkpoint, options);
  }

  /** The same over another checkpoint. */
  withCheckpoint(checkpoint: DiffusionCheckpoint): DiffusionNetworks {
    return new DiffusionNetworks(checkpoint, this.#options);
  }

  get device(): ExecutionDevice {
    return this.#options.device;
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
    contexts: readonly Context[],
    form?: UNetForm,
  ): Promise<Float32Array[]> {
    const run = { sample, timestep, contexts };
    const batches = this.batches(run, form);
    try {
      return await this.#predictAll(run, batches, form);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError) || batches.length === contexts.length) throw error;
      this.#rowsAlone = true;
      await this.#options.sessions.release();
      return this.#predictAll(run, this.batches(run, form), form);
    }
  }

  async #predictAll(
    run: UNetRun,
    batches: readonly (readonly Context[])[],
    form: UNetForm | undefined,
  ): Promise<Float32Array[]> {
    const predictions: Float32Array[] = [];
    for (const contexts of batches) {
      const { prediction } = await this.runUNet({ ...run, contexts }, form);
      predictions.push(...rowsOf(prediction!));
    }
    return predictions;
  }

  /**
   * Which rows are predicted together. A graphics card takes all as one batch where it has room for that form of the UNet
   * beside the one of a single row, whose weights are its own. A processor is no faster that way and would need three
   * times the memory.
   */
  batches(run: UNetRun, form?: UNetForm): readonly (readonly Context[])[] {
    const { contexts } = run;
    const alone = contexts.map((context) => [context]);
    if (this.device === "cpu" || this.#rowsAlone || contexts.length === 1) return alone;
    const { sessions, dtype } = this.#options;
    const missing = [contexts, alone[0]!]
      .map((rows) => this.#unetRecording({ ...run, contexts: rows }, form))
      .filter((recording) => !this.#sessions.isOpen(dtype, recording));
    const bytes = missing.reduce((sum, recording) => sum + this.#sessions.bytesOf(dtype, recording), 0);
    return sessions.hasRoom(bytes) ? [contexts] : alone;
  }

  /** The UNet over a batch. @returns `prediction` [contexts, C, h, w], and what `form` gives out */
  runUNet(run: UNetRun, form?: UNetForm): Promise<Readonly<Record<string, Tensor>>> {
    return this.#sessions.run(this.#unetRecording(run, form));
  }

  #unetRecording(run: UNetRun, form?: UNetForm): Recording<string> {
    return unetRecording(this.checkpoint, run, form, this.products);
  }

  /** What the UNet computes in a form, counted by multiplications, as a part of what it computes as it is. */
  partOfWhole(run: UNetRun, form: UNetForm): number {
    return this.#unetWork(run, form) / this.#unetWork(run);
  }

  #unetWork(run: UNetRun, form?: UNetForm): number {
    const key = unetKey(run, form);
    const known = this.#work.get(key);
    if (known !== undefined) return known;
    const { graph } = this.#sessions.record(this.#unetRecording(run, form));
    const work = multiplyAdds(graph);
    this.#work.set(key, work);
    return work;
  }

  /** Pictures [1, 3, H, W] in [-1, 1] -> means and log variances [1, 2 · latent, h, w], not yet scaled. */
  encodePicture(picture: Floats): Promise<Floats> {
    const { config } = this.checkpoint.vae;
    return this.#runOn("vae-encoder", "vae", picture, (weights, x) => vaeEncoder(weights, config, x));
  }

  /** Latents [1, latent, h, w], already unscaled -> pictures [1, 3, H, W], about [-1, 1]. */
  async decodeLatents(latents: Floats): Promise<Floats> {
    const { config } = this.checkpoint.vae;
    const decoder = this.#recordingOn("vae-decoder", "vae", latents, (weights, x) => vaeDecoder(weights, config, x));
    // The decoder needs more working memory than all before it.
    const { device, dtype, sessions } = this.#options;
    if (device === "cpu" || !(await this.#sessions.makeRoom(dtype, decoder))) await this.#closeUNet();
    try {
      return floatsOf((await this.#sessions.run(decoder)).result);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      await sessions.release();
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
      () => ({ ids: integerTensor(ids, [1, ids.length]) }),
    );
  }

  /** Rows of the text encoder's table, [1, length, width]. */
  tokenEmbeddings(ids: readonly number[]): Promise<Floats> {
    const { config } = this.checkpoint.text;
    return this.#run(
      `token-embeddings ${ids.length}`,
      "text",
      (graph, weights) => tokenEmbeddings(weights, config, graph.input("ids", "int64", [1, ids.length])),
      () => ({ ids: integerTensor(ids, [1, ids.length]) }),
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
  async #runOn(
    name: string,
    part: NetworkPart,
    input: Floats,
    build: (weights: Weights, x: Value) => Value,
  ): Promise<Floats> {
    return floatsOf((await this.#sessions.run(this.#recordingOn(name, part, input, build))).result);
  }

  #recordingOn(
    name: string,
    part: NetworkPart,
    input: Floats,
    build: (weights: Weights, x: Value) => Value,
  ): Recording<"result"> {
    return {
      key: `${name} ${input.shape.join("x")}`,
      record: (graph, weights, dtype) => ({ result: build(weights(part), graph.input("x", dtype, input.shape)) }),
      feeds: (dtype) => ({ x: floatTensor(dtype, input) }),
      // Of the autoencoder there is little to copy, and its pictures are large.
      options: part === "vae" && this.device === "cpu" ? { convolution: "blocked" } : {},
    };
  }

  /**
   * Runs a graph of one's own over this checkpoint, opened when its key is first used: shared attention, gradients.
   * `record` is called once per key, so all that it depends on belongs into the key.
   */
  async compute<Name extends string>(
    key: string,
    record: RecordGraph<Name>,
    feeds: Feeds,
    options: ComputeOptions = {},
  ): Promise<Readonly<Record<Name, Floats>>> {
    const tensors = await this.#sessions.run({ key, record, feeds, options });
    const results = Object.entries<Tensor>(tensors).map(([name, tensor]) => [name, floatsOf(tensor)]);
    return Object.fromEntries(results) as Record<Name, Floats>;
  }

  async #run(
    key: string,
    part: NetworkPart,
    build: (graph: Graph, weights: Weights) => Value,
    feeds: Feeds,
    options: ComputeOptions = {},
  ): Promise<Floats> {
    const record: RecordGraph<"result"> = (graph, weights) => ({ result: build(graph, weights(part)) });
    return (await this.compute(key, record, feeds, options)).result;
  }
}
