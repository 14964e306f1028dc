/** The words of a picture as the text encoder puts them, those of several styles mixed. */
import { createHash } from "node:crypto";

import type { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import type { Weighed } from "../../blend.ts";
import { breathe } from "../../breathe.ts";
import type { Floats } from "../../onnx/index.ts";
import type { DiffusionNetworks, LearnedToken } from "./diffusion-networks.ts";
import type { ByteCache } from "./latents-cache.ts";
import { weightedMean } from "./weighted-mean.ts";

/** The text of one style. */
interface StyleText {
  readonly text: string;
  readonly learned: LearnedToken | null;
}

export class Texts {
  readonly #networks: DiffusionNetworks;
  readonly #tokenizer: ClipTokenizer;
  readonly #cache: ByteCache<Floats>;

  constructor(networks: DiffusionNetworks, tokenizer: ClipTokenizer, cache: ByteCache<Floats>) {
    this.#networks = networks;
    this.#tokenizer = tokenizer;
    this.#cache = cache;
  }

  /**
   * The texts of a picture's styles, encoded one by one and mixed by weight, and the empty prompt as long as that. A shorter
   * text comes round again until it is as long as the longest: what looks at a row twice sees what it saw in it once.
   *
   * @param mostRows rows of 75 tokens that a text may fill
   */
  async encode(
    texts: readonly Weighed<StyleText>[],
    mostRows: number,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly prompt: Floats; readonly empty: () => Promise<Floats> }> {
    const rows = texts.map(({ text }) => this.#rowsOf(text).slice(0, mostRows));
    const length = Math.max(...rows.map((own) => own.length));
    const encoded: Weighed<Floats>[] = [];
    for (const [i, { weight, learned }] of texts.entries()) {
      const own = Array.from({ length }, (_, row) => rows[i]![row % rows[i]!.length]!);
      encoded.push({ ...(await this.#encode(own, signal, learned)), weight });
    }
    const [emptyRow] = this.#rowsOf("");
    return {
      prompt: weightedMean(encoded),
      empty: () =>
        this.#encode(
          Array.from({ length }, () => emptyRow!),
          signal,
        ),
    };
  }

  /** The empty prompt, one row of it. */
  empty(signal: AbortSignal | undefined): Promise<Floats> {
    return this.#encode(this.#rowsOf(""), signal);
  }

  #rowsOf(text: string): readonly (readonly number[])[] {
    return this.#tokenizer.rows(text, this.#networks.checkpoint.text.config.positions);
  }

  #encode(
    rows: readonly (readonly number[])[],
    signal: AbortSignal | undefined,
    learned: LearnedToken | null = null,
  ): Promise<Floats> {
    const hash = createHash("sha256").update(JSON.stringify(rows));
    if (learned) hash.update(learned.vector);
    return this.#cache.get(`text ${hash.digest("hex")}`, async () => {
      await breathe(signal);
      return this.#networks.encodeText(rows, learned);
    });
  }
}
