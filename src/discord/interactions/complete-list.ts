/** Completes the last name of several that a person types with commas between them. */

/** Most choices that Discord takes, and the most letters of one. */
const [CHOICES, LETTERS] = [25, 100];

/**
 * Names that begin with what is typed last, then those that hold it; what stands before is kept, and so is a weight behind
 * (`inkwash:0.8`).
 */
export function completeList(text: string, names: readonly string[]): { name: string; value: string }[] {
  const { before, name, weight } = /^(?<before>(?:.*,)?\s*)(?<name>[^,:]*)(?<weight>:[^,]*)?$/s.exec(text)!.groups as {
    readonly before: string;
    readonly name: string;
    readonly weight?: string;
  };
  const typed = name.trim().toLowerCase();
  const rank = (known: string): number => known.toLowerCase().indexOf(typed);
  return names
    .filter((known) => rank(known) >= 0)
    .toSorted((a, b) => Number(rank(a) > 0) - Number(rank(b) > 0))
    .map((known) => before + known + (weight ?? ""))
    .filter((choice) => choice.length <= LETTERS)
    .slice(0, CHOICES)
    .map((choice) => ({ name: choice, value: choice }));
}
