/** Pictures as the measures look at them. */
import type { PlanarImage } from "../../images/plane.ts";

/** A result beside what it was made of, all in OKLab. What is found out about the latter two is remembered. */
export interface Seen {
  readonly result: PlanarImage;
  /** At the size of the result. */
  readonly content: PlanarImage;
  /** As long as the result. */
  readonly style: PlanarImage;
}
