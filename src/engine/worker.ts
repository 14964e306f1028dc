/** Does the tasks in the engine's process. */
import { setTimeout as sleep } from "node:timers/promises";

import { breathe, throwIfCancelled } from "../breathe.ts";
import type { Blend } from "../blend.ts";
import { conditioning } from "../caption/conditioning.ts";
import { forgetMeasures } from "../caption/palette/recent-measures.ts";
import { CancelledError, messageOf, publicMessageOf, UserError } from "../errors.ts";
import { readForPainting, readStoredPicture } from "../images/decode.ts";
import { encodePng } from "../images/encode.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { forgetCleanStyles } from "../images/style-picture/recent-clean-styles.ts";
import type { AlphaPlane } from "../images/transparency.ts";
import type {
  DescribeReply,
  DescribeTask,
  EnginePicture,
  LearnReply,
  LearnTask,
  StylizeReply,
  StylizeTask,
} from "../jobs/engine.ts";
import { learningNeedsDiffusion } from "../jobs/style.ts";
import { OutOfMemoryError } from "../onnx/out-of-memory.ts";
import { loraNeedsDiffusion } from "../painting-wishes.ts";
import { waysOf } from "../painting.ts";
import { toWire } from "../process/wire-error.ts";
import { readTokenFile } from "../stylize/diffusion/token-file.ts";
import type { BlendedStyle } from "../stylize/stylizer.ts";
import { inEnglish, type Saying } from "../words/say.ts";
import type { FromChild, TaskMessage } from "./messages.ts";
import type { EngineParts } from "./parts.ts";
import { PreviewWriter } from "./preview-writer.ts";
import { saveFile } from "./save-file.ts";

const POLL_MS = 100;
const CALM_POLLS = 5;

export class EngineWorker {
  readonly #parts: EngineParts;
  readonly #post: (message: FromChild) => void;
  readonly #running = new Map<number, AbortController>();
  /** While a card is warmed up. */
  #warming: AbortController | null = null;
  /** Tasks that let others go first. */
  readonly #patient = new Set<number>();

  constructor(parts: EngineParts, post: (message: FromChild) => void) {
    this.#parts = parts;
    this.#post = post;
  }

  /** Has a card find its kernels for pictures of `size` pixels, until there is work; never throws. */
  async warmUp(size: number): Promise<void> {
    const began = performance.now();
    this.#warming = new AbortController();
    try {
      await this.#parts.stylizer.warmUp?.(size, this.#warming.signal);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      this.#log("info", `the networks are warm for pictures of ${size} pixels (${seconds} s)`);
    } catch (error) {
      if (error instanceof CancelledError) this.#log("info", "the networks were not warmed up, as there was work");
      else this.#log("warn", `the networks could not be warmed up: ${messageOf(error)}`);
    } finally {
      this.#warming = null;
    }
  }

  /** Does one task and posts its end; never throws. */
  async run(message: TaskMessage): Promise<void> {
    const { task } = message;
    this.#warming?.abort(new CancelledError());
    const abort = new AbortController();
    this.#running.set(task, abort);
    try {
      this.#post({ type: "reply", task, value: await this.#do(message, abort.signal) });
    } catch (error) {
      if (!(error instanceof CancelledError || error instanceof UserError)) this.#log("error", stackOf(error));
      const isSpent = error instanceof OutOfMemoryError;
      const told = isSpent ? outOfMemory(error) : error;
      this.#post({ type: "error", task, error: toWire(told) });
    } finally {
      this.#running.delete(task);
    }
  }

  cancel(task: number): void {
    this.#running.get(task)?.abort(new CancelledError());
  }

  /** Drops what is kept of pictures from one task to the next. */
  forget(): void {
    this.#parts.stylizer.forget?.();
    forgetMeasures();
    forgetCleanStyles();
  }

  async #do(message: TaskMessage, signal: AbortSignal): Promise<unknown> {
    if (message.type === "faces") return this.#parts.findFaces(await this.#read(message.image));
    if (message.type === "safety")
      return this.#parts.safety?.checker.isUnsafe(await this.#read(message.image)) ?? false;
    if (message.type === "style-vector") return this.#seeStyle(message.task, message.image, signal);
    if (message.type === "describe") return this.#describe(message.task, message.describe, message.simple, signal);
    if (message.type === "learn") return this.#learn(message.task, message.learn, signal);
    return this.#stylize(message.task, message.stylize, signal);
  }

  async #seeStyle(task: number, image: EnginePicture, signal: AbortSignal): Promise<readonly number[]> {
    this.#patient.add(task);
    try {
      await this.#quiet(signal);
      return [...(await this.#parts.seeStyle(await this.#read(image)))];
    } finally {
      this.#patient.delete(task);
    }
  }

  async #learn(task: number, asked: LearnTask, signal: AbortSignal): Promise<LearnReply> {
    const { stylizer } = this.#parts;
    if (!stylizer.learn) throw learningNeedsDiffusion();
    const { image, sampleDir, ...how } = asked;
    const samples = this.#previews(task, sampleDir);
    this.#patient.add(task);
    try {
      return await stylizer.learn(
        { ...how, picture: await this.#read(image), styleSha256: image.sha256 },
        {
          signal,
          giveWay: () => this.#quiet(signal),
          isBusy: () => this.#isBusy,
          onBegun: (size, step) => this.#post({ type: "begun", task, size, step }),
          onStep: (step, steps) => this.#post({ type: "progress", task, step, steps }),
          onLook: (step, loss) => this.#post({ type: "look", task, step, loss }),
          ...(samples && { onSample: samples.offer }),
        },
      );
    } finally {
      this.#patient.delete(task);
      await samples?.idle();
    }
  }

  /** Whether a task is running that others make way for. */
  get #isBusy(): boolean {
    return [...this.#running.keys()].some((task) => !this.#patient.has(task));
  }

  /** Resolves when no urgent task has run for a moment: between the stages of a picture there is a short pause. */
  async #quiet(signal: AbortSignal): Promise<void> {
    await breathe(signal);
    if (!this.#isBusy) return;
    for (let calm = 0; calm < CALM_POLLS; calm = this.#isBusy ? 0 : calm + 1) {
      await sleep(POLL_MS);
      throwIfCancelled(signal);
    }
  }

  async #describe(task: number, asked: DescribeTask, simple: boolean, signal: AbortSignal): Promise<DescribeReply> {
    const { describer, simpleDescriber } = this.#parts;
    const { image: picture, ...how } = asked;
    const input = { ...how, image: await this.#read(picture), sha256: picture.sha256 };
    const hooks = { signal, onText: (text: string) => this.#post({ type: "text", task, text }) };
    let fault: string | Saying = { sentence: "describer.note.broke" };
    if (!simple) {
      try {
        const text = await describer.describe(input, hooks);
        if (text.trim() !== "") return { text, describer: describer.id };
        fault = { sentence: "describer.note.nothing" };
      } catch (error) {
        const hopeless = error instanceof CancelledError || error instanceof UserError;
        if (hopeless || describer.id === simpleDescriber.id) throw error;
        fault = publicMessageOf(error).replace(/\.$/, "");
      }
    }
    const text = await simpleDescriber.describe(input, hooks);
    if (describer.id === simpleDescriber.id) return { text, describer: simpleDescriber.id };
    const values = { describer: describer.label, fault, simple: simpleDescriber.label };
    const note = inEnglish({ sentence: "describer.note", values });
    this.#log("warn", note);
    return { text, describer: simpleDescriber.id, note };
  }

  async #stylize(task: number, asked: StylizeTask, signal: AbortSignal): Promise<StylizeReply> {
    const { content, style, variant, settings, outputPath, previewDir } = asked;
    if (settings.loras.length > 0 && this.#parts.stylizer.id !== "diffusion") throw loraNeedsDiffusion();
    if (settings.hd && settings.size > this.#parts.largestSide) throw outOfMemory();
    const [{ image: contentImage, alpha }, styleImage, blend] = await Promise.all([
      this.#read(content, readForPainting),
      this.#read(style),
      this.#blend(asked),
    ]);
    const previews = this.#previews(task, previewDir, alpha);
    try {
      const { image, ...made } = await this.#parts.stylizer.stylize(
        {
          content: contentImage,
          style: styleImage,
          contentSha256: content.sha256,
          styleSha256: style.sha256,
          variant,
          description: conditioning(asked, settings),
          token: await this.#token(asked, settings),
          ...(blend && { blend }),
          settings,
        },
        {
          signal,
          onProgress: (step, steps) => this.#post({ type: "progress", task, step, steps }),
          ...(previews && { onPreview: previews.offer }),
        },
      );
      await saveFile(outputPath, await encodePng(image, alpha));
      const { width, height } = image;
      const { steps, guidance, stylePath, contours, stepCache = null, unetRows } = made;
      const told = { ...(contours !== undefined && { contours }), ...(unetRows !== undefined && { unetRows }) };
      const engine = this.#parts.stylizer.id;
      return { outputPath, width, height, engine, steps, guidance, stylePath, stepCache, ...told };
    } finally {
      // None is written after the end.
      await previews?.idle();
    }
  }

  #previews(task: number, folder: string | null, alpha: AlphaPlane | null = null): PreviewWriter | null {
    const checker = this.#parts.safety?.quick;
    return folder === null ? null : new PreviewWriter(folder, task, this.#post, { checker, alpha });
  }

  async #blend({ blend, ownWords, settings }: StylizeTask): Promise<Blend<BlendedStyle> | undefined> {
    if (!blend) return undefined;
    const others = blend.others.map(async (other) => ({
      picture: await this.#read(other.picture),
      sha256: other.picture.sha256,
      description: conditioning({ description: other.description, ownWords }, settings),
      token: await this.#token(other, settings),
      weight: other.weight,
    }));
    return { weight: blend.weight, others: await Promise.all(others) };
  }

  /** A token whose file is gone or damaged is done without, unless it was asked for by name. */
  async #token(
    { tokenPath }: Pick<StylizeTask, "tokenPath">,
    settings: StylizeTask["settings"],
  ): Promise<Float32Array | null> {
    if (!tokenPath || this.#parts.stylizer.id !== "diffusion") return null;
    try {
      return (await readTokenFile(tokenPath, { sentence: "error.token-file.of-style" })).vectors.data;
    } catch (error) {
      if (waysOf(settings.stylePath).token) throw error;
      this.#log("warn", `a learned style is done without: ${messageOf(error)}`);
      return null;
    }
  }

  #read(picture: EnginePicture): Promise<RgbImage>;
  #read<T>(picture: EnginePicture, read: (file: string) => Promise<T>): Promise<T>;
  async #read(
    { path: file }: EnginePicture,
    read: (file: string) => Promise<unknown> = readStoredPicture,
  ): Promise<unknown> {
    try {
      return await read(file);
    } catch (error) {
      this.#log("error", `a stored picture cannot be read: ${messageOf(error)}`);
      throw new UserError("picture-lost", { sentence: "error.picture-lost" }, { cause: error });
    }
  }

  #log(level: "error" | "warn" | "info", text: string): void {
    this.#post({ type: "log", level, text });
  }
}

const outOfMemory = (cause?: unknown): UserError =>
  new UserError("out-of-memory", { sentence: "error.out-of-memory" }, { cause });

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
