/** The machines that painted a study's pictures, and where the same bytes come of it again. */
import type { Painter } from "../jobs/job.ts";
import type { Manifest } from "./manifest.ts";

type Machine = NonNullable<Manifest["machines"]>[number];

/** Machines by the names that the manifest has for them. */
export class Machines {
  readonly #known = new Map<string, Machine>();

  /** The name of whoever painted: its own, or with a number where another one had that too. */
  nameOf({ name: own, node, platform, processor, device }: Painter): string {
    const rest = { node, platform, processor, device };
    for (let n = 1; ; n++) {
      const name = n === 1 ? own : `${own} (${n})`;
      const known = this.#known.get(name);
      if (known && kindOf(known) !== kindOf(rest)) continue;
      this.#known.set(name, { name, ...rest });
      return name;
    }
  }

  get list(): readonly Machine[] {
    return [...this.#known.values()];
  }
}

const kindOf = ({ platform, processor, device, node }: Omit<Machine, "name">): string =>
  `${processor}, ${platform}, ${device}, Node ${node}`;

/** Where the same command gives the same bytes, in words. @param own where no machine is named */
export function repeatableWords(machines: readonly Machine[], own: Omit<Machine, "name">): string {
  const kinds = [...new Set((machines.length === 0 ? [own] : machines).map(kindOf))].sort();
  const rest = "Elsewhere a value of a picture may differ by its last digit.";
  return kinds.length === 1
    ? `The same command gives the same bytes on this kind of machine: ${kinds[0]}. ${rest}`
    : `${kinds.length} kinds of machines painted this study, and each gives its own pictures' bytes again: ${kinds.join("; ")}. ${rest}`;
}
