/** `--and` and `--weights`: several styles in one picture. */
import type { Command } from "commander";

import { type Blended, blendOf, MOST_STYLES, type Weighed } from "../../blend.ts";
import { parseWeights } from "../../blend-weights.ts";
import { UserError } from "../../errors.ts";
import type { ShippedPicture } from "../../jobs/gallery.ts";

export interface BlendOptions {
  readonly and?: readonly string[];
  readonly weights?: string;
}

/** @param what a further style is, for the help */
export const withBlend = (command: Command, what: string): Command =>
  command
    .option("--and <style>", `a further style, ${what}; up to ${MOST_STYLES - 1} of them`, added)
    .option("--weights <numbers>", "how much of each style, in their order, 2:1:1 (default: as much of each)");

/** Those that have a weight, by it. @param styles the first one and those of `--and` */
export function weighed(styles: readonly ShippedPicture[], { weights }: BlendOptions): Blended<ShippedPicture> {
  const parts = parseWeights(weights, styles.length);
  return blendOf(styles.map(({ file, name }, i) => ({ file, name, weight: parts[i]! })));
}

/** @throws UserError where a picture cannot take so many styles, by such weights */
export function expectBlend({ and = [], weights }: BlendOptions): void {
  if (and.length >= MOST_STYLES)
    throw new UserError("style-count", `A picture takes up to ${MOST_STYLES} styles. Leave some out.`);
  parseWeights(weights, 1 + and.length);
}

/** @throws UserError */
export function expectTokenFits({ and = [], token }: BlendOptions & { readonly token?: string }): void {
  if (and.length > 0 && token !== undefined)
    throw new UserError("token-of-one", "What --token names was learned for one style. Leave out --token, or --and.");
}

/** All of them, the first one first. */
export const sharesOf = <Style extends object>({ style, blend }: Blended<Style>): readonly Weighed<Style>[] => [
  { ...style, weight: blend?.weight ?? 1 },
  ...(blend?.others ?? []),
];

const added = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
