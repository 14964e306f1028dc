/** Does the tasks in the engine's process. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { conditioning } from "../caption/conditioning.ts";
import { asDiskFull, CancelledError, EngineError, messageOf, UserError } from "../errors.ts";
import { readStoredPicture } from "../images/decode.ts";
import { encodePng } from "../images/encode.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { DescribeReply, DescribeTask, EnginePicture, StylizeReply, StylizeTask } from "../jobs/engine.ts";
import type { FromChild, TaskMessage } from "./messages.ts";
import type { EngineParts } from "./parts.ts";
import { PreviewWriter } from "./preview-writer.ts";
import { toWire } from "./wire-error.ts";

export class EngineWorker {
  readonly #parts: EngineParts;
  readonly #post: (message: FromChild) => void;
  readonly #running = new Map<number, AbortController>();

  constructor(parts: EngineParts, post: (message: FromChild) => void) {
    this.#parts = parts;
    this.#post = post;
  }

  /** Does one task and posts its end; never throws. */
  async run(message: TaskMessage): Promise<void> {
    const { task } = message;
    const abort = new AbortController();
    this.#running.set(task, abort);
    try {
      this.#post({ type: "reply", task, value: await this.#do(message, abort.signal) });
    } catch (error) {
      if (!(error instanceof CancelledError || error instanceof UserError)) this.#log("error", stackOf(error));
      this.#post({ type: "error", task, error: toWire(error) });
    } finally {
      this.#running.delete(task);
    }
  }

  cancel(task: number): void {
    this.#running.get(task)?.abort(new CancelledError());
  }

  async #do(message: TaskMessage, signal: AbortSignal): Promise<unknown> {
    if (message.type === "faces") return this.#parts.findFaces(await read(message.image));
    if (message.type === "describe") return this.#describe(message.task, message.describe, message.simple, signal);
    return this.#stylize(message.task, message.stylize, signal);
  }

  async #describe(task: number, asked: DescribeTask, simple: boolean, signal: AbortSignal): Promise<DescribeReply> {
    const { describer, simpleDescriber } = this.#parts;
    const { image: picture, ...how } = asked;
    const input = { ...how, image: await read(picture), sha256: picture.sha256 };
    const hooks = { signal, onText: (text: string) => this.#post({ type: "text", task, text }) };
    let fault = "it brought the engine down";
    if (!simple) {
      try {
        const text = await describer.describe(input, hooks);
        if (text.trim() !== "") return { text, describer: describer.id };
        fault = "it had nothing to say";
      } catch (error) {
        const hopeless = error instanceof CancelledError || error instanceof UserError;
        if (hopeless || describer.id === simpleDescriber.id) throw error;
        fault = messageOf(error);
      }
    }
    const text = await simpleDescriber.describe(input, hooks);
    if (describer.id === simpleDescriber.id) return { text, describer: simpleDescriber.id };
    const note = `described by the ${simpleDescriber.label}, as the ${describer.label} failed: ${fault}`;
    this.#log("warn", note);
    return { text, describer: simpleDescriber.id, note };
  }

  async #stylize(task: number, asked: StylizeTask, signal: AbortSignal): Promise<StylizeReply> {
    const { content, style, variant, settings, outputPath, previewDir } = asked;
    const [contentImage, styleImage] = await Promise.all([read(content), read(style)]);
    if (previewDir !== null) await makeFolder(previewDir);
    const onWritten = (file: string, step: number, steps: number): void =>
      this.#post({ type: "preview", task, path: file, step, steps });
    const previews = previewDir === null ? null : new PreviewWriter(previewDir, onWritten);
    try {
      const { image, ...made } = await this.#parts.stylizer.stylize(
        {
          content: contentImage,
          style: styleImage,
          contentSha256: content.sha256,
          styleSha256: style.sha256,
          variant,
          description: conditioning(asked, settings),
          settings,
        },
        {
          signal,
          onProgress: (step, steps) => this.#post({ type: "progress", task, step, steps }),
          ...(previews && { onPreview: (image, step, steps) => previews.offer(image, step, steps) }),
        },
      );
      await save(outputPath, await encodePng(image));
      const { width, height } = image;
      const { steps, guidance, stylePath } = made;
      return { outputPath, width, height, engine: this.#parts.stylizer.id, steps, guidance, stylePath };
    } finally {
      // A preview that could not be written is no loss, and none is written after the end.
      await previews?.idle().catch((error: unknown) => this.#log("warn", `no preview: ${messageOf(error)}`));
    }
  }

  #log(level: "error" | "warn", text: string): void {
    this.#post({ type: "log", level, text });
  }
}

async function read({ path: file }: EnginePicture): Promise<RgbImage> {
  try {
    return await readStoredPicture(file);
  } catch (cause) {
    throw new EngineError(`the stored picture ${path.basename(file)} cannot be read: ${messageOf(cause)}`, {
      retryable: false,
      cause,
    });
  }
}

async function save(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await makeFolder(path.dirname(file));
    await writeFile(file, bytes);
  } catch (cause) {
    await rm(file, { force: true }).catch(() => undefined);
    throw asDiskFull(cause) ?? cause;
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw asDiskFull(cause) ?? cause;
  });
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
