/** The embedded engine: style transfer without any checkpoint, on any CPU. */
import { breathe } from "../../breathe.ts";
import { oklabToRgb, rgbToOklabSized } from "../../images/oklab.ts";
import type { PlanarImage, Size } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { SessionPool } from "../../onnx/session-pool.ts";
import type { StylizeHooks, StylizeInput, StylizeResult, Stylizer } from "../stylizer.ts";
import type { EngineParts } from "../../painting.ts";
import { describedLook } from "./described/described-look.ts";
import { paintFiner } from "./paint-finer.ts";
import { KernelPool } from "./kernels/worker-pool.ts";
import { type Sketch, sketchShare, sketchShares, sketchSide } from "./network/sketch.ts";
import { mixVectors, StyleNetwork } from "./network/style-network.ts";
import { paint } from "./painter/index.ts";
import { blendPalettes, paletteShares } from "./patch/palette.ts";
import { patchParameters } from "./patch/parameters.ts";
import { resultSize } from "./patch/sizes.ts";
import { StyleAnalysis } from "./patch/style-analysis.ts";
import type { StyleChanges } from "./patch/style-changes.ts";
import { CHROMA_GAIN, countSteps, finish, synthesise, type SynthesisInput } from "./patch/synthesis.ts";
import { readStyle, type StylePicture, withGain, withoutGain, wordsFor } from "./read-style.ts";
import { parseStyle } from "./steering/steering.ts";
import { faceMask } from "./subjects/face-masks.ts";
import { findSubjects } from "./subjects/index.ts";

export interface EmbeddedOptions {
  /** Where the networks that find subjects are opened; default: a pool of its own. */
  readonly sessions?: SessionPool;
  /** Threads that compute, the calling one included; default: one per core. Results do not depend on it. */
  readonly threads?: number;
  /** Default `both`. */
  readonly parts?: EngineParts;
}

/** Styles kept analysed, some 6 MB each; a rerun with another seed or strength needs one. */
const KEPT_STYLES = 2;

interface PreparedStyle extends Pick<StylePicture, "steered" | "changes"> {
  readonly analysis: StyleAnalysis;
  /** what the network sees in it, once asked */
  vector?: Float32Array;
}

/**
 * `inst` and `image-prompt` by patch synthesis from the style picture, the latter changed as the description asks;
 * `prompt` by the painter, from the description alone.
 */
export class EmbeddedStylizer implements Stylizer {
  readonly id = "embedded";
  readonly #sessions: SessionPool;
  readonly #threads: number | undefined;
  readonly #parts: EngineParts;
  readonly #network: StyleNetwork;
  readonly #styles = new Map<string, PreparedStyle>();

  constructor(options: EmbeddedOptions = {}) {
    this.#sessions = options.sessions ?? new SessionPool(Infinity);
    this.#threads = options.threads;
    this.#parts = options.parts ?? "both";
    this.#network = new StyleNetwork(this.#sessions);
  }

  async stylize(input: StylizeInput, hooks: StylizeHooks = {}): Promise<StylizeResult> {
    if (input.settings.hd) return this.#paintFiner(input, hooks);
    return input.variant === "prompt" ? this.#paint(input, hooks) : this.#synthesise(input, hooks);
  }

  forget(): void {
    this.#styles.clear();
  }

  async #synthesise(input: StylizeInput, hooks: StylizeHooks): Promise<StylizeResult> {
    const { settings } = input;
    const pool = new KernelPool(this.#threads);
    try {
      await breathe(hooks.signal);
      const size = resultSize(input.content, settings.size);
      const content = rgbToOklabSized(input.content, size, CHROMA_GAIN);
      const prepared = await this.#prepareStyle(input, Math.max(size.width, size.height), hooks);
      const { analysis, steered } = prepared;
      const colourShares = paletteShares(settings.strength, settings.keepColors);
      const style = analysis.inPalette(pool, blendPalettes(pool, content, analysis, colourShares));
      const sketch = this.#parts === "both" ? await this.#sketch(input, prepared, size, colourShares.chroma) : null;
      await breathe(hooks.signal);
      const parameters = { ...patchParameters(settings.strength, sketch !== null), ...steered };
      const steps = countSteps({ content, style, parameters });
      const onStep = (step: number, read: () => PlanarImage): void => {
        hooks.onProgress?.(step, steps);
        if (step < steps) hooks.onPreview?.(oklabToRgb(read(), CHROMA_GAIN), step, steps);
      };
      if (sketch) onStep(1, () => sketch.image);
      const subjects = await findSubjects(input.content, this.#sessions, Math.max(size.width, size.height));
      const work = { content, subjects, style, parameters, seed: settings.seed, sketch };
      if (this.#parts === "network") return await this.#networkAlone(pool, input, prepared, work, hooks);
      const image = await synthesise(pool, work, { signal: hooks.signal, onStep });
      const look = prepared.changes ? await lookOf(image, work, prepared.changes, input, hooks) : image;
      return { image: oklabToRgb(look, CHROMA_GAIN), steps, guidance: null, stylePath: null };
    } finally {
      await pool.close();
    }
  }

  /** What patches refine; where the network cannot be opened they do without. */
  async #sketch(input: StylizeInput, style: PreparedStyle, size: Size, chroma: number): Promise<Sketch | null> {
    const side = sketchSide(Math.max(size.width, size.height), style.steered.styleScale ?? 1);
    const painted = await this.#paintByNetwork(input, style, side).catch(() => null);
    if (!painted) return null;
    return {
      image: rgbToOklabSized(painted, size, CHROMA_GAIN),
      shares: sketchShares(input.settings.strength, chroma),
    };
  }

  /** The network's picture at the size of the result, in the style's colours. */
  async #networkAlone(
    pool: KernelPool,
    input: StylizeInput,
    style: PreparedStyle,
    work: SynthesisInput,
    { onProgress, onPreview, signal }: StylizeHooks,
  ): Promise<StylizeResult> {
    const { content } = work;
    const painted = await this.#paintByNetwork(input, style, Math.max(content.width, content.height));
    onProgress?.(1, 2);
    onPreview?.(painted, 1, 2);
    await breathe(signal);
    const finished = finish(pool, rgbToOklabSized(painted, content, CHROMA_GAIN), work);
    onProgress?.(2, 2);
    return { image: oklabToRgb(finished, CHROMA_GAIN), steps: 2, guidance: null, stylePath: null };
  }

  async #paintByNetwork(input: StylizeInput, style: PreparedStyle, longSide: number): Promise<RgbImage> {
    style.vector ??= await this.#network.styleVector(oklabToRgb(style.analysis.image, CHROMA_GAIN));
    const share = sketchShare(input.settings.strength);
    const own = share < 1 ? await this.#network.styleVector(input.content) : style.vector;
    return this.#network.paint(input.content, mixVectors(own, style.vector, share), longSide);
  }

  /** The style analysed, from the cache where this style was met before at this size and with these words. */
  async #prepareStyle(input: StylizeInput, longSide: number, { signal }: StylizeHooks): Promise<PreparedStyle> {
    const key = JSON.stringify([input.styleSha256, longSide, wordsFor(input), input.settings.keepColors]);
    const prepared = this.#styles.get(key) ?? analysed(await readStyle(input, longSide, this.#sessions, signal));
    this.#styles.delete(key);
    this.#styles.set(key, prepared);
    if (this.#styles.size > KEPT_STYLES) this.#styles.delete(this.#styles.keys().next().value!);
    return prepared;
  }

  async #paintFiner(input: StylizeInput, hooks: StylizeHooks): Promise<StylizeResult> {
    const pool = new KernelPool(this.#threads);
    try {
      return await paintFiner(pool, input, this.#sessions, hooks);
    } finally {
      await pool.close();
    }
  }

  async #paint(input: StylizeInput, { signal, onProgress, onPreview }: StylizeHooks): Promise<StylizeResult> {
    const { strength, seed, size, keepColors } = input.settings;
    const { width, height } = resultSize(input.content, size);
    const stepOf = (done: number): number => Math.round(done * PAINTER_STEPS);
    const image = await paint(input.content, parseStyle(input.description ?? ""), {
      seed,
      strength,
      keepColors,
      size: Math.max(width, height),
      ...(signal && { signal }),
      onProgress: (done) => onProgress?.(stepOf(done), PAINTER_STEPS),
      onPreview: (preview, done) => onPreview?.(preview, stepOf(done), PAINTER_STEPS),
    });
    return { image, steps: PAINTER_STEPS, guidance: null, stylePath: null };
  }
}

/** The painter reports shares of the work; people see them as steps. */
const PAINTER_STEPS = 20;

const analysed = ({ image, usable, steered, changes }: StylePicture): PreparedStyle => ({
  analysis: new StyleAnalysis(image, usable),
  steered,
  changes,
});

/** The picture taken to the point that the description makes. All with chroma gain. */
async function lookOf(
  image: PlanarImage,
  { content, subjects }: SynthesisInput,
  changes: StyleChanges,
  { settings: { seed, strength } }: StylizeInput,
  { signal }: StylizeHooks,
): Promise<PlanarImage> {
  const options = { seed, strength, spared: faceMask(image, subjects.faces), signal };
  return withGain(await describedLook(withoutGain(image), withoutGain(content), changes, options));
}
