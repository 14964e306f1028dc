/** The controls that nobody paints: content and style as they are, and the content in the style's colours. */
import { readStoredPicture } from "../images/decode.ts";
import { encodePng } from "../images/encode.ts";
import { oklabToRgb, rgbToOklab } from "../images/oklab.ts";
import { mapPlanes, type Plane, type PlanarImage } from "../images/plane.ts";
import { resizeLongSide } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { Control } from "./candidates.ts";

/** A control of a pair, as long as what is painted. @param content, style files of stored pictures */
export async function controlPicture(
  control: Exclude<Control, "embedded">,
  { content, style, size }: { readonly content: string; readonly style: string; readonly size: number },
): Promise<{ readonly image: RgbImage; readonly png: Uint8Array }> {
  const image = await pictureOf(control, content, style, size);
  return { image, png: await encodePng(image) };
}

async function pictureOf(
  control: Exclude<Control, "embedded">,
  content: string,
  style: string,
  size: number,
): Promise<RgbImage> {
  if (control === "content") return readAt(content, size);
  if (control === "style") return readAt(style, size);
  return inColoursOf(await readAt(content, size), await readAt(style, size));
}

const readAt = async (file: string, longSide: number): Promise<RgbImage> =>
  resizeLongSide(await readStoredPicture(file), longSide);

/**
 * Means and standard deviations of the style's channels for the content's own (Reinhard, Ashikhmin, Gooch and Shirley,
 * "Color Transfer between Images", 2001), in OKLab in place of their lαβ.
 */
export function inColoursOf(content: RgbImage, style: RgbImage): RgbImage {
  const [from, to] = [rgbToOklab(content), rgbToOklab(style)];
  const moved: PlanarImage = mapPlanes(from, (plane, channel) => {
    const own = moments(plane);
    const wanted = moments(to.planes[channel]!);
    const gain = own.deviation > 0 ? wanted.deviation / own.deviation : 0;
    return plane.map((value) => wanted.mean + gain * (value - own.mean));
  });
  return oklabToRgb(moved);
}

function moments(plane: Plane): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  for (const value of plane) sum += value;
  const mean = sum / plane.length;
  let squares = 0;
  for (const value of plane) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / plane.length) };
}
