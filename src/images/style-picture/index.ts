/**
 * Face of this room: what of a style picture is the picture. Mats, frames, margins, captions, signatures and the noise
 * of a scan are no style, and would be painted with.
 */
import { cropPlanar, fitLongSide, resizePlanar, type Plane, type PlanarImage, type Size } from "../plane.ts";
import { borderLines, type Margins } from "./border-lines.ts";
import { groundOver, mirroredAtOval } from "./fill.ts";
import { withoutGrain } from "./grain.ts";
import { letteringIn } from "./lettering.ts";
import { OVAL_RIM, ovalPlaces } from "./oval-places.ts";
import { findWindow, type Window } from "./window.ts";

export type { Margins } from "./border-lines.ts";

/** Mats and borders are looked for at this long side. */
const WORKING_SIZE = 256;

/** A mat in a frame with a bevel, and lines around it, are so many layers. */
const MOST_LAYERS = 5;

/** Always cut: pixels that resampling and compression mixed with whatever was beside the picture. */
const LEAST = 0.008;

/** Nothing shorter is left of a picture. */
const SHORTEST = 16;

/** Less than this of a picture that may be used: then what was found is what the picture is of. */
const LEAST_USABLE = 1 / 3;

export interface CleanStyle {
  /** the picture without its border and its noise; places that may not be used are filled from beside them */
  readonly image: PlanarImage;
  /** 1 where patches and statistics may be taken, 0 where not, at the size of `image` */
  readonly usable: Plane;
  /** what was cut, in pixels */
  readonly margins: Margins;
}

/** @param style OKLab without chroma gain */
export function cleanStyle(style: PlanarImage): CleanStyle {
  const quiet = withoutGrain(style);
  const { margins, isOval } = findMargins(quiet);
  const { left, top, right, bottom } = margins;
  const image = cropPlanar(quiet, left, top, quiet.width - left - right, quiet.height - top - bottom);
  const window = isOval ? ovalPlaces(image) : new Float32Array(image.width * image.height).fill(1);
  const lettering = letteringIn(image);
  const usable = window.map((value, i) => value * (1 - lettering[i]!));
  const isLettered = lettering.some((value) => value > 0) && meanOf(usable) >= LEAST_USABLE;
  const plain = isLettered ? groundOver(image, usable) : image;
  return {
    image: isOval ? mirroredAtOval(plain, OVAL_RIM) : plain,
    usable: isLettered ? usable : window,
    margins,
  };
}

const meanOf = (plane: Plane): number => plane.reduce((sum, value) => sum + value, 0) / plane.length;

/** What lies around the picture, layer by layer. */
function findMargins(style: PlanarImage): { readonly margins: Margins; readonly isOval: boolean } {
  const small = resizePlanar(style, fitLongSide(style, Math.min(WORKING_SIZE, Math.max(style.width, style.height))));
  let image = small;
  let box: Margins = { left: 0, top: 0, right: 0, bottom: 0 };
  let isOval = false;
  for (let layer = 0; layer < MOST_LAYERS && !isOval; layer++) {
    const window = findWindow(image);
    const cut = window ? marginsOf(window, image) : borderLines(image);
    const { left, top, right, bottom } = cut;
    if (left + top + right + bottom === 0) break;
    const [width, height] = [image.width - left - right, image.height - top - bottom];
    if (Math.min(width, height) < SHORTEST) break;
    image = cropPlanar(image, left, top, width, height);
    box = {
      left: box.left + left,
      top: box.top + top,
      right: box.right + right,
      bottom: box.bottom + bottom,
    };
    isOval = window?.shape === "oval";
  }
  const [x, y] = [style.width / small.width, style.height / small.height];
  const deep = (lines: number, scale: number, length: number): number =>
    Math.max(Math.floor(LEAST * length), Math.ceil(lines * scale));
  const margins = {
    left: deep(box.left, x, style.width),
    top: deep(box.top, y, style.height),
    right: deep(box.right, x, style.width),
    bottom: deep(box.bottom, y, style.height),
  };
  const shortest = Math.min(style.width - margins.left - margins.right, style.height - margins.top - margins.bottom);
  return shortest < SHORTEST
    ? { margins: { left: 0, top: 0, right: 0, bottom: 0 }, isOval: false }
    : { margins, isOval };
}

/** What lies outside a window; one more line goes where there is something, the one that was resampled across its edge. */
function marginsOf({ left, top, right, bottom }: Window, { width, height }: Size): Margins {
  const deep = (lines: number): number => (lines === 0 ? 0 : lines + 1);
  return { left: deep(left), top: deep(top), right: deep(width - right), bottom: deep(height - bottom) };
}
