/** A member's ballot on one content-style pair, and how reactions make it. Pure: no Discord, no storage. */
import type { UsedStylePath } from "../painting.ts";
import { VARIANTS, type Variant } from "../variant.ts";

/** What ballots are about: in most rounds the variants, in a comparison of style paths those. */
export type Subject = Variant | UsedStylePath;

export const PLACES = [1, 2, 3] as const;
/** First, second or third place. */
export type Place = (typeof PLACES)[number];

/** Points of a place (the paper's rule). */
export const POINTS: Readonly<Record<Place, number>> = { 1: 3, 2: 2, 3: 1 };

export const MEDALS: Readonly<Record<Place, string>> = { 1: "🥇", 2: "🥈", 3: "🥉" };

/** The place a medal stands for, `null` for any other emoji. */
export const placeOf = (emoji: string | null | undefined): Place | null =>
  PLACES.find((place) => MEDALS[place] === emoji) ?? null;

export type Category = "face" | "non-face";

/** One medal that a member has put on one result. */
export interface Medal {
  /** The job whose result it is. */
  readonly result: string;
  readonly place: Place;
}

/** A change of a member's medals, as it happened. Rows of these are the truth; ballots are derived. */
export interface MedalChange extends Medal {
  readonly change: "put" | "taken";
}

export interface Derived {
  /** One place per result, one result per place. */
  readonly places: ReadonlyMap<Place, string>;
  /** Medals that stand on messages but no longer count, because a newer one replaced them. */
  readonly stale: readonly Medal[];
}

const same = (a: Medal, b: Medal): boolean => a.result === b.result && a.place === b.place;

/** The medals that stand on the messages after these changes, oldest first. Repeated events change nothing. */
export function standing(changes: readonly MedalChange[]): Medal[] {
  let medals: Medal[] = [];
  for (const { change, result, place } of changes) {
    const medal = { result, place };
    const there = medals.some((other) => same(other, medal));
    if (change === "taken") medals = medals.filter((other) => !same(other, medal));
    else if (!there) medals.push(medal);
  }
  return medals;
}

/**
 * The ballot that standing medals (oldest first) amount to: a newer medal replaces an older one on the same result, and
 * the same medal on an older result.
 */
export function derive(medals: readonly Medal[]): Derived {
  const places = new Map<Place, string>();
  for (const { result, place } of medals) {
    for (const [other, holder] of places) if (holder === result) places.delete(other);
    places.set(place, result);
  }
  return { places, stale: medals.filter(({ result, place }) => places.get(place) !== result) };
}

/**
 * The changes that lead from what we know to what Discord shows: medals put or taken while nobody listened.
 * Medals that we do not know come last, in the order given.
 */
export function missedChanges(known: readonly MedalChange[], shown: readonly Medal[]): MedalChange[] {
  const before = standing(known);
  const taken = before.filter((medal) => !shown.some((other) => same(other, medal)));
  const put = shown.filter((medal) => !before.some((other) => same(other, medal)));
  return [
    ...taken.map((medal) => ({ ...medal, change: "taken" as const })),
    ...put.map((medal) => ({ ...medal, change: "put" as const })),
  ];
}

/** A ballot as the scores see it: variants, or style paths, instead of messages. */
export interface Ballot<S extends Subject = Variant> {
  readonly voter: string;
  /** One content-style pair, whatever messages it was shown in. */
  readonly pair: string;
  readonly guild: string;
  readonly category: Category;
  readonly engine: string;
  /** The voter asked for the pictures. Counts, but is told apart. */
  readonly own: boolean;
  /** Unix milliseconds of the last change. */
  readonly at: number;
  /** What stood to be judged. */
  readonly shown: readonly S[];
  /** How many results stood to be judged: more than variants where one was painted again, with another seed. */
  readonly results: number;
  readonly places: Readonly<Partial<Record<Place, S>>>;
  /** Blind ballots: the letter each stood under. `null` when the names were visible. */
  readonly positions: Readonly<Partial<Record<S, string>>> | null;
}

/** All three places given to the three variants: the only ballots that the 3/2/1 mean may use. */
export const isComplete = (ballot: Ballot): boolean =>
  VARIANTS.every(
    (variant) => ballot.places[1] === variant || ballot.places[2] === variant || ballot.places[3] === variant,
  );

/**
 * One ballot per voter and pair: the latest complete one, else the latest, in whatever server or thread it was cast. A lone
 * medal on a picture that is met again elsewhere does not undo a ranking of all three.
 */
export function latestPerPair(ballots: readonly Ballot[]): Ballot[] {
  const counted = new Map<string, Ballot>();
  for (const ballot of ballots) {
    const key = `${ballot.voter}\n${ballot.pair}`;
    const other = counted.get(key);
    if (!other || supersedes(ballot, other)) counted.set(key, ballot);
  }
  return [...counted.values()];
}

function supersedes(ballot: Ballot, other: Ballot): boolean {
  const complete = isComplete(ballot);
  if (complete !== isComplete(other)) return complete;
  return ballot.at > other.at || (ballot.at === other.at && ballot.guild > other.guild);
}

/**
 * The pairwise preferences a ballot implies. A medal says which place a result takes among those shown, so the unmarked
 * ones take the places left over: of three, a lone 🥇 beats the two others, a lone 🥉 loses to both, a lone 🥈 says nothing;
 * of four, a lone 🥉 says nothing either. A variant stands where its best medal does. With fewer than three variants shown
 * only marked ones are compared.
 *
 * @param full whether all that were to be judged against each other were shown
 */
export function preferences<S extends Subject>(
  ballot: Ballot<S>,
  full = VARIANTS.every((variant) => (ballot.shown as readonly Subject[]).includes(variant)),
): { readonly winner: S; readonly loser: S }[] {
  const placeOfSubject = new Map<S, Place>();
  for (const place of PLACES) {
    const subject = ballot.places[place];
    if (subject !== undefined && !placeOfSubject.has(subject)) placeOfSubject.set(subject, place);
  }
  const all = Array.from({ length: ballot.results }, (_, i) => i + 1);
  const free = all.filter((place) => ballot.places[place as Place] === undefined);
  const range = (subject: S): readonly [number, number] | null => {
    const place = placeOfSubject.get(subject);
    if (place !== undefined) return [place, place];
    return full && free.length > 0 && placeOfSubject.size > 0 ? [free[0]!, free.at(-1)!] : null;
  };
  const found: { winner: S; loser: S }[] = [];
  const ranges = ballot.shown.map((subject) => range(subject));
  ballot.shown.forEach((winner, i) => {
    const worst = ranges[i]?.[1];
    if (worst === undefined) return;
    ballot.shown.forEach((loser, j) => {
      const best = ranges[j]?.[0];
      if (i !== j && best !== undefined && worst < best) found.push({ winner, loser });
    });
  });
  return found;
}
