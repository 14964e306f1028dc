/** The pictures of a report, small and within its page: each is in it once, however often it is shown. */
import path from "node:path";

import { readStoredPicture } from "../../images/decode.ts";
import { encodeWebp } from "../../images/encode.ts";
import { resizeLongSide } from "../../images/resize.ts";
import type { RgbImage } from "../../images/rgb-image.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import type { Manifest } from "../manifest.ts";
import { escapeMarkup } from "./dot-chart.ts";
import { roundOf } from "./rankings.ts";

/** Of WebP: strokes stay crisp at the size of a stamp. */
const QUALITY = 72;

/** A picture of the study: what a candidate made of a pair, or a source by its role and name. */
export type ShownPicture =
  | { readonly round: string; readonly candidate: string }
  | { readonly role: "content" | "style"; readonly name: string };

interface Stamp {
  readonly id: string;
  readonly data: string;
  readonly width: number;
  readonly height: number;
}

/** Where the pictures of a study lie. */
export class StudyPictures {
  readonly #files = new Map<string, () => Promise<string>>();

  constructor(folder: string, manifest: Manifest, files: Pick<PictureStore, "local">) {
    for (const each of manifest.pictures)
      for (const seed of each.seed === null ? manifest.seeds : [each.seed]) {
        const key = keyOf({ round: roundOf(each, seed), candidate: each.candidate });
        this.#files.set(key, async () => path.join(folder, each.file));
      }
    for (const role of ["content", "style"] as const)
      for (const { name, sha256 } of manifest[`${role}s`])
        this.#files.set(keyOf({ role, name }), () => files.local(sha256));
  }

  has(picture: ShownPicture): boolean {
    return this.#files.has(keyOf(picture));
  }

  /** @throws what reading it throws */
  async read(picture: ShownPicture): Promise<RgbImage> {
    return readStoredPicture(await this.#files.get(keyOf(picture))!());
  }
}

export class Stamps {
  readonly #known = new Map<string, Stamp>();
  readonly #shown = new Set<string>();

  /** What cannot be read is left out: the page says so in its place. @param longSide pixels */
  async load(pictures: StudyPictures, wanted: readonly ShownPicture[], longSide: number): Promise<void> {
    for (const picture of wanted) {
      const key = keyOf(picture);
      if (this.#known.has(key) || !pictures.has(picture)) continue;
      const image = await pictures.read(picture).catch(() => null);
      if (!image) continue;
      const small = await resizeLongSide(image, longSide);
      const { width, height } = small;
      const data = Buffer.from(await encodeWebp(small, QUALITY)).toString("base64");
      this.#known.set(key, { id: `p${this.#known.size}`, data, width, height });
    }
  }

  /** An `img`, where there is the picture; the page's script fills in what is shown again. */
  img(picture: ShownPicture, alt: string, attributes = ""): string {
    const stamp = this.#known.get(keyOf(picture));
    if (!stamp) return `<span class="gone" ${attributes}>no picture</span>`;
    const { id, data, width, height } = stamp;
    const size = `width="${width}" height="${height}" alt="${escapeMarkup(alt)}" ${attributes}`;
    if (this.#shown.has(id)) return `<img data-of="${id}" ${size}>`;
    this.#shown.add(id);
    return `<img id="${id}" src="data:image/webp;base64,${data}" ${size}>`;
  }
}

const keyOf = (picture: ShownPicture): string =>
  JSON.stringify("role" in picture ? [picture.role, picture.name] : [picture.round, picture.candidate]);
