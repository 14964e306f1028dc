/** The gallery: styles that come with Atelier and are there in every server from the first day. Scripts drew the pictures. */
import path from "node:path";

import { foldedName } from "./style.ts";

/** A picture that comes with Atelier. */
export interface ShippedPicture {
  /** Its path on this machine. */
  readonly file: string;
  /** What people call it. */
  readonly name: string;
}

/** A picture that whoever runs the bot has put there: looked at like anybody's. */
export interface OwnersPicture extends ShippedPicture {
  readonly isOwners: true;
}

export interface GalleryStyle extends ShippedPicture {
  /** What can be seen in it, for people; it is painted by the picture, as any other. */
  readonly words: string;
}

const FOLDER = path.resolve(import.meta.dirname, "../../samples/style");

const style = (name: string, words: string): GalleryStyle => ({ name, words, file: path.join(FOLDER, `${name}.jpg`) });

/** In the order in which they are shown. */
export const GALLERY: readonly GalleryStyle[] = [
  style("watercolour", "transparent washes of blue, rose and green that pool at their edges on rough paper"),
  style("woodcut", "fine dark contours over colours wiped from indigo to pale rose, the plank's grain in them"),
  style("mosaic", "small stones of turquoise, coral and cream with grout between, in rows along the shapes"),
  style("comic", "bold ink lines over flat, loud colours and printed dots"),
  style("pastel", "soft chalk in lilac, peach and green, strokes that catch on dark paper"),
  style("blueprint", "thin white lines, hatching and arcs of the compass on Prussian blue"),
  style("night", "thick swirling strokes of ultramarine and gold, a sky that turns about its stars"),
  style("village", "angular planes of warm ochre and cool green, roofs built of short, slanting strokes"),
  style("river", "dabs of broken colour side by side, light that shimmers on water"),
  style("linocut", "bold black shapes cut out of cream paper with a gouge, and one warm red"),
  style("ink", "grey washes and a loaded brush, much of the paper left empty"),
  style("poster", "a few flat colours in large, plain shapes with crisp edges"),
];

/** The style of the gallery with this name, however it is written; `null` when there is none. */
export function galleryStyle(name: string): GalleryStyle | null {
  const folded = foldedName(name.trim());
  return GALLERY.find((known) => foldedName(known.name) === folded) ?? null;
}
