/** HD: a finished picture painted again, larger and finer, as the picture that it is. */

/** Long side of what is painted in HD at most, pixels; and at most where the engine has the memory for it. */
export const HD_SIDE = 1024;
export const LARGE_HD_SIDE = 2048;

/** Beyond this many times its size there is too little in a picture to go by. */
const LARGEST_GAIN = 2;
/** Below this many times its size nobody sees a difference. */
const LEAST_GAIN = 1.25;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The size of a picture in HD, pixels; `null` where it is as large already.
 *
 * @param largest long side that the engine has the memory for
 */
export function hdSize({ width, height }: Size, largest: number): Size | null {
  const side = Math.max(width, height);
  const gain = Math.min(LARGEST_GAIN, largest / side);
  return gain < LEAST_GAIN ? null : { width: Math.round(gain * width), height: Math.round(gain * height) };
}
