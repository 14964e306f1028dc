/** Planar Float32 pictures: resize, blur and arithmetic on whole planes. */

/** One channel, row by row from the top, length `width * height`. */
export type Plane = Float32Array;

/** Three channels of one size; which colour space they hold is up to the caller (here always OKLab). */
export interface PlanarImage {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly [Plane, Plane, Plane];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A black picture. */
export function createPlanar(width: number, height: number): PlanarImage {
  const length = width * height;
  return { width, height, planes: [new Float32Array(length), new Float32Array(length), new Float32Array(length)] };
}

/** Applies `map` to each of the three planes. */
export function mapPlanes(
  image: PlanarImage,
  map: (plane: Plane, channel: number) => Plane,
  size: Size = image,
): PlanarImage {
  const [first, second, third] = image.planes;
  return { width: size.width, height: size.height, planes: [map(first, 0), map(second, 1), map(third, 2)] };
}

/** The size whose long side is `longSide`, with the aspect ratio of `size`; no side is ever below one pixel. */
export function fitLongSide(size: Size, longSide: number): Size {
  const scale = longSide / Math.max(size.width, size.height);
  return {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
}

/** The rectangle of an image, copied. */
export function cropPlanar(image: PlanarImage, left: number, top: number, width: number, height: number): PlanarImage {
  return mapPlanes(
    image,
    (plane) => {
      const out = new Float32Array(width * height);
      for (let y = 0; y < height; y++) {
        const start = (top + y) * image.width + left;
        out.set(plane.subarray(start, start + width), y * width);
      }
      return out;
    },
    { width, height },
  );
}

/** Catmull-Rom cubic, support 2 (Catmull & Rom 1974). */
function catmullRom(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

interface Taps {
  readonly count: number;
  /** `outputs * count` source indices, clamped to the picture */
  readonly index: Int32Array;
  /** weights of those, each output's sum 1 */
  readonly weight: Float32Array;
}

/** The source samples of each output sample; when shrinking, the kernel is stretched so that nothing aliases. */
function resampleTaps(inputs: number, outputs: number): Taps {
  const scale = inputs / outputs;
  const stretch = Math.max(1, scale);
  const count = Math.ceil(4 * stretch) + 1;
  const index = new Int32Array(outputs * count);
  const weight = new Float32Array(outputs * count);
  for (let i = 0; i < outputs; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.ceil(centre - 2 * stretch);
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const value = catmullRom((first + k - centre) / stretch);
      index[i * count + k] = Math.min(inputs - 1, Math.max(0, first + k));
      weight[i * count + k] = value;
      sum += value;
    }
    for (let k = 0; k < count; k++) weight[i * count + k]! /= sum;
  }
  return { count, index, weight };
}

/** Resizes a plane by an antialiased Catmull-Rom kernel; borders repeat. Returns a new plane, also when sizes agree. */
export function resizePlane(plane: Plane, from: Size, to: Size): Plane {
  if (from.width === to.width && from.height === to.height) return plane.slice();
  const across = resampleTaps(from.width, to.width);
  const down = resampleTaps(from.height, to.height);
  const narrow = new Float32Array(to.width * from.height);
  for (let y = 0; y < from.height; y++) {
    const row = y * from.width;
    for (let x = 0; x < to.width; x++) {
      let sum = 0;
      for (let k = x * across.count, end = k + across.count; k < end; k++) {
        sum += across.weight[k]! * plane[row + across.index[k]!]!;
      }
      narrow[y * to.width + x] = sum;
    }
  }
  const out = new Float32Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    const target = y * to.width;
    for (let k = y * down.count, end = k + down.count; k < end; k++) {
      const weight = down.weight[k]!;
      if (weight === 0) continue;
      const source = down.index[k]! * to.width;
      for (let x = 0; x < to.width; x++) out[target + x]! += weight * narrow[source + x]!;
    }
  }
  return out;
}

/** Resizes the three planes by an antialiased Catmull-Rom kernel. */
export const resizePlanar = (image: PlanarImage, to: Size): PlanarImage =>
  mapPlanes(image, (plane) => resizePlane(plane, image, to), to);
