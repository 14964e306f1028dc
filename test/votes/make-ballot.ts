/** Ballots for tests. */
import { VARIANTS, type Variant } from "../../src/variant.ts";
import type { Ballot } from "../../src/votes/ballot.ts";

/** One of the three variants of one pair, unless told otherwise. */
export const makeBallot = (places: Ballot["places"], more: Partial<Ballot> = {}): Ballot => ({
  voter: "v",
  pair: "p",
  guild: "g",
  category: "non-face",
  engine: "embedded",
  own: false,
  at: 0,
  shown: VARIANTS,
  results: VARIANTS.length,
  places,
  positions: null,
  ...more,
});

/** A complete one, best first. */
export const rank = (order: readonly Variant[], more: Partial<Ballot> = {}): Ballot =>
  makeBallot({ 1: order[0]!, 2: order[1]!, 3: order[2]! }, more);
