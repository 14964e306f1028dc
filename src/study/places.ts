/** Every picture of a study, before it is there: which pair, which candidate, which seed, and in which file. */
import type { Pair } from "../judge/pairs.ts";
import type { Candidate } from "./candidates.ts";
import type { Place, Source } from "./manifest.ts";

/** A picture that is to be. */
export interface PlannedPicture {
  readonly pair: Pair<Source>;
  readonly candidate: Candidate;
  readonly place: Place;
  /** In the study's folder, with slashes. */
  readonly file: string;
}

/** Of all that a study holds; each is painted for every seed, and controls once. */
export function placesOf(
  pairs: readonly Pair<Source>[],
  candidates: readonly Candidate[],
  seeds: readonly number[],
): PlannedPicture[] {
  return pairs.flatMap((pair) =>
    candidates.flatMap((candidate) =>
      seedsOf(candidate, seeds).map((seed) => {
        const place: Place = { content: pair.content.name, style: pair.style.name, candidate: candidate.id, seed };
        const last = seed === null ? candidate.id : `${candidate.id}-${seed}`;
        return { pair, candidate, place, file: `pictures/${place.content}/${place.style}/${last}.png` };
      }),
    ),
  );
}

/** The embedded engine is given one seed; what nobody paints has none. */
function seedsOf(candidate: Candidate, seeds: readonly number[]): readonly (number | null)[] {
  if (candidate.kind !== "control") return seeds;
  return candidate.control === "embedded" ? seeds.slice(0, 1) : [null];
}
