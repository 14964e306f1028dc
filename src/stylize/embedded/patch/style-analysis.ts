/** Everything that synthesis needs to know about a style picture, computed once per style. */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { fitLongSide, mapPlanes, resizePlanar, type Plane, type PlanarImage } from "../../../images/plane.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { bandDeviations } from "./band-match.ts";
import { Guidance } from "./guidance.ts";
import { analyseLineArt, type LineArt } from "./line-art.ts";
import { colourMoments, type ColourMoments } from "./monge-kantorovich.ts";
import { deviation, repainted, type BlendedPalette, type Palette, type StyleColours } from "./palette.ts";
import { colourQuantiles, sampleColours, type ColourQuantiles } from "./sliced-transport.ts";

/** Colours that a distribution is taken from, about. */
const SAMPLES = 20_000;

export class StyleAnalysis implements StyleColours {
  readonly image: PlanarImage;
  /** 1 where patches and statistics may be taken, 0 where not, at the size of `image` */
  readonly usable: Plane;
  readonly moments: ColourMoments;
  readonly quantiles: ColourQuantiles;
  readonly strokes: Float32Array;
  /** the colours of what is painted over */
  readonly ground: Palette;
  readonly bands: readonly number[];
  readonly lineArt: LineArt;
  readonly guidance: Guidance;
  readonly #levels = new Map<number, PlanarImage>();

  /**
   * @param image the style in OKLab with chroma gain, without its border
   * @param usable where patches and statistics may be taken; default: everywhere
   * @param repaint the style that `image` shows in another palette
   */
  constructor(
    image: PlanarImage,
    usable: Plane = new Float32Array(image.width * image.height).fill(1),
    repaint?: { readonly of: StyleAnalysis; readonly palette: BlendedPalette },
  ) {
    this.image = image;
    this.usable = usable;
    if (repaint) {
      const { of, palette } = repaint;
      this.moments = palette.painted.moments;
      this.quantiles = palette.painted.quantiles;
      this.ground = palette.ground;
      this.strokes = of.strokes;
      // Other colours leave the shape of strokes as it is: their contrast is scaled with the whole picture's.
      const gain = deviation(image.planes[0]) / (deviation(of.image.planes[0]) + 1e-6);
      this.bands = of.bands.map((band) => gain * band);
      this.lineArt = of.lineArt.score > 0 ? { ...analyseLineArt(image, usable), score: of.lineArt.score } : of.lineArt;
      this.guidance = of.guidance;
      return;
    }
    const colours = usableColours(image, usable);
    this.moments = colourMoments(colours);
    this.quantiles = colourQuantiles(sampleColours(colours, SAMPLES));
    this.ground = this;
    this.strokes = strokesOf(image, usable);
    this.bands = bandDeviations(image, usable);
    this.lineArt = analyseLineArt(image, usable);
    this.guidance = new Guidance(image);
  }

  /** The same style repainted for a palette. */
  inPalette(pool: KernelPool, palette: BlendedPalette): StyleAnalysis {
    return new StyleAnalysis(repainted(pool, this, palette.painted), this.usable, { of: this, palette });
  }

  /** The style at a long side; kept. */
  level(longSide: number): PlanarImage {
    let level = this.#levels.get(longSide);
    if (!level) {
      const size = fitLongSide(this.image, longSide);
      const same = size.width === this.image.width && size.height === this.image.height;
      level = same ? this.image : resizePlanar(this.image, size);
      this.#levels.set(longSide, level);
    }
    return level;
  }
}

/** What is finer than this many pixels, at a long side of 512, is strokes. */
const STROKE_SIGMA = 8;

function strokesOf(image: PlanarImage, usable: Plane): Float32Array {
  const [lightness] = image.planes;
  const broad = blurPlane(lightness, image, (STROKE_SIGMA * Math.max(image.width, image.height)) / 512);
  const strokes = lightness.map((value, i) => value - broad[i]!);
  return sampleColours(usableColours({ ...image, planes: [strokes, strokes, strokes] }, usable), SAMPLES)[0]!;
}

/** The usable pixels of a picture, in one row. */
function usableColours(image: PlanarImage, usable: Plane): PlanarImage {
  const places = usable.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  return places === usable.length
    ? image
    : mapPlanes(image, (plane) => plane.filter((_, i) => usable[i]! > 0), { width: places, height: 1 });
}
