/** The controls that nobody paints: content and style as they are, and the content in the style's colours. */
import { readStoredPicture } from "../images/decode.ts";
import { encodePng } from "../images/encode.ts";
import { oklabToRgb, rgbToOklab } from "../images/oklab.ts";
import { mapPlanes, type Plane, type PlanarImage } from "../images/plane.ts";
import { resizeLongSide } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { Control } from "./candidates.ts";

type Unpainted = Exclude<Control, "embedded">;

/** Files of stored pictures, and the long side of what is painted. */
interface ControlParts {
  readonly content: string;
  readonly style: string;
  readonly size: number;
}

/** A control of a pair, as long as what is painted. */
export async function controlPicture(
  control: Unpainted,
  parts: ControlParts,
): Promise<{ readonly image: RgbImage; readonly png: Uint8Array }> {
  const image = await controlImage(control, parts);
  return { image, png: await encodePng(image) };
}

/** The same, not as a file. */
export async function controlImage(control: Unpainted, { content, style, size }: ControlParts): Promise<RgbImage> {
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
