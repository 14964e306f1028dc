import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  type Ballot,
  derive,
  isComplete,
  latestPerPair,
  type Medal,
  type MedalChange,
  missedChanges,
  type Place,
  PLACES,
  placeOf,
  preferences,
  standing,
} from "../../src/votes/ballot.ts";
import { pointsOf } from "../../src/votes/scores.ts";
import { VARIANTS, type Variant } from "../../src/variant.ts";
import { makeBallot } from "./make-ballot.ts";

const medal = fc.record({ result: fc.constantFrom("a", "b", "c", "d"), place: fc.constantFrom(...PLACES) });
/** Every order of some values. */
const permutations = (values: readonly number[]): number[][] =>
  values.length === 0
    ? [[]]
    : values.flatMap((first) =>
        permutations(values.filter((value) => value !== first)).map((rest) => [first, ...rest]),
      );

const change = fc
  .tuple(medal, fc.constantFrom("put" as const, "taken" as const))
  .map(([m, kind]): MedalChange => ({ ...m, change: kind }));

/** Plays changes as the bot does: whatever a change makes stale is taken off the message at once. */
function play(changes: readonly MedalChange[]): MedalChange[] {
  const log: MedalChange[] = [];
  for (const one of changes) {
    log.push(one);
    for (const stale of derive(standing(log)).stale) log.push({ ...stale, change: "taken" });
  }
  return log;
}

describe("a ballot made of reactions", () => {
  it("gives one place per result and one result per place, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const { places } = derive(standing(changes));
        expect(new Set(places.values()).size).toBe(places.size);
      }),
    );
  });

  it("is the same when it is read again from what Discord shows", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.integer(), (changes, seed) => {
        const log = play(changes);
        const shown = standing(log).toSorted((a, b) => ((a.place * 7 + seed) % 5) - ((b.place * 7 + seed) % 5));
        expect(derive(shown).places).toEqual(derive(standing(log)).places);
      }),
    );
  });

  it("catches up with what happened unseen", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), fc.array(change, { maxLength: 20 }), (seen, unseen) => {
        const shown = standing([...seen, ...unseen]);
        const caughtUp = [...seen, ...missedChanges(seen, shown)];
        const asSet = (medals: readonly Medal[]): string[] => medals.map((m) => `${m.result}${m.place}`).sort();
        expect(asSet(standing(caughtUp))).toEqual(asSet(shown));
        expect(missedChanges(caughtUp, shown)).toEqual([]);
      }),
    );
  });

  it("moves a vote with its medal, and takes it back with it", () => {
    const put = (result: string, place: Place): MedalChange => ({ result, place, change: "put" });
    const moved = derive(standing([put("a", 1), put("b", 1)]));
    expect([...moved.places]).toEqual([[1, "b"]]);
    expect(moved.stale).toEqual([{ result: "a", place: 1 }]);
    const second = derive(standing([put("a", 1), put("a", 2)]));
    expect([...second.places]).toEqual([[2, "a"]]);
    expect([...derive(standing([put("a", 1), { result: "a", place: 1, change: "taken" }])).places]).toEqual([]);
  });

  it("knows medals from other emoji", () => {
    expect(placeOf("🥈")).toBe(2);
    expect(placeOf("👍")).toBeNull();
    expect(placeOf(null)).toBeNull();
  });
});

const ballot = (places: Ballot["places"], shown: readonly Variant[] = VARIANTS, more: Partial<Ballot> = {}): Ballot =>
  makeBallot(places, { shown, results: shown.length, ...more });

describe("what a ballot says", () => {
  it("is six points in all when it is complete", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...VARIANTS], { minLength: 3 }), ([a, b, c]) => {
        const complete = ballot({ 1: a!, 2: b!, 3: c! });
        expect(isComplete(complete)).toBe(true);
        expect(pointsOf(complete).reduce((x, y) => x + y)).toBe(6);
        expect(preferences(complete)).toHaveLength(3);
      }),
    );
  });

  it("is read as places, also when it is partial", () => {
    expect(preferences(ballot({ 1: "inst" }))).toEqual([
      { winner: "inst", loser: "image-prompt" },
      { winner: "inst", loser: "prompt" },
    ]);
    expect(preferences(ballot({ 3: "inst" })).every(({ loser }) => loser === "inst")).toBe(true);
    expect(preferences(ballot({ 2: "inst" }))).toEqual([]);
    expect(preferences(ballot({ 1: "inst" }, ["inst", "prompt"]))).toEqual([]);
    expect(preferences(ballot({ 2: "inst", 3: "prompt" }, ["inst", "prompt"]))).toEqual([
      { winner: "inst", loser: "prompt" },
    ]);
    expect(preferences(ballot({}))).toEqual([]);
  });

  it("never says more than every ranking that agrees with its medals", () => {
    const shown = fc
      .array(fc.constantFrom(...VARIANTS), { maxLength: 2 })
      .chain((more) => fc.shuffledSubarray([...VARIANTS, ...more], { minLength: 3 + more.length }));
    const medals = fc.subarray([...PLACES], { minLength: 1 });
    fc.assert(
      fc.property(shown, medals, (results, given) => {
        const places = Object.fromEntries(given.map((place, i) => [place, results[i]!]));
        // Every order of all results in which those with a medal stand in its place.
        const rankings = permutations(results.map((_, i) => i)).filter((order) =>
          given.every((place, i) => order[place - 1] === i),
        );
        // A variant stands where its best medal does, or else anywhere that one of its results may.
        const best = (order: readonly number[], variant: Variant): number => {
          const marked = given.findIndex((_, i) => results[i] === variant);
          return marked < 0 ? order.findIndex((i) => results[i] === variant) : given[marked]! - 1;
        };
        const holds = (winner: Variant, loser: Variant): boolean =>
          rankings.every((order) => best(order, winner) < best(order, loser));
        const said = preferences(ballot(places, VARIANTS, { results: results.length }));
        for (const { winner, loser } of said) expect(holds(winner, loser)).toBe(true);
        const all = VARIANTS.flatMap((winner) => VARIANTS.filter((loser) => holds(winner, loser)));
        // And of three results it says all that they do.
        expect(said.length).toBe(results.length === 3 ? all.length : said.length);
      }),
    );
  });

  it("of four results gives no place to the one without a medal but the last", () => {
    // Painted by the image twice, with two seeds: gold and silver went there.
    const four = ballot({ 1: "image-prompt", 2: "image-prompt", 3: "inst" }, VARIANTS, { results: 4 });
    const said = preferences(four).map(({ winner, loser }) => `${winner} > ${loser}`);
    expect(said.toSorted()).toEqual(["image-prompt > inst", "image-prompt > prompt", "inst > prompt"]);
    expect(preferences(ballot({ 3: "inst" }, VARIANTS, { results: 4 }))).toEqual([]);
    expect(preferences(ballot({ 1: "inst" }, VARIANTS, { results: 4 }))).toHaveLength(2);
  });

  it("is not undone by a lone medal on the same pair elsewhere", () => {
    const whole = ballot({ 1: "inst", 2: "prompt", 3: "image-prompt" }, VARIANTS, { at: 1 });
    const lone = ballot({ 1: "prompt" }, VARIANTS, { at: 2, guild: "h" });
    const newer = ballot({ 1: "prompt", 2: "inst", 3: "image-prompt" }, VARIANTS, { at: 3 });
    expect(latestPerPair([whole, lone])).toEqual([whole]);
    expect(latestPerPair([lone, whole])).toEqual([whole]);
    expect(latestPerPair([lone, newer, whole])).toEqual([newer]);
  });

  it("counts once per voter and pair: the latest", () => {
    const [first, later] = [
      ballot({ 1: "inst" }, VARIANTS, { at: 1 }),
      ballot({ 1: "prompt" }, VARIANTS, { at: 2, guild: "h" }),
    ];
    expect(latestPerPair([later, first])).toEqual([later]);
    expect(latestPerPair([first, { ...later, pair: "q" }])).toHaveLength(2);
  });
});
