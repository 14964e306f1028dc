/** What every mode of the painter gets: the prepared pictures, the recipe, and a way to show what there is so far. */
import type { PlanarImage, Plane } from "../../../images/plane.ts";
import type { Random } from "../../../random.ts";
import type { StyleParameters } from "../steering/steering-parameters.ts";
import type { Orientation } from "./orientation.ts";
import type { PaletteMap } from "./palette-map.ts";

export interface Easel {
  readonly width: number;
  readonly height: number;
  /** Pixels per 1/512 of the long side. */
  readonly unit: number;
  /** The content, OKLab. */
  readonly content: PlanarImage;
  /** What is painted towards: the content in the described colours and tones, OKLab. */
  readonly target: PlanarImage;
  readonly palette: PaletteMap | null;
  readonly field: Orientation;
  /** Where the content has detail worth keeping, 0 to 1. */
  readonly detail: Plane;
  readonly style: StyleParameters;
  /** 0 to 1, how far from the content. */
  readonly strength: number;
  readonly random: Random;
  /**
   * Shows the picture so far and lets others work.
   *
   * @param done 0 to 1
   * @throws CancelledError when the work was cancelled
   */
  readonly show: (picture: PlanarImage, done: number) => Promise<void>;
  /** Whether anybody is shown what there is before it is done; else nothing is painted for that alone. */
  readonly isWatched: boolean;
  /** Lets others work. @throws CancelledError when the work was cancelled */
  readonly breathe: () => Promise<void>;
}

/** Of looks at a picture, each painted by itself, those that somebody sees: all of them, or the last. */
export const seenOf = <T>({ isWatched }: Easel, looks: readonly T[]): readonly T[] =>
  isWatched ? looks : looks.slice(-1);
