/** What was wrong with files that came in together: said at once, and of which of them another has to be sent. */
import { UserError } from "../../errors.ts";

/** Faults that may be of the moment: the same file may be taken another time. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  "download-slow",
  "download-unreachable",
  "picture-broke",
  "picture-too-much-memory",
  "picture-too-slow",
]);

/** What people can do something about, all of it, each thing once; else the first. @param faults by what was wanted */
export function together(faults: ReadonlyMap<string, unknown>): unknown {
  const all = [...faults.values()];
  if (!all.every((fault) => fault instanceof UserError)) return all.find((fault) => !(fault instanceof UserError));
  const said = new Set(all.map(({ words }) => words));
  const [first] = all;
  const useless = [...faults].flatMap(([name, fault]) => (isOfTheFile(fault) ? [name] : []));
  return new UserError(first!.identifier, [...said].join("\n"), { cause: first, useless });
}

const isOfTheFile = (fault: unknown): boolean =>
  fault instanceof UserError && /^(?:download|picture)-/.test(fault.identifier) && !OF_THE_MOMENT.has(fault.identifier);
