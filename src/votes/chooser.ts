/** Defaults that learn: which variant `auto` takes, from what a server prefers. */
import { type Random, standardNormal } from "../random.ts";
import { VARIANTS, type Variant } from "../variant.ts";
import { inEnglish } from "../words/say.ts";
import type { Ballot, Category } from "./ballot.ts";
import { PAPER_CHOICE, PAPER_SCORES } from "./paper.ts";
import { FEWEST_VOTERS } from "./scores.ts";
import { countWins } from "./strengths.ts";

/** Share of choices made evenly among the three, whatever the votes say: without it a loser never gets a second chance. */
export const UNIFORM_SHARE = 0.15;

/** How many comparisons the paper's finding is worth. The paper itself says that its data are few. */
const PRIOR_COMPARISONS = 12;

export interface Choice {
  readonly variant: Variant;
  /** Completes the sentence "chosen because …", for people: English, to be retold (`variant.`). */
  readonly reason: string;
}

/** The paper's finding, as it is. @param category `null` when it is not known whether there is a face */
export function paperChoice(category: Category | null): Choice {
  if (category === null)
    return { variant: PAPER_CHOICE["non-face"], reason: inEnglish({ sentence: "variant.reason.unknown" }) };
  const variant = PAPER_CHOICE[category];
  const values = { category, variant: { sentence: `variant.${variant}` } } as const;
  return { variant, reason: inEnglish({ sentence: "variant.reason.paper", values }) };
}

/**
 * Thompson sampling (Thompson 1933): each variant's chance to be preferred to another is Beta distributed, with the
 * paper's means as the prior and this server's comparisons on top; draw one chance each, take the largest. A share of
 * `UNIFORM_SHARE` is drawn evenly. Until as many people have voted as it takes for more than chance, it is the paper's
 * finding.
 *
 * @param ballots of one server and one category
 */
export function chooseByVotes(ballots: readonly Ballot[], category: Category, random: Random): Choice {
  if (new Set(ballots.map(({ voter }) => voter)).size < FEWEST_VOTERS) return paperChoice(category);
  const wins = countWins(ballots);
  if (random() < UNIFORM_SHARE) {
    const variant = VARIANTS[Math.floor(random() * VARIANTS.length)]!;
    return { variant, reason: inEnglish({ sentence: "variant.reason.turn" }) };
  }
  const share = VARIANTS.map((variant, i) => {
    const [won, lost] = [sum(wins[i]!), sum(wins.map((row) => row[i]!))];
    const prior = (PAPER_SCORES[category][variant] - 1) / 2; // points 1..3 over two comparisons
    return betaSample(won + prior * PRIOR_COMPARISONS, lost + (1 - prior) * PRIOR_COMPARISONS, random);
  });
  const variant = VARIANTS[share.indexOf(Math.max(...share))]!;
  const values = { category, ballots: ballots.length };
  return { variant, reason: inEnglish({ sentence: "variant.reason.votes", values }) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function betaSample(alpha: number, beta: number, random: Random): number {
  const a = gammaSample(alpha, random);
  return a / (a + gammaSample(beta, random));
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; shape at least 1/3 here. */
function gammaSample(shape: number, random: Random): number {
  if (shape < 1) return gammaSample(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = standardNormal(random);
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}
