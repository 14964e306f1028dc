/** The paper's own study: 20 people ranked three variants over 8 face and 8 non-face pairs. */
import type { Variant } from "../variant.ts";
import type { Category } from "./ballot.ts";

/** Mean points (3 for first, 2 for second, 1 for third place) per category and variant, Table I. */
export const PAPER_SCORES: Readonly<Record<Category | "overall", Readonly<Record<Variant, number>>>> = {
  overall: { inst: 1.5, "image-prompt": 2.259, prompt: 2.241 },
  face: { inst: 1.475, "image-prompt": 2.069, prompt: 2.456 },
  "non-face": { inst: 1.525, "image-prompt": 2.45, prompt: 2.025 },
};

/** What the paper found best. */
export const PAPER_CHOICE: Readonly<Record<Category, Variant>> = { face: "prompt", "non-face": "image-prompt" };
