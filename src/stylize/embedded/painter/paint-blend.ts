/** Paints by the descriptions of several styles: with what they say together, in each of the media that they name. */
import type { Weighed } from "../../../blend.ts";
import { oklabToRgb, rgbToOklab, rgbToOklabSized } from "../../../images/oklab.ts";
import { mapPlanes } from "../../../images/plane.ts";
import type { RgbImage } from "../../../images/rgb-image.ts";
import { mediaOf, mixedParameters } from "../steering/mixed-parameters.ts";
import type { StyleParameters } from "../steering/steering-parameters.ts";
import { paint, paintOver, type PaintOptions } from "./index.ts";

/**
 * In the heaviest medium first; then each further one is painted over that, and shows through as far as its weight says.
 *
 * @throws CancelledError when the signal is aborted, within 250 ms
 */
export async function paintBlend(
  content: RgbImage,
  styles: readonly Weighed<StyleParameters>[],
  options: PaintOptions,
): Promise<RgbImage> {
  const mixed = mixedParameters(styles);
  const [first, ...further] = mediaOf(styles);
  if (!first || further.length === 0) return paint(content, mixed, options);
  const { seed, strength, signal, onProgress, onPreview } = options;
  const parts = 1 + further.length;
  let picture = rgbToOklab(
    await paint(content, mixed, {
      ...options,
      ...(onProgress && { onProgress: (done) => onProgress(done / parts) }),
      ...(onPreview && { onPreview: (image, done) => onPreview(image, done / parts) }),
    }),
  );
  const sized = rgbToOklabSized(content, picture);
  let { weight: laid } = first;
  for (const [i, { medium, weight }] of further.entries()) {
    const style = { ...mixed, medium: { ...mixed.medium, value: medium } };
    const over = await paintOver(picture, sized, style, { seed, strength, signal });
    laid += weight;
    const share = weight / laid;
    picture = mapPlanes(picture, (plane, channel) =>
      plane.map((value, at) => value + share * (over.planes[channel]![at]! - value)),
    );
    onProgress?.((i + 2) / parts);
  }
  return oklabToRgb(picture);
}
