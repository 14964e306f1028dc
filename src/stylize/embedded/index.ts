/** The embedded engine: style transfer without any checkpoint, on any CPU. */
import { fitLongSide } from "../../images/plane.ts";
import { oklabToRgb, rgbToOklabSized } from "../../images/oklab.ts";
import type { StylizeHooks, StylizeInput, StylizeResult, Stylizer } from "../stylizer.ts";
import { detectFaces } from "../../images/faces.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import { KernelPool } from "./kernels/pool.ts";
import { patchParameters } from "./patch/parameters.ts";
import type { FaceBox } from "./patch/content-mask.ts";
import { cropBorder } from "./patch/style-border.ts";
import { StyleAnalysis } from "./patch/style-analysis.ts";
import { CHROMA_GAIN, synthesise } from "./patch/synthesis.ts";

export interface EmbeddedOptions {
  /** threads that compute, the calling one included; default: one per core. Results do not depend on it. */
  readonly threads?: number;
}

export class EmbeddedStylizer implements Stylizer {
  readonly id = "embedded";
  readonly #threads: number | undefined;

  constructor(options: EmbeddedOptions = {}) {
    this.#threads = options.threads;
  }

  async stylize(input: StylizeInput, hooks: StylizeHooks = {}): Promise<StylizeResult> {
    const { settings } = input;
    const pool = new KernelPool(this.#threads);
    try {
      const faces = await this.#faces(input.content);
      const content = rgbToOklabSized(input.content, fitLongSide(input.content, settings.size), CHROMA_GAIN);
      const style = new StyleAnalysis(
        cropBorder(rgbToOklabSized(input.style, fitLongSide(input.style, settings.size), CHROMA_GAIN)).image,
      );
      let total = 0;
      const parameters = patchParameters(settings.strength);
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

  /** The content's faces. Without a detector they get no more care than other edges. */
  async #faces(content: RgbImage): Promise<FaceBox[]> {
    const { faces } = await detectFaces(content).catch(() => ({ faces: [] }));
    return faces.map(({ x, y, width, height }) => ({
      x: x / content.width,
      y: y / content.height,
      width: width / content.width,
      height: height / content.height,
    }));
  }
}
