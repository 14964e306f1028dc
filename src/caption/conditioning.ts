/** The words that a picture is painted by: what was described, without what is merely depicted, and what a person added. */
import { styleText } from "./style-sentences.ts";

export interface PaintingWords {
  /** What a captioner said of the style picture, whole; `null` where nobody was asked. */
  readonly description: string | null;
  /** What the person said; it counts as it stands, whatever it speaks of. */
  readonly ownWords: readonly string[];
}

/**
 * The description's sentences on style, then the person's own words. Those on what is depicted would turn up in the
 * picture, and are left out; the reference code has no such care, so `faithful` lets them follow.
 *
 * @returns `null` when there are no words at all
 */
export function conditioning({ description, ownWords }: PaintingWords, { faithful = false } = {}): string | null {
  const described = description === null ? "" : styleText(description, { rest: faithful });
  const parts = [described, ...ownWords].map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) return null;
  return parts.map((part, n) => (n < parts.length - 1 && !/[.!?…]$/.test(part) ? `${part}.` : part)).join(" ");
}
