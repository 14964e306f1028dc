/** The embedded engine: style transfer without any checkpoint, on any CPU. */
import { breathe } from "../../breathe.ts";
import { oklabToRgb, rgbToOklabSized } from "../../images/oklab.ts";
import { mapPlanes, type Plane, type PlanarImage, type Size } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { cleanStyleAt } from "../../images/style-picture/recent-clean-styles.ts";
import { SessionPool } from "../../onnx/session-pool.ts";
import type { StylizeHooks, StylizeInput, StylizeResult, Stylizer } from "../stylizer.ts";
import type { EngineParts } from "../../painting.ts";
import { describedLook } from "./described/described-look.ts";
import { KernelPool } from "./kernels/worker-pool.ts";
import { type Sketch, sketchShare, sketchShares, sketchSide } from "./network/sketch.ts";
import { mixVectors, StyleNetwork } from "./network/style-network.ts";
import { paint } from "./painter/index.ts";
import { changedStyle, strokeScale } from "./patch/changed-style.ts";
import { blendPalettes, paletteShares } from "./patch/palette.ts";
import { patchParameters, type PatchParameters } from "./patch/parameters.ts";
import { withShades } from "./patch/plain-style.ts";
import { resultSize, styleSize } from "./patch/sizes.ts";
import { StyleAnalysis } from "./patch/style-analysis.ts";
import { changesFor, isChange, withoutColours, type StyleChanges } from "./patch/style-changes.ts";
import { CHROMA_GAIN, countSteps, finish, synthesise, type SynthesisInput } from "./patch/synthesis.ts";
import { facesWithin, usablePlaces } from "./patch/usable-places.ts";
import { parseStyle } from "./steering/steering.ts";
import { faceMask } from "./subjects/face-masks.ts";
import { findFaces, findSubjects } from "./subjects/index.ts";

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

/** A style in OKLab without its border, and where patches of it may be taken. */
interface SizedStyle {
  readonly image: PlanarImage;
  readonly usable: Plane;
}

interface PreparedStyle {
  readonly analysis: StyleAnalysis;
  /** parameters that the description decides */
  readonly steered: Partial<PatchParameters>;
  /** what the description asks for; `null` where nobody described anything */
  readonly changes: StyleChanges | null;
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
    return input.variant === "prompt" ? this.#paint(input, hooks) : this.#synthesise(input, hooks);
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
    const words = input.variant === "image-prompt" ? (input.description ?? "") : "";
    const { keepColors } = input.settings;
    const key = JSON.stringify([input.styleSha256, longSide, words, keepColors]);
    const prepared =
      this.#styles.get(key) ?? (await prepareStyle(input.style, longSide, words, keepColors, this.#sessions, signal));
    this.#styles.delete(key);
    this.#styles.set(key, prepared);
    if (this.#styles.size > KEPT_STYLES) this.#styles.delete(this.#styles.keys().next().value!);
    return prepared;
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

async function prepareStyle(
  image: RgbImage,
  longSide: number,
  words: string,
  keepColors: boolean,
  sessions: SessionPool,
  signal: AbortSignal | undefined,
): Promise<PreparedStyle> {
  const faces = await findFaces(image, sessions, longSide);
  const sized = (side: number): SizedStyle => {
    const size = styleSize(image, side);
    const clean = cleanStyleAt(image, size);
    const faceless = usablePlaces(clean.image, facesWithin(faces, size, clean));
    return { image: withShades(clean.image), usable: clean.usable.map((value, i) => value * faceless[i]!) };
  };
  const plain = sized(longSide);
  await breathe(signal);
  const asked = words === "" ? null : await changesFor(words, image, sessions);
  const changes = asked && keepColors ? withoutColours(asked) : asked;
  if (!changes || !isChange(changes)) {
    return { analysis: new StyleAnalysis(withGain(plain.image), plain.usable), steered: {}, changes: null };
  }
  const scale = strokeScale(changes);
  const large = scale > 1 ? sized(longSide * scale) : plain;
  await breathe(signal);
  const ink = changes.outlineColour?.L ?? 0.13;
  const contours = changes.outlines > 0 ? { amount: Math.min(1, 1.1 * changes.outlines), ink } : null;
  return {
    analysis: new StyleAnalysis(withGain(changedStyle(large.image, changes)), large.usable),
    steered: { styleScale: scale, contours },
    changes,
  };
}

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

function withGain(image: PlanarImage): PlanarImage {
  return mapPlanes(image, (plane, channel) => {
    if (channel === 0) return plane;
    const out = new Float32Array(plane.length);
    for (let i = 0; i < out.length; i++) out[i] = CHROMA_GAIN * plane[i]!;
    return out;
  });
}

function withoutGain(image: PlanarImage): PlanarImage {
  return mapPlanes(image, (plane, channel) => {
    if (channel === 0) return plane;
    const out = new Float32Array(plane.length);
    for (let i = 0; i < out.length; i++) out[i] = plane[i]! / CHROMA_GAIN;
    return out;
  });
}
