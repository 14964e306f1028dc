/** The styles that were cleaned last: who paints with a style looks at what was just described. */
import { createHash } from "node:crypto";

import { rgbToOklabSized } from "../oklab.ts";
import type { Size } from "../plane.ts";
import type { RgbImage } from "../rgb-image.ts";
import { cleanStyle, type CleanStyle } from "./index.ts";

/** Some 4 MB each at 512 pixels: the style that is being painted with, and the one that is being described. */
const KEPT = 2;

const kept = new Map<string, CleanStyle>();
const keys = new WeakMap<RgbImage, string>();

/** A style at a size without what surrounds it, in OKLab without chroma gain; nobody may write into it. */
export function cleanStyleAt(image: RgbImage, size: Size): CleanStyle {
  const key = `${keyOf(image)} at ${size.width} x ${size.height}`;
  const clean = kept.get(key) ?? cleanStyle(rgbToOklabSized(image, size));
  kept.delete(key);
  kept.set(key, clean);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return clean;
}

export const forgetCleanStyles = (): void => kept.clear();

/** What a picture is known by, every byte of it: half a millisecond for each megabyte, once. Nobody may write into it after. */
export function keyOf(image: RgbImage): string {
  const { width, height, data } = image;
  const key = keys.get(image) ?? `${width} x ${height} ${createHash("sha256").update(data).digest("hex")}`;
  keys.set(image, key);
  return key;
}
