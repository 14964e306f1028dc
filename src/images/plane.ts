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
  const count = Math.ceil(4 * stretch);
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

/** The taps along both sides. */
interface Resampling {
  readonly from: Size;
  readonly to: Size;
  readonly across: Taps;
  readonly down: Taps;
}

const resampling = (from: Size, to: Size): Resampling => ({
  from,
  to,
  across: resampleTaps(from.width, to.width),
  down: resampleTaps(from.height, to.height),
});

/** Resizes a plane by an antialiased Catmull-Rom kernel; borders repeat. Returns a new plane, also when sizes agree. */
export const resizePlane = (plane: Plane, from: Size, to: Size): Plane =>
  isSize(from, to) ? plane.slice() : resampled(plane, resampling(from, to));

/** Resizes the three planes by an antialiased Catmull-Rom kernel. */
export function resizePlanar(image: PlanarImage, to: Size): PlanarImage {
  if (isSize(image, to)) return mapPlanes(image, (plane) => plane.slice());
  const taps = resampling(image, to);
  return mapPlanes(image, (plane) => resampled(plane, taps), to);
}

const isSize = (one: Size, other: Size): boolean => one.width === other.width && one.height === other.height;

function resampled(plane: Plane, { from, to, across, down }: Resampling): Plane {
  const narrow = new Float32Array(to.width * from.height);
  narrowRows(plane, narrow, from, to.width, across);
  const out = new Float32Array(to.width * to.height);
  addRows(narrow, out, to, down);
  return out;
}

/** Four rows at a time: each weight is read once for them, and no sum waits for another. */
function narrowRows(plane: Plane, out: Plane, from: Size, width: number, { count, index, weight }: Taps): void {
  let y = 0;
  for (; y + 3 < from.height; y += 4) {
    const first = y * from.width;
    const second = first + from.width;
    const third = second + from.width;
    const fourth = third + from.width;
    for (let x = 0, to = y * width; x < width; x++, to++) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let k = x * count, end = k + count; k < end; k++) {
        const share = weight[k]!;
        const at = index[k]!;
        a += share * plane[first + at]!;
        b += share * plane[second + at]!;
        c += share * plane[third + at]!;
        d += share * plane[fourth + at]!;
      }
      out[to] = a;
      out[to + width] = b;
      out[to + 2 * width] = c;
      out[to + 3 * width] = d;
    }
  }
  for (; y < from.height; y++) {
    const row = y * from.width;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = x * count, end = k + count; k < end; k++) sum += weight[k]! * plane[row + index[k]!]!;
      out[y * width + x] = sum;
    }
  }
}

/** Each row is the weighted sum of rows, rounded after every one of them; two at a time. */
function addRows(plane: Plane, out: Plane, { width, height }: Size, { count, index, weight }: Taps): void {
  for (let y = 0; y < height; y++) {
    const target = y * width;
    for (let k = y * count, end = k + count; k < end; k += 2) {
      const share = weight[k]!;
      const other = k + 1 < end ? weight[k + 1]! : 0;
      if (share === 0 && other === 0) continue;
      const row = index[k]! * width;
      const below = other === 0 ? row : index[k + 1]! * width;
      for (let x = 0; x < width; x++) {
        out[target + x] = Math.fround(out[target + x]! + share * plane[row + x]!) + other * plane[below + x]!;
      }
    }
  }
}
