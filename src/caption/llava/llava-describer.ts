/** Describes a style by a LLaVA: the paper's ShareGPT4V-7B, or any other of its kind. */
import { breathe } from "../../breathe.ts";
import { EngineError } from "../../errors.ts";
import type { DeviceForms } from "../../onnx/device-forms.ts";
import {
  concatenated,
  type ExecutionDevice,
  type Floats,
  type FloatType,
  floatsOf,
  floatTensor,
} from "../../onnx/index.ts";
import { Overflows } from "../../onnx/overflows.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import { type DescribeHooks, type DescribeInput, type StyleDescriber, STYLE_PROMPT } from "../describer.ts";
import { type LlavaCheckpoint, openLlava } from "./checkpoint.ts";
import { EmbeddingTable } from "./embedding-table.ts";
import { decoderSession, goesOn, visionSession } from "./networks.ts";
import { preprocess } from "../../images/clip-pixels.ts";
import { LlavaDecoder } from "./token-decoder.ts";

/**
 * Vicuna's conversation (`vicuna_v1`), left and right of the picture. The two sides are tokenised apart, as the
 * reference does: the right one begins with a space of its own.
 */
const BEFORE_PICTURE =
  "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and " +
  "polite answers to the user's questions. USER: ";
const afterPicture = (question: string): string => `\n${question} ASSISTANT:`;

export interface LlavaDescriberOptions {
  /** Folder of the checkpoint. */
  readonly folder: string;
  readonly id: string;
  readonly label: string;
  /** Most tokens of a description. */
  readonly maxTokens: number;
  readonly device: ExecutionDevice;
  /** What the device can be trusted with (`chooseForms`). */
  readonly forms: DeviceForms;
  readonly sessions: SessionPool;
  /** Remembers which networks half precision is too narrow for. */
  readonly overflows?: Overflows;
}

export class LlavaDescriber implements StyleDescriber {
  readonly id: string;
  readonly label: string;
  readonly #options: LlavaDescriberOptions;
  readonly #overflows: Overflows;
  #opened: Promise<LlavaCheckpoint> | undefined;

  constructor(options: LlavaDescriberOptions) {
    this.id = options.id;
    this.label = options.label;
    this.#options = options;
    this.#overflows = options.overflows ?? new Overflows();
  }

  /** Greedy, until the model ends its answer or `maxTokens` are reached. @throws EngineError, CancelledError */
  async describe(input: DescribeInput, hooks: DescribeHooks = {}): Promise<string> {
    this.#opened ??= openLlava(this.#options.folder);
    const opened = await this.#opened.catch((error: unknown) => {
      this.#opened = undefined; // a file that was put right is found the next time
      throw error;
    });
    const { id, folder, forms } = this.#options;
    const { dtype } = forms;
    const features = await this.#overflows.run(
      { checkpoint: folder, network: "vision tower", dtype },
      (type) => this.#look(opened, input, type),
      (numbers) => numbers.every(Number.isFinite),
    );
    await breathe(hooks.signal);
    const name = "language_model.model.embed_tokens.weight";
    const table = await EmbeddingTable.open(opened.embeddings, name, opened.config.text.width);
    try {
      const prefix = await conversation(opened, table, features, input.prompt ?? STYLE_PROMPT);
      const text = await this.#overflows.run(
        { checkpoint: folder, network: "language model", dtype },
        (type) => this.#write(opened, table, prefix, { ...hooks, dtype: type }),
        (written) => written !== null,
      );
      if (text !== null) return text;
      const words = `${id} gave values that are not numbers; check its weights with \`atelier models verify\``;
      throw new EngineError(words, { retryable: false });
    } finally {
      await table.close();
    }
  }

  /** Reads the prefix, then writes token after token. @returns `null` where what comes out are no numbers */
  async #write(
    opened: LlavaCheckpoint,
    table: EmbeddingTable,
    prefix: Floats,
    { signal, onText, dtype }: DescribeHooks & { readonly dtype: FloatType },
  ): Promise<string | null> {
    const { decoder: weights, embeddings, config, tokenizer } = opened;
    const { sessions, device, forms, maxTokens, id } = this.#options;
    const most = Math.min(maxTokens, config.text.positions - prefix.shape[0]!);
    const goingOn = goesOn(device);
    const how = { device, ...forms, dtype, table: goingOn ? embeddings : null };
    const recipe = () => decoderSession(weights, config.text, how);
    if (dtype !== forms.dtype) await sessions.release((key) => key === `${id} decoder ${forms.dtype}`);
    return sessions.use(`${id} decoder ${dtype}`, recipe, async (session) => {
      const decoder = new LlavaDecoder(session, config.text, dtype, goingOn);
      const tokens: number[] = [];
      const written = (): string =>
        tokens.length === 0 ? "" : tokenizer.decode(tokens, { skip_special_tokens: true }).trim();
      let shown = "";
      try {
        await decoder.begin(prefix, signal);
        for await (const token of decoder.write((one) => table.rows([one]), most, signal)) {
          if (!decoder.hasNumbers) return null;
          if (token === tokenizer.eos_token_id) break;
          tokens.push(token);
          const text = written();
          // An unfinished character shows as a replacement mark; wait for the rest of it.
          if (text !== shown && !text.endsWith("\uFFFD")) onText?.((shown = text));
        }
        return written();
      } finally {
        decoder.close();
      }
    });
  }

  /** The picture's features, [patches · width]. */
  #look(
    { vision, config, processing }: LlavaCheckpoint,
    { image, faithful }: DescribeInput,
    dtype: FloatType,
  ): Promise<Float32Array> {
    const { sessions, device, forms, id } = this.#options;
    const size = config.vision.imageSize;
    const pixels = preprocess(image, { ...processing, size }, { pad: faithful !== true });
    const recipe = () => visionSession(vision, config, { device, ...forms, dtype });
    return sessions.use(`${id} vision ${dtype}`, recipe, async (session) => {
      const feeds = { pixel_values: floatTensor("float32", { data: pixels, shape: [1, 3, size, size] }) };
      return floatsOf(await session.runOne(feeds)).data;
    });
  }
}

/** Embeddings of the question with the picture's features in it, [length, width]. */
async function conversation(
  { config, tokenizer }: LlavaCheckpoint,
  table: EmbeddingTable,
  features: Float32Array,
  question: string,
): Promise<Floats> {
  const left = await table.rows(tokenizer.encode(BEFORE_PICTURE));
  const right = await table.rows(tokenizer.encode(afterPicture(question), { add_special_tokens: false }));
  const data = concatenated([left.data, features, right.data]);
  const { width, positions } = config.text;
  const length = data.length / width;
  if (length >= positions)
    throw new EngineError(`the question takes ${length} positions, the model has ${positions}; ask less`, {
      retryable: false,
    });
  return { data, shape: [length, width] };
}
