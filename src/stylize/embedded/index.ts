/** The embedded engine: style transfer without any checkpoint, on any CPU. */
import { breathe } from "../../breathe.ts";
import { detectFaces } from "../../faces/detect-faces.ts";
import { oklabToRgb, rgbToOklabSized } from "../../images/oklab.ts";
import { mapPlanes, type PlanarImage } from "../../images/plane.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { SessionPool } from "../../onnx/session-pool.ts";
import type { StylizeHooks, StylizeInput, StylizeResult, Stylizer } from "../stylizer.ts";
import { KernelPool } from "./kernels/worker-pool.ts";
import { paint } from "./painter/index.ts";
import { changedStyle, strokeScale } from "./patch/changed-style.ts";
import type { FaceBox } from "./patch/content-mask.ts";
import { patchParameters, type PatchParameters } from "./patch/parameters.ts";
import { withShades } from "./patch/plain-style.ts";
import { resultSize, styleSize } from "./patch/sizes.ts";
import { StyleAnalysis } from "./patch/style-analysis.ts";
import { changesFor, isChange } from "./patch/style-changes.ts";
import { CHROMA_GAIN, synthesise } from "./patch/synthesis.ts";
import { parseStyle } from "./steering/steering.ts";
import { cleanStyle, type CleanStyle } from "./style-picture/index.ts";

export interface EmbeddedOptions {
  /** Where the face detector is opened; default: a pool of its own. */
  readonly sessions?: SessionPool;
  /** Threads that compute, the calling one included; default: one per core. Results do not depend on it. */
  readonly threads?: number;
}

/** Styles kept analysed, some 6 MB each; a rerun with another seed or strength needs one. */
const KEPT_STYLES = 2;

interface PreparedStyle {
  readonly analysis: StyleAnalysis;
  /** parameters that the description decides */
  readonly steered: Partial<PatchParameters>;
}

/**
 * `inst` and `image-prompt` by patch synthesis from the style picture, the latter changed as the description asks;
 * `prompt` by the painter, from the description alone.
 */
export class EmbeddedStylizer implements Stylizer {
  readonly id = "embedded";
  readonly #sessions: SessionPool;
  readonly #threads: number | undefined;
  readonly #styles = new Map<string, PreparedStyle>();

  constructor(options: EmbeddedOptions = {}) {
    this.#sessions = options.sessions ?? new SessionPool(Infinity);
    this.#threads = options.threads;
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
      const { analysis: style, steered } = await this.#prepareStyle(input, Math.max(size.width, size.height), hooks);
      const faces = await findFaces(input.content, this.#sessions);
      const parameters = { ...patchParameters(settings.strength), ...steered };
      let total = 0;
      const image = await synthesise(
        pool,
        { content, faces, style, parameters, seed: settings.seed },
        {
          signal: hooks.signal,
          onStep: (step, steps, read) => {
            total = steps;
            hooks.onProgress?.(step, steps);
            if (step < steps) hooks.onPreview?.(oklabToRgb(read(), CHROMA_GAIN), step, steps);
          },
        },
      );
      return { image: oklabToRgb(image, CHROMA_GAIN), steps: total, guidance: null, stylePath: null };
    } finally {
      await pool.close();
    }
  }

  /** The style analysed, from the cache where this style was met before at this size and with these words. */
  async #prepareStyle(input: StylizeInput, longSide: number, { signal }: StylizeHooks): Promise<PreparedStyle> {
    const words = input.variant === "image-prompt" ? (input.description ?? "") : "";
    const key = JSON.stringify([input.styleSha256, longSide, words]);
    const prepared = this.#styles.get(key) ?? (await prepareStyle(input.style, longSide, words, signal));
    this.#styles.delete(key);
    this.#styles.set(key, prepared);
    if (this.#styles.size > KEPT_STYLES) this.#styles.delete(this.#styles.keys().next().value!);
    return prepared;
  }

  async #paint(input: StylizeInput, { signal, onProgress, onPreview }: StylizeHooks): Promise<StylizeResult> {
    const { strength, seed, size } = input.settings;
    const { width, height } = resultSize(input.content, size);
    const stepOf = (done: number): number => Math.round(done * PAINTER_STEPS);
    const image = await paint(input.content, parseStyle(input.description ?? ""), {
      seed,
      strength,
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
  signal: AbortSignal | undefined,
): Promise<PreparedStyle> {
  const sized = (side: number): CleanStyle => {
    const clean = cleanStyle(rgbToOklabSized(image, styleSize(image, side)));
    return { ...clean, image: withShades(clean.image) };
  };
  const plain = sized(longSide);
  await breathe(signal);
  const changes = words === "" ? null : changesFor(words, image);
  if (!changes || !isChange(changes)) {
    return { analysis: new StyleAnalysis(withGain(plain.image), plain.usable), steered: {} };
  }
  const scale = strokeScale(changes);
  const large = scale > 1 ? sized(longSide * scale) : plain;
  await breathe(signal);
  const ink = changes.outlineColour?.L ?? 0.13;
  const contours = changes.outlines > 0 ? { amount: Math.min(1, 1.1 * changes.outlines), ink } : null;
  return {
    analysis: new StyleAnalysis(withGain(changedStyle(large.image, changes)), large.usable),
    steered: { styleScale: scale, contours },
  };
}

const withGain = (image: PlanarImage): PlanarImage =>
  mapPlanes(image, (plane, channel) => (channel === 0 ? plane : plane.map((value) => CHROMA_GAIN * value)));

/** The content's faces, in shares of the picture. Without a detector they get no more care than other edges. */
async function findFaces(content: RgbImage, sessions: SessionPool): Promise<FaceBox[]> {
  const { faces } = await detectFaces(content, sessions).catch(() => ({ faces: [] }));
  return faces.map(({ x, y, width, height }) => ({
    x: x / content.width,
    y: y / content.height,
    width: width / content.width,
    height: height / content.height,
  }));
}
