/** The language model of a LLaVA, one token at a time. */
import type { LlamaConfig } from "../../../models/llama.ts";
import { breathe } from "../../breathe.ts";
import {
  type Floats,
  floatsOf,
  floatTensor,
  type FloatType,
  integerTensor,
  release,
  type Session,
  Tensor,
} from "../../onnx/index.ts";

/** Added to the score of a position that may not be seen: far below any score, and finite in half precision. */
const UNSEEN = -60_000;

/** Tokens of a run that goes on by itself: a prefix of 640 positions of a 7B model, 335 MB, then costs 21 MB a token. */
const AHEAD = 16;

/** Positions of a prefix that are read at once. Weights are read once per piece, and more at once is no faster. */
const PIECE = 64;

type Cache = Readonly<Record<string, Tensor>>;

/**
 * Reads a prefix, then token after token, over a `decoderSession`. Holds the keys and values of one conversation, on the
 * device where that can be, until it is closed; the session is the caller's.
 */
export class LlavaDecoder {
  readonly #session: Session;
  readonly #config: LlamaConfig;
  readonly #dtype: FloatType;
  readonly #goesOn: boolean;
  #prefix: { readonly length: number; readonly cache: Cache };
  #recent: { readonly length: number; readonly cache: Cache };

  /** What the next token is likely to be, [vocabulary]. */
  #logits: Float32Array = new Float32Array();

  /**
   * @param dtype what the session computes in
   * @param goesOn whether the session does so by itself (`decoderSession` with a table)
   */
  constructor(session: Session, config: LlamaConfig, dtype: FloatType = "float32", goesOn = false) {
    this.#session = session;
    this.#goesOn = goesOn;
    this.#config = config;
    this.#dtype = dtype;
    this.#prefix = { length: 1, cache: this.#blank("prefix", 1) };
    this.#recent = { length: 0, cache: this.#blank("recent", 0) };
  }

  /**
   * Forgets everything and reads a prefix, piece by piece: seconds lie between two chances to cancel, not a minute.
   *
   * @param embeddings [length, width]
   * @returns logits of the token after it, [vocabulary]
   * @throws CancelledError when the signal is aborted
   */
  async begin({ data, shape }: Floats, signal?: AbortSignal): Promise<Float32Array> {
    const [length, width] = shape as [number, number];
    this.close();
    // A prefix may not be empty: one position that nothing may look at stands in.
    this.#prefix = { length: 1, cache: this.#blank("prefix", 1) };
    this.#recent = { length: 0, cache: this.#blank("recent", 0) };
    for (let start = 0; start < length; start += PIECE) {
      await breathe(signal);
      const end = Math.min(length, start + PIECE);
      const piece = { data: data.subarray(start * width, end * width), shape: [end - start, width] };
      await this.#run(piece, start, start === 0 || !this.#goesOn ? 1 : 0, 0);
      // What crosses the bus is what a card holds twice: there the prefix grows here, and only a piece comes back.
      if (this.#goesOn) this.#growPrefix(start === 0);
    }
    if (!this.#goesOn) this.#growPrefix(true);
    return this.#logits;
  }

  /** Whether what came out last are numbers: half precision may be too narrow. */
  get hasNumbers(): boolean {
    return this.#logits.every(Number.isFinite);
  }

  /** Reads one more token. @param embedding [1, width] @returns logits of the one after it */
  async next(embedding: Floats): Promise<Float32Array> {
    await this.#run(embedding, this.#prefix.length + this.#recent.length, 0, 0);
    return this.#logits;
  }

  /**
   * The likeliest tokens after the prefix, one after the other. Whoever has enough stops asking.
   *
   * @param embed a token's embedding [1, width]
   * @throws CancelledError when the signal is aborted
   */
  async *write(embed: (token: number) => Promise<Floats>, most: number, signal?: AbortSignal): AsyncGenerator<number> {
    for (let count = 1; count <= most; count++) {
      await breathe(signal);
      const token = argmax(this.#logits);
      yield token;
      if (count === most) return;
      const more = this.#goesOn ? Math.min(AHEAD - 1, most - count - 1) : 0;
      const position = this.#prefix.length + this.#recent.length;
      for (const further of await this.#run(await embed(token), position, 0, more)) {
        count += 1;
        yield further;
      }
    }
  }

  /** Makes what was read last the end of the prefix, or all of it where that is a dummy. */
  #growPrefix(isFirst: boolean): void {
    const further = this.#renamed(this.#recent.cache, "prefix");
    const join = (name: string): readonly [string, Tensor] => {
      const key = `prefix.${name}`;
      const axis = name.endsWith("key") ? 3 : 2;
      return [key, isFirst ? further[key]! : joined(this.#prefix.cache[key]!, further[key]!, axis)];
    };
    const length = (isFirst ? 0 : this.#prefix.length) + this.#recent.length;
    this.#prefix = { length, cache: this.#each(this.#config.layers, join) };
    this.#recent = { length: 0, cache: this.#blank("recent", 0) };
  }

  /** Gives the keys and values back. */
  close(): void {
    for (const { cache } of [this.#prefix, this.#recent]) Object.values(cache).forEach(release);
  }

  /**
   * @param hidden how many of the first keys nothing may look at
   * @param more how many tokens to go on by itself
   * @returns those tokens
   */
  async #run(embeddings: Floats, position: number, hidden: number, more: number): Promise<number[]> {
    const [length] = embeddings.shape as [number];
    const past = this.#prefix.length + this.#recent.length;
    const keys = past + length;
    const mask = new Float32Array(length * keys);
    for (let query = 0; query < length; query++) {
      mask.fill(UNSEEN, query * keys, query * keys + hidden);
      mask.fill(UNSEEN, query * keys + past + query + 1, (query + 1) * keys);
    }
    const outputs = await this.#session.run({
      inputs_embeds: floatTensor("float32", embeddings),
      positions: integerTensor(
        Array.from({ length }, (_, i) => position + i),
        [1, length],
      ),
      mask: floatTensor(this.#dtype, { data: mask, shape: [1, 1, length, keys] }),
      ...(this.#goesOn && { more: integerTensor([more], []) }),
      ...this.#prefix.cache,
      ...this.#recent.cache,
    });
    Object.values(this.#recent.cache).forEach(release);
    this.#recent = { length: this.#recent.length + length + more, cache: this.#renamed(outputs, "recent") };
    this.#logits = floatsOf(outputs["logits"]!).data;
    return this.#goesOn ? Array.from(outputs["tokens"]!.data as BigInt64Array, Number) : [];
  }

  #blank(part: "prefix" | "recent", length: number): Cache {
    const { layers, kvHeads, headWidth } = this.#config;
    const data = new Float32Array(kvHeads * length * headWidth);
    const keys = floatTensor(this.#dtype, { data, shape: [1, kvHeads, headWidth, length] });
    const values = floatTensor(this.#dtype, { data, shape: [1, kvHeads, length, headWidth] });
    return this.#each(layers, (name) => [`${part}.${name}`, name.endsWith("key") ? keys : values]);
  }

  /** What a run returned (or an earlier part holds), under the names of the inputs of `part`. */
  #renamed(cache: Cache, part: "prefix" | "recent"): Cache {
    return this.#each(this.#config.layers, (name) => [
      `${part}.${name}`,
      (cache[`present.${name}`] ?? cache[`recent.${name}`])!,
    ]);
  }

  #each(layers: number, entry: (name: string) => readonly [string, Tensor]): Cache {
    const names = Array.from({ length: layers }, (_, i) => [`${i}.key`, `${i}.value`]).flat();
    return Object.fromEntries(names.map(entry));
  }
}

/** Two tensors of this process's memory, one after the other along an axis. */
function joined(a: Tensor, b: Tensor, axis: number): Tensor {
  const [left, right] = [a.data as Float32Array, b.data as Float32Array];
  const outer = a.dims.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const [each, further] = [left.length / outer, right.length / outer];
  const whole = new (left.constructor as typeof Float32Array)(left.length + right.length);
  for (let i = 0; i < outer; i++) {
    whole.set(left.subarray(i * each, (i + 1) * each), i * (each + further));
    whole.set(right.subarray(i * further, (i + 1) * further), i * (each + further) + each);
  }
  return new Tensor(a.type as "float32", whole, a.dims.with(axis, a.dims[axis]! + b.dims[axis]!));
}

/** Index of the largest logit; the first of equals. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}
