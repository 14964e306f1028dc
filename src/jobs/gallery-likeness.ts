/** What the network sees in the pictures of the gallery: they are the same everywhere, so it was looked at once (`npm run samples`). */
import { createRequire } from "node:module";

import { GALLERY, type GalleryStyle } from "./gallery.ts";
import type { LibraryVector } from "./style-likeness.ts";

interface Likeness {
  /** Vectors of another network do not compare. */
  readonly network: string;
  /** By the name of the style; of length 1. */
  readonly vectors: Readonly<Record<string, readonly number[]>>;
}

const LIKENESS = createRequire(import.meta.url)("../../samples/likeness.json") as Likeness;

/** No style of a library is called so: a picture of the gallery among those of a server. */
const PREFIX = "gallery/";

export const galleryId = ({ name }: Pick<GalleryStyle, "name">): string => `${PREFIX}${name}`;

/** `null` for the id of a library's style. */
export const galleryById = (id: string): GalleryStyle | null =>
  GALLERY.find((style) => galleryId(style) === id) ?? null;

/** As those of a library; none where another network looks at these. */
export const galleryVectors = (network: string, styles: readonly GalleryStyle[]): readonly LibraryVector[] =>
  network === LIKENESS.network
    ? styles.map((style) => ({ styleId: galleryId(style), pictureSha256: "", vector: LIKENESS.vectors[style.name]! }))
    : [];
