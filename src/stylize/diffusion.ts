/** The stylizer of the paper: InST on Stable Diffusion, from the publisher's weights in place. */
import { createHash } from "node:crypto";

import { ClipTokenizer } from "../../models/clip-tokenizer.ts";
import { checkpoint as pause } from "../checkpoint.ts";
import type { Precision } from "../config.ts";
import { EngineError, UserError } from "../errors.ts";
import { cropTo, resizeTo, sizeForLongSide } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { Logger } from "../log.ts";
import { probeDevice } from "../onnx/device-probe.ts";
import type { ExecutionDevice, Floats } from "../onnx/index.ts";
import type { SessionPool } from "../onnx/session-pool.ts";
import { adain, channelStatistics } from "./adain.ts";
import { type CheckpointPlace, readDiffusionCheckpoint } from "./diffusion-checkpoint.ts";
import { DiffusionNetworks } from "./diffusion-networks.ts";
import { withRoundedUNet } from "./int8-unet.ts";
import { type Conditioning, expectNumbers, invert, synthesize } from "./inst.ts";
import { formOf, type InstForm } from "./inst-form.ts";
import { ByteCache } from "./latents-cache.ts";
import { floatsToPicture, latentsOfMoments, latentsToPreview, pictureToFloats, unscaled } from "./latents.ts";
import { gaussianNoise, NOISE_STREAM } from "./noise.ts";
import { createScheduler } from "./schedulers/index.ts";
import type { StylizeHooks, StylizeInput, Stylizer, StylizeResult } from "./stylizer.ts";

export { findDiffusionCheckpoint, placeOfCheckpoint, type CheckpointPlace } from "./diffusion-checkpoint.ts";

const SIZE_MULTIPLE = 64;
const CACHE_BYTES = 64e6;

export interface DiffusionOptions {
  readonly checkpoint: CheckpointPlace;
  readonly device: ExecutionDevice;
  readonly precision: Precision;
  /** The pool in which sessions are kept (`MODEL_MEMORY`); give one pool to all that share the memory. */
  readonly sessions: SessionPool;
  readonly log?: Logger;
}

/**
 * Opens a checkpoint: headers are read and checked and the device is tried; weights are read when a network first runs.
 *
 * @throws EngineError naming what is wrong with the checkpoint or the device
 */
export async function openDiffusion(options: DiffusionOptions): Promise<DiffusionStylizer> {
  const { device, precision, sessions, log } = options;
  if (precision === "fp16" && device === "cpu")
    throw new EngineError("a processor gains nothing from half precision; set PRECISION=auto", { retryable: false });
  if (precision === "int8" && device !== "cpu")
    throw new EngineError("PRECISION=int8 is for processors; set PRECISION=auto", { retryable: false });
  const began = performance.now();
  const exact = await readDiffusionCheckpoint(options.checkpoint);
  const products = precision === "int8" ? "int8" : "exact";
  const checkpoint = products === "int8" ? await withRoundedUNet(exact) : exact;
  const tokenizer = await ClipTokenizer.load(checkpoint.tokenizer);
  const forms = await probeDevice(device, precision);
  log?.info(
    { checkpoint: checkpoint.label, device, ...forms, products, ms: Math.round(performance.now() - began) },
    "diffusion opened",
  );
  return new DiffusionStylizer(new DiffusionNetworks(checkpoint, { device, ...forms, products, sessions }), tokenizer);
}

/** `length` values of N(0, 1) for a seed and a use (`NOISE_STREAM`). */
export type NoiseSource = (seed: number, length: number, stream: number) => Float32Array;

export class DiffusionStylizer implements Stylizer {
  readonly id = "diffusion";
  readonly #networks: DiffusionNetworks;
  readonly #tokenizer: ClipTokenizer;
  readonly #noise: NoiseSource;
  readonly #cache = new ByteCache<Floats>(CACHE_BYTES, ({ data }) => data.byteLength);

  /** @param noise where randomness comes from; the default is the same on every machine */
  constructor(networks: DiffusionNetworks, tokenizer: ClipTokenizer, noise: NoiseSource = gaussianNoise) {
    this.#networks = networks;
    this.#tokenizer = tokenizer;
    this.#noise = noise;
  }

  async stylize(input: StylizeInput, hooks: StylizeHooks = {}): Promise<StylizeResult> {
    const { latents, ...result } = await this.stylizeToLatents(input, hooks);
    await pause(hooks.signal);
    const { scalingFactor } = this.#networks.checkpoint.vae.config;
    const decoded = await this.#networks.decodeLatents(unscaled(latents, scalingFactor));
    expectNumbers(decoded.data, "the decoder");
    return { ...result, image: floatsToPicture(decoded, formOf(input.settings).rounding) };
  }

  /** All of `stylize` but the decoder: the scaled latents [1, C, h, w] of the result. */
  async stylizeToLatents(
    input: StylizeInput,
    { signal, onProgress, onPreview }: StylizeHooks = {},
  ): Promise<Omit<StylizeResult, "image"> & { readonly latents: Floats }> {
    const { settings } = input;
    const form = formOf(settings);
    const stylePath = stylePathOf(input);
    const plan = createScheduler(form.scheduler, this.#networks.checkpoint.scheduler).plan({
      steps: form.steps,
      strength: settings.strength,
      startLevel: form.startLevel,
    });
    const conditioning = await this.#condition(input, form, signal);
    const start = await this.#startLatents(input, form, signal);

    const size = start.data.length;
    const steps = plan.timesteps.length;
    const synthesis = {
      predict: this.#networks.predict.bind(this.#networks),
      plan,
      conditioning,
      signal,
      stepNoise: (index: number) => this.#noise(settings.seed, size, NOISE_STREAM.step + index),
      onStep: (step: number, predictedOriginal: Floats) => {
        onProgress?.(step, steps);
        if (step < steps) onPreview?.(latentsToPreview(predictedOriginal), step, steps);
      },
    };
    const inverted = await invert(start, this.#noise(settings.seed, size, NOISE_STREAM.start), synthesis);
    const latents = await synthesize(inverted, synthesis);
    return { latents, steps, guidance: conditioning.empty ? conditioning.guidance : null, stylePath };
  }

  /** Encodes the description, and the empty prompt as long as it. Without a description nothing is guided. */
  async #condition(
    { variant, description }: StylizeInput,
    form: InstForm,
    signal: AbortSignal | undefined,
  ): Promise<Conditioning> {
    const text = variant === "inst" ? "" : (description ?? "");
    const { positions } = this.#networks.checkpoint.text.config;
    const rows = this.#tokenizer.rows(text, positions).slice(0, form.promptRows);
    const [emptyRow] = this.#tokenizer.rows("", positions);
    const { guidance, guidedPart } = form;
    const prompt = await this.#encode(rows, signal);
    const empty =
      text.trim() === ""
        ? null
        : await this.#encode(
            rows.map(() => emptyRow!),
            signal,
          );
    return { prompt, empty, guidance, guidedPart };
  }

  #encode(rows: readonly (readonly number[])[], signal: AbortSignal | undefined): Promise<Floats> {
    const key = createHash("sha256").update(JSON.stringify(rows)).digest("hex");
    return this.#cache.get(`text ${key}`, async () => {
      await pause(signal);
      return this.#networks.encodeText(rows);
    });
  }

  /** The content's latents, with the style's statistics in them where the variant looks at the style image. */
  async #startLatents(input: StylizeInput, form: InstForm, signal: AbortSignal | undefined): Promise<Floats> {
    const { size, seed } = input.settings;
    const latentsOf = async (picture: RgbImage, sha256: string, stream: number): Promise<Floats> => {
      const moments = await this.#cache.get(`moments ${sha256} ${size} ${form.fit}`, async () => {
        await pause(signal);
        return this.#networks.encodePicture(pictureToFloats(await fitted(picture, size, form.fit)));
      });
      expectNumbers(moments.data, "the encoder");
      const noise = form.posterior === "sample" ? this.#noise(seed, moments.data.length / 2, stream) : null;
      return latentsOfMoments(moments, this.#networks.checkpoint.vae.config.scalingFactor, noise);
    };
    const content = await latentsOf(input.content, input.contentSha256, NOISE_STREAM.contentPosterior);
    if (input.variant === "prompt") return content;
    return adain(
      content,
      channelStatistics(await latentsOf(input.style, input.styleSha256, NOISE_STREAM.stylePosterior)),
    );
  }
}

function stylePathOf({ variant, settings }: StylizeInput): "adain" | null {
  if (variant === "prompt") return null;
  if (settings.stylePath === "auto" || settings.stylePath === "adain") return "adain";
  throw new UserError(
    "style-path-missing",
    `The style path “${settings.stylePath}” is not available with this engine; choose “adain” or “auto”.`,
  );
}

/** The picture at the size it is painted in. */
function fitted(picture: RgbImage, size: number, fit: InstForm["fit"]): Promise<RgbImage> {
  const shape = fit === "stretch" ? { width: 1, height: 1 } : picture;
  const { width, height } = sizeForLongSide(shape, size, SIZE_MULTIPLE);
  return fit === "stretch" ? resizeTo(picture, width, height) : cropTo(picture, width, height);
}
