/** Circles of imports (Tarjan 1972: strongly connected components). */
import type { Import } from "./tree.ts";

/** Every group of files that lead to one another, each in the order of the alphabet. */
export function circlesOf(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { file, to } of imports) if (to !== null) next.set(file, [...(next.get(file) ?? []), to]);

  const order = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  /** @returns the earliest open file that is reached from this one */
  const visit = (file: string): number => {
    const place = order.size;
    order.set(file, place);
    open.push(file);
    let earliest = place;
    for (const to of next.get(file) ?? []) {
      if (!order.has(to)) earliest = Math.min(earliest, visit(to));
      else if (open.includes(to)) earliest = Math.min(earliest, order.get(to)!);
    }
    if (earliest === place) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1 || next.get(file)?.includes(file)) circles.push(group.sort());
    }
    return earliest;
  };
  for (const file of next.keys()) if (!order.has(file)) visit(file);
  return circles;
}
