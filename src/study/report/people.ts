/** What people's rankings say: the paper's table, strengths of all candidates, how far people agree, who stands apart. */
import { groupBy } from "../../group-by.ts";
import { seededRandom } from "../../random.ts";
import { type Variant, VARIANTS } from "../../variant.ts";
import { kendallW, krippendorffAlpha } from "../../votes/agreement.ts";
import { type Ballot, type Place, PLACES } from "../../votes/ballot.ts";
import { type Interval, percentiles, resampled } from "../../votes/bootstrap.ts";
import { plackettLuce, type WeightedOrder } from "../../votes/plackett-luce.ts";
import { caveats, report } from "../../votes/report.ts";
import { FEWEST_VOTERS, type RowScores } from "../../votes/scores.ts";
import type { Ranking, Said } from "./rankings.ts";

export interface Strength {
  readonly candidate: string;
  /** Log strength of the Plackett-Luce model, centred on 0. */
  readonly strength: number;
  /** 95 %, clustered by person; `null` with too few of them. */
  readonly interval: Interval | null;
  /** Rankings that it was part of. */
  readonly rankings: number;
}

export interface PeopleFigures {
  readonly people: number;
  readonly rankings: number;
  /** Pairs that somebody ranked. */
  readonly rounds: number;
  /** Rankings of one person, the middle one. */
  readonly perPerson: number;
  /** Seconds of a ranking, the middle one; `null` where nobody measured them. */
  readonly seconds: number | null;
  /** The paper's table, of rankings that hold all three variants; `null` where there are none. */
  readonly table: readonly RowScores[] | null;
  /** Its row of everything, with the people who stand apart; `null` where nobody does. */
  readonly withApart: RowScores | null;
  readonly caveats: readonly string[];
  /** The strongest first. */
  readonly strengths: readonly Strength[];
  readonly agreement: Agreement;
  readonly flagged: Said["flagged"];
  readonly checks: Said["checks"];
  readonly strangers: number;
}

interface Agreement {
  /** Kendall's W, the mean over pairs that two people or more have ranked. */
  readonly w: number | null;
  /** What it would be if all ranked by chance: one over the raters. */
  readonly byChance: number | null;
  readonly rounds: number;
  /** Krippendorff's alpha of places, ordinal, over all pictures. */
  readonly alpha: number | null;
}

const RESAMPLES = 500;
const SEED = 1;
/** How near a resample is fitted: an interval is shown with two digits. */
const CLOSE = 1e-5;
/** Virtual rankings of each candidate above each other, as in the scores: nobody's strength is endless. */
const PRIOR = 0.5;

/** @param engine that painted the study, as ballots name it */
export function peopleFigures(
  { counted, apart, ...rest }: Said,
  candidates: readonly string[],
  engine: string,
): PeopleFigures {
  const ballots = counted.flatMap((ranking) => ballotOf(ranking, engine) ?? []);
  const figures = ballots.length > 0 ? report(ballots) : null;
  const all = [...counted, ...apart].flatMap((ranking) => ballotOf(ranking, engine) ?? []);
  const byPerson = [...groupBy(counted, ({ person }) => person).values()];
  const times = counted.map(({ seconds }) => seconds).filter((seconds) => seconds !== null);
  return {
    people: byPerson.length,
    rankings: counted.length,
    rounds: new Set(counted.map(({ round }) => round)).size,
    perPerson: middle(byPerson.map(({ length }) => length)) ?? 0,
    seconds: middle(times),
    table: figures && figures.table,
    withApart: apart.length > 0 && all.length > 0 ? report(all).table[0]! : null,
    caveats: figures ? caveats(figures) : [],
    strengths: strengthsOf(byPerson, candidates),
    agreement: agreementOf(counted),
    flagged: rest.flagged,
    checks: rest.checks,
    strangers: rest.strangers,
  };
}

/** A ranking among the three variants, whatever else was ranked with them; `null` where one of them was not. */
function ballotOf({ person, round, category, order, shown, at }: Ranking, engine: string): Ballot | null {
  const isVariant = (candidate: string): candidate is Variant => (VARIANTS as readonly string[]).includes(candidate);
  const ranked = order.filter(isVariant);
  if (ranked.length < VARIANTS.length) return null;
  const places = Object.fromEntries(PLACES.map((place, i) => [place, ranked[i]!])) as Record<Place, Variant>;
  const letters = shown?.filter(isVariant).map((candidate, i) => [candidate, "ABC"[i]!]);
  const positions = letters ? (Object.fromEntries(letters) as Partial<Record<Variant, string>>) : null;
  return {
    voter: person,
    pair: round,
    guild: "",
    category,
    engine,
    own: false,
    at,
    shown: VARIANTS,
    results: VARIANTS.length,
    places,
    positions,
  };
}

function strengthsOf(byPerson: readonly (readonly Ranking[])[], candidates: readonly string[]): Strength[] {
  const ranked = new Map(candidates.map((candidate) => [candidate, 0]));
  for (const { order } of byPerson.flat())
    for (const candidate of order) ranked.set(candidate, (ranked.get(candidate) ?? 0) + 1);
  const known = [...ranked].filter(([, count]) => count > 0).map(([candidate]) => candidate);
  if (known.length < 2) return [];
  const prior = known.flatMap((_, i) =>
    known.flatMap((__, j): WeightedOrder[] => (i === j ? [] : [{ order: [i, j], weight: PRIOR }])),
  );
  const said = (people: readonly (readonly Ranking[])[]): WeightedOrder[] => [
    ...prior,
    ...ordersOf(people.flat(), known),
  ];
  const fitted = plackettLuce(said(byPerson), known.length);
  const near = { from: fitted, settled: CLOSE };
  const samples =
    byPerson.length < FEWEST_VOTERS
      ? null
      : resampled(byPerson, RESAMPLES, seededRandom(SEED)).map((drawn) =>
          plackettLuce(said(drawn), known.length, near),
        );
  return known
    .map((candidate, i) => ({
      candidate,
      strength: fitted[i]!,
      interval: samples && percentiles(samples.map((sample) => sample[i]!)),
      rankings: ranked.get(candidate)!,
    }))
    .toSorted((a, b) => b.strength - a.strength);
}

/** The same orders once, by how often they are there. */
const ordersOf = (rankings: readonly Ranking[], known: readonly string[]): WeightedOrder[] =>
  [...groupBy(rankings, ({ order }) => order.join("\n")).values()].map((same) => ({
    order: same[0]!.order.map((candidate) => known.indexOf(candidate)),
    weight: same.length,
  }));

function agreementOf(rankings: readonly Ranking[]): Agreement {
  const rounds = [...groupBy(rankings, ({ round }) => round).values()];
  const judged = rounds.flatMap((same) => {
    // Of one pair, those who ranked the same candidates.
    const groups = [...groupBy(same, ({ order }) => order.toSorted().join("\n")).values()];
    return groups.flatMap((group) => {
      const names = group[0]!.order.toSorted();
      const w = kendallW(group.map(({ order }) => names.map((name) => order.indexOf(name) + 1)));
      return w === null ? [] : [{ w, byChance: 1 / group.length }];
    });
  });
  const units = rounds.flatMap((same) => {
    const places = same.flatMap(({ order }) => order.map((candidate, i) => [candidate, i + 1] as const));
    return [...groupBy(places, ([candidate]) => candidate).values()].map((all) => all.map(([, place]) => place));
  });
  return {
    w: mean(judged.map(({ w }) => w)),
    byChance: mean(judged.map(({ byChance }) => byChance)),
    rounds: judged.length,
    alpha: krippendorffAlpha(units),
  };
}

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The middle value; of an even number the mean of the two in the middle. */
export function middle(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}
