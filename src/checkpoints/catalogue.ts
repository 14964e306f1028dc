/** The checkpoints that Atelier can install: where each comes from, which of its files are needed, and on what terms. */
import { UserError } from "../errors.ts";
import { ADAPTER_ENTRIES } from "./catalogue/adapter-entries.ts";
import { CAPTIONER_ENTRIES } from "./catalogue/captioner-entries.ts";
import type { CatalogueEntry } from "./catalogue/catalogue-entry.ts";
import { METRIC_ENTRIES } from "./catalogue/metric-entries.ts";
import { STYLIZER_ENTRIES } from "./catalogue/stylizer-entries.ts";

export const CATALOGUE: readonly CatalogueEntry[] = [
  ...STYLIZER_ENTRIES,
  ...ADAPTER_ENTRIES,
  ...METRIC_ENTRIES,
  ...CAPTIONER_ENTRIES,
];

/** @throws UserError naming the checkpoints there are */
export function findInCatalogue(name: string, catalogue: readonly CatalogueEntry[] = CATALOGUE): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = catalogue.map((candidate) => candidate.name).join(", ");
  throw new UserError("unknown-checkpoint", `There is no checkpoint ${JSON.stringify(name)}. There are: ${names}.`);
}
