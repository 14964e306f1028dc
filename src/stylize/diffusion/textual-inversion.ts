/**
 * Textual inversion (Gal et al. 2022; InST: Zhang et al. 2023, section 3.1): finds the vector for the token `*` under
 * which the UNet predicts the noise in one picture best.
 *
 *     z0 ~ posterior(picture), t ~ U, ε ~ N(0, 1), zt = √ᾱ z0 + √(1 - ᾱ) ε, minimise mean((ε_θ(zt, t, c(v)) - ε)²)
 */
import type { ClipTokenizer } from "../../../models/clip-tokenizer.ts";
import { EngineError } from "../../errors.ts";
import { cropTo, resizeTo } from "../../images/resize.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import type { Floats } from "../../onnx/index.ts";
import { ADAMW_DEFAULTS, adamwStep, type Moments, noMoments } from "./adamw.ts";
import { AffineStyleModule, styleEmbedding } from "./affine-style-module.ts";
import type { DiffusionNetworks, LearnedToken } from "./diffusion-networks.ts";
import { drawStep, VALIDATION_PAIRS, validationPair } from "./inversion-draws.ts";
import { inversionLoss } from "./inversion-loss.ts";
import type { InversionSettings, InversionState, LossPoint } from "./inversion-state.ts";
import { latentsOfMoments, pictureToFloats } from "./latents.ts";
import { NoiseLevels } from "./schedulers/noise-levels.ts";
import { linear } from "./schedulers/linear-combination.ts";
import { STYLE_TOKEN } from "./style-token.ts";
import { startingVector } from "./style-words.ts";
import { FreeVector, type TokenParameters } from "./token-parameters.ts";

/** Steps between two looks at the fixed set. */
export const VALIDATE_EVERY = 50;
/** The first looks come sooner: a processor takes minutes for the first fifty steps, and what is stopped then is kept. */
const EARLY_LOOKS = [10, 25];
/** It ends when this many looks in a row added less than `LEAST_GAIN` to all that was gained before. */
const PATIENCE = 4;
/** A part of the gain and not of the loss, whose most part is noise that no vector can predict. */
const LEAST_GAIN = 0.02;

/**
 * The rates of Gal et al. for a vector, of InST's code for its module.
 *
 * Measured by `atelier bench inversion --target` on the tiny pipelines (random weights, 64 pixels). The module's loss of
 * the fixed set after 6,100 steps: 1.1298 on the first, 1.2960 on the second. The vector is there after 250 steps on the
 * first (300 when started from noise), 2,900 on the second (2,700). The early stop ends it at 500 with 1.1273, at 350
 * with 1.2974: 98.8 % and 97.7 % of what 6,100 steps of the vector gain. Once settled, two looks differ by 0.0016 and
 * 0.0002; the gains of 0.073 and 0.083 are 0.081 ± 0.012 and 0.102 ± 0.009 on sixteen other fixed sets. So a look tells
 * when to stop, not which of two good vectors is the better. Rates on the first: 1e-3 is there after 850 steps, 1e-2
 * after 200 but settles 0.0015 higher, 2e-2 after 700; the second would take twice and four times the rate.
 */
export function inversionSettings(
  form: InversionSettings["form"],
  given: Pick<InversionSettings, "seed" | "size"> & { readonly maxSteps?: number },
): InversionSettings {
  return form === "vector"
    ? { form, maxSteps: 1000, learningRate: 5e-3, stopsEarly: true, ...given }
    : { form, maxSteps: 6100, learningRate: 1e-4, stopsEarly: false, ...given };
}

/** Asked before every pass of a network: waits while others go first, and throws when the work was cancelled. */
export type Turn = () => Promise<void>;

const always: Turn = () => Promise.resolve();

export interface InversionInput {
  readonly picture: RgbImage;
  readonly styleSha256: string;
  /** Style description; a free vector starts from its words. */
  readonly description: string | null;
}

export class TextualInversion {
  readonly #networks: DiffusionNetworks;
  readonly #levels: NoiseLevels;
  readonly #row: readonly number[];
  readonly #tokenId: number;
  /** What the encoder gives for the picture, and for it mirrored. */
  readonly #moments: readonly [Floats, Floats];
  readonly #parameters: TokenParameters;
  #state: InversionState;
  /** Of the prompt, with whatever the table has for `*`. */
  #embeddings: Floats | null = null;

  private constructor(
    parts: { networks: DiffusionNetworks; tokenizer: ClipTokenizer; moments: readonly [Floats, Floats] },
    parameters: TokenParameters,
    state: InversionState,
  ) {
    const { checkpoint } = parts.networks;
    this.#networks = parts.networks;
    this.#levels = new NoiseLevels(checkpoint.scheduler);
    this.#row = parts.tokenizer.rows(STYLE_TOKEN, checkpoint.text.config.positions)[0]!;
    this.#tokenId = this.#row[1]!;
    this.#moments = parts.moments;
    this.#parameters = parameters;
    this.#state = state;
  }

  /** Begins anew, with a first look at the fixed set. */
  static async begin(
    networks: DiffusionNetworks,
    tokenizer: ClipTokenizer,
    { picture, styleSha256, description }: InversionInput,
    settings: InversionSettings,
    turn: Turn = always,
  ): Promise<TextualInversion> {
    const { width } = networks.checkpoint.text.config;
    const parameters =
      settings.form === "vector"
        ? new FreeVector(await startingVector(networks, tokenizer, description))
        : AffineStyleModule.create(settings.seed, width);
    const zeros = Object.entries(parameters.tensors).map(([name, { data }]) => [name, noMoments(data.length)]);
    const moments = await encodeBothWays(networks, picture, settings, turn);
    const inversion = new TextualInversion({ networks, tokenizer, moments }, parameters, {
      settings,
      styleSha256,
      description,
      step: 0,
      tensors: parameters.tensors,
      moments: Object.fromEntries(zeros) as Record<string, Moments>,
      losses: [],
      validations: [],
      best: { step: 0, loss: Infinity, vector: parameters.forward(null) },
    });
    await inversion.#look(turn);
    return inversion;
  }

  /** Goes on where `state` was taken; from then on nothing differs from the run that was not interrupted. */
  static async resume(
    networks: DiffusionNetworks,
    tokenizer: ClipTokenizer,
    picture: RgbImage,
    state: InversionState,
    turn: Turn = always,
  ): Promise<TextualInversion> {
    const { width } = networks.checkpoint.text.config;
    if (state.best.vector.length !== width)
      throw new EngineError("that style was being learned on another checkpoint; learn it anew", { retryable: false });
    const parameters =
      state.settings.form === "vector"
        ? new FreeVector(state.tensors["vector"]!.data)
        : new AffineStyleModule(styleEmbedding(width), state.tensors as AffineStyleModule["tensors"]);
    const moments = await encodeBothWays(networks, picture, state.settings, turn);
    const inversion = new TextualInversion({ networks, tokenizer, moments }, parameters, state);
    // It may have been cut after a step and before the look at what that gave.
    if (isLookDue(state) && state.validations.at(-1)?.step !== state.step) await inversion.#look(turn);
    return inversion;
  }

  /** As it stands; a copy must be written before the next step changes it. */
  get state(): InversionState {
    return this.#state;
  }

  /** The vector as the parameters have it now, nothing dropped. */
  get vector(): Float32Array {
    return this.#parameters.forward(null);
  }

  get done(): boolean {
    const { step, settings, validations } = this.#state;
    return step >= settings.maxSteps || (settings.stopsEarly && hasSettled(validations));
  }

  /** One step of the optimiser, and a look at the fixed set where one is due. @returns the step's loss */
  async step(turn: Turn = always): Promise<number> {
    await turn();
    const { settings, step, moments } = this.#state;
    const { scheduler, vae } = this.#networks.checkpoint;
    const length = this.#moments[0].data.length / 2;
    const draw = drawStep(settings.seed, step, length, scheduler.trainTimesteps);
    const own = this.#moments[draw.mirrored ? 1 : 0];
    const latents = latentsOfMoments(own, vae.config.scalingFactor, draw.posterior);
    const vector = this.#parameters.forward(draw.dropout);
    const { width } = this.#networks.checkpoint.text.config;
    const embeddings = (this.#embeddings ??= await this.#networks.tokenEmbeddings(this.#row));
    const data = Float32Array.from(embeddings.data);
    data.set(vector, width);
    const { loss, gradient } = await inversionLoss(this.#networks, {
      embeddings: { data, shape: embeddings.shape },
      ...this.#noisy(latents, draw.timestep, draw.noise),
    });
    finite(loss, step + 1);
    const changes = this.#parameters.backward(gradient.slice(width, 2 * width));
    const options = { ...ADAMW_DEFAULTS, learningRate: settings.learningRate };
    for (const [name, { data: parameter }] of Object.entries(this.#parameters.tensors))
      adamwStep(parameter, changes[name]!, moments[name]!, step + 1, options);
    this.#state = { ...this.#state, step: step + 1, losses: [...this.#state.losses, loss] };
    if (isLookDue(this.#state)) await this.#look(turn);
    return loss;
  }

  /**
   * Mean loss of `vector` over the fixed set, on the mean of the encoder's distribution.
   *
   * @param seed of the fixed set; another than the run's gives another set
   */
  async validate(vector: Float32Array, turn: Turn = always, seed = this.#state.settings.seed): Promise<number> {
    const { scheduler, vae } = this.#networks.checkpoint;
    const latents = latentsOfMoments(this.#moments[0], vae.config.scalingFactor, null);
    const learned: LearnedToken = { id: this.#tokenId, vector };
    await turn();
    const context = await this.#networks.encodeText([this.#row], learned);
    let sum = 0;
    for (let i = 0; i < VALIDATION_PAIRS; i++) {
      const pair = validationPair(seed, i, latents.data.length, scheduler.trainTimesteps);
      const { sample, target } = this.#noisy(latents, pair.timestep, pair.noise);
      await turn();
      const [prediction] = await this.#networks.predict(sample, pair.timestep, [context]);
      sum += meanSquaredDifference(prediction!, target);
    }
    return sum / VALIDATION_PAIRS;
  }

  async #look(turn: Turn): Promise<void> {
    const { step, validations, best } = this.#state;
    const { vector } = this;
    const loss = finite(await this.validate(vector, turn), step);
    this.#state = {
      ...this.#state,
      validations: [...validations, { step, loss }],
      best: loss < best.loss ? { step, loss, vector } : best,
    };
  }

  #noisy(latents: Floats, timestep: number, noise: Float32Array) {
    const { alpha, sigma } = this.#levels.at(timestep);
    const sample = { data: linear([alpha, latents.data], [sigma, noise]), shape: latents.shape };
    const predictsNoise = this.#networks.checkpoint.scheduler.predictionType === "epsilon";
    const target = predictsNoise ? noise : linear([alpha, noise], [-sigma, latents.data]);
    return { sample, timestep, target };
  }
}

const isLookDue = ({ step, settings }: Pick<InversionState, "step" | "settings">): boolean =>
  step % VALIDATE_EVERY === 0 || EARLY_LOOKS.includes(step) || step === settings.maxSteps;

function finite(loss: number, step: number): number {
  if (Number.isFinite(loss)) return loss;
  throw new EngineError(`the loss of step ${step} is not a number`, { retryable: false });
}

/** Whether the last looks found next to nothing better than those before them. */
export function hasSettled(validations: readonly LossPoint[]): boolean {
  const losses = validations.filter(({ step }) => step % VALIDATE_EVERY === 0).map(({ loss }) => loss);
  const gain = losses[0]! - Math.min(...losses);
  // Where nothing was gained yet it may be that nothing was tried.
  const patience = gain > 0 ? PATIENCE : 2 * PATIENCE;
  if (losses.length <= patience) return false;
  return Math.min(...losses.slice(0, -patience)) - Math.min(...losses) < LEAST_GAIN * gain || gain <= 0;
}

function meanSquaredDifference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}

/** InST's code stretches the picture to the square; the other form cuts it, so that shapes stay what they are. */
async function encodeBothWays(
  networks: DiffusionNetworks,
  picture: RgbImage,
  { form, size }: InversionSettings,
  turn: Turn,
): Promise<readonly [Floats, Floats]> {
  const square = await (form === "affine" ? resizeTo : cropTo)(picture, size, size);
  const encode = async (image: RgbImage): Promise<Floats> => {
    await turn();
    return networks.encodePicture(pictureToFloats(image));
  };
  return [await encode(square), await encode(mirrored(square))];
}

function mirrored({ width, height, data }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) flipped[3 * (y * width + x) + c] = data[3 * (y * width + width - 1 - x) + c]!;
  return { width, height, data: flipped };
}
