/** A blind comparison: one pair through all three variants, or by some style paths, shown as A, B and C until it is closed. */
import type { UsedStylePath } from "../painting.ts";
import type { Variant } from "../variant.ts";

/** Style paths that are to be judged against each other, and the variant that is painted with each. */
export interface ComparedPaths {
  /** Description only looks at no style picture. */
  readonly variant: Exclude<Variant, "prompt">;
  /** As many as there are letters, at most. */
  readonly paths: readonly UsedStylePath[];
}

/**
 * - `painting`: the jobs wait or run
 * - `open`: the pictures are posted, ballots are taken
 * - `closing`: no more ballots, the messages are being edited to reveal
 * - `closed`: revealed; `cancelled`, `failed`: never opened
 */
export type ComparisonState = "painting" | "open" | "closing" | "closed" | "cancelled" | "failed";

export const LETTERS = ["A", "B", "C"] as const;
export type Letter = (typeof LETTERS)[number];

/** The last word of a comparison's card. */
export interface CardWords {
  readonly line: string;
  /** Whether there is a comparison. */
  readonly good: boolean;
}

export interface Comparison {
  readonly id: string;
  /** What its pictures differ by, and ballots are about. */
  readonly judges: "variants" | "paths";
  readonly state: ComparisonState;
  readonly guildId: string;
  /** Channel or thread of all its messages. */
  readonly channelId: string;
  /** Who asked for it. */
  readonly userId: string;
  readonly contentSha256: string;
  readonly styleSha256: string;
  /** How long ballots are taken. */
  readonly hours: number;
  readonly cardMessageId: string;
  readonly sheetMessageId: string | null;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** `null` until it is open. */
  readonly closesAt: number | null;
  /** What its card has to say and does not say yet. */
  readonly cardSays: CardWords | null;
  /** Which job stands under which letter. */
  readonly jobs: readonly { readonly letter: Letter; readonly jobId: string }[];
}
