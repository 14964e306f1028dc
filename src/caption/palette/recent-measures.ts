/** Measures of the pictures that were looked at last: who paints by a description looks at what was just described. */
import type { RgbImage } from "../../images/rgb-image.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import { keyOf } from "../../images/style-picture/recent-clean-styles.ts";
import { measureStyle, type StyleMeasures } from "./measurements.ts";

/** A kilobyte each; one is enough for a job whose style was just described. */
const KEPT = 4;

const kept = new Map<string, Promise<StyleMeasures>>();

/** The measures of a picture, known by every byte of it. */
export function measuresOf(image: RgbImage, sessions: SessionPool): Promise<StyleMeasures> {
  const key = keyOf(image);
  const measures = kept.get(key) ?? measureStyle(image, sessions);
  kept.delete(key);
  kept.set(key, measures);
  measures.catch(() => kept.delete(key));
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return measures;
}

export const forgetMeasures = (): void => kept.clear();
