/** What a fault is to the soak. */
import type { Draw } from "../../draw.ts";
import type { Stage } from "../stage.ts";

export interface FaultKind {
  readonly name: string;
  /**
   * Brings the fault about and takes it away again.
   *
   * @returns what happened in words, or `null` when it met nobody
   */
  readonly strike: (stage: Stage, draw: Draw) => string | null | Promise<string | null>;
}
