/** The embedded engine: style transfer without any checkpoint, on any CPU. */
import { MOST_STYLES, type Weighed } from "../../blend.ts";
import { breathe } from "../../breathe.ts";
import { oklabToRgb, rgbToOklabSized } from "../../images/oklab.ts";
import type { PlanarImage, Size } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { SessionPool } from "../../onnx/session-pool.ts";
import { type StylizeHooks, type StylizeInput, type StylizeResult, type Stylizer, stylesOf } from "../stylizer.ts";
import type { EngineParts } from "../../painting.ts";
import { lookOf } from "./described/look-of.ts";
import { paintFiner } from "./paint-finer.ts";
import { KernelPool } from "./kernels/worker-pool.ts";
import { type Sketch, sketchShare, sketchShares, sketchSide } from "./network/sketch.ts";
import { mixVectors, StyleNetwork } from "./network/style-network.ts";
import { paintBlend } from "./painter/paint-blend.ts";
import { mixedLook } from "./patch/mixed-look.ts";
import { blendPalettes, paletteShares } from "./patch/palette.ts";
import { patchParameters } from "./patch/parameters.ts";
import { resultSize } from "./patch/sizes.ts";
import { StyleAnalysis } from "./patch/style-analysis.ts";
import { CHROMA_GAIN, countSteps, finish, synthesise, type SynthesisInput } from "./patch/synthesis.ts";
import { readStyle, type StylePicture, wordsFor } from "./read-style.ts";
import { parseStyle } from "./steering/steering.ts";
import { findSubjects } from "./subjects/index.ts";

export interface EmbeddedOptions {
  /** Where the networks that find subjects are opened; default: a pool of its own. */
  readonly sessions?: SessionPool;
  /** Threads that compute, the calling one included; default: one per core. Results do not depend on it. */
  readonly threads?: number;
  /** Default `both`. */
  readonly parts?: EngineParts;
}

/** Styles kept analysed, some 6 MB each; a rerun with another seed or strength needs those of one picture. */
const KEPT_STYLES = MOST_STYLES;

interface PreparedStyle extends Pick<StylePicture, "scale" | "contours" | "changes"> {
  readonly analysis: StyleAnalysis;
  /** what the network sees in it, once asked */
  vector?: Float32Array;
}

type PreparedShare = Weighed<{ readonly style: PreparedStyle }>;

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
      const prepared = await this.#prepareStyles(input, Math.max(size.width, size.height), hooks);
      const colourShares = paletteShares(settings.strength, settings.keepColors);
      const palette = blendPalettes(pool, content, mixedLook(prepared.map(asAnalysed)), colourShares);
      const styles = prepared.map(({ style, weight }) => ({
        ...style,
        analysis: style.analysis.inPalette(pool, palette),
        weight,
      }));
      const sketch = this.#parts === "both" ? await this.#sketch(input, prepared, size, colourShares.chroma) : null;
      await breathe(hooks.signal);
      const parameters = { ...patchParameters(settings.strength, sketch !== null), contours: mixedContours(styles) };
      const steps = countSteps({ content, styles, parameters });
      const onStep = (step: number, read: () => PlanarImage): void => {
        hooks.onProgress?.(step, steps);
        if (step < steps) hooks.onPreview?.(oklabToRgb(read(), CHROMA_GAIN), step, steps);
      };
      if (sketch) onStep(1, () => sketch.image);
      const subjects = await findSubjects(input.content, this.#sessions, Math.max(size.width, size.height));
      const work = { content, subjects, styles, look: mixedLook(styles), parameters, seed: settings.seed, sketch };
      if (this.#parts === "network") return await this.#networkAlone(pool, input, prepared, work, hooks);
      const { image, shares } = await synthesise(pool, work, { signal: hooks.signal, onStep });
      const changes = styles.map((style) => style.changes);
      const look = await lookOf(image, content, changes, shares, subjects.faces, { ...settings, signal: hooks.signal });
      return { image: oklabToRgb(look, CHROMA_GAIN), steps, guidance: null, stylePath: null };
    } finally {
      await pool.close();
    }
  }

  /** What patches refine; where the network cannot be opened they do without. */
  async #sketch(
    input: StylizeInput,
    styles: readonly PreparedShare[],
    size: Size,
    chroma: number,
  ): Promise<Sketch | null> {
    const scale = styles.reduce((sum, { style, weight }) => sum + weight * style.scale, 0);
    const side = sketchSide(Math.max(size.width, size.height), scale);
    const painted = await this.#paintByNetwork(input, styles, side).catch(() => null);
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
    styles: readonly PreparedShare[],
    work: SynthesisInput,
    { onProgress, onPreview, signal }: StylizeHooks,
  ): Promise<StylizeResult> {
    const { content } = work;
    const painted = await this.#paintByNetwork(input, styles, Math.max(content.width, content.height));
    onProgress?.(1, 2);
    onPreview?.(painted, 1, 2);
    await breathe(signal);
    const finished = finish(pool, rgbToOklabSized(painted, content, CHROMA_GAIN), work);
    onProgress?.(2, 2);
    return { image: oklabToRgb(finished, CHROMA_GAIN), steps: 2, guidance: null, stylePath: null };
  }

  /** By the vectors' mean, as the paper mixes styles. */
  async #paintByNetwork(input: StylizeInput, styles: readonly PreparedShare[], longSide: number): Promise<RgbImage> {
    const vectors: Weighed<{ readonly vector: Float32Array }>[] = [];
    for (const { style, weight } of styles) {
      style.vector ??= await this.#network.styleVector(oklabToRgb(style.analysis.image, CHROMA_GAIN));
      vectors.push({ vector: style.vector, weight });
    }
    const mixed = vectors[0]!.vector.map((_, i) =>
      vectors.reduce((sum, { vector, weight }) => sum + weight * vector[i]!, 0),
    );
    const share = sketchShare(input.settings.strength);
    const own = share < 1 ? await this.#network.styleVector(input.content) : mixed;
    return this.#network.paint(input.content, mixVectors(own, mixed, share), longSide);
  }

  /**
   * The styles analysed, from the cache where one was met before at this size and with these words. One that is there twice
   * is one.
   */
  async #prepareStyles(input: StylizeInput, longSide: number, { signal }: StylizeHooks): Promise<PreparedShare[]> {
    const { settings } = input;
    const asked = stylesOf(input).map(({ picture: style, sha256, description, weight }) => {
      const own = { ...input, style, description };
      return { key: JSON.stringify([sha256, longSide, wordsFor(own), settings.keepColors]), own, weight };
    });
    const prepared = new Map<string, PreparedShare>();
    for (const { key, own, weight } of asked) {
      const style = this.#styles.get(key) ?? analysed(await readStyle(own, longSide, this.#sessions, signal));
      this.#styles.delete(key);
      this.#styles.set(key, style);
      if (this.#styles.size > KEPT_STYLES) this.#styles.delete(this.#styles.keys().next().value!);
      prepared.set(key, { style, weight: weight + (prepared.get(key)?.weight ?? 0) });
    }
    return [...prepared.values()];
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
    const styles = stylesOf(input).map(({ description, weight }) => ({ ...parseStyle(description ?? ""), weight }));
    const image = await paintBlend(input.content, styles, {
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

const analysed = ({ image, usable, ...steered }: StylePicture): PreparedStyle => ({
  analysis: new StyleAnalysis(image, usable),
  ...steered,
});

const asAnalysed = ({ style: { analysis }, weight }: PreparedShare) => ({ analysis, weight });

/** As dark as all of them together have it. */
function mixedContours(styles: readonly Weighed<Pick<PreparedStyle, "contours">>[]): PreparedStyle["contours"] {
  if (styles.length === 1) return styles[0]!.contours;
  const drawn = styles.flatMap(({ contours, weight }) => (contours ? [{ ...contours, weight }] : []));
  const amount = drawn.reduce((sum, one) => sum + one.weight * one.amount, 0);
  if (amount === 0) return null;
  return { amount, ink: drawn.reduce((sum, one) => sum + one.weight * one.amount * one.ink, 0) / amount };
}
