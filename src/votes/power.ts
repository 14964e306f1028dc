/** How many people and pairs a study needs to tell two variants apart: by simulation, with the table's own statistics. */
import { type Random, seededRandom } from "../random.ts";
import { VARIANTS } from "../variant.ts";
import { FEWEST_VOTERS, leadOf, type VoterSum } from "./scores.ts";
import { addBallot, drawOwn, type Taste, tasteOf } from "./taste.ts";

/** Who ranks what. */
export interface Design {
  readonly people: number;
  readonly pairs: number;
  /** Pairs that one person ranks, at most. */
  readonly perPerson: number;
}

/** Shares of studies of one design, 0 to 1. */
interface Chances {
  /** That find the difference, in the right direction. */
  readonly power: number;
  /** That find one where, over all pictures, there is none: their pairs favour a variant. */
  readonly falseFinds: number;
}

interface PlanOptions {
  /** In mean points, between 0 and 2. */
  readonly difference: number;
  /** Share of studies that is to find it. */
  readonly power: number;
  readonly pairs: readonly number[];
  readonly perPerson: number;
  readonly spreads: Omit<Taste, "strengths">;
  /** Studies that are played for each design; default 400. */
  readonly studies?: number;
  readonly seed?: number;
}

export interface PlanRow extends Chances {
  readonly pairs: number;
  /** The fewest that reach the power; `null`: not even the most that are looked at, whose chances stand here then. */
  readonly people: number | null;
  readonly most: number;
}

/** More is no study of a server any more. */
const MOST_PEOPLE = 400;
/** The table draws 1,000; a decision at 95 % does not need so many. */
const RESAMPLES = 200;
const STUDIES = 400;

/** For each number of pairs, how many people it takes. */
export function planStudy({ studies = STUDIES, seed = 1, ...options }: PlanOptions): PlanRow[] {
  const { difference, power, spreads, perPerson } = options;
  const draw = (): Random => seededRandom(seed);
  const [taste, none] = [tasteOf(difference, spreads, draw), tasteOf(0, spreads, draw)];
  return options.pairs.map((pairs) => {
    const at = (people: number): number => found(taste, { people, pairs, perPerson }, studies, seed);
    const people = fewest((count) => at(count) >= power);
    const design = { people: people ?? MOST_PEOPLE, pairs, perPerson };
    return {
      pairs,
      people,
      most: MOST_PEOPLE,
      power: at(design.people),
      falseFinds: falseFinds(none, design, studies, seed),
    };
  });
}

/** Differences that are looked for, in mean points. */
const LEAST_DIFFERENCE = 0.02;
const MOST_DIFFERENCE = 1.2;
/** As close as it is found. */
const CLOSE = 0.01;

/**
 * The smallest difference in mean points that a study of this design would have found in `power` of its repetitions;
 * `null` where it would not have found the largest that is looked for.
 */
export function smallestFind(
  design: Design,
  { power, spreads, studies = STUDIES, seed = 1 }: Pick<PlanOptions, "power" | "spreads" | "studies" | "seed">,
): number | null {
  const isFound = (difference: number): boolean =>
    found(
      tasteOf(difference, spreads, () => seededRandom(seed)),
      design,
      studies,
      seed,
    ) >= power;
  if (!isFound(MOST_DIFFERENCE)) return null;
  let [low, high] = [LEAST_DIFFERENCE, MOST_DIFFERENCE];
  while (high - low > CLOSE) {
    const middle = (low + high) / 2;
    if (isFound(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest number of people from which on it holds; `null` where it does not for the most. */
function fewest(holds: (people: number) => boolean): number | null {
  let [low, high] = [FEWEST_VOTERS, FEWEST_VOTERS];
  // Large studies take long to play, and mostly need not be.
  while (!holds(high)) {
    if (high === MOST_PEOPLE) return null;
    low = high + 1;
    high = Math.min(2 * high, MOST_PEOPLE);
  }
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const found = (taste: Taste, design: Design, studies: number, seed: number): number =>
  shareOf(studies, seed, (random) => leadIn(taste, design, random).low > 0);

const falseFinds = (taste: Taste, design: Design, studies: number, seed: number): number =>
  shareOf(studies, seed, (random) => {
    const { low, high } = leadIn(taste, design, random);
    return low > 0 || high < 0;
  });

function shareOf(studies: number, seed: number, holds: (random: Random) => boolean): number {
  let count = 0;
  for (let study = 0; study < studies; study++) if (holds(seededRandom(seed + 7919 * study))) count++;
  return count / studies;
}

/** Plays a study, and says how far it finds `image-prompt` ahead of `prompt`. */
export function leadIn(taste: Taste, { people, pairs, perPerson }: Design, random: Random): ReturnType<typeof leadOf> {
  const ofPairs = Array.from({ length: pairs }, () => drawOwn(taste.betweenPairs, random));
  const each = Math.min(pairs, perPerson);
  const voters = Array.from({ length: people }, (_, person): VoterSum => {
    const ofPerson = drawOwn(taste.betweenPeople, random);
    const points = VARIANTS.map(() => 0);
    // Everybody goes on where the one before has ended, so that all pairs are ranked equally often.
    for (let k = 0; k < each; k++)
      addBallot(points, taste.strengths, ofPairs[(person * each + k) % pairs]!, ofPerson, random);
    return { count: each, points };
  });
  return leadOf(voters, "image-prompt", "prompt", { resamples: RESAMPLES, seed: Math.floor(random() * 2 ** 32) });
}
