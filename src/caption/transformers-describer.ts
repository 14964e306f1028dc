/** Describes a style by any image-text-to-text model in transformers.js' layout: small captioners for plain processors. */
import {
  AutoModelForImageTextToText,
  AutoProcessor,
  env,
  InterruptableStoppingCriteria,
  RawImage,
  type PreTrainedModel,
  type Processor,
  TextStreamer,
} from "@huggingface/transformers";

import { EngineError, messageOf } from "../errors.ts";
import { throwIfCancelled } from "../breathe.ts";
import "../onnx/no-telemetry.ts";
import { type DescribeHooks, type DescribeInput, type StyleDescriber, STYLE_PROMPT } from "./describer.ts";

export interface TransformersDescriberOptions {
  /** Folder of the checkpoint. */
  readonly folder: string;
  readonly id: string;
  readonly label: string;
  readonly maxTokens: number;
  /** Precision of each graph's file, as the catalogue states; by default what the checkpoint's own settings say. */
  readonly dtypes?: Readonly<Record<string, string>>;
  readonly device: string;
  /** Default: onnxruntime's choice. */
  readonly threads?: number | undefined;
}

interface Opened {
  readonly model: PreTrainedModel;
  readonly processor: Processor;
}

export class TransformersDescriber implements StyleDescriber {
  readonly id: string;
  readonly label: string;
  readonly #options: TransformersDescriberOptions;
  #opened: Promise<Opened> | undefined;

  constructor(options: TransformersDescriberOptions) {
    this.id = options.id;
    this.label = options.label;
    this.#options = options;
  }

  /** Greedy. @throws EngineError naming the folder, CancelledError */
  async describe(input: DescribeInput, { signal, onText }: DescribeHooks = {}): Promise<string> {
    this.#opened ??= this.#open();
    const { model, processor } = await this.#opened.catch((error: unknown) => {
      this.#opened = undefined;
      throw new EngineError(`${this.#options.folder}: ${messageOf(error)}`, { retryable: false, cause: error });
    });
    throwIfCancelled(signal);
    const { tokenizer } = processor;
    if (!tokenizer) throw new EngineError(`${this.#options.folder} has no tokenizer`, { retryable: false });
    const messages = [
      { role: "user", content: [{ type: "image" }, { type: "text", text: input.prompt ?? STYLE_PROMPT }] },
    ];
    const prompt = processor.apply_chat_template(messages as never, { add_generation_prompt: true });
    const { data, width, height } = input.image;
    const inputs = (await processor(new RawImage(new Uint8ClampedArray(data), width, height, 3), prompt)) as object;

    let text = "";
    const streamer = new TextStreamer(tokenizer, {
      skip_prompt: true,
      skip_special_tokens: true,
      callback_function: (piece) => {
        text += piece;
        if (text.trim() !== "") onText?.(text.trim());
      },
    });
    const stopping = new InterruptableStoppingCriteria();
    const interrupt = (): void => stopping.interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      const limits = { do_sample: false, max_new_tokens: this.#options.maxTokens };
      await model.generate({ ...inputs, ...limits, streamer, stopping_criteria: stopping } as never);
    } finally {
      signal?.removeEventListener("abort", interrupt);
    }
    throwIfCancelled(signal);
    return text.trim();
  }

  async #open(): Promise<Opened> {
    env.allowRemoteModels = false;
    env.useFSCache = false;
    const { folder, dtypes, device, threads } = this.#options;
    const processor = await AutoProcessor.from_pretrained(folder, { local_files_only: true });
    const session_options = threads === undefined ? {} : { intraOpNumThreads: threads };
    const options = { local_files_only: true, device, session_options, ...(dtypes && { dtype: dtypes }) };
    return { processor, model: await AutoModelForImageTextToText.from_pretrained(folder, options as never) };
  }
}
