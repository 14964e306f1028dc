/** A style picture changed as a description asks: palette, tones, chroma, temperature, texture, contours. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { mapPlanes, type Plane, type PlanarImage, type Size } from "../../../images/plane.ts";
import { sortedPlane } from "../../../images/sorted-plane.ts";
import { PaletteMap } from "../painter/palette-map.ts";
import type { StyleChanges } from "./style-changes.ts";

/** @param style OKLab without chroma gain */
export function changedStyle(style: PlanarImage, changes: StyleChanges): PlanarImage {
  let image = style;
  if (changes.outlines < 0)
    image = withLightness(image, withoutThinDarks(image, Math.min(1, -1.25 * changes.outlines)));
  if (changes.paletteAmount > 0) image = inPalette(image, changes);
  if (changes.contrast !== 0 || changes.key !== 0) image = withLightness(image, retoned(image.planes[0], changes));
  if (changes.saturation !== 0 || changes.temperature !== 0) image = recoloured(image, changes);
  if (changes.texture !== 0 || changes.edgeHardness !== 0) image = withLightness(image, retextured(image, changes));
  return image;
}

/** How much larger the strokes of the style are to be. */
export const strokeScale = ({ strokeWidth }: StyleChanges): number =>
  Math.min(1.8, Math.max(0.55, 2 ** (1.15 * strokeWidth)));

const withLightness = ({ width, height, planes }: PlanarImage, lightness: Plane): PlanarImage => ({
  width,
  height,
  planes: [lightness, planes[1], planes[2]],
});

/** Every colour moved towards the described ones that stand for it; lightness follows by a third, so that forms stay. */
function inPalette(image: PlanarImage, { palette, paletteAmount }: StyleChanges): PlanarImage {
  const { mixture } = new PaletteMap(image, palette);
  const [L, a, b] = image.planes;
  const chroma = L.map((_, i) => hypotenuse(a[i]!, b[i]!));
  const strong = sortedPlane(chroma)[Math.floor(0.9 * chroma.length)]! + 1e-6;
  const out = mapPlanes(image, (plane) => plane.slice());
  for (let i = 0; i < L.length; i++) {
    const [toL, toA, toB] = mixture.planes.map((plane) => plane[i]!) as [number, number, number];
    const tone = L[i]! + paletteAmount * 0.3 * (toL - L[i]!);
    // Paint taken much lighter or darker than it comes from the tube is less colourful, and greys stay greyer.
    const fade = (0.5 + 0.5 * Math.min(1, chroma[i]! / strong)) / (1 + 3.5 * (tone - toL) ** 2);
    const limit = Math.min(1, mostChroma(tone) / (fade * hypotenuse(toA, toB) + 1e-6));
    out.planes[0][i] = tone;
    out.planes[1][i] = a[i]! + paletteAmount * (toA * fade * limit - a[i]!);
    out.planes[2][i] = b[i]! + paletteAmount * (toB * fade * limit - b[i]!);
  }
  return out;
}

/** What paint reaches at a lightness; sRGB would hold more, but it looks like light, not like paint. */
const mostChroma = (lightness: number): number => 0.03 + 0.14 * Math.max(0, 1 - ((lightness - 0.58) / 0.5) ** 2);

/** Contrast about the median, key by a power. */
function retoned(lightness: Plane, { contrast, key }: StyleChanges): Plane {
  const median = sortedPlane(lightness)[lightness.length >> 1]!;
  const gain = 2 ** (1.5 * contrast);
  const exponent = 2 ** (-1.3 * key);
  return lightness.map((value) => {
    const steep = median + gain * (value - median);
    return soften(Math.max(0, steep)) ** exponent;
  });
}

/** Bends what would leave the range of lightness back into it. */
const soften = (value: number): number => (value <= 0.85 ? value : 0.85 + 0.15 * Math.tanh((value - 0.85) / 0.15));

function recoloured(image: PlanarImage, { saturation, temperature }: StyleChanges): PlanarImage {
  const gain = 2 ** (2.2 * saturation);
  const [lightness] = image.planes;
  // Blue to orange; middle tones turn the most, as black and white have no temperature.
  const shift = [0, 0.03 * temperature, 0.075 * temperature];
  return mapPlanes(image, (plane, channel) =>
    channel === 0
      ? plane
      : plane.map((value, i) => {
          const L = lightness[i]!;
          return gain * value + shift[channel]! * 4 * Math.max(0, L * (1 - L));
        }),
  );
}

/** Fine bands of lightness amplified or damped. */
function retextured(image: PlanarImage, { texture, edgeHardness }: StyleChanges): Plane {
  const scale = Math.max(image.width, image.height) / 512;
  const [lightness] = image.planes;
  const fine = blurPlane(lightness, image, 1.2 * scale);
  const coarse = blurPlane(lightness, image, 3.5 * scale);
  const gain = 2 ** (1.5 * texture + 1.2 * edgeHardness) - 1;
  const coarseGain = 2 ** (0.9 * texture) - 1;
  return lightness.map((value, i) => value + gain * (value - fine[i]!) + coarseGain * (fine[i]! - coarse[i]!));
}

/** Lightness with dark lines up to about five pixels (at 512) closed: a dilation, then an erosion, by a disc. */
function withoutThinDarks(image: PlanarImage, amount: number): Plane {
  const radius = Math.max(1, (2.5 * Math.max(image.width, image.height)) / 512);
  const dilated = extreme(image.planes[0], image, radius, Math.max);
  const closed = blurPlane(extreme(dilated, image, radius, Math.min), image, radius / 3);
  return closed.map((value, i) => image.planes[0][i]! + amount * Math.max(0, value - image.planes[0][i]!));
}

/** The largest or smallest value in a disc around each pixel. */
function extreme(plane: Plane, size: Size, radius: number, pick: (a: number, b: number) => number): Plane {
  const { width, height } = size;
  const reach = Math.floor(radius);
  const out = plane.slice();
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dy * dy > radius * radius) continue;
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
          const i = y * width + x;
          out[i] = pick(out[i]!, plane[i + dy * width + dx]!);
        }
      }
    }
  }
  return out;
}
