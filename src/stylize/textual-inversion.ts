/**
 * Textual inversion (Gal et al. 2022; InST: Zhang et al. 2023, section 3.1): finds the vector for the token `*` under
 * which the UNet predicts the noise in one picture best.
 *
 *     z0 ~ posterior(picture), t ~ U, ε ~ N(0, 1), zt = √ᾱ z0 + √(1 - ᾱ) ε, minimise mean((ε_θ(zt, t, c(v)) - ε)²)
 */
import type { ClipTokenizer } from "../../models/clip-tokenizer.ts";
import { checkpoint as pause } from "../checkpoint.ts";
import { EngineError } from "../errors.ts";
import { cropTo, resizeTo } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { Floats } from "../onnx/index.ts";
import { ADAMW_DEFAULTS, adamwStep, type Moments, noMoments } from "./adamw.ts";
import { AffineStyleModule, styleEmbedding } from "./affine-style-module.ts";
import type { DiffusionNetworks, LearnedToken } from "./diffusion-networks.ts";
import { drawStep, VALIDATION_PAIRS, validationPair } from "./inversion-draws.ts";
import { inversionLoss } from "./inversion-loss.ts";
import type { InversionSettings, InversionState, LossPoint } from "./inversion-state.ts";
import { latentsOfMoments, pictureToFloats } from "./latents.ts";
import { NoiseLevels } from "./schedulers/noise-levels.ts";
import { linear } from "./schedulers/linear.ts";
import { STYLE_TOKEN } from "./style-token.ts";
import { startingVector } from "./style-words.ts";
import { FreeVector, type TokenParameters } from "./token-parameters.ts";

/** Steps between two looks at the fixed set. */
export const VALIDATE_EVERY = 50;
/** It ends when this many looks in a row found less than `LEAST_GAIN` of improvement. */
const PATIENCE = 6;
const LEAST_GAIN = 0.002;

/** The rates of Gal et al. for a vector, of InST's code for its module. */
export function inversionSettings(
  form: InversionSettings["form"],
  given: Pick<InversionSettings, "seed" | "size"> & { readonly maxSteps?: number },
): InversionSettings {
  return form === "vector"
    ? { form, maxSteps: 1500, learningRate: 5e-3, stopsEarly: true, ...given }
    : { form, maxSteps: 6100, learningRate: 1e-4, stopsEarly: false, ...given };
}

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
  ): Promise<TextualInversion> {
    const { width } = networks.checkpoint.text.config;
    const parameters =
      settings.form === "vector"
        ? new FreeVector(await startingVector(networks, tokenizer, description))
        : AffineStyleModule.create(settings.seed, width);
    const zeros = Object.entries(parameters.tensors).map(([name, { data }]) => [name, noMoments(data.length)]);
    const moments = await encodeBothWays(networks, picture, settings);
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
    await inversion.#look();
    return inversion;
  }

  /** Goes on where `state` was taken; from then on nothing differs from the run that was not interrupted. */
  static async resume(
    networks: DiffusionNetworks,
    tokenizer: ClipTokenizer,
    picture: RgbImage,
    state: InversionState,
  ): Promise<TextualInversion> {
    const { width } = networks.checkpoint.text.config;
    if (state.best.vector.length !== width)
      throw new EngineError("that style was being learned on another checkpoint; learn it anew", { retryable: false });
    const parameters =
      state.settings.form === "vector"
        ? new FreeVector(state.tensors["vector"]!.data)
        : new AffineStyleModule(styleEmbedding(width), state.tensors as AffineStyleModule["tensors"]);
    const moments = await encodeBothWays(networks, picture, state.settings);
    return new TextualInversion({ networks, tokenizer, moments }, parameters, state);
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
  async step(signal?: AbortSignal): Promise<number> {
    await pause(signal);
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
    if (!Number.isFinite(loss))
      throw new EngineError(`the loss of step ${step + 1} is not a number`, { retryable: false });
    const changes = this.#parameters.backward(gradient.slice(width, 2 * width));
    const options = { ...ADAMW_DEFAULTS, learningRate: settings.learningRate };
    for (const [name, { data: parameter }] of Object.entries(this.#parameters.tensors))
      adamwStep(parameter, changes[name]!, moments[name]!, step + 1, options);
    this.#state = { ...this.#state, step: step + 1, losses: [...this.#state.losses, loss] };
    if ((step + 1) % VALIDATE_EVERY === 0 || step + 1 === settings.maxSteps) await this.#look();
    return loss;
  }

  /** Mean loss of `vector` over the fixed set, on the mean of the encoder's distribution. */
  async validate(vector: Float32Array): Promise<number> {
    const { scheduler, vae } = this.#networks.checkpoint;
    const latents = latentsOfMoments(this.#moments[0], vae.config.scalingFactor, null);
    const learned: LearnedToken = { id: this.#tokenId, vector };
    const context = await this.#networks.encodeText([this.#row], learned);
    let sum = 0;
    for (let i = 0; i < VALIDATION_PAIRS; i++) {
      const pair = validationPair(this.#state.settings.seed, i, latents.data.length, scheduler.trainTimesteps);
      const { sample, target } = this.#noisy(latents, pair.timestep, pair.noise);
      const [prediction] = await this.#networks.predict(sample, pair.timestep, [context]);
      sum += meanSquaredDifference(prediction!, target);
    }
    return sum / VALIDATION_PAIRS;
  }

  async #look(): Promise<void> {
    const { step, validations, best } = this.#state;
    const { vector } = this;
    const loss = await this.validate(vector);
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

/** Whether the last looks found next to nothing better than those before them. */
function hasSettled(validations: readonly LossPoint[]): boolean {
  if (validations.length <= PATIENCE) return false;
  const lowest = (points: readonly LossPoint[]): number => Math.min(...points.map(({ loss }) => loss));
  return lowest(validations.slice(-PATIENCE)) > (1 - LEAST_GAIN) * lowest(validations.slice(0, -PATIENCE));
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
): Promise<readonly [Floats, Floats]> {
  const square = await (form === "affine" ? resizeTo : cropTo)(picture, size, size);
  const encode = (image: RgbImage): Promise<Floats> => networks.encodePicture(pictureToFloats(image));
  return [await encode(square), await encode(mirrored(square))];
}

function mirrored({ width, height, data }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) flipped[3 * (y * width + x) + c] = data[3 * (y * width + width - 1 - x) + c]!;
  return { width, height, data: flipped };
}
