/** How strong each variant is by all ballots, partial ones too. */
import { VARIANTS, type Variant } from "../variant.ts";
import { type Ballot, preferences } from "./ballot.ts";
import { bradleyTerry, type WinMatrix } from "./bradley-terry.ts";

/** Wins of each variant over each other, in the order of `VARIANTS`. */
export function countWins(ballots: readonly Ballot[]): number[][] {
  const wins = VARIANTS.map(() => VARIANTS.map(() => 0));
  for (const ballot of ballots)
    for (const { winner, loser } of preferences(ballot)) wins[VARIANTS.indexOf(winner)]![VARIANTS.indexOf(loser)]! += 1;
  return wins;
}

/** Bradley-Terry log strength per variant, centred on 0; `null` when nothing was compared. @param wins as `countWins` counts */
export function strengths(wins: WinMatrix): Record<Variant, number> | null {
  if (wins.flat().every((count) => count === 0)) return null;
  const fitted = bradleyTerry(wins);
  return Object.fromEntries(VARIANTS.map((variant, i) => [variant, fitted[i]!])) as Record<Variant, number>;
}
