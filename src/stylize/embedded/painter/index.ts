/** The painter: repaints a picture from a style description alone, without any style image. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { breathe } from "../../../breathe.ts";
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { oklabToRgb, rgbToOklabSized } from "../../../images/oklab.ts";
import { fitLongSide, type PlanarImage, type Plane } from "../../../images/plane.ts";
import { sortedPlane } from "../../../images/sorted-plane.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import { seededRandom } from "../../../random.ts";
import type { Medium, StyleParameters } from "../steering/steering-parameters.ts";
import { paintStrokes } from "./brushwork.ts";
import { draw } from "./drawing.ts";
import type { Easel } from "./easel.ts";
import { inOwnColours } from "./kept-colours.ts";
import { orientationOf } from "./orientation.ts";
import { paintPoster } from "./poster.ts";
import { paintingTarget, type Target } from "./target.ts";
import { layMosaic, paintPixels } from "./tiles.ts";
import { paintWatercolour } from "./watercolour.ts";

export interface PaintOptions {
  /** Unsigned 32-bit integer; same seed and inputs, same pixels. */
  readonly seed: number;
  /** How far from the content, 0 to 1. */
  readonly strength: number;
  /** Long side of the result, pixels. */
  readonly size: number;
  /** The content's own colours in place of the described ones. */
  readonly keepColors?: boolean;
  readonly signal?: AbortSignal;
  /** @param done 0 to 1, never falling */
  readonly onProgress?: (done: number) => void;
  /** The picture so far, coarse to fine, at least six times; the last is not the result itself. */
  readonly onPreview?: (image: RgbImage, done: number) => void;
}

const MODES: Readonly<Record<Medium, (easel: Easel) => Promise<void>>> = {
  oil: (easel) => paintStrokes(easel, "oil"),
  pastel: (easel) => paintStrokes(easel, "pastel"),
  pointillism: (easel) => paintStrokes(easel, "pointillism"),
  watercolour: paintWatercolour,
  ink: (easel) => draw(easel, "ink"),
  pencil: (easel) => draw(easel, "pencil"),
  etching: (easel) => draw(easel, "etching"),
  woodcut: (easel) => draw(easel, "woodcut"),
  poster: paintPoster,
  mosaic: layMosaic,
  pixel: paintPixels,
};

/**
 * Paints the content as a description says, in the medium it names (oil where it names none).
 *
 * @throws CancelledError when the signal is aborted, within 250 ms
 */
export async function paint(content: RgbImage, described: StyleParameters, options: PaintOptions): Promise<RgbImage> {
  const { signal, onProgress, onPreview } = options;
  let last: PlanarImage | undefined;
  const show = async (picture: PlanarImage, done: number): Promise<void> => {
    last = picture;
    onProgress?.(done);
    if (done < 1) onPreview?.(oklabToRgb(picture), done);
    await breathe(signal);
  };
  await breathe(signal);
  const sized = rgbToOklabSized(content, fitLongSide(content, options.size));
  const pause = () => breathe(signal);
  await pause();
  const style = options.keepColors ? inOwnColours(described, sized) : described;
  const target = await paintingTarget(sized, style, Math.min(1, 0.3 + 1.05 * options.strength), pause);
  await pause();
  const easel = await setUp(sized, target, style, options, { show, isWatched: true });
  await MODES[style.medium.value ?? "oil"](easel);
  return oklabToRgb(last!);
}

/**
 * Paints over a picture that has its colours already, in a medium, along the forms of what it is of.
 *
 * @param picture OKLab, as are `content` (of the same size) and the result
 * @throws CancelledError when the signal is aborted
 */
export async function paintOver(
  picture: PlanarImage,
  content: PlanarImage,
  style: StyleParameters,
  { seed, strength, signal }: { seed: number; strength: number; signal: AbortSignal | undefined },
): Promise<PlanarImage> {
  let last = picture;
  const show = async (now: PlanarImage): Promise<void> => {
    last = now;
    await breathe(signal);
  };
  const size = Math.max(picture.width, picture.height);
  const easel = await setUp(
    content,
    { image: picture, palette: null },
    style,
    { seed, strength, size, ...(signal && { signal }) },
    { show, isWatched: false },
  );
  await MODES[style.medium.value ?? "oil"](easel);
  return last;
}

async function setUp(
  content: PlanarImage,
  target: Target,
  style: StyleParameters,
  options: PaintOptions,
  { show, isWatched }: Pick<Easel, "show" | "isWatched">,
): Promise<Easel> {
  const { signal, strength } = options;
  const pause = () => breathe(signal);
  const unit = options.size / 512;
  const random = seededRandom(options.seed);
  const field = await orientationOf(content.planes[0], content, {
    unit,
    ...directionOf(style),
    random,
    breathe: pause,
  });
  await pause();
  const detail = detailOf(content, unit);
  await pause();
  return {
    width: content.width,
    height: content.height,
    unit,
    content,
    target: target.image,
    palette: target.palette,
    field,
    detail,
    style,
    strength,
    random,
    show,
    isWatched,
    breathe: pause,
  };
}

/** A hand that shades with a pencil or pen keeps one direction where the forms give none; brushes and burins wander. */
function directionOf({ angle, curvature, medium }: StyleParameters): { angle: number | null; swirl: number } {
  const byHand = medium.value === "pencil" || medium.value === "ink";
  if (!byHand || angle.said || curvature.said) return { angle: angle.value, swirl: curvature.value };
  return { angle: 52, swirl: 0 };
}

/** Gradient of lightness, spread a little and divided by its 95th percentile. */
function detailOf(content: PlanarImage, unit: number): Plane {
  const { width, height } = content;
  const L = blurPlane(content.planes[0], content, 0.8 * unit);
  const gradient = new Float32Array(L.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      gradient[i] = hypotenuse(L[i + 1]! - L[i - 1]!, L[i + width]! - L[i - width]!);
    }
  }
  const spread = blurPlane(gradient, content, 4 * unit);
  const sorted = sortedPlane(spread);
  const high = Math.max(0.01, sorted[Math.floor(0.95 * sorted.length)]!);
  return spread.map((value) => Math.min(1, value / high));
}
