/** The sessions of a checkpoint's networks: graphs recorded when they are first run, with room made for them on a card. */
import {
  type ExecutionDevice,
  type FloatType,
  Graph,
  type GraphOptions,
  openSession,
  type Tensor,
  type Value,
} from "../../onnx/index.ts";
import { isFiniteTensor, Overflows } from "../../onnx/overflows.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import type { SessionPool, SessionRecipe } from "../../onnx/session-pool.ts";
import { Weights } from "../../onnx/weights.ts";
import { sessionBytes } from "../../onnx/working-memory.ts";
import type { DiffusionCheckpoint } from "./diffusion-checkpoint.ts";

export interface NetworkSessionOptions {
  readonly device: ExecutionDevice;
  readonly dtype: FloatType;
  readonly attention: NonNullable<GraphOptions["attention"]>;
  readonly convolution?: NonNullable<GraphOptions["convolution"]>;
  readonly fusions?: NonNullable<GraphOptions["fusions"]>;
  /** `int8` rounds the UNet's layers to 8 bits. */
  readonly products?: NonNullable<GraphOptions["products"]>;
  readonly sessions: SessionPool;
  /** Remembers which networks half precision is too narrow for. */
  readonly overflows?: Overflows;
}

/** The networks of a checkpoint, and of an image adapter over it, with the detector of what it takes from the content. */
export type NetworkPart = "text" | "unet" | "vae" | "adapter" | "tower" | "contours";

/** Records a graph over the weights of any of the networks, in an element type; its outputs by name. */
export type RecordGraph<Name extends string> = (
  graph: Graph,
  weights: (part: NetworkPart) => Weights,
  dtype: FloatType,
) => Readonly<Record<Name, Value>>;

/** What goes into a graph that was recorded in an element type. */
export type Feeds = (dtype: FloatType) => Readonly<Record<string, Tensor>>;

export interface ComputeOptions {
  /** Keep working memory from run to run: for what runs many times. */
  readonly arena?: boolean;
  /** Default: what the networks were opened with. */
  readonly convolution?: NonNullable<GraphOptions["convolution"]>;
  readonly products?: NonNullable<GraphOptions["products"]>;
  /** Default: what the networks compute in. */
  readonly dtype?: FloatType;
  /** The graph has gradients in it: without fused operators, which have none. */
  readonly learns?: boolean;
}

/** A graph to be recorded over a checkpoint when its key is first used, and how it is run. */
export interface Recording<Name extends string> {
  readonly key: string;
  readonly record: RecordGraph<Name>;
  readonly feeds: Feeds;
  readonly options: ComputeOptions;
}

export class NetworkSessions {
  readonly checkpoint: DiffusionCheckpoint;
  readonly #options: NetworkSessionOptions;
  readonly #overflows: Overflows;
  /** What sessions will hold, bytes, by key. */
  readonly #sizes = new Map<string, number>();

  constructor(checkpoint: DiffusionCheckpoint, options: NetworkSessionOptions) {
    this.checkpoint = checkpoint;
    this.#options = options;
    this.#overflows = options.overflows ?? new Overflows();
  }

  /**
   * On a card, where a session that is to be opened has no room: closes those of this checkpoint that a picture needs once.
   * They open again sooner than what the pool would close, which is what was used longest ago: the captioner.
   *
   * @returns whether there is room then
   */
  async makeRoom(dtype: FloatType, recording: Recording<string>): Promise<boolean> {
    const { sessions } = this.#options;
    const isThere = (): boolean => this.isOpen(dtype, recording) || sessions.hasRoom(this.bytesOf(dtype, recording));
    if (isThere()) return true;
    await sessions.release((other) => other.startsWith(`${this.checkpoint.label} `) && !other.includes(" unet "));
    return isThere();
  }

  /** Whether its session is open. */
  isOpen(dtype: FloatType, recording: Recording<string>): boolean {
    return this.#options.sessions.keys.includes(this.#key(dtype, recording));
  }

  /** What a session of it will hold; it is recorded once to find out. */
  bytesOf(dtype: FloatType, recording: Recording<string>): number {
    const name = this.#key(dtype, recording);
    const bytes = this.#sizes.get(name) ?? this.record(recording, dtype).bytes;
    this.#sizes.set(name, bytes);
    return bytes;
  }

  /** Runs a graph, in single precision where half is too narrow for it. @returns its outputs */
  run<Name extends string>(recording: Recording<Name>): Promise<Readonly<Record<Name, Tensor>>> {
    const { dtype = this.#options.dtype } = recording.options;
    return this.#overflows.run(
      { checkpoint: this.checkpoint.label, network: recording.key.split(" ")[0]!, dtype },
      async (type) => {
        // The one in half precision is of no more use.
        if (type !== dtype) await this.#options.sessions.release((name) => name === this.#key(dtype, recording));
        return this.#computeIn(type, recording);
      },
      (tensors) => Object.values<Tensor>(tensors).every(isFiniteTensor),
    );
  }

  /** @returns the graph, and the bytes that its session will hold */
  record(
    { key, record, options }: Recording<string>,
    dtype = this.#options.dtype,
  ): { readonly graph: Graph; readonly bytes: number } {
    const { attention, fusions = [] } = this.#options;
    const { products = "exact", learns = false } = options;
    const convolution = options.convolution ?? this.#options.convolution ?? "plain";
    const graph = new Graph(key, { attention, convolution, products, fusions: learns ? [] : fusions });
    const parts = new Map<NetworkPart, Weights>();
    const weights = (part: NetworkPart): Weights => {
      const known = parts.get(part) ?? new Weights(graph, sourceOf(this.checkpoint, part), dtype);
      parts.set(part, known);
      return known;
    };
    for (const [name, value] of Object.entries(record(graph, weights, dtype))) graph.output(name, value);
    for (const part of parts.values()) part.expectUpdates();
    const held = [...parts.values()].reduce((sum, part) => sum + part.bytes, 0);
    return { graph, bytes: sessionBytes(graph, held, this.#options.device) };
  }

  async #computeIn<Name extends string>(
    dtype: FloatType,
    recording: Recording<Name>,
  ): Promise<Readonly<Record<Name, Tensor>>> {
    const { feeds, options } = recording;
    const { device, sessions } = this.#options;
    if (device !== "cpu") await this.makeRoom(dtype, recording);
    const { arena = false } = options;
    const recipe = (): SessionRecipe => {
      const { graph, bytes } = this.record(recording, dtype);
      return { bytes, open: () => openSession(graph, { device, arena }) };
    };
    return sessions.use(
      this.#key(dtype, recording),
      recipe,
      (session) => session.run(feeds(dtype)) as Promise<Readonly<Record<Name, Tensor>>>,
    );
  }

  #key(dtype: FloatType, { key, options }: Recording<string>): string {
    const { products = "exact" } = options;
    return `${this.checkpoint.label} ${key} ${this.#options.device} ${dtype} ${products}`;
  }
}

function sourceOf(checkpoint: DiffusionCheckpoint, part: NetworkPart): TensorSource {
  if (part === "text" || part === "unet" || part === "vae") return checkpoint[part].source;
  const { adapter } = checkpoint;
  const source = part === "adapter" ? adapter?.source : part === "tower" ? adapter?.tower.source : adapter?.contours;
  if (!source) throw new TypeError(`${checkpoint.label} has no ${part} over it`);
  return source;
}
