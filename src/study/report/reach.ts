/** What a study could not tell, in numbers and in words. */
import { VARIANT_LABEL } from "../../variant.ts";
import { type Design, planStudy, type PlanRow, smallestFind } from "../../votes/power.ts";
import { FEWEST_VOTERS } from "../../votes/scores.ts";
import { paperSpread } from "../../votes/taste.ts";
import type { PeopleFigures } from "./people.ts";

export interface ReachFigures {
  /** Share of its repetitions in which a study is to find a difference. */
  readonly power: number;
  /** Mean points that it would have found; `null`: not even large ones, or nobody ranked. */
  readonly finds: number | null;
  /** What it would take to find `difference`, with its pairs. */
  readonly plan: PlanRow & { readonly difference: number; readonly perPerson: number };
  readonly said: readonly string[];
}

const POWER = 0.8;
/** Between two variants whose order people would notice. */
const DIFFERENCE = 0.2;
/** Pairs that one person ranks without tiring. */
const PER_PERSON = 16;

/** @param rounds pairs that the study has. @param studies that are played for each figure */
export function reachFigures(people: PeopleFigures | null, rounds: number, studies?: number): ReachFigures {
  const spread = paperSpread();
  const spreads = { betweenPairs: spread, betweenPeople: spread };
  const played = studies !== undefined && { studies };
  const plan = {
    ...planStudy({
      difference: DIFFERENCE,
      power: POWER,
      pairs: [rounds],
      perPerson: PER_PERSON,
      spreads,
      ...played,
    })[0]!,
    difference: DIFFERENCE,
    perPerson: Math.min(PER_PERSON, rounds),
  };
  const ranked = people?.table?.[0];
  const design: Design | null =
    ranked && ranked.voters >= FEWEST_VOTERS
      ? {
          people: ranked.voters,
          pairs: ranked.pairs,
          perPerson: Math.max(1, Math.round(ranked.ballots / ranked.voters)),
        }
      : null;
  const finds = design && smallestFind(design, { power: POWER, spreads, ...played });
  return { power: POWER, finds, plan, said: [...saidOf(people, design, finds), planWords(plan)] };
}

function saidOf(people: PeopleFigures | null, design: Design | null, finds: number | null): string[] {
  const overall = people?.table?.[0];
  if (!people || !overall) return ["Nobody has ranked these pictures yet, so nothing here says what people prefer."];
  if (!design)
    return [
      `${overall.voters} ${overall.voters === 1 ? "person has" : "people have"} ranked all three variants. Below ${FEWEST_VOTERS} even a unanimous choice may be chance, so no interval is given.`,
    ];
  const { scores, undecided } = overall;
  const gaps = undecided.map(
    ([a, b]) =>
      `“${VARIANT_LABEL[a]}” and “${VARIANT_LABEL[b]}” are ${Math.abs(scores![a].mean - scores![b].mean).toFixed(2)} points apart, which may be chance.`,
  );
  const reach =
    finds === null
      ? "A study of this size misses even large differences more often than one time in five."
      : `${design.people} people who rank ${design.perPerson} of ${design.pairs} pairs each find a difference of ${finds.toFixed(2)} points or more in four studies of five; smaller ones this study could not tell.`;
  const few =
    design.pairs < 32
      ? [`With ${design.pairs} pairs, intervals are about these pictures more than about pictures in general.`]
      : [];
  return [...gaps, reach, ...few];
}

const planWords = ({ pairs, people, most, difference, perPerson }: ReachFigures["plan"]): string =>
  people === null
    ? `To tell ${difference} points apart by ${pairs} pairs, ${most} people are too few: it takes more pairs (atelier study plan).`
    : `To tell ${difference} points apart by these ${pairs} pairs, ${people} people would have to rank ${perPerson} of them each (atelier study plan).`;
