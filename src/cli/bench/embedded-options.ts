/** What `atelier bench embedded` can be asked for. */
import type { Variant } from "../../variant.ts";

export interface EmbeddedBenchCommand {
  /** Long side of the result, pixels. */
  readonly size: number;
  readonly variant: Variant;
  readonly runs: number;
  /** A commit to compare with. */
  readonly against?: string;
}

export const EMBEDDED_USUAL: EmbeddedBenchCommand = { size: 512, variant: "inst", runs: 5 };
