/** The stylizer of the paper: InST on Stable Diffusion, from the publisher's weights in place. */
import { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import { breathe } from "../../breathe.ts";
import { EngineError } from "../../errors.ts";
import { noAdapter } from "../../image-adapter-folder.ts";
import type { Accelerator } from "../../lora-folder.ts";
import type { Size } from "../../images/plane.ts";
import { cropTo, resizeTo, sizeForLongSide } from "../../images/resize.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { chooseForms, type DeviceForms, type TryDevice } from "../../onnx/device-forms.ts";
import type { Precision } from "../../onnx/devices.ts";
import type { ExecutionDevice, Floats } from "../../onnx/index.ts";
import { Overflows } from "../../onnx/overflows.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import type { Weighed } from "../../blend.ts";
import { DEFAULT_SETTINGS, type StepCache, type UsedStylePath, type Ways, waysOf } from "../../painting.ts";
import {
  type Learned,
  type LearnHooks,
  type LearnInput,
  type StylizeHooks,
  type StylizeInput,
  type Stylizer,
  type StylizeResult,
  stylesOf,
} from "../stylizer.ts";
import { adain, type ChannelStatistics, channelStatistics, mixedStatistics } from "./adain.ts";
import { CachedUNet } from "./cached-unet.ts";
import { type CheckpointPlace, readDiffusionCheckpoint } from "./diffusion-checkpoint.ts";
import { DiffusionNetworks } from "./diffusion-networks.ts";
import { formOf, type InstForm, strengthOf } from "./inst-form.ts";
import { type Conditioning, expectNumbers, invert, type PredictNoise, synthesize } from "./inst.ts";
import { HD_STRENGTH, paintLarger, WINDOW } from "./hd/paint-larger.ts";
import { withRoundedUNet } from "./int8-unet.ts";
import { ByteCache } from "./latents-cache.ts";
import { inOwnChroma } from "./own-chroma.ts";
import { floatsToPicture, latentsOfMoments, pictureToFloats, unscaled } from "./latents.ts";
import { learnStyle } from "./learn-style.ts";
import { adaptedCheckpoint, type WeightedLora } from "./lora/adapted-checkpoint.ts";
import { gaussianNoise, NOISE_STREAM } from "./noise.ts";
import { Previews } from "./previews.ts";
import type { ImageAdapter } from "./image-adapter/image-adapter.ts";
import { type FindAdapter, InstalledAdapters } from "./image-adapter/installed-adapters.ts";
import { createScheduler } from "./schedulers/index.ts";
import { cachedSteps, chooseStepCache, guidedPartOf } from "./step-cache.ts";
import { attentionGrid, paintWithStyleAttention } from "./style-attention.ts";
import { type Role, type Trace, Traces } from "./style-inversion.ts";
import { choosePath, learnedToken, promptOf } from "./style-path.ts";
import { Texts } from "./texts.ts";
import type { DecodePreview } from "./tiny-decoder.ts";

const SIZE_MULTIPLE = 64;
/** Of which some are guided and some are not. */
const WARM_UP_STEPS = 4;
const CACHE_BYTES = 64e6;
/** Of `MODEL_MEMORY`, for traces: by default those of a style and a content of 512 x 512 pixels. */
const TRACES_PART = 1 / 20;

export interface DiffusionOptions extends Pick<StylizerOptions, "decodePreview" | "stepCache" | "findAdapter"> {
  readonly checkpoint: CheckpointPlace;
  readonly device: ExecutionDevice;
  readonly precision: Precision;
  /** The pool in which sessions are kept (`MODEL_MEMORY`); give one pool to all that share the memory. */
  readonly sessions: SessionPool;
  /** What of this process's memory pictures' traces take their part of; by default what sessions may hold. */
  readonly memoryBytes?: number;
  /** What the device can be trusted with, where that is known; by default it is tried. */
  readonly forms?: DeviceForms;
  /** Tries the device, or remembers (`keptTrials`); by default tries it. */
  readonly tryDevice?: TryDevice;
  /** Remembers which networks half precision is too narrow for. */
  readonly overflows?: Overflows;
  /** Told, in words for a log, what of the checkpoint is not followed. */
  readonly note?: (text: string) => void;
}

/**
 * Opens a checkpoint: headers are read and checked and the device is tried; weights are read when a network first runs.
 *
 * @throws EngineError naming what is wrong with the checkpoint or the device
 */
export async function openDiffusion(options: DiffusionOptions): Promise<DiffusionStylizer> {
  const { device, precision, sessions, memoryBytes = sessions.budgetBytes, note } = options;
  const { overflows = new Overflows() } = options;
  if (precision === "fp16" && device === "cpu")
    throw new EngineError("a processor gains nothing from half precision; set PRECISION=auto", { retryable: false });
  if (precision === "int8" && device !== "cpu")
    throw new EngineError("PRECISION=int8 is for processors; set PRECISION=auto", { retryable: false });
  const exact = await readDiffusionCheckpoint(options.checkpoint);
  const products = precision === "int8" ? "int8" : "exact";
  const checkpoint = products === "int8" ? await withRoundedUNet(exact) : exact;
  const tokenizer = await ClipTokenizer.load(checkpoint.tokenizer);
  const forms = options.forms ?? (await chooseForms(device, precision, "pictures", options.tryDevice));
  const { unheeded } = checkpoint.scheduler;
  if (unheeded.length > 0)
    note?.(`${checkpoint.label}: its scheduler asks for ${unheeded.join(", ")}, which the samplers here do not follow`);
  const networks = new DiffusionNetworks(checkpoint, { device, ...forms, products, sessions, memoryBytes, overflows });
  return new DiffusionStylizer(networks, tokenizer, options);
}

/** `length` values of N(0, 1) for a seed and a use (`NOISE_STREAM`). */
export type NoiseSource = (seed: number, length: number, stream: number) => Float32Array;

export interface StylizerOptions {
  /** Where randomness comes from; the default is the same on every machine. */
  readonly noise?: NoiseSource;
  /** Makes sharp previews (`openTinyDecoder`); without it, they come through a linear map. */
  readonly decodePreview?: DecodePreview | null;
  /** What steps take over from each other where a picture says nothing of it; default `off`. */
  readonly stepCache?: StepCache;
  /** What is among the LoRA over the checkpoint to make a draft. */
  readonly accelerator?: Accelerator | null;
  /** Of HD; smaller for tests. */
  readonly window?: typeof WINDOW;
  readonly findAdapter?: FindAdapter;
}

export class DiffusionStylizer implements Stylizer {
  readonly id = "diffusion";
  readonly #networks: DiffusionNetworks;
  readonly #tokenizer: ClipTokenizer;
  readonly #options: StylizerOptions;
  readonly #noise: NoiseSource;
  readonly #decodePreview: DecodePreview | null;
  readonly #stepCache: StepCache;
  readonly #cache = new ByteCache<Floats>(CACHE_BYTES, ({ data }) => data.byteLength);
  readonly #texts: Texts;
  /** What style attention saw of pictures on their way to noise. */
  readonly #traces: Traces;
  readonly #accelerator: Accelerator | null;
  readonly #adapters: InstalledAdapters;

  constructor(networks: DiffusionNetworks, tokenizer: ClipTokenizer, options: StylizerOptions = {}) {
    this.#networks = networks;
    this.#tokenizer = tokenizer;
    this.#texts = new Texts(networks, tokenizer, this.#cache);
    this.#options = options;
    this.#traces = new Traces(networks, networks.memoryBytes * TRACES_PART);
    this.#noise = options.noise ?? gaussianNoise;
    this.#decodePreview = options.decodePreview ?? null;
    this.#stepCache = options.stepCache ?? "off";
    this.#accelerator = options.accelerator ?? null;
    this.#adapters = new InstalledAdapters(networks, options.findAdapter ?? noAdapter);
  }

  /**
   * The same with LoRA over its networks.
   *
   * @param accelerator the one among them that makes drafts
   * @throws UserError `lora-file`
   */
  async over(loras: readonly WeightedLora[], accelerator: Accelerator | null): Promise<DiffusionStylizer> {
    const checkpoint = await adaptedCheckpoint(this.#networks.checkpoint, loras);
    const networks = this.#networks.withCheckpoint(checkpoint);
    return new DiffusionStylizer(networks, this.#tokenizer, { ...this.#options, accelerator });
  }

  async stylize(input: StylizeInput, hooks: StylizeHooks = {}): Promise<StylizeResult> {
    if (input.settings.hd) return this.#paintLarger(input, hooks);
    const { latents, ...result } = await this.stylizeToLatents(input, hooks);
    await breathe(hooks.signal);
    const { scalingFactor } = this.#networks.checkpoint.vae.config;
    const decoded = await this.#networks.decodeLatents(unscaled(latents, scalingFactor));
    expectNumbers(decoded.data, "the decoder");
    const image = floatsToPicture(decoded, formOf(input.settings, this.#accelerator).rounding);
    return { ...result, image: input.settings.keepColors ? inOwnChroma(image, input.content) : image };
  }

  /** A grey picture in few steps: guided ones and others, in the forms of the path that pictures without a token take. */
  async warmUp(size: number, signal?: AbortSignal): Promise<void> {
    const grey = { width: size, height: size, data: new Uint8Array(3 * size * size).fill(128) };
    const settings = { ...DEFAULT_SETTINGS, strength: 1, steps: WARM_UP_STEPS, seed: 0, size };
    const pictures = { content: grey, style: grey, contentSha256: "grey", styleSha256: "grey", token: null };
    await this.stylize(
      { ...pictures, variant: "image-prompt", description: "grey", settings },
      { ...(signal && { signal }) },
    );
  }

  learn(input: LearnInput, hooks: LearnHooks = {}): Promise<Learned> {
    return learnStyle(this.#networks, this.#tokenizer, this, input, hooks);
  }

  forget(): void {
    this.#cache.clear();
    this.#traces.forget();
    this.#adapters.forget();
  }

  /** All of `stylize` but the decoder: the scaled latents [1, C, h, w] of the result. */
  async stylizeToLatents(
    input: StylizeInput,
    hooks: StylizeHooks = {},
  ): Promise<Omit<StylizeResult, "image"> & { readonly latents: Floats }> {
    const { settings } = input;
    const { signal } = hooks;
    const showStep = this.#shown(input, hooks);
    const form = formOf(settings, this.#accelerator);
    const stylePath = choosePath(input, this.#networks.checkpoint.text.config.width);
    const { scheduler } = this.#networks.checkpoint;
    const timestepSpacing = form.spacing ?? scheduler.timestepSpacing;
    const plan = createScheduler(form.scheduler, { ...scheduler, timestepSpacing }).plan({
      steps: form.steps,
      strength: strengthOf(form, settings.strength),
      startLevel: form.startLevel,
    });
    const steps = plan.timesteps.length;
    const run = { faithful: settings.faithful, isDraft: this.#accelerator !== null, stylePath, steps };
    const stepCache = chooseStepCache(settings.stepCache, this.#stepCache, run);
    const { ways, networks, conditioning, guidance } = await this.#given(input, form, stylePath, signal);
    const contours = ways.adapter === "styleshot" && { contours: conditioning.prompt.hint !== undefined };
    const how = { guidance, stylePath, ...contours, stepCache };
    if (ways.attention) {
      const painted = await this.#paintWithAttention(networks, input, form, conditioning, hooks);
      return { ...painted, ...how };
    }

    const start = await this.#startLatents(input, form, signal);
    const size = start.data.length;
    let unetRows = 0;
    const predict: PredictNoise = (sample, timestep, contexts) => {
      unetRows += contexts.length;
      return networks.predict(sample, timestep, contexts);
    };
    const synthesis = {
      predict,
      plan,
      conditioning,
      signal,
      stepNoise: (index: number) => this.#noise(settings.seed, size, NOISE_STREAM.step + index),
      onStep: (step: number, predictedOriginal: Floats) => showStep(step, steps, predictedOriginal),
    };
    const inverted = await invert(start, this.#noise(settings.seed, size, NOISE_STREAM.start), synthesis);
    const cached = stepCache && new CachedUNet(networks, cachedSteps(steps, stepCache));
    const latents = await synthesize(inverted, {
      ...synthesis,
      ...(cached && { predict: cached.predict }),
      conditioning: { ...conditioning, guidedPart: guidedPartOf(stepCache, conditioning.guidedPart) },
    });
    return { latents, steps, ...how, unetRows: unetRows + (cached?.rows ?? 0) };
  }

  /** What the style path and the words bring into a picture. */
  async #given(input: StylizeInput, form: InstForm, stylePath: UsedStylePath | null, signal: AbortSignal | undefined) {
    const ways = waysOf(stylePath);
    const adapter = ways.adapter ? await this.#adapters.of(ways.adapter) : null;
    const networks = adapter?.networks ?? this.#networks;
    const conditioning = await this.#condition(input, form, ways, adapter, signal);
    return { ways, networks, conditioning, guidance: conditioning.empty ? conditioning.guidance : null };
  }

  /** HD of a finished picture, which has in it already what a style path puts into the latents at the start. */
  async #paintLarger(input: StylizeInput, hooks: StylizeHooks): Promise<StylizeResult> {
    const { settings } = input;
    const { signal } = hooks;
    const form: InstForm = { ...formOf(settings, this.#accelerator), fit: "aspect", posterior: "mean" };
    const { scheduler, text } = this.#networks.checkpoint;
    const stylePath = choosePath(input, text.config.width);
    const { ways, networks, conditioning, guidance } = await this.#given(input, form, stylePath, signal);
    const traceable = stylesOf(input).map(({ picture, sha256, weight }) => ({
      weight,
      trace: async (cutTo: Size, grid: readonly number[], onRow: () => void): Promise<Trace> => {
        const sized = { ...settings, size: Math.max(cutTo.width, cutTo.height) };
        const latents = await this.#latentsOf(picture, sha256, form, sized, signal, cutTo);
        const how = { role: "style", grid, empty: await this.#texts.empty(signal), signal, onRow } as const;
        return this.#traces.of(`${sha256} ${form.fit} mean`, latents, how);
      },
    }));
    const painted = await paintLarger(
      networks,
      {
        picture: input.content,
        size: sizeOf(input.content, settings.size, form.fit),
        window: this.#options.window ?? WINDOW,
        plan: createScheduler(form.scheduler, scheduler).plan({ steps: form.steps, strength: HD_STRENGTH }),
        conditioning,
        noise: (length, stream) => this.#noise(settings.seed, length, stream),
        styles: ways.attention ? traceable : [],
        previews: new Previews(this.#decodePreview),
      },
      hooks,
    );
    return { ...painted, guidance, stylePath: Object.values(ways).some(Boolean) ? stylePath : null };
  }

  /** Style attention: all pictures go to noise once, then the output is painted with what was seen on the way. */
  async #paintWithAttention(
    networks: DiffusionNetworks,
    input: StylizeInput,
    form: InstForm,
    conditioning: Conditioning,
    hooks: StylizeHooks,
  ): Promise<Pick<StylizeResult, "steps"> & { readonly latents: Floats; readonly unetRows: number }> {
    const { settings, content: picture } = input;
    const { signal } = hooks;
    const showStep = this.#shown(input, hooks);
    const grid = attentionGrid(form.steps, settings.strength, this.#networks.checkpoint.scheduler);
    const rowsEach = grid.length + 1;
    const tracing = (1 + stylesOf(input).length) * rowsEach;
    const steps = tracing + grid.length;
    const content = await this.#latentsOf(picture, input.contentSha256, form, settings, signal);
    const empty = await this.#texts.empty(signal);
    let unetRows = 0;
    const sampled = form.posterior === "sample" ? settings.seed : "mean";
    const trace = async (role: Role, sha256: string, latents: Floats, before: number): Promise<Trace> => {
      let rows = 0;
      const onRow = (): void => {
        rows += 1;
        hooks.onProgress?.(before + rows, steps);
      };
      const key = `${sha256} ${form.fit} ${sampled}`;
      const found = await this.#traces.of(key, latents, { role, grid, empty, signal, onRow });
      unetRows += rows;
      return found;
    };
    const contentTrace = await trace("content", input.contentSha256, content, 0);
    const styles: Weighed<Trace>[] = [];
    for (const [i, { picture: style, sha256, weight }] of stylesOf(input).entries()) {
      // The exchange wants equally many rows of latents: the style is cut to the content's shape.
      const latents = await this.#latentsOf(style, sha256, form, settings, signal, picture);
      styles.push({ ...(await trace("style", sha256, latents, (1 + i) * rowsEach)), weight });
    }
    await this.#networks.closeUNet();
    const { latents, rows } = await paintWithStyleAttention(networks, {
      grid,
      content: contentTrace,
      styles,
      conditioning,
      signal,
      onStep: (step, predictedOriginal) => showStep(tracing + step, steps, predictedOriginal),
    });
    return { latents, steps: grid.length, unetRows: unetRows + rows };
  }

  /** Tells of each step as it is done, the last without a preview: the picture itself follows. */
  #shown({ content, settings }: StylizeInput, { onProgress, onPreview }: StylizeHooks) {
    const previews = new Previews(this.#decodePreview);
    const coloured = (image: RgbImage): RgbImage => (settings.keepColors ? inOwnChroma(image, content) : image);
    return async (step: number, steps: number, predictedOriginal: Floats): Promise<void> => {
      onProgress?.(step, steps);
      if (onPreview && step < steps) onPreview(coloured(await previews.show(predictedOriginal, step)), step, steps);
    };
  }

  /**
   * Encodes the prompt, and the empty prompt as long as it, with what the style images add to both. Without words, a token or
   * an adapter nothing is guided.
   */
  async #condition(
    input: StylizeInput,
    form: InstForm,
    ways: Ways,
    adapter: ImageAdapter | null,
    signal: AbortSignal | undefined,
  ): Promise<Conditioning> {
    const { variant, content, contentSha256, settings } = input;
    const { width } = this.#networks.checkpoint.text.config;
    const styles = stylesOf(input);
    const texts = styles.map(({ description, token, weight }) => {
      const learned = ways.token ? learnedToken(this.#tokenizer, token!) : null;
      const vectors = learned ? learned.vector.length / width : 0;
      return { text: promptOf(variant === "inst" ? "" : (description ?? ""), vectors), learned, weight };
    });
    const { guidance, guidedPart, promptRows } = form;
    const { prompt, empty } = await this.#texts.encode(texts, promptRows, signal);
    if (!adapter && texts.every(({ text }) => text.trim() === "")) return { prompt, empty: null, guidance, guidedPart };
    const contexts = { prompt, empty: await empty() };
    await breathe(signal);
    if (!adapter) return { ...contexts, guidance, guidedPart };
    const size = sizeOf(content, settings.size, form.fit);
    const key = `${contentSha256} ${size.width}x${size.height} ${form.fit}`;
    // A finished picture has its contours, and is painted on in windows.
    const drawn = settings.hd ? null : { key, of: () => fitted(content, size, form.fit) };
    return { ...(await adapter.beside(contexts, { styles, drawn })), guidance, guidedPart };
  }

  /** The content's latents, with the styles' statistics in them where the variant looks at the style image. */
  async #startLatents(input: StylizeInput, form: InstForm, signal: AbortSignal | undefined): Promise<Floats> {
    const { settings } = input;
    const content = await this.#latentsOf(input.content, input.contentSha256, form, settings, signal);
    if (input.variant === "prompt") return content;
    const styles: Weighed<ChannelStatistics>[] = [];
    for (const { picture, sha256, weight } of stylesOf(input)) {
      const style = await this.#latentsOf(picture, sha256, form, settings, signal, picture);
      styles.push({ ...channelStatistics(style), weight });
    }
    return adain(content, mixedStatistics(styles));
  }

  /** Scaled latents of a picture. @param style given for a style: the shape that it is cut to */
  async #latentsOf(
    picture: RgbImage,
    sha256: string,
    form: InstForm,
    { size, seed }: StylizeInput["settings"],
    signal: AbortSignal | undefined,
    style?: Size,
  ): Promise<Floats> {
    const { width, height } = sizeOf(style ?? picture, size, form.fit);
    const moments = await this.#cache.get(`moments ${sha256} ${width}x${height} ${form.fit}`, async () => {
      await breathe(signal);
      return this.#networks.encodePicture(pictureToFloats(await fitted(picture, { width, height }, form.fit)));
    });
    expectNumbers(moments.data, "the encoder");
    const stream = style ? NOISE_STREAM.stylePosterior : NOISE_STREAM.contentPosterior;
    const noise = form.posterior === "sample" ? this.#noise(seed, moments.data.length / 2, stream) : null;
    return latentsOfMoments(moments, this.#networks.checkpoint.vae.config.scalingFactor, noise);
  }
}

const fitted = (picture: RgbImage, { width, height }: Size, fit: InstForm["fit"]): Promise<RgbImage> =>
  (fit === "stretch" ? resizeTo : cropTo)(picture, width, height);

/** The size that a picture is painted in. */
function sizeOf(picture: Size, size: number, fit: InstForm["fit"]): Size {
  return sizeForLongSide(fit === "stretch" ? { width: 1, height: 1 } : picture, size, SIZE_MULTIPLE);
}
