/**
 * The noise of scans and sensors: measured, and taken out of a style, as it would be painted with. It is white, has no
 * form larger than a pixel, and is the same everywhere, in lightness or in colour. Paper, canvas, pencil and dots of
 * paint are not.
 */
import { blurPlane } from "../gaussian-blur.ts";
import { mapPlanes, type Plane, type PlanarImage, type Size } from "../plane.ts";

/** Noise is measured in squares of this side. */
const BLOCK = 16;

/** Deviation of lightness below which nobody sees noise. */
const VISIBLE = 0.012;

/** The noise of a picture is that of its quietest squares; how much of that of middling ones it is, says if it is everywhere. */
const QUIET = 0.05;
const MIDDLING = 0.4;
const LEAST_BLOCKS = 16;

/**
 * White noise is half as strong at half the size, three quarters where the picture was made smaller before; what has a
 * form is stronger. It has to be the weaker, the less the noise is the same everywhere.
 */
const WHITE = 0.78;

/**
 * Where paint or paper is as strong as noise, colour tells it: paint hardly changes it from one pixel to the next. In both
 * of a and b noise deviates at least so much, is so weak at half the size, and is so much the same everywhere.
 */
const COLOURED = 0.0018;
const COLOUR_WHITE = 0.95;
const COLOUR_EVEN = 0.6;

/** Local variance in parts of the noise's own: up to the one there is nothing but noise, from the other on an edge. */
const NOISE_ONLY = 1.5;
const EDGE = 3.5;

/** Radius of the local means, in pixels. */
const SIGMA = 1;

/** The picture without its noise, drawn towards local means where it varies no more than that (Lee 1980); or itself. */
export function withoutGrain(image: PlanarImage): PlanarImage {
  const noise = grainOf(image);
  if (noise === 0) return image;
  const kept = edges(image.planes[0], image, noise);
  return mapPlanes(image, (plane) => {
    const means = blurPlane(plane, image, SIGMA);
    return plane.map((value, i) => means[i]! + kept[i]! * (value - means[i]!));
  });
}

/** 1 where lightness varies much more than its noise does, 0 where it does not. */
function edges(L: Plane, size: Size, noise: number): Plane {
  const means = blurPlane(L, size, SIGMA);
  const squares = blurPlane(
    L.map((value) => value * value),
    size,
    SIGMA,
  );
  return squares.map((square, i) => {
    const variance = (square - means[i]! * means[i]!) / (noise * noise);
    return Math.min(1, Math.max(0, (variance - NOISE_ONLY) / (EDGE - NOISE_ONLY)));
  });
}

/** Deviation of the noise in lightness, 0 where there is none that is white and the same everywhere. */
export function grainOf(image: PlanarImage): number {
  const [L, a, b] = image.planes;
  const { deviation, octave, even } = noiseOf(L, image);
  if (deviation < VISIBLE) return 0;
  const isWhite = octave <= Math.min(WHITE, even);
  return isWhite || [a, b].every((plane) => isColourNoise(noiseOf(plane, image))) ? deviation : 0;
}

const isColourNoise = ({ deviation, octave, even }: Noise): boolean =>
  deviation >= COLOURED && octave <= COLOUR_WHITE && even >= COLOUR_EVEN;

interface Noise {
  /** of the quietest squares */
  readonly deviation: number;
  /** the same at half the size, in parts of it */
  readonly octave: number;
  /** it in parts of that of middling squares */
  readonly even: number;
}

function noiseOf(plane: Plane, size: Size): Noise {
  const fine = residuals(plane, size, BLOCK);
  if (fine.length < LEAST_BLOCKS) return { deviation: 0, octave: 1, even: 0 };
  const deviation = at(fine, QUIET);
  const half = halved(plane, size);
  return {
    deviation,
    octave: at(residuals(half.plane, half, BLOCK / 2), QUIET) / deviation,
    even: deviation / at(fine, MIDDLING),
  };
}

const at = (sorted: Float32Array, part: number): number => sorted[Math.floor(part * sorted.length)]!;

/**
 * For each square, the deviation of lightness from planes through its neighbours (Immerkær 1996), which is that of white
 * noise; rising.
 */
function residuals(L: Plane, { width, height }: Size, block: number): Float32Array {
  const deviations: number[] = [];
  for (let top = 1; top + block < height; top += block) {
    for (let left = 1; left + block < width; left += block) {
      let sum = 0;
      for (let y = top; y < top + block; y++) {
        for (let x = left, i = y * width + left; x < left + block; x++, i++) {
          const corners = L[i - width - 1]! + L[i - width + 1]! + L[i + width - 1]! + L[i + width + 1]!;
          const sides = L[i - width]! + L[i - 1]! + L[i + 1]! + L[i + width]!;
          sum += ((corners - 2 * sides + 4 * L[i]!) / 6) ** 2;
        }
      }
      deviations.push(Math.sqrt(sum) / block);
    }
  }
  return Float32Array.from(deviations).sort();
}

/** A plane at half the size: means of four pixels. */
function halved(full: Plane, size: Size): Size & { readonly plane: Plane } {
  const width = size.width >> 1;
  const height = size.height >> 1;
  const plane = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 2 * (y * size.width + x);
      plane[y * width + x] = (full[i]! + full[i + 1]! + full[i + size.width]! + full[i + size.width + 1]!) / 4;
    }
  }
  return { width, height, plane };
}
