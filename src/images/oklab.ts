/** OKLab, the perceptual colour space that the embedded engine and the palette describer compute in (Ottosson 2020). */
import { createPlanar, resizePlanar, type PlanarImage, type Size } from "./plane.ts";
import type { RgbImage } from "./rgb-image.ts";

/** Lightness 0..1, green-red and blue-yellow within about ±0.4. */
export type Oklab = readonly [lightness: number, a: number, b: number];

const LINEAR_OF_BYTE = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/** Fine enough that the steepest part of the sRGB curve moves by a twentieth of a code per entry. */
const BYTE_STEPS = 65536;
const BYTE_OF_LINEAR = Uint8Array.from({ length: BYTE_STEPS + 1 }, (_, i) => {
  const value = i / BYTE_STEPS;
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
});

const toByte = (linear: number): number =>
  BYTE_OF_LINEAR[linear <= 0 ? 0 : linear >= 1 ? BYTE_STEPS : (linear * BYTE_STEPS + 0.5) | 0]!;

/**
 * A picture in OKLab: planes L, a, b. `chromaGain` multiplies a and b (the patch engine works with 2, so that one
 * squared distance weighs hue against lightness as the eye does).
 */
export function rgbToOklab(image: RgbImage, chromaGain = 1): PlanarImage {
  const linear = createPlanar(image.width, image.height);
  const [red, green, blue] = linear.planes;
  const { data } = image;
  for (let i = 0, at = 0; i < red.length; i++, at += 3) {
    red[i] = LINEAR_OF_BYTE[data[at]!]!;
    green[i] = LINEAR_OF_BYTE[data[at + 1]!]!;
    blue[i] = LINEAR_OF_BYTE[data[at + 2]!]!;
  }
  return linearToOklab(linear, chromaGain);
}

/**
 * A picture in OKLab at another size. Large pictures are first averaged in linear light over whole blocks, which bounds
 * the memory by about six times the result; the rest is antialiased Catmull-Rom.
 */
export function rgbToOklabSized(image: RgbImage, size: Size, chromaGain = 1): PlanarImage {
  const factor = Math.floor(Math.min(image.width / size.width, image.height / size.height) / 1.5);
  const oklab = factor < 2 ? rgbToOklab(image, chromaGain) : linearToOklab(averageBlocks(image, factor), chromaGain);
  return resizePlanar(oklab, size);
}

/** An 8-bit sRGB picture from OKLab planes; colours outside sRGB are clipped per channel. */
export function oklabToRgb(image: PlanarImage, chromaGain = 1): RgbImage {
  const { width, height } = image;
  const [lightness, aPlane, bPlane] = image.planes;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0, at = 0; i < lightness.length; i++, at += 3) {
    const L = lightness[i]!;
    const a = aPlane[i]! / chromaGain;
    const b = bPlane[i]! / chromaGain;
    const rootL = L + 0.3963377774 * a + 0.2158037573 * b;
    const rootM = L - 0.1055613458 * a - 0.0638541728 * b;
    const rootS = L - 0.0894841775 * a - 1.291485548 * b;
    // Written out: the power operator is twenty times slower here.
    const l = rootL * rootL * rootL;
    const m = rootM * rootM * rootM;
    const s = rootS * rootS * rootS;
    data[at] = toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
    data[at + 1] = toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
    data[at + 2] = toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  }
  return { width, height, data };
}

/** One 8-bit sRGB colour in OKLab. */
export function srgbToOklab(red: number, green: number, blue: number): Oklab {
  const { planes } = rgbToOklab({ width: 1, height: 1, data: Uint8Array.of(red, green, blue) });
  return [planes[0][0]!, planes[1][0]!, planes[2][0]!];
}

/** One OKLab colour as 8-bit sRGB, clipped. */
export function oklabToSrgb([lightness, a, b]: Oklab): readonly [red: number, green: number, blue: number] {
  const planes = [Float32Array.of(lightness), Float32Array.of(a), Float32Array.of(b)] as const;
  const { data } = oklabToRgb({ width: 1, height: 1, planes });
  return [data[0]!, data[1]!, data[2]!];
}

/** Converts linear sRGB planes to OKLab in place. */
function linearToOklab(image: PlanarImage, chromaGain: number): PlanarImage {
  const [first, second, third] = image.planes;
  for (let i = 0; i < first.length; i++) {
    const r = first[i]!;
    const g = second[i]!;
    const b = third[i]!;
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    first[i] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
    second[i] = chromaGain * (1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s);
    third[i] = chromaGain * (0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s);
  }
  return image;
}

/** Linear sRGB planes, about `factor` times smaller: means over blocks that together cover every pixel once. */
function averageBlocks(image: RgbImage, factor: number): PlanarImage {
  const width = Math.max(1, Math.floor(image.width / factor));
  const height = Math.max(1, Math.floor(image.height / factor));
  const out = createPlanar(width, height);
  const [red, green, blue] = out.planes;
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * image.height) / height);
    const bottom = Math.floor(((y + 1) * image.height) / height);
    for (let x = 0; x < width; x++) {
      const left = Math.floor((x * image.width) / width);
      const right = Math.floor(((x + 1) * image.width) / width);
      let r = 0;
      let g = 0;
      let b = 0;
      for (let v = top; v < bottom; v++) {
        for (let at = 3 * (v * image.width + left), end = at + 3 * (right - left); at < end; at += 3) {
          r += LINEAR_OF_BYTE[image.data[at]!]!;
          g += LINEAR_OF_BYTE[image.data[at + 1]!]!;
          b += LINEAR_OF_BYTE[image.data[at + 2]!]!;
        }
      }
      const share = 1 / ((bottom - top) * (right - left));
      const i = y * width + x;
      red[i] = r * share;
      green[i] = g * share;
      blue[i] = b * share;
    }
  }
  return out;
}
