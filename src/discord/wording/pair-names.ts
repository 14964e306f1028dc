/** What a picture is painted of, by its names: its content, and its style, or those of a blend with their shares. */
import type { JobRequest } from "../../jobs/job.ts";
import { stylesOf } from "../../jobs/request-styles.ts";
import { list, say } from "../../words/say.ts";
import { escapeText, plainName } from "./markdown.ts";

/** Whole percents that sum up to 100, each at least 1. @param weights that sum up to 1 */
function percents(weights: readonly number[]): readonly number[] {
  const exact = weights.map((weight) => weight * 100);
  const whole = exact.map((share) => Math.max(1, Math.floor(share)));
  const byRest = exact.map((share, n) => ({ n, rest: share - whole[n]! })).toSorted((a, b) => b.rest - a.rest);
  const missing = 100 - whole.reduce((sum, share) => sum + share, 0);
  for (const { n } of byRest.slice(0, Math.max(0, missing))) whole[n]! += 1;
  // Where some were raised to 1 the largest gives way.
  if (missing < 0) whole[exact.indexOf(Math.max(...exact))]! += missing;
  return whole;
}

/** The styles of a request with their shares in percent; `null` where there is one, which needs none. */
export function namedShares(request: JobRequest): readonly { readonly name: string; readonly share: number | null }[] {
  const styles = stylesOf(request);
  const shares = percents(styles.map(({ weight }) => weight));
  return styles.map(({ picture }, n) => ({
    name: plainName(picture.name),
    share: styles.length === 1 ? null : shares[n]!,
  }));
}

/** All styles of a request, as they are named in a sentence. @param shown what becomes of each name */
const stylesName = (request: JobRequest, shown: (name: string) => string): string =>
  list(
    namedShares(request).map(({ name, share }) =>
      share === null ? shown(name) : say("blend.share", { name: shown(name), share }),
    ),
  );

/** Content and style, as sentences want them. */
type PairNames = Readonly<Record<"content" | "style", string>>;

const names = (request: JobRequest, shown: (name: string) => string): PairNames => ({
  content: shown(plainName(request.content.name)),
  style: stylesName(request, shown),
});

/** Content and style by their names, safe to show. */
export const pairOf = (request: JobRequest): PairNames => names(request, escapeText);

/**
 * The same as alt texts and names of threads have them, in which nothing has to be escaped.
 *
 * @param shorten each name
 */
export const plainPairOf = (request: JobRequest, shorten = (name: string): string => name): PairNames =>
  names(request, shorten);
