/** The gallery: styles that come with Atelier and are there in every server from the first day. Scripts drew the pictures. */
import path from "node:path";

import { say } from "../words/say.ts";
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
  /** What can be seen in it, for people, in the language that is spoken. It is painted by the picture, as any other. */
  readonly words: string;
}

const FOLDER = path.resolve(import.meta.dirname, "../../samples/style");

const NAMES = [
  "watercolour",
  "woodcut",
  "mosaic",
  "comic",
  "pastel",
  "blueprint",
  "night",
  "village",
  "river",
  "linocut",
  "ink",
  "poster",
] as const;

/** In the order in which they are shown. */
export const GALLERY: readonly GalleryStyle[] = NAMES.map((name) => ({
  name,
  file: path.join(FOLDER, `${name}.jpg`),
  get words() {
    return say(`gallery.words.${name}`);
  },
}));

/** The style of the gallery with this name, however it is written; `null` when there is none. */
export function galleryStyle(name: string): GalleryStyle | null {
  const folded = foldedName(name.trim());
  return GALLERY.find((known) => foldedName(known.name) === folded) ?? null;
}
