/** Which styles of a server are alike, by what a network sees in their pictures. */
import type { GalleryStyle } from "./gallery.ts";
import type { Style } from "./style.ts";

/** A vector of unit length; the dot product of two by one network says how alike the styles are, -1 to 1. */
type StyleVector = ArrayLike<number>;

/** A style of a library by its picture; `vector`: `null` until that has been looked at. */
export interface LibraryVector {
  readonly styleId: string;
  readonly pictureSha256: string;
  readonly vector: StyleVector | null;
}

/** Vectors by picture and by network: those of two networks have nothing in common. */
export interface StyleVectorRepository {
  /** Sha256 of pictures of styles, of this process's servers, that the network has not seen: the first ones after `after`, in order. */
  unseen(network: string, after: string, limit: number): Promise<readonly string[]>;
  /** Keeps a vector; that of a picture which no style has any more is left out. */
  save(pictureSha256: string, network: string, vector: StyleVector): Promise<void>;
  /** All styles of a server. */
  inServer(guildId: string, network: string): Promise<readonly LibraryVector[]>;
}

/**
 * From here on two styles are called similar. Measured on 42 pictures: 93 % of them have one half at this or more from the
 * other, 7 % of halves of two pictures are, most of which look alike; of whole pictures 53 of 861 pairs.
 */
const SIMILAR_FROM = 0.5;

/** What there is to say of a style among those of its server. */
export interface Kin {
  /** The closest, in order; `null` while the style itself has not been looked at. */
  readonly similar: readonly (Style | GalleryStyle)[] | null;
  /** How many are similar. */
  readonly count: number;
  /** Other styles that it could be like, and how many of them have not been looked at. */
  readonly others: number;
  readonly unseen: number;
}

/** Ids of the styles that are similar to one, the closest first; `null` while that has not been looked at. */
export function similarTo(styleId: string, library: readonly LibraryVector[]): readonly string[] | null {
  const own = library.find((entry) => entry.styleId === styleId)?.vector;
  if (!own) return null;
  return library
    .flatMap(({ styleId: id, vector }) =>
      vector === null || id === styleId ? [] : [{ id, likeness: dot(own, vector) }],
    )
    .filter(({ likeness }) => likeness >= SIMILAR_FROM)
    .sort((a, b) => b.likeness - a.likeness)
    .map(({ id }) => id);
}

function dot(a: StyleVector, b: StyleVector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
